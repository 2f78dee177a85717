"""Extend a signed PDF before it leaves: proofs and a time stamp go into the file, so that it can be judged for years.

What leaves is PAdES B-LTA (EN 319 142-1): whoever gets it needs no server of ours. While the time-stamp authority is
away, the result waits.
"""

from collections.abc import Collection
from dataclasses import replace

from cryptography.hazmat.primitives.serialization import Encoding

from adapters.application.application import Application
from adapters.application.dispatching import trust_of_records
from adapters.application.save import save
from adapters.application.work import Job
from adapters.database import definitions, dossiers, jobs
from adapters.database.store import Transaction
from adapters.letters.fields import signing_places
from engine.acts.proceed import document_made
from engine.document import PDF, Document
from engine.dossier import Dossier
from engine.outcome import SYSTEM, LeafDraft
from signing.canonical import sha256_hex
from signing.errors import Invalid, Undecidable
from signing.pdf.extend import extend
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
    if not needs_extension(content):
        _check(app, content, trust, signed)
        return document
    made = _extend(app, content, trust)
    _check(app, made, trust, signed)
    return _keep(app, job, document, made, trust)


def _signed(content: bytes) -> bool:
    """Whether anybody signed inside it; what cannot be read as a PDF holds no signature of ours."""
    try:
        return is_signed(content)
    except Invalid:
        return False


def _extend(app: Application, content: bytes, trust: Trust) -> bytes:
    if app.stamp is None:
        raise Waiting("no time-stamp authority is configured; set HOSO_TSA_URL   [stamp-unavailable]")
    try:
        return extend(content, trust=trust, stamp=app.stamp.stamp)
    except StampUnavailable as error:
        raise Waiting(f"{error}   [stamp-unavailable]") from error


def _check(app: Application, content: bytes, trust: Trust, signed: Collection[tuple[str, str]]) -> None:
    """Verify each signature, and that a step of this dossier made it: nobody signed before who had no say."""
    found = verify_pdf(content, trust=trust, at=app.clock(), accepted=None)
    for item in found:
        if (sha256_hex(content[: item.covered]), item.signature.fingerprint) not in signed:
            raise Invalid("pdf-signer", f"the PDF signature in {item.field} was made in no step of this dossier")
    if any(item.level != LEVEL for item in found):
        lacking = next(item for item in found if item.level != LEVEL)
        raise Undecidable("pdf-level", f"the signature in {lacking.field} reaches {lacking.level} alone; load new CRLs")


def _keep(app: Application, job: Job, document: Document, made: bytes, trust: Trust) -> Document:
    after = replace(document, sha256=sha256_hex(made), size=len(made), revision=document.revision + 1)
    with app.store.write() as tx:
        dossier = dossiers.load(tx, job["dossier"], lock=True, part=job["part"])
        if dossier is None or not jobs.held(tx, job) or dossier.documents.get(document.name) != document:
            raise Waiting(f"the document {document.file_name} was changed while it was extended")
        definitions.put_content(tx, after.sha256, made)
        leaf = LeafDraft(
            actor=SYSTEM,
            act=EXTENDED,
            subject=dossier.code,
            dossier=dossier.code,
            details={"document": after.file_name, "revision": after.revision, "level": LEVEL},
            objects={"pdf": [{"name": after.file_name, "sha256": after.sha256}], **_kept(tx, trust)},
        )
        save(app, tx, dossier, document_made(dossier, after, leaf), app.clock())
    return after


def _kept(tx: Transaction, trust: Trust) -> dict[str, object]:
    """Keep by what the PDF was judged; names by role."""
    chain = tuple(certificate.public_bytes(Encoding.DER) for certificate in trust.intermediates)
    roles = {"chain": chain, "crl": trust.crls, "ocsp": trust.ocsps}
    for part in (item for parts in roles.values() for item in parts):
        definitions.put_content(tx, sha256_hex(part), part)
    return {role: sorted(map(sha256_hex, parts)) for role, parts in roles.items() if parts or role != "ocsp"}
