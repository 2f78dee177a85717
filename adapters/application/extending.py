"""Extend a signed PDF before it leaves: proofs and a time stamp go into the file, so that it can be judged for years.

What leaves is PAdES B-LTA (EN 319 142-1): whoever gets it needs no server of ours. While the time-stamp authority is
away, the result waits.
"""

from collections.abc import Collection
from dataclasses import replace

from adapters.application.application import Application
from adapters.application.dispatching import trust_of_records
from adapters.application.save import save
from adapters.application.submission import keep_trust
from adapters.application.work import Job
from adapters.database import definitions, dossiers, jobs
from adapters.letters.fields import signing_places
from adapters.limits.limited import limited
from engine.acts.proceed import document_made
from engine.document import PDF, Document
from engine.dossier import Dossier
from engine.outcome import SYSTEM, LeafDraft
from signing.canonical import sha256_hex
from signing.consulted import consulted
from signing.errors import Invalid, Undecidable
from signing.pdf.byte_range import Hole
from signing.pdf.extend import extend, place_for_stamp
from signing.pdf.extended import is_signed, needs_extension
from signing.pdf.fields import SIGNATURE_FIELD
from signing.pdf.verify import verify_pdf
from signing.timestamp import StampUnavailable
from signing.verify import Trust

EXTENDED = "document-extended"
LEVEL = "B-LTA"


class Waiting(Exception):
    """Not now: no authority stamps, or somebody else changed the document meanwhile. The job is tried again."""


def extended(app: Application, job: Job, dossier: Dossier, document: Document) -> Document:
    """Give the document as it may leave: extended, if it holds signatures; every signature in it is verified again.

    Raises Waiting, Undecidable (later), or Invalid where a place is empty or a signature does not hold.
    """
    with app.store.read() as tx:
        content = definitions.get_content(tx, document.sha256) or b""
    if document.media_type != PDF:
        return document
    if empty := sorted(name for name in signing_places(content) if name.startswith(SIGNATURE_FIELD)):
        raise Invalid(
            "pdf-place-empty", f"nobody signed at the place {empty[0]}; does a step have that purpose and role?"
        )
    if not _signed(content):
        return document
    trust, signed = trust_of_records(app, dossier.code)
    if not limited(needs_extension, content):
        _check(app, content, trust, signed)
        return document
    made = _extend(app, content, trust)
    judged = _check(app, made, trust, signed)
    return _keep(app, job, document, made, consulted(trust, judged))


def _signed(content: bytes) -> bool:
    """Whether anybody signed inside it; what cannot be read as a PDF holds no signature of ours."""
    try:
        return limited(is_signed, content)
    except Invalid:
        return False


def _extend(app: Application, content: bytes, trust: Trust) -> bytes:
    if app.stamp is None:
        raise Waiting("no time-stamp authority is configured; set HOSO_TSA_URL   [stamp-unavailable]")
    try:
        return extend(content, trust=trust, stamp=app.stamp.stamp, place=_place)
    except StampUnavailable as error:
        raise Waiting(f"{error}   [stamp-unavailable]") from error


def _place(pdf: bytes, first: bytes, *, trust: Trust) -> tuple[bytes, Hole]:
    return limited(place_for_stamp, pdf, first, trust=trust)


def _check(app: Application, content: bytes, trust: Trust, signed: Collection[tuple[str, str]]) -> set[bytes]:
    """Verify each signature, and that a step of this dossier made it: nobody signed before who had no say.

    Gives the certificates (DER) that were judged.
    """
    found = limited(verify_pdf, content, trust=trust, at=app.clock(), accepted=None)
    for item in found:
        if (sha256_hex(content[: item.covered]), item.signature.fingerprint) not in signed:
            raise Invalid("pdf-signer", f"the PDF signature in {item.field} was made in no step of this dossier")
    if any(item.level != LEVEL for item in found):
        lacking = next(item for item in found if item.level != LEVEL)
        raise Undecidable("pdf-level", f"the signature in {lacking.field} reaches {lacking.level} alone; load new CRLs")
    return {each for item in found for each in item.judged}


def _keep(app: Application, job: Job, document: Document, made: bytes, kept: Trust) -> Document:
    after = replace(document, sha256=sha256_hex(made), size=len(made), revision=document.revision + 1)
    with app.store.write() as tx:
        dossier = dossiers.load(tx, job["dossier"], lock=True, part=job["part"])
        if dossier is None or not jobs.held(tx, job) or dossier.documents.get(document.name) != document:
            raise Waiting(f"the document {document.file_name} was changed while it was extended")
        definitions.put_content(tx, after.sha256, made, of=dossier.code)
        leaf = LeafDraft(
            actor=SYSTEM,
            act=EXTENDED,
            subject=dossier.code,
            dossier=dossier.code,
            details={"document": after.file_name, "revision": after.revision, "level": LEVEL},
            objects={"pdf": [{"name": after.file_name, "sha256": after.sha256}], **keep_trust(tx, kept)},
        )
        save(app, tx, dossier, document_made(dossier, after, leaf), app.clock())
    return after
