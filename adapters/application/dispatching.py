"""Gather what `engine/dispatch` decides by: the approvals over a result, their signatures verified again just now."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from adapters.application.application import Application
from adapters.application.work import Job
from adapters.database import acts, definitions, trail
from adapters.database.store import Transaction
from adapters.database.trail import StoredLeaf
from engine.dispatch import Dispatch, Request, ResultApproval, decide
from engine.document import Document
from engine.dossier import Dossier
from engine.errors import Refusal
from engine.outcome import SYSTEM, LeafDraft
from engine.procedure import read_procedure
from signing.canonical import parse_canonical
from signing.certificates import load_certificates
from signing.errors import Invalid
from signing.pdf.additions import only_fields_filled
from signing.record import ApprovalRecord, decode
from signing.verify import Trust, verify_submission

T = TypeVar("T")
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
        kept = {leaf.index: _kept(leaf) for leaf in trail.leaves_at(tx, {row["leaf"] for row in rows})}
        names |= {name for roles in kept.values() for part in roles.values() for name in part}
        contents = definitions.get_contents(tx, names)
    trust = app.trust()
    found = (_approval(row, contents, _trust_then(trust, kept[row["leaf"]], contents)) for row in rows)
    approvals = tuple(approval for approval in found if approval is not None)
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


def _kept(leaf: StoredLeaf) -> dict[str, list[str]]:
    """The chain and the revocation lists by which the approval was accepted, as its leaf names them."""
    opened = parse_canonical(leaf.evidence)
    assert isinstance(opened, dict)
    return {role: list(opened["objects"].get(role, ())) for role in ("chain", "crl")}


def _trust_then(now: Trust, kept: Mapping[str, list[str]], contents: Mapping[str, bytes]) -> Trust:
    """Today's roots, with the chain and the lists of then beside those of today: a newer list says nothing of then."""
    chain = [load_certificates(contents[name])[0] for name in kept["chain"]]
    crls = [contents[name] for name in kept["crl"]]
    return replace(now, intermediates=_union(now.intermediates, chain), crls=_union(now.crls, crls))


def _union(first: tuple[T, ...], second: list[T]) -> tuple[T, ...]:
    return (*first, *(item for item in second if item not in first))


def _approval(row: Mapping[str, Any], contents: Mapping[str, bytes], trust: Trust) -> ResultApproval | None:
    """The approval, if its signature holds; Undecidable is left to the caller, who tries again later."""
    record, manifest, signature = (contents[row[part]] for part in ("sha256", "manifest", "signature"))
    try:
        named = decode(record).documents
        verified = verify_submission(record, manifest, signature, documents=named, trust=trust, at=row["accepted"])
    except Invalid:
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
        except Invalid:
            continue
        found.add(digest)
    return frozenset(found)
