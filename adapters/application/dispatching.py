"""Gather what `engine/dispatch` decides by: the approvals over a result, their signatures verified again just now."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from adapters.application import procedures
from adapters.application.application import Application
from adapters.application.stamp_requests import STAMP
from adapters.application.work import Job
from adapters.database import acts, definitions, jobs, trail
from adapters.database.store import Transaction
from adapters.database.trail import StoredLeaf
from adapters.limits.extends import extends
from engine.capacities import BY_MANDATE
from engine.dispatch import UNSIGNED, Dispatch, Request, ResultApproval, decide, dispatch_group, refuses_channel
from engine.document import Document
from engine.dossier import Dossier
from engine.errors import Kind, Refusal
from engine.outcome import SYSTEM, LeafDraft
from engine.procedure import Procedure
from signing.canonical import parse_canonical
from signing.certificates import load_certificates
from signing.errors import Invalid
from signing.record import ApprovalRecord, DocumentReference, decode, parse_time
from signing.stamped import verify_stamped
from signing.trail.leaf import decode_leaf
from signing.verify import Trust, Verified, verify_submission

T = TypeVar("T")
CHANGED = "result-changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What was found over the result's bytes, outside any lock. `lost`: why approvals count no more.

    `records`: the SHA-256 of those that were looked at, in order.
    """

    approvals: tuple[ResultApproval, ...]
    earlier: frozenset[str]
    records: tuple[str, ...]
    lost: tuple[str, ...] = ()


def request_of(job: Job, dossier: Dossier, document: Document, channel: str) -> Request:
    """What the process asks for, as yet without a consent; only text values of the recipient go further."""
    given = job["payload"]["input"]
    recipient = {
        name: str(given[name]) for name in ("to", "recipient", "address", "phone", "appointment") if given.get(name)
    }
    return Request(
        dossier=dossier.code,
        document=document,
        channel=channel,
        recipient=recipient,
        consent=None,
        group=dispatch_group(job["element"], job["number"]),
    )


def prove(app: Application, dossier: Dossier, document: Document) -> Proof:
    """Verify every accepted record of the dossier again, and find the earlier revisions of the document."""
    with app.store.read() as tx:
        rows = acts.records_of(tx, dossier.code)
        records, lost = tuple(row["sha256"] for row in rows), _lost(tx, rows)
        rows = [row for row in rows if row["sha256"] not in lost]
        names = {row[part] for row in rows for part in ("sha256", "manifest", "signature", "stamp")} - {None}
        leaves = {row[part] for row in rows for part in ("leaf", "stamp_leaf")} - {None}
        stored = trail.leaves_at(tx, leaves)
        kept = {leaf.index: _kept(leaf) for leaf in stored}
        names |= {name for roles in kept.values() for part in roles.values() for name in part}
        contents = definitions.get_contents(tx, names)
    trust = app.trust()
    times = {leaf.index: parse_time(decode_leaf(leaf.encoded).time) for leaf in stored}
    found = (_approval(row, times, contents, _trust_of(row, trust, kept, contents)) for row in rows)
    approvals = tuple(approval for approval in found if approval is not None)
    covered = {digest for approval in approvals for digest in approval.covers} - {document.sha256}
    return Proof(
        approvals=approvals, earlier=_earlier(app, document, covered), records=records, lost=tuple(lost.values())
    )


def trust_of_records(app: Application, code: str) -> tuple[Trust, frozenset[tuple[str, str]]]:
    """Today's trust, with what was kept as the dossier's records were accepted; and which PDFs these signed.

    Each PDF is named by the SHA-256 of its bytes up to the signature's end, and of the certificate that signed it.
    """
    trust = app.trust()
    with app.store.read() as tx:
        leaves = trail.leaves_at(tx, {row["leaf"] for row in acts.records_of(tx, code)})
        kept = [_kept(leaf) for leaf in leaves]
        contents = definitions.get_contents(tx, {name for roles in kept for part in roles.values() for name in part})
    for roles in kept:
        trust = _trust_then(trust, roles, contents)
    signed = ((item["sha256"], each["certificate"]) for each in map(_objects, leaves) for item in each.get("pdf", ()))
    return trust, frozenset(signed)


def decided(tx: Transaction, dossier: Dossier, request: Request, proof: Proof) -> Dispatch | Refusal:
    """Ask the engine, under the procedure record that the dossier was received under."""
    procedure = procedures.of(tx, dossier)
    if isinstance(procedure, Refusal):
        return procedure
    current = dossier.documents.get(request.document.name)
    records = tuple(row["sha256"] for row in acts.records_of(tx, dossier.code))
    if current != request.document or records != proof.records:
        message = f"{request.document.name} of dossier {dossier.code}, or what was signed over it, changed just now"
        return Refusal(kind=Kind.CONFLICT, code=CHANGED, message=message, remedy="it is looked at again")
    found = decide(request, procedure=procedure, approvals=proof.approvals, earlier=proof.earlier)
    if isinstance(found, Refusal) and found.code == UNSIGNED and proof.lost:
        return replace(found, message=f"{found.message}; {proof.lost[-1]}")
    return found


