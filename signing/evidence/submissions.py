"""Whether the signature over an act holds, and whose bound certificate made it.

An act has its author's signature and, where a second person approved it, theirs: roles that begin with `approval-`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from signing.canonical import sha256_hex
from signing.certificates import load_certificates, public_key
from signing.errors import Invalid
from signing.evidence.contents import APPROVER, AUTHOR, Opened, digest_of, digests_of, signed_parts, stored_object
from signing.evidence.report import Deed
from signing.evidence.stamps import verify_with_stamp
from signing.evidence.story import BOOTSTRAP, BOUND, ORGAN, PERSON, REINSTATED, Binding, Story
from signing.record import ActRecord, ApprovalRecord, parse_time
from signing.verdict import examined
from signing.verify import Trust, Verified, verify_submission

FRESH = timedelta(hours=1)
"""How long before its leaf an act may have been offered; the server's statements live a quarter of an hour."""
LAPSES = timedelta(days=31)
"""How long before its leaf the author of a proposal may have signed; proposals live 30 days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """A signature that holds, by an officer to whom its certificate is bound."""

    officer: str
    verified: Verified
    binding: Binding
    stamped: datetime | None
    """The time that its stamp proves."""

    @property
    def record(self) -> ApprovalRecord | ActRecord:
        """What was signed."""
        return self.verified.record

    @property
    def fingerprint(self) -> str:
        """The signer's certificate."""
        return self.verified.signature.fingerprint

    @property
    def public_key(self) -> bytes:
        """The signer's key: a person may have several certificates of one."""
        return public_key(self.verified.signature.certificate_der)


def judge_signature(item: Opened, story: Story, officer: str, whose: str = AUTHOR) -> Signature:
    """Verify record, manifest, signature and certificate of an act, at its leaf's time; Invalid or Undecidable."""
    verified, stamped = _verified(item, story, officer, whose)
    record = verified.record
    if record.nonce in story.nonces:
        raise Invalid("record-replayed", "this record answers a statement that another record has answered before")
    story.nonces.add(record.nonce)
    binding = _binding(item, verified, story, whose)
    return Signature(officer=officer, verified=verified, binding=binding, stamped=stamped)


def check_fresh(item: Opened, signature: Signature, longest: timedelta = FRESH) -> None:
    """Raise Invalid `record-stale` where the record was offered too long before its act: an old one served again."""
    if parse_time(item.leaf.time) - parse_time(signature.record.time) > longest:
        message = f"the record is of {signature.record.time}, the act of {item.leaf.time}: no statement lives so long"
        raise Invalid("record-stale", message)


def _verified(item: Opened, story: Story, officer: str, whose: str) -> tuple[Verified, datetime | None]:
    stored = story.contents.objects
    own = digests_of(item, f"{whose}certificate")
    trust = trust_of(item, story, whose)
    record, manifest, cms = signed_parts(item, stored, whose)
    at, proven = parse_time(item.leaf.time), None
    stamp = story.stamps.get(sha256_hex(cms))
    if stamp is not None:
        found = examined(cms, manifest, trust, at, lambda: verify_with_stamp(item, whose, stamp, stored, trust))
        verified, proven = found.verified, found.proven
    else:
        verified = examined(
            cms, manifest, trust, at, lambda: verify_submission(record, manifest, cms, trust=trust, at=at)
        )
    story.signatures[sha256_hex(cms)] = proven
    if verified.record.officer != officer or own not in ((), (verified.signature.fingerprint,)):
        raise Invalid("record-other-act", f"the record is of {verified.record.officer}, the act of {officer}")
    return verified, proven


def trust_of(item: Opened, story: Story, whose: str = AUTHOR) -> Trust:
    """By what an act's signatures are judged: the roots given, and what the pack holds of the act."""
    named = (*digests_of(item, f"{whose}certificate"), *digests_of(item, f"{whose}chain"))
    chain = [stored_object(story.contents.objects, digest) for digest in named]
    return Trust(
        roots=story.roots,
        intermediates=tuple(load_certificates(content)[0] for content in chain),
        crls=story.crls,
        ocsps=story.ocsps,
        stamp_roots=story.stamp_roots,
    )


def _binding(item: Opened, verified: Verified, story: Story, whose: str) -> Binding:
    """Say whose certificate it was then, and by which act."""
    fingerprint, record = verified.signature.fingerprint, verified.record
    name = f"the certificate {fingerprint[:16]} of {verified.signature.subject}"
    if fingerprint in story.revoked:
        raise Invalid("certificate-unbound", f"{name} was unbound before this act")
    if fingerprint in story.bound:
        found = story.bound[fingerprint]
        if found.officer != record.officer:
            raise Invalid("certificate-of-another", f"{name} is bound to {found.officer}, not to {record.officer}")
        if (found.kind == ORGAN) != (verified.signature.purpose == ORGAN):
            raise Invalid("certificate-kind", f"{name} is bound as that of a {found.kind}, and signs as another kind")
        # Whether its officer may show by it to have the key again, is asked with the act itself.
        if fingerprint in story.suspended and not (whose == APPROVER and _reinstates(item, fingerprint)):
            raise Invalid("certificate-suspended", f"{name} was suspended, and nobody had reinstated it")
        return found
    if _binds_itself(item, fingerprint, record.officer):
        if whose == AUTHOR and isinstance(record, ActRecord) and (not story.bound or fingerprint in story.admins):
            return _bootstrapped(item, fingerprint, record, story)
        # Another one vouches for it; who approves shows to have the key.
        if whose == APPROVER and not story.signs_in_person(record.officer):
            deed = Deed(index=item.leaf.index, by=item.leaf.actor, approved_by=record.officer)
            return Binding(officer=record.officer, kind=PERSON, deed=deed)
    raise Invalid(
        "certificate-unbound", f"{name} was not bound to {record.officer} by any signed act in the pack before"
    )


def _binds_itself(item: Opened, fingerprint: str, officer: str) -> bool:
    return item.leaf.act == BOUND and item.leaf.subject == officer and digest_of(item, "bound") == fingerprint


def _reinstates(item: Opened, fingerprint: str) -> bool:
    return item.leaf.act == REINSTATED and item.leaf.subject == fingerprint


def _bootstrapped(item: Opened, fingerprint: str, record: ActRecord, story: Story) -> Binding:
    """The first administrator can only vouch for themselves: the key is shown to be theirs, and the auditor pins it."""
    if story.admins and fingerprint not in story.admins:
        message = f"the chain of signed acts begins with certificate {fingerprint[:16]}… of {record.officer}"
        raise Invalid("administrator-unpinned", f"{message}, which is none of those that you pin")
    story.bootstrap.append(fingerprint)
    story.vouched |= {record.officer} if story.admins else set()
    deed = Deed(index=item.leaf.index, by=BOOTSTRAP, how=BOOTSTRAP)
    return Binding(officer=record.officer, kind=str(record.body.get("kind")), deed=deed)
