"""A signed submission: record, manifest and signature, verified before any lock is taken."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Self

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from adapters.application.application import Application
from adapters.database import definitions, people
from adapters.database.store import Transaction
from engine.errors import Kind, Refusal
from engine.officer import Officer
from signing.canonical import canonical, sha256_hex
from signing.certificates import load_certificates
from signing.consulted import consulted
from signing.errors import SigningError
from signing.ocsp import read_answer
from signing.record import ActRecord, ApprovalRecord, DocumentReference
from signing.verify import Trust, Verified, verify_submission

PERSON, ORGAN = "person", "organ"
_KINDS = {PERSON: "a person", ORGAN: "the agency"}
APPROVAL_FACTS = (
    "dossier", "task", "element", "process_key", "process_version", "bundle_hash", "officer", "capacity",
    "delegation", "purpose", "time",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What an officer's client sent, as it arrived. `pdf`: the signatures of PDFs, by the name of the document."""

    statement: str
    record: bytes
    manifest: bytes
    signature: bytes
    pdf: Mapping[str, bytes] = field(default_factory=dict)

    def objects(self) -> dict[str, object]:
        """The SHA-256 names of the three."""
        parts = {"record": self.record, "manifest": self.manifest, "signature": self.signature}
        return {role: sha256_hex(part) for role, part in parts.items()}

    def refused_objects(self) -> dict[str, object]:
        """The names of all that came; what was accepted holds the PDF signatures inside the PDFs."""
        loose = {"pdf-signature": sorted(map(sha256_hex, self.pdf.values()))} if self.pdf else {}
        return {**self.objects(), **loose}

    def keep(self, tx: Transaction, *, of: str = definitions.FOR_GOOD) -> None:
        """Store the bytes, accepted or refused: the trail names them. `of`: the dossier with which they are erased."""
        for part in (self.record, self.manifest, self.signature, *self.pdf.values()):
            definitions.put_content(tx, sha256_hex(part), part, of=of)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A submission whose signature was verified, with the trust that was used, and what of it the verdict rests on."""

    verified: Verified
    trust: Trust
    kept: Trust
    until: datetime  # how long the verdict stays the same: no certificate or revocation list of the trust ends before

    def keep(self, tx: Transaction) -> dict[str, object]:
        """Store certificate, chain and CRLs, so that an auditor needs nothing else; gives their names by role."""
        der = self.verified.signature.certificate_der
        definitions.put_content(tx, sha256_hex(der), der)
        return {"certificate": sha256_hex(der), **keep_trust(tx, self.kept)}

    def resting_on(self, judged: Iterable[bytes]) -> Self:
        """The same, with the lists for these certificates (DER) beside the signer's own."""
        return replace(self, kept=consulted(self.trust, (*self.verified.signature.path, *judged)))


def keep_trust(tx: Transaction, kept: Trust) -> dict[str, object]:
    """Store the chain, the CRLs and OCSP responses of a verdict; gives their names by role."""
    chain = tuple(certificate.public_bytes(Encoding.DER) for certificate in kept.intermediates)
    roles = {"chain": chain, "crl": kept.crls, "ocsp": kept.ocsps}
    for part in (item for parts in roles.values() for item in parts):
        definitions.put_content(tx, sha256_hex(part), part)
    return {role: sorted(map(sha256_hex, parts)) for role, parts in roles.items() if parts or role != "ocsp"}


def verify(app: Application, submission: Submission, facts: Mapping[str, Any], nonce: str) -> Checked | Refusal:
    """Verify signature, chain and revocation, and that the record says what the statement offered. No lock is held."""
    trust = app.trust()
    at = app.clock()
    try:
        offered = [DocumentReference(**item) for item in facts.get("documents", ())]
        verified = verify_submission(
            submission.record,
            submission.manifest,
            submission.signature,
            documents=offered,
            trust=trust,
            at=at,
        )
    except SigningError as error:
        return _signature(error.code, error.message, "sign again, with your own key, what the server offers now")
    refusal = _refuses_record(verified.record, facts, nonce)
    signer = load_certificates(verified.signature.certificate_der)[0]
    kept = consulted(trust, verified.signature.path)
    return refusal or Checked(verified=verified, trust=trust, kept=kept, until=until(trust, signer, at))