def _lost(tx: Transaction, rows: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """The records whose stamp can never come, each with the reason: nothing may wait for it."""
    wanted = {row["sha256"] for row in rows if row["stamp"] is None}
    if not wanted:
        return {}
    return {
        job["payload"]["record"]: job["error"] for job in jobs.failed(tx, STAMP) if job["payload"]["record"] in wanted
    }


def goes_nowhere(app: Application, dossier: Dossier, request: Request) -> bool:
    """Whether the channel is refused already, so that nothing need be done to the document."""
    with app.store.read() as tx:
        procedure = procedures.of(tx, dossier)
    return not isinstance(procedure, Procedure) or refuses_channel(request, procedure) is not None


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


def label_data(app: Application, dispatch: Dispatch) -> dict[str, object]:
    """What the address label of a parcel says."""
    return {
        "code": dispatch.code,
        "sender": {"name": app.agency.name, "address": app.agency.address},
        "recipient": dict(dispatch.request.recipient),
        "dossier": dispatch.request.dossier,
    }


def _kept(leaf: StoredLeaf) -> dict[str, list[str]]:
    """The chain and the revocation lists by which the approval was accepted, as its leaf names them."""
    return {role: list(_objects(leaf).get(role, ())) for role in ("chain", "crl", "ocsp")}


def _objects(leaf: StoredLeaf) -> Mapping[str, Any]:
    assert leaf.evidence is not None  # an approval of a dossier that still sends something
    opened = parse_canonical(leaf.evidence)
    assert isinstance(opened, dict)
    return opened["objects"]  # type: ignore[no-any-return]


def _trust_then(now: Trust, kept: Mapping[str, list[str]], contents: Mapping[str, bytes]) -> Trust:
    """Today's roots, with the chain and the lists of then beside those of today: a newer list says nothing of then."""
    chain = [load_certificates(contents[name])[0] for name in kept["chain"]]
    crls, ocsps = ([contents[name] for name in kept[role]] for role in ("crl", "ocsp"))
    return replace(
        now,
        intermediates=_union(now.intermediates, chain),
        crls=_union(now.crls, crls),
        ocsps=_union(now.ocsps, ocsps),
    )


def _trust_of(
    row: Mapping[str, Any], now: Trust, kept: Mapping[int, Mapping[str, list[str]]], contents: Mapping[str, bytes]
) -> Trust:
    """The trust of today with what was kept as the approval was accepted, and as it was stamped."""
    then = _trust_then(now, kept[row["leaf"]], contents)
    return then if row["stamp_leaf"] is None else _trust_then(then, kept[row["stamp_leaf"]], contents)


def _union(first: tuple[T, ...], second: list[T]) -> tuple[T, ...]:
    return (*first, *(item for item in second if item not in first))


def _approval(
    row: Mapping[str, Any], times: Mapping[int, datetime], contents: Mapping[str, bytes], trust: Trust
) -> ResultApproval | None:
    """The approval, if its signature holds; Undecidable is left to the caller, who tries again later."""
    record, manifest, signature = (contents[row[part]] for part in ("sha256", "manifest", "signature"))
    try:
        named = decode(record).documents
        verified = _verified(row, times, (record, manifest, signature), contents, named, trust)
    except Invalid:
        return None
    assert isinstance(verified.record, ApprovalRecord)
    return said(verified.record, row["roles"], row["stamped"] if row["stamp"] is not None else None)


def said(record: ApprovalRecord, roles: Iterable[str], stamped: datetime | None = None) -> ResultApproval | None:
    """What an approval says, in those roles; None for one by mandate that names no document: it counts for nothing.

    `stamped`: the time that its stamp proves.
    """
    if record.capacity in BY_MANDATE and record.delegation is None:
        return None
    return ResultApproval(
        purpose=record.purpose,
        decision=record.decision,
        officer=record.officer,
        roles=frozenset(roles),
        covers=frozenset(item.sha256 for item in record.documents),
        capacity=record.capacity,
        element=record.element,
        stamped=stamped,
    )


def _verified(
    row: Mapping[str, Any],
    times: Mapping[int, datetime],
    parts: tuple[bytes, bytes, bytes],
    contents: Mapping[str, bytes],
    documents: tuple[DocumentReference, ...],
    trust: Trust,
) -> Verified:
    """Verify the signature again, at the time that its stamp proves, and the stamp with it; else as it was accepted."""
    accepted = row["accepted"]
    if row["stamp"] is None:
        return verify_submission(*parts, documents=documents, trust=trust, at=accepted)
    stamp, known = contents[row["stamp"]], times[row["stamp_leaf"]]
    found = verify_stamped(*parts, stamp, documents=documents, trust=trust, accepted=accepted, at=known)
    if found.proven != row["stamped"]:
        raise Invalid("stamp-time", f"the time stamp proves another time than was kept of {row['sha256'][:16]}")
    return found.verified


def _earlier(app: Application, document: Document, covered: set[str]) -> frozenset[str]:
    with app.store.read() as tx:
        return earlier(tx, document, covered)


def earlier(tx: Transaction, document: Document, covered: Iterable[str]) -> frozenset[str]:
    """Those of the `covered` bytes that are an earlier revision of the document, with only permitted fields added."""
    after = definitions.get_content(tx, document.sha256) or b""
    befores = definitions.get_contents(tx, covered)
    return frozenset(digest for digest, before in befores.items() if extends(before, after))
