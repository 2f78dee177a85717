"""Gather what `engine/dispatch` decides by: the approvals over a result, their signatures verified again just now."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from adapters.application.application import Application
from adapters.application.work import Job
from adapters.database import acts, definitions
from adapters.database.store import Transaction
from engine.dispatch import Dispatch, Request, ResultApproval, decide
from engine.document import Document
from engine.dossier import Dossier
from engine.errors import Refusal
from engine.outcome import SYSTEM, LeafDraft
from engine.procedure import read_procedure
from signing.errors import SigningError
from signing.pdf import only_fields_filled
from signing.record import ApprovalRecord, decode
from signing.verify import verify_submission

FIELDS = frozenset({"number", "date"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What was found over the result's bytes, outside any lock."""

    approvals: tuple[ResultApproval, ...]
    earlier: frozenset[str]


def request_of(job: Job, dossier: Dossier, document: Document, channel: str) -> Request:
    """What the process asks for; only text values of the recipient go further."""
    given = job["payload"]["input"]
    consent = given.get("consent")
    recipient = {
        name: str(given[name]) for name in ("to", "recipient", "address", "phone", "appointment") if given.get(name)
    }
    return Request(
        dossier=dossier.code,
        document=document,
        channel=channel,
        recipient=recipient,
        consent={name: str(value) for name, value in consent.items()} if isinstance(consent, dict) else None,
        group=f"{job['element']}/{job['number']}",
    )


def prove(app: Application, dossier: Dossier, document: Document) -> Proof:
    """Verify every accepted record of the dossier again, and find the earlier revisions of the document."""
    with app.store.read() as tx:
        rows = acts.records_of(tx, dossier.code)
        names = {row[part] for row in rows for part in ("sha256", "manifest", "signature")}
        contents = definitions.get_contents(tx, names)
    approvals = tuple(found for row in rows if (found := _approval(app, row, contents)))
    covered = {digest for approval in approvals for digest in approval.covers} - {document.sha256}
    return Proof(approvals=approvals, earlier=_earlier(app, document, covered))


def decided(tx: Transaction, dossier: Dossier, request: Request, proof: Proof) -> Dispatch | Refusal:
    """Ask the engine, under the procedure record that the dossier was received under."""
    row = definitions.find_procedure(tx, dossier.procedure) if dossier.procedure else None
    procedure = read_procedure(row["body"]) if row else None
    return decide(request, procedure=procedure, approvals=proof.approvals, earlier=proof.earlier)


def leaf(act: str, request: Request, **details: object) -> LeafDraft:
    """The leaf of something that happened to a dispatch. It names no address: the evidence is kept longer than that."""
    return LeafDraft(
        actor=SYSTEM,
        act=act,
        subject=request.dossier,
        dossier=request.dossier,
        details={"channel": request.channel, "document": request.document.file_name, **details},
        objects={"document": [{"name": request.document.file_name, "sha256": request.document.sha256}]},
    )


def _approval(app: Application, row: Mapping[str, Any], contents: Mapping[str, bytes]) -> ResultApproval | None:
    record, manifest, signature = (contents[row[part]] for part in ("sha256", "manifest", "signature"))
    try:
        named = decode(record).documents
        verified = verify_submission(
            record, manifest, signature, documents=named, trust=app.trust(), at=row["accepted"]
        )
    except SigningError:
        return None
    assert isinstance(verified.record, ApprovalRecord)
    return ResultApproval(
        purpose=verified.record.purpose,
        decision=verified.record.decision,
        officer=verified.record.officer,
        roles=frozenset(row["roles"]),
        covers=frozenset(item.sha256 for item in verified.record.documents),
    )


def _earlier(app: Application, document: Document, covered: set[str]) -> frozenset[str]:
    with app.store.read() as tx:
        after = definitions.get_content(tx, document.sha256) or b""
        befores = definitions.get_contents(tx, covered)
    found = set()
    for digest, before in befores.items():
        try:
            only_fields_filled(before, after, FIELDS)
        except SigningError:
            continue
        found.add(digest)
    return frozenset(found)