def refuses_certificate(tx: Transaction, officer: Officer, checked: Checked, now: datetime) -> Refusal | None:
    """Why this certificate may not sign for this officer now, or None. Its row stays locked until the act is saved."""
    signature = checked.verified.signature
    found = people.find_certificate(tx, signature.fingerprint, lock="use")
    name = signature.fingerprint[:16]
    if found is None:
        remedy = f"ask an administrator to bind it: hoso certificate bind {officer.id}"
        return _signature("certificate-unbound", f"certificate {name} is bound to no officer", remedy)
    if found["officer"] != officer.id:
        message = f"certificate {name} is bound to {found['officer']}, not to {officer.id}"
        return _signature("certificate-of-another", message, "sign with your own key")
    if found["revoked"] is not None:
        message = f"the binding of certificate {name} to {officer.id} was revoked"
        return _signature("certificate-revoked", message, "ask an administrator to bind your new certificate")
    if found["suspended"] is not None:
        message = f"certificate {name} of {officer.id} is suspended: a device on which it may lie was lost"
        remedy = f"ask an administrator to let it sign again: hoso certificate reinstate {name}"
        return _signature("certificate-suspended", message, remedy)
    wanted = ORGAN if signature.purpose == ORGAN else PERSON
    if found["kind"] != wanted:
        message = (
            f"certificate {name} is bound as that of {_KINDS[found['kind']]}; this step wants that of {_KINDS[wanted]}"
        )
        return _signature("certificate-kind", message, "sign with the other key")
    return refuses_stale(checked, now)


def refuses_stale(checked: Checked, now: datetime) -> Refusal | None:
    """Refuse a verdict that may have changed while the act waited for its lock."""
    if now.replace(microsecond=0) <= checked.until:
        return None
    message = "a certificate or a revocation list ended while the act was waiting"
    return Refusal(kind=Kind.CONFLICT, code="signature-stale", message=message, remedy="sign again")


def until(trust: Trust, signer: x509.Certificate, at: datetime) -> datetime:
    """The first end from `at` on of anything that the verdict may rest on; signatures are judged in whole seconds."""
    at = at.replace(microsecond=0)
    certificates = (signer, *trust.intermediates, *trust.roots)
    updates = [x509.load_der_x509_crl(crl).next_update_utc for crl in trust.crls]
    updates += [single.next_update_utc for ocsp in trust.ocsps for single in read_answer(ocsp).singles]
    ends = [certificate.not_valid_after_utc for certificate in certificates]
    ends += [update for update in updates if update is not None]
    return min((end for end in ends if end >= at), default=at)


def _refuses_record(record: ApprovalRecord | ActRecord, facts: Mapping[str, Any], nonce: str) -> Refusal | None:
    if record.nonce != nonce:
        return _signature("statement-nonce", "the record answers another statement", "prepare and sign again")
    differing = _differing(record, facts)
    if not differing:
        return None
    message = f"the signed record differs from what the server offered in: {', '.join(differing)}"
    return _signature("statement-differs", message, "prepare and sign again")


def _differing(record: ApprovalRecord | ActRecord, facts: Mapping[str, Any]) -> list[str]:
    if isinstance(record, ActRecord):
        names = ("act", "subject", "body", "officer", "time")
        return [name for name in names if canonical(getattr(record, name)) != canonical(facts.get(name))]
    differing = [name for name in APPROVAL_FACTS if canonical(getattr(record, name)) != canonical(facts.get(name))]
    # As bytes: in Python true equals 1, and what was signed must be what is stored.
    if canonical(record.data) != canonical(facts.get("data")) or record.decision != facts.get("data", {}).get(
        "decision"
    ):
        differing.append("data")
    if list(record.prior) != facts.get("prior"):
        differing.append("prior")
    documents = [
        {"name": item.name, "media_type": item.media_type, "sha256": item.sha256, "size": item.size}
        for item in record.documents
    ]
    return differing if canonical(documents) == canonical(facts.get("documents")) else [*differing, "documents"]


def _signature(code: str, message: str, remedy: str) -> Refusal:
    return Refusal(kind=Kind.SIGNATURE, code=code, message=message, remedy=remedy)
