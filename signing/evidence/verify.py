"""Verify an evidence pack offline: nothing but the pack, the roots one trusts and the log's key.

In this order, each step on what the ones before have proven:
 1. form: the pack is exactly what its own leaves and objects make (`read_pack`), but for README.txt,
    which is prose: of another than this edition writes, the report remarks it;
 2. trail: the log's key signed the checkpoint (or one that followed it, by statements in the pack), and so did the
    witnesses that it names; each leaf is under it, each evidence is the leaf's;
 3. acts, by rising index: each record fits its manifest, documents, signature and leaf; the certificate leads to a
    root, was not revoked when its stamp proves that it signed (else at the leaf's time), and was then bound to that
    officer by a signed act; no nonce serves twice; what a record
    names as prior was accepted before; the bundles under which the dossier ran are in the pack, its own and those of
    what it calls, and the record names its own; a step of which its bundle wants a signature has one, of that purpose;
 4. people: each administrative act (binding, deployment, procedure, appointment, …) is signed by its author and by its
    approver, another one, who both had the right to by earlier acts in the pack; each who approved something held the
    position and the roles that the trail tells, by such acts; all of it begins with the administrators that one pins.
What a refused act sent proves the attempt; its signature is not judged. What the log withheld, no pack can show: an
appointment's end that is left out is found only by who reads the whole log.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from cryptography import x509

from signing.certificates import load_crls
from signing.errors import Invalid, SigningError, Undecidable
from signing.evidence.acts import must_be_signed, take_act
from signing.evidence.anchor import Anchor, judge_anchor
from signing.evidence.approvals import check_approval, wanted_signature
from signing.evidence.contents import APPROVER, Opened, PackContents, digest_of, digests_of, open_entry, stored_object
from signing.evidence.organisation import CHANGES, take_first, take_next, take_unsigned
from signing.evidence.pack import other_readme, read_contents, read_pack
from signing.evidence.pdfs import EXTENDED, PDF, Reader, check_extended, check_pdfs, read_here
from signing.evidence.people import day_of
from signing.evidence.report import (
    LOG_RESTORED,
    NO_WITNESS,
    README_OTHER,
    WITNESS_UNPINNED,
    ActLine,
    Deed,
    Report,
    SignatureLine,
)
from signing.evidence.stamps import STAMPED, check_stamped, stamps_of
from signing.evidence.story import SUSPENDED, Story
from signing.evidence.submissions import Signature, judge_signature, trust_of
from signing.manifest import record_stem
from signing.reasons import ALGORITHMS, BINDING, CHAIN, INTEGRITY, REVOCATION, STAMP, USAGE
from signing.record import ApprovalRecord, parse_time, time_text
from signing.trail.leaf import check_evidence
from signing.trail.tree import verify_inclusion
from signing.verdict import held
from signing.verify import CLOCK_SKEW

_CHECKS = (INTEGRITY, CHAIN, REVOCATION, USAGE, ALGORITHMS, BINDING)


def verify_pack(
    pack: bytes,
    *,
    roots: Sequence[x509.Certificate],
    log_key: str,
    admins: Collection[str] = (),
    at: datetime | None = None,
    stamp_roots: Sequence[x509.Certificate] = (),
    witnesses: Collection[str] = (),
    read: Reader = read_here,
) -> Report:
    """Verify a pack and say what it proves. `log_key`: the log's verifier key (text), the present one or an earlier.

    `admins`: fingerprints of the administrators' certificates with one of which every chain of signed acts must begin;
    none: the report names where it begins. `at` (aware): the verifier's own time; acts later than that are refused.
    Signatures are judged at their stamps' times, those without one at their leaves'. `stamp_roots`: whom to trust for
    stamps; empty: the same roots. `witnesses`: verifier keys; each must have cosigned the checkpoint. `read`: where its
    PDFs are read, which may be anybody's; by itself, in this process and without limits. Raises Invalid,
    or Undecidable where proof is missing from the pack; the message names the leaf.
    """
    entries = read_pack(pack)
    contents = read_contents(entries)
    opened = [open_entry(item) for item in contents.entries]
    anchor = judge_anchor(contents.checkpoint, opened, contents.objects, log_key=log_key, witnesses=witnesses)
    checkpoint = anchor.checkpoint
    latest = parse_time(opened[0].leaf.time)
    for item, entry in zip(opened, contents.entries, strict=True):
        verify_inclusion(item.leaf.index, checkpoint.size, item.leaf.hash(), entry.proof, checkpoint.root)
        check_evidence(item.leaf, entry.evidence, entry.salt)
        if at is not None and parse_time(item.leaf.time) > at + CLOCK_SKEW:
            raise Invalid(
                "leaf-future", f"leaf {item.leaf.index} is of {item.leaf.time}, later than now ({time_text(at)})"
            )
        latest = _in_order(item, latest)
    story = Story(
        contents=contents,
        roots=tuple(roots),
        stamp_roots=tuple(stamp_roots),
        stamps=stamps_of(opened),
        crls=_crls(opened, contents),
        ocsps=tuple(stored_object(contents.objects, digest) for digest in _named(opened, "ocsp")),
        admins=frozenset(admins),
        read=read,
    )
    acts, signatures = [], list[SignatureLine]()
    for item in opened:
        signatures += _located(item, story)
        acts.append(_act_line(item, story))
    remarks = (README_OTHER,) if other_readme(entries, contents) else ()
    return _report(contents, anchor, acts, signatures, story, (*remarks, *_remarked(anchor)))


def _remarked(anchor: Anchor) -> tuple[str, ...]:
    """What an auditor should know of the log behind the checkpoint."""
    found = {
        NO_WITNESS: not anchor.cosigned,
        WITNESS_UNPINNED: bool(anchor.cosigned) and not any(each.pinned for each in anchor.cosigned),
        LOG_RESTORED: any(each.lost for each in anchor.successions),
    }
    return tuple(code for code, so in found.items() if so)


def _in_order(item: Opened, latest: datetime) -> datetime:
    """The latest time so far; Undecidable where a leaf is older than one before it by more than clocks differ: acts may
    stand in another order than they were done, so that what ended has not ended yet.
    """
    at = parse_time(item.leaf.time)
    if at < latest - CLOCK_SKEW:
        message = f"leaf {item.leaf.index} is of {item.leaf.time}, one before it of {time_text(latest)}"
        raise Undecidable("leaf-disordered", message)
    return max(at, latest)


def _located(item: Opened, story: Story) -> list[SignatureLine]:
    """Judge one act; a refusal says at which leaf."""
    try:
        return _judge(item, story)
    except SigningError as error:
        message = f"leaf {item.leaf.index} ({item.leaf.act}): {error.message}"
        raise type(error)(error.code, message, error.checks) from error


def _judge(item: Opened, story: Story) -> list[SignatureLine]:
    if item.refused:
        return []
    story.running.take(item, story.contents.objects)
    if item.leaf.act == "task-completed":
        if item.leaf.subject in story.completed:
            raise Invalid(
                "act-repeated", f"the task {item.leaf.subject} was completed before; a task is completed once"
            )
        story.completed.add(item.leaf.subject)
    if item.leaf.act == STAMPED:
        check_stamped(item, story.stamps, story.signatures)
    if item.leaf.act == SUSPENDED:
        story.suspended.add(item.leaf.subject)
    if item.leaf.act == EXTENDED:
        check_extended(item, story.contents.objects, trust_of(item, story), story.finished, story.read)
    if "record" not in item.objects:
        if must_be_signed(item) or "purpose" in item.details or wanted_signature(item, story):
            raise Invalid("act-unsigned", "this act needs a signature, and the pack has none for it")
        if item.leaf.act in CHANGES:
            take_unsigned(item, story)
        return []
    if item.leaf.act.endswith("-proposed"):  # kept, and judged once it is approved
        return []
    batch = story.batches.get(digest_of(item, "record"))
    if batch is not None and item.leaf.act in CHANGES:
        take_next(item, batch, story)
        return []
    lines = _signed(item, judge_signature(item, story, item.leaf.actor), story)
    story.records.add(digest_of(item, "record"))
    return lines


def _signed(item: Opened, author: Signature, story: Story) -> list[SignatureLine]:
    if isinstance(author.record, ApprovalRecord):
        standing = check_approval(item, author.record, story)
        check_pdfs(item, author.verified, story.contents.objects, trust_of(item, story), story.read)
        story.finished |= {(digest, author.fingerprint) for digest in digests_of(item, PDF)}
        line = _signature_line(item, author, standing.position, standing.deeds)
        return [replace(line, step=story.running.name(author.record.element))]
    persons = take_first(item, author, story) if item.leaf.act in CHANGES else take_act(item, author, story)
    lines = [_signature_line(item, author, _position(item, author, story), persons.rests)]
    if persons.approver is not None:
        position = _position(item, persons.approver, story)
        lines.append(_signature_line(item, persons.approver, position, persons.approver_rests))
    return lines


def _position(item: Opened, signature: Signature, story: Story) -> str:
    return story.people.footing(signature.officer, day_of(parse_time(item.leaf.time))).position


def _named(opened: Sequence[Opened], role: str) -> tuple[str, ...]:
    """What the acts name in a role, of author and approver."""
    roles = (role, f"{APPROVER}{role}")
    found = (digest for item in opened if not item.refused for each in roles for digest in digests_of(item, each))
    return tuple(dict.fromkeys(found))


def _crls(opened: Sequence[Opened], contents: PackContents) -> tuple[bytes, ...]:
    digests = _named(opened, "crl")
    return tuple(crl for digest in digests for crl in load_crls(stored_object(contents.objects, digest)))


def _act_line(item: Opened, story: Story) -> ActLine:
    leaf = item.leaf
    return ActLine(
        index=leaf.index,
        time=leaf.time,
        act=leaf.act,
        actor=leaf.actor,
        subject=leaf.subject,
        verdict="refused" if item.refused else "accepted",
        details=item.details,
        step=story.running.name(item.details.get("element", "")),
    )


def _signature_line(item: Opened, of: Signature, position: str, appointed: tuple[Deed, ...]) -> SignatureLine:
    record, signature = of.record, of.verified.signature
    approval = record if isinstance(record, ApprovalRecord) else None
    return SignatureLine(
        index=item.leaf.index,
        time=item.leaf.time,
        record=record_stem(record),
        purpose=approval.purpose if approval else str(getattr(record, "act", item.leaf.act)),
        officer=record.officer,
        capacity=approval.capacity if approval else "",
        element=approval.element if approval else "",
        decision=approval.decision if approval else None,
        documents=tuple(document.name for document in approval.documents) if approval else (),
        signer=signature.subject,
        certificate=signature.fingerprint,
        signing_time=time_text(signature.signing_time),
        bound_by=of.binding.deed.by,
        bound=of.binding.deed,
        position=position,
        appointed=appointed,
        stamped=time_text(of.stamped) if of.stamped else None,
        checks=held(*_CHECKS, *((STAMP,) if of.stamped else ())),
    )


def _report(
    contents: PackContents,
    anchor: Anchor,
    acts: Sequence[ActLine],
    signatures: Sequence[SignatureLine],
    story: Story,
    remarks: tuple[str, ...],
) -> Report:
    return Report(
        dossier=contents.dossier,
        origin=anchor.checkpoint.origin,
        size=anchor.checkpoint.size,
        root=anchor.checkpoint.root.hex(),
        acts=tuple(acts),
        signatures=tuple(signatures),
        bootstrap=tuple(story.bootstrap),
        sole=tuple(story.sole),
        on_server=tuple(sorted(story.on_server)),
        cosigned=anchor.cosigned,
        successions=anchor.successions,
        remarks=remarks,
    )
