"""Verify an evidence pack offline: nothing but the pack, the roots one trusts and the log's key.

In this order, each step on what the ones before have proven:
 1. form: the pack is exactly what its own leaves and objects make (`read_pack`);
 2. trail: the log's key signed the checkpoint, each leaf is under it, each evidence is the leaf's;
 3. acts, by rising index: each record fits its manifest, documents, signature and leaf; the certificate leads to a
    root, was not revoked, and was then bound to that officer by a signed act; no nonce serves twice; what a record
    names as prior was accepted before; the bundles under which the dossier ran are in the pack, its own and those of
    what it calls, and the record names its own; a step of which its bundle wants a signature has one, of that purpose.
What a refused act sent proves the attempt; its signature is not judged. What the log withheld, no pack can show.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from cryptography import x509

from signing.canonical import canonical, sha256_hex
from signing.certificates import load_certificates, load_crls
from signing.errors import Invalid, SigningError
from signing.evidence.contents import Opened, PackContents, digest_of, digests_of, open_entry, stored_object
from signing.evidence.delegation import check_delegation
from signing.evidence.pack import read_contents, read_pack
from signing.evidence.report import ActLine, Report, SignatureLine
from signing.evidence.running import Running
from signing.manifest import record_stem
from signing.record import ActRecord, ApprovalRecord, parse_time, time_text
from signing.trail.checkpoint import Checkpoint, verify_checkpoint
from signing.trail.leaf import check_evidence
from signing.trail.tree import verify_inclusion
from signing.verify import CLOCK_SKEW, Trust, Verified, verify_submission

BOUND, REVOKED, ADOPTED = "certificate-bound", "certificate-revoked", "procedure-adopted"
SIGNED_ACTS = (BOUND, REVOKED, ADOPTED)
BOOTSTRAP = "bootstrap"


@dataclass(slots=True, kw_only=True)
class _Story:
    """What the acts so far have established."""

    contents: PackContents
    roots: tuple[x509.Certificate, ...]
    crls: tuple[bytes, ...]
    bound: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    """Fingerprint → officer, who bound it, and as whose: a person's or the organ's."""
    revoked: set[str] = field(default_factory=set)
    nonces: set[str] = field(default_factory=set)
    records: set[str] = field(default_factory=set)
    running: Running = field(default_factory=Running)
    bootstrap: list[str] = field(default_factory=list)
    completed: set[str] = field(default_factory=set)


def verify_pack(pack: bytes, *, roots: Sequence[x509.Certificate], log_key: str, at: datetime | None = None) -> Report:
    """Verify a pack and say what it proves. `log_key`: the log's verifier key (text).

    `at` (aware): the verifier's own time; acts later than that are refused. Signatures are judged at their leaves'
    times. Raises Invalid, or Undecidable where a CRL is missing from the pack; the message names the leaf.
    """
    contents = read_contents(read_pack(pack))
    checkpoint = verify_checkpoint(contents.checkpoint, log_key)
    opened = [open_entry(item) for item in contents.entries]
    for item, entry in zip(opened, contents.entries, strict=True):
        verify_inclusion(item.leaf.index, checkpoint.size, item.leaf.hash(), entry.proof, checkpoint.root)
        check_evidence(item.leaf, entry.evidence, entry.salt)
        if at is not None and parse_time(item.leaf.time) > at + CLOCK_SKEW:
            raise Invalid(
                "leaf-future", f"leaf {item.leaf.index} is of {item.leaf.time}, later than now ({time_text(at)})"
            )
    story = _Story(contents=contents, roots=tuple(roots), crls=_crls(opened, contents))
    acts, signatures = [], []
    for item in opened:
        acts.append(_act_line(item))
        if line := _located(item, story):
            signatures.append(line)
    return _report(contents, checkpoint, acts, signatures, story)


def _located(item: Opened, story: _Story) -> SignatureLine | None:
    """Judge one act; a refusal says at which leaf."""
    try:
        return _judge(item, story)
    except SigningError as error:
        raise type(error)(error.code, f"leaf {item.leaf.index} ({item.leaf.act}): {error.message}") from error


def _judge(item: Opened, story: _Story) -> SignatureLine | None:
    if item.refused:
        return None
    story.running.take(item, story.contents.objects)
    if item.leaf.act == "task-completed":
        if item.leaf.subject in story.completed:
            raise Invalid(
                "act-repeated", f"the task {item.leaf.subject} was completed before; a task is completed once"
            )
        story.completed.add(item.leaf.subject)
    if "record" not in item.objects:
        if item.leaf.act in SIGNED_ACTS or "purpose" in item.details or _wanted(item, story):
            raise Invalid("act-unsigned", "this act needs a signature, and the pack has none for it")
        return None
    verified = _verified(item, story)
    record = verified.record
    if record.nonce in story.nonces:
        raise Invalid("record-replayed", "this record answers a statement that another record has answered before")
    story.nonces.add(record.nonce)
    bound_by = _binder(item, verified, story)
    if isinstance(record, ApprovalRecord):
        _check_approval(item, record, story)
    else:
        _apply(item, record, story)
    story.records.add(digest_of(item, "record"))
    return _signature_line(item, verified, bound_by)


def _wanted(item: Opened, story: _Story) -> str | None:
    """The signature that the process wants of this step."""
    if item.leaf.act != "task-completed":
        return None
    return story.running.wanted(str(item.details.get("element")))


def _verified(item: Opened, story: _Story) -> Verified:
    stored = story.contents.objects
    own = digests_of(item, "certificate")
    chain = [stored_object(stored, digest) for digest in (*own, *digests_of(item, "chain"))]
    trust = Trust(
        roots=story.roots,
        intermediates=tuple(load_certificates(content)[0] for content in chain),
        crls=story.crls,
    )
    verified = verify_submission(
        *(stored_object(stored, digest_of(item, role)) for role in ("record", "manifest", "signature")),
        trust=trust,
        at=parse_time(item.leaf.time),
    )
    if verified.record.officer != item.leaf.actor or own not in ((), (verified.signature.fingerprint,)):
        raise Invalid("record-other-act", f"the record is of {verified.record.officer}, the act of {item.leaf.actor}")
    return verified


def _binder(item: Opened, verified: Verified, story: _Story) -> str:
    """Say who bound the certificate to the officer, before this act."""
    fingerprint, record = verified.signature.fingerprint, verified.record
    name = f"the certificate {fingerprint[:16]} of {verified.signature.subject}"
    if fingerprint in story.revoked:
        raise Invalid("certificate-unbound", f"{name} was unbound before this act")
    if fingerprint in story.bound:
        officer, by, kind = story.bound[fingerprint]
        if officer != record.officer:
            raise Invalid("certificate-of-another", f"{name} is bound to {officer}, the record is of {record.officer}")
        if (kind == "organ") != (verified.signature.purpose == "organ"):
            raise Invalid("certificate-kind", f"{name} is bound as that of a {kind}, and signs as another kind")
        return by
    # The first administrator can only vouch for themselves: the key is shown to be theirs, and the auditor pins it.
    first = isinstance(record, ActRecord) and record.act == BOUND and not story.bound
    if first and item.leaf.subject == record.officer and digest_of(item, "bound") == fingerprint:
        story.bootstrap.append(fingerprint)
        return BOOTSTRAP
    raise Invalid(
        "certificate-unbound", f"{name} was not bound to {record.officer} by any signed act in the pack before"
    )


def _check_approval(item: Opened, record: ApprovalRecord, story: _Story) -> None:
    if item.leaf.act != "task-completed" or (record.dossier, record.task) != (item.dossier, item.leaf.subject):
        raise Invalid("record-other-act", f"the record approves task {record.task}, the act is {item.leaf.subject}")
    if {item.details.get("purpose", record.purpose), _wanted(item, story) or record.purpose} != {record.purpose}:
        raise Invalid(
            "record-other-act", f"the record is signed as {record.purpose}, the task wanted another signature"
        )
    _check_told(item, record)
    check_delegation(record, item.objects.get("delegation"), story.contents.objects)
    if missing := [digest for digest in record.prior if digest not in story.records]:
        raise Invalid(
            "record-prior", f"the record follows {missing[0][:16]}…, which the pack does not hold as accepted"
        )
    if not story.running.holds((record.process_key, record.process_version, record.bundle_hash)):
        raise Invalid(
            "bundle-missing",
            f"the process {record.process_key} version {record.process_version} of the record is not the dossier's, "
            "or not in the pack",
        )
    for document in record.documents:
        if len(stored_object(story.contents.objects, document.sha256)) != document.size:
            raise Invalid(
                "signature-other-document", f"the document {document.name} has another size than the record says"
            )


def _check_told(item: Opened, record: ApprovalRecord) -> None:
    """What the trail tells of the act is what was signed: its data, its step, its documents."""
    told = (item.details.get("data"), item.details.get("element"), item.objects.get("document", []))
    covered = [{"name": document.name, "sha256": document.sha256} for document in record.documents]
    if canonical(told) != canonical((record.data, record.element, covered)):
        raise Invalid(
            "record-other-act", "the trail tells other data, another step or other documents than were signed"
        )


def _apply(item: Opened, record: ActRecord, story: _Story) -> None:
    """Let a signed act take effect for the acts after it."""
    if (record.act, record.subject) != (item.leaf.act, item.leaf.subject):
        raise Invalid("record-other-act", f"the record is of {record.act} on {record.subject}, the act is another")
    if record.act == BOUND:
        fingerprint = digest_of(item, "bound")
        if record.body.get("fingerprint") != fingerprint or fingerprint in story.bound:
            raise Invalid("record-other-act", "the record binds another certificate than the act, or one bound before")
        by = BOOTSTRAP if fingerprint in story.bootstrap else record.officer
        story.bound[fingerprint] = (record.subject, by, str(record.body.get("kind")))
    elif record.act == REVOKED:
        story.revoked.add(record.subject)
    elif record.act == ADOPTED and digest_of(item, "procedure") != sha256_hex(canonical(record.body)):
        raise Invalid("record-other-act", "the record adopts another procedure than the act")


def _crls(opened: Sequence[Opened], contents: PackContents) -> tuple[bytes, ...]:
    digests = dict.fromkeys(digest for item in opened if not item.refused for digest in digests_of(item, "crl"))
    return tuple(crl for digest in digests for crl in load_crls(stored_object(contents.objects, digest)))


def _act_line(item: Opened) -> ActLine:
    leaf = item.leaf
    return ActLine(
        index=leaf.index,
        time=leaf.time,
        act=leaf.act,
        actor=leaf.actor,
        subject=leaf.subject,
        verdict="refused" if item.refused else "accepted",
        details=item.details,
    )


def _signature_line(item: Opened, verified: Verified, bound_by: str) -> SignatureLine:
    record, signature = verified.record, verified.signature
    approval = record if isinstance(record, ApprovalRecord) else None
    return SignatureLine(
        index=item.leaf.index,
        time=item.leaf.time,
        record=record_stem(record),
        purpose=approval.purpose if approval else item.leaf.act,
        officer=record.officer,
        capacity=approval.capacity if approval else "",
        element=approval.element if approval else "",
        decision=approval.decision if approval else None,
        documents=tuple(document.name for document in approval.documents) if approval else (),
        signer=signature.subject,
        certificate=signature.fingerprint,
        signing_time=time_text(signature.signing_time),
        bound_by=bound_by,
    )


def _report(
    contents: PackContents,
    checkpoint: Checkpoint,
    acts: Sequence[ActLine],
    signatures: Sequence[SignatureLine],
    story: _Story,
) -> Report:
    return Report(
        dossier=contents.dossier,
        origin=checkpoint.origin,
        size=checkpoint.size,
        root=checkpoint.root.hex(),
        acts=tuple(acts),
        signatures=tuple(signatures),
        bootstrap=tuple(story.bootstrap),
    )
