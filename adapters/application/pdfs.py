"""PDF signatures of a task: prepared by the server, signed on the officer's machine, finished by the server.

A PDF that the task's approval covers and that keeps an empty field `sign-<purpose>-<role>` for it is signed itself,
too, beside the record. The head's signature lets number and date be filled, and nothing else; the agency's locks all.
The preparing and the finishing are done outside any lock.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from adapters.application import images, procedures
from adapters.application.application import Application
from adapters.application.covered import issued_documents
from adapters.application.sight import definition_of, open_task_in_sight
from adapters.application.submission import Checked, Submission
from adapters.database import definitions
from adapters.database.store import Transaction
from adapters.letters.errors import LetterError
from adapters.letters.fields import Box, signing_places
from adapters.letters.looks import COPIES, appendix_look, copy_look, head_look, organ_look
from adapters.limits.limited import limited
from engine.dispatch import APPROVE
from engine.document import PDF, Document
from engine.dossier import Dossier
from engine.errors import Kind, Refusal
from engine.officer import Officer
from engine.procedure import ORGAN, Procedure
from engine.task import Task
from signing.canonical import sha256_hex
from signing.errors import Invalid, SigningError
from signing.pdf.prepare import embed, prepare
from signing.pdf.verify import PdfSignature, verify_pdf

SIGNING = ("approval", ORGAN)
PERMITTED = frozenset({"number", "date"})
"""What may be filled after the head has signed (NĐ 30/2020, Đ15)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """One PDF that the officer is to sign: the document as shown, and the bytes prepared for the signature."""

    document: Document
    field: str
    permits: frozenset[str] | None
    prepared: bytes

    def fact(self) -> dict[str, Any]:
        """How the statement tells of it."""
        return {
            "name": self.document.file_name,
            "field": self.field,
            "sha256": sha256_hex(self.prepared),
            "size": len(self.prepared),
            "permits": None if self.permits is None else sorted(self.permits),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A PDF with the officer's signature in it. `name`: under which it was shown; `judged`: by which certificates."""

    name: str
    content: bytes
    judged: frozenset[bytes]

    @property
    def sha256(self) -> str:
        """Its SHA-256, lower hex."""
        return sha256_hex(self.content)


def permits_of(purpose: str) -> frozenset[str] | None:
    """What a signature of that purpose lets change after it; None: nothing."""
    return None if purpose == ORGAN else PERMITTED


def offer(
    app: Application, officer: Officer, task_id: str, data: Mapping[str, Any], at: datetime
) -> tuple[Offered, ...] | Refusal:
    """Prepare what the officer would sign in this task with this data; nothing where they could not."""
    with app.store.read() as tx:
        found = open_task_in_sight(tx, officer, task_id)
        if isinstance(found, Refusal) or found[1].refuses_holder(officer) or not _signs(found[1], data):
            return ()
        dossier, task = found
        procedure = procedures.of(tx, dossier)
        asks = procedure if isinstance(procedure, Procedure) else None
        documents = issued_documents(dossier, definition_of(app, tx, dossier), task, asks)
        pdfs = [document for document in documents if document.media_type == PDF]
        contents = definitions.get_contents(tx, {document.sha256 for document in pdfs})
        image = images.of_signer(tx, officer.id, task.signature)
    field = f"sign-{task.signature}-{task.role}"
    try:
        places = [(item, signing_places(contents[item.sha256]).get(field)) for item in pdfs]
        return tuple(
            _prepared(item, contents[item.sha256], field, _look(app, officer, dossier, task, box, image, at), at, task)
            for item, box in places
            if box is not None
        )
    except (LetterError, SigningError) as error:
        remedy = "let an administrator look at the document and at the signature image"
        return Refusal(kind=Kind.INVALID, code=error.code, message=error.message, remedy=remedy)


def keep(tx: Transaction, officer: Officer, offered: Sequence[Offered], *, of: str) -> list[dict[str, Any]]:
    """Keep the bytes prepared in that dossier, for the officer alone to fetch; gives what the statement tells."""
    for item in offered:
        definitions.put_upload(tx, sha256_hex(item.prepared), item.prepared, officer.id)
        definitions.put_content(tx, sha256_hex(item.prepared), item.prepared, of=of)
    return [item.fact() for item in offered]


def refuses_changed(dossier: Dossier, offered: Sequence[Offered]) -> Refusal | None:
    """Why what was prepared cannot be offered: a document was changed while it was prepared."""
    for item in offered:
        if dossier.documents.get(item.document.name) != item.document:
            message = f"the document {item.document.file_name} changed while it was prepared"
            return Refusal(kind=Kind.CONFLICT, code="documents-changed", message=message, remedy="look at it again")
    return None


def finish(
    app: Application, submission: Submission, facts: Mapping[str, Any], checked: Checked
) -> tuple[Finished, ...] | Refusal:
    """Put the signatures that came into the PDFs that were prepared, and verify them: of the record's own signer."""
    offered = {item["name"]: item for item in facts.get("pdf", ())}
    if differing := sorted(offered.keys() ^ submission.pdf.keys()):
        message = f"the PDF signatures are not those that were asked for: {differing[0]}"
        return _refused("pdf-signature-missing", message, "update your client, then prepare and sign again")
    with app.store.read() as tx:
        contents = definitions.get_contents(tx, {item["sha256"] for item in offered.values()})
    try:
        return tuple(
            _finished(contents[item["sha256"]], item, submission.pdf[name], checked, app.clock())
            for name, item in sorted(offered.items())
        )
    except SigningError as error:
        return _refused(error.code, error.message, "sign again, with your own key, what the server offers now")


def revisions(tx: Transaction, dossier: Dossier, finished: Sequence[Finished]) -> tuple[Document, ...]:
    """The next revision of each document that was signed; its bytes are kept."""
    named = {document.file_name: document for document in dossier.documents.values()}
    made = []
    for item in finished:
        definitions.put_content(tx, item.sha256, item.content, of=dossier.code)
        before = named[item.name]
        made.append(replace(before, sha256=item.sha256, size=len(item.content), revision=before.revision + 1))
    return tuple(made)


def _signs(task: Task, data: Mapping[str, Any]) -> bool:
    """Whether the step signs the document itself: a signed return approves nothing, and leaves the PDF as it is."""
    return task.signature in SIGNING and task.role is not None and data.get("decision", APPROVE) == APPROVE


def _prepared(document: Document, content: bytes, field: str, look: bytes, at: datetime, task: Task) -> Offered:
    permits = permits_of(task.signature)
    made = limited(prepare, content, field=field, permits=permits, look=look, at=at)
    return Offered(document=document, field=field, permits=permits, prepared=made)


def _look(
    app: Application, officer: Officer, dossier: Dossier, task: Task, box: Box, image: images.Image | None, at: datetime
) -> bytes:
    """How the signature looks: the agency's on an appendix or a copy is text, else its seal; a person's their image."""
    png = image.content if image else None
    if task.signature != ORGAN:
        return head_look(box, name=officer.name, image=png, at=at)
    kind, _, told = box.look.partition(":")
    if kind == "appendix":
        number = dossier.state.data.get("number")
        return appendix_look(box, number=str(number or ""), symbol=told, at=at)
    if kind == "copy" and told in COPIES:
        return copy_look(box, form=told, agency=app.agency.name, at=at)
    diameter = image.width_mm if image and image.width_mm else images.SEAL_MM
    return organ_look(box, agency=app.agency.name, image=png, diameter_mm=diameter, at=at)


def check_signer(found: Sequence[PdfSignature], content: bytes, field: str, fingerprint: str) -> None:
    """Check that the last signature stands in that field, over the whole file, and is that of this certificate."""
    [signature] = [item for item in found if item.field == field]
    if signature.signature.fingerprint != fingerprint:
        raise Invalid("pdf-signer", f"the PDF signature in {field} was made by another key than the record's")


def _finished(prepared: bytes, offered: Mapping[str, Any], cms: bytes, checked: Checked, at: datetime) -> Finished:
    content = limited(embed, prepared, cms, offered["field"])
    found = limited(verify_pdf, content, trust=checked.trust, at=at, accepted=at)
    check_signer(found, content, offered["field"], checked.verified.signature.fingerprint)
    judged = frozenset(each for item in found for each in item.judged)
    return Finished(name=offered["name"], content=content, judged=judged)


def _refused(code: str, message: str, remedy: str) -> Refusal:
    return Refusal(kind=Kind.SIGNATURE, code=code, message=message, remedy=remedy)
