"""Erase a dossier's personal data, by a signed act that another administrator approves.

Everything goes in the transaction that appends the act's leaf: rows, bytes, and what opens the leaves. The leaves
themselves stay, and with them the tree, every proof and every receipt.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from adapters.application import procedures, views
from adapters.application.acting import Doing, Enact, SignedAct
from adapters.application.answer import CREATED, Answer
from adapters.application.application import Application
from adapters.application.foundations import opened
from adapters.application.repeats import Ended
from adapters.application.sight import dossier_in_sight
from adapters.application.trail import append, receipt
from adapters.database import acts, definitions, dossiers, erasing, inbound
from adapters.database import trail as stored
from adapters.database.store import Transaction
from engine import policy
from engine.acts.erase import Erasure, Standing, read_erasure, refuses_erasure
from engine.acts.messages import BUFFERED
from engine.dossier import Dossier
from engine.errors import Refusal
from engine.officer import Officer
from engine.outcome import LeafDraft
from engine.people.proposals import ERASE, Proposal
from engine.procedure import Procedure
from signing.evidence.proposals import BY_AUTHOR
from signing.record import decode
from signing.trail.leaf import decode_leaf

RIGHT = "erase dossiers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Erase(SignedAct):
    """`subject` is the dossier's code; `body` names basis, document, retention, reason and the dossier's unit."""

    act: ClassVar[str] = ERASE
    right: ClassVar[str] = RIGHT
    same: ClassVar[tuple[str, ...]] = ("unit",)  # one proposal of a dossier waits, whatever its reason

    wish: Erasure

    @classmethod
    def of_facts(cls, app: Application, subject: str, facts: Mapping[str, Any]) -> Self | Refusal:
        """Read strictly."""
        wish = read_erasure(facts["body"])
        return wish if isinstance(wish, Refusal) else cls(subject=subject, body=facts["body"], wish=wish)

    @classmethod
    def of_proposal(cls, app: Application, proposal: Proposal) -> Self | Refusal:
        """The body stands in the proposal."""
        body = {name: value for name, value in proposal.body.items() if name != BY_AUTHOR}
        return cls.of_facts(app, proposal.subject, {"body": body})

    @classmethod
    def may(cls, app: Application, tx: Transaction, officer: Officer, subject: str) -> Refusal | None:
        """Who administers the dossier's unit may."""
        dossier = dossier_in_sight(tx, officer, subject, part=None)
        return dossier if isinstance(dossier, Refusal) else policy.refuses(officer, RIGHT, dossier.unit)

    @property
    def dossier(self) -> str | None:
        """Its own."""
        return self.subject

    @property
    def erases(self) -> bool:
        """It does."""
        return True

    def lock(self, tx: Transaction) -> None:
        """The dossier comes first, then its bytes."""
        dossiers.load(tx, self.subject, lock=True, part=None)
        erasing.lock(tx, self.subject)

    def decide(self, app: Application, tx: Transaction, officer: Officer) -> Enact | Refusal:
        """It must have ended, nothing of it be under way, and its retention be over or a decision say otherwise."""
        dossier = dossier_in_sight(tx, officer, self.subject, lock=True, part=None)
        if isinstance(dossier, Refusal):
            return dossier
        procedure = procedures.of(tx, dossier)
        if isinstance(procedure, Refusal):
            return procedure
        rule = procedure.retention if isinstance(procedure, Procedure) else None
        standing = _standing(app, tx, dossier)
        if refusal := refuses_erasure(dossier, self.wish, rule, standing, now=app.clock()):
            return refusal
        return lambda doing: self._erase(app, tx, dossier, doing)

    def _erase(self, app: Application, tx: Transaction, dossier: Dossier, doing: Doing) -> Answer:
        counts = erase(tx, dossier)
        draft = LeafDraft(
            actor=doing.officer.id,
            act=ERASE,
            subject=dossier.code,
            dossier=dossier.code,
            details={"body": dict(self.body), **counts, **doing.said},
            objects=doing.objects,
        )
        [leaf] = append(app, tx, [draft], doing.now, ended=Ended(dossier=dossier.code, tasks=None))
        erasing.mark(tx, dossier.code, doing.now, leaf.index)
        return Answer(
            status=CREATED, body={"erased": counts, "receipt": views.receipt(receipt(tx, leaf, app.witnessed))}
        )


def erase(tx: Transaction, dossier: Dossier) -> dict[str, int]:
    """Erase everything but the dossier's row and its leaves' encoded form; gives what the act's leaf counts."""
    gone = erasing.erase(tx, dossier, _beside(tx, dossier.code))
    return {"leaves": gone.leaves, "documents": gone.documents, "objects": gone.objects}


def told_of(tx: Transaction, dossier: Dossier) -> Mapping[str, Any] | None:
    """Who erased the dossier's data, when, on which basis; None: they are there."""
    index = None if dossier.erased is None else erasing.leaf_of(tx, dossier.code)
    return told_of_leaf(tx, index) if index is not None else None


def told_of_leaf(tx: Transaction, index: int) -> Mapping[str, Any]:
    """What the leaf of an erasure tells of it."""
    [leaf] = stored.leaves_at(tx, {index})
    made, details = decode_leaf(leaf.encoded), opened(leaf)["details"]
    body = {name: details["body"][name] for name in ("basis", "document", "period", "reason")}
    return {"time": made.time, "by": made.actor, "approved_by": details.get("approved_by"), **body}


def _standing(app: Application, tx: Transaction, dossier: Dossier) -> Standing:
    code = dossier.code
    return Standing(
        jobs=erasing.open_jobs(tx, code, stamps=app.stamp is not None),
        dispatches=erasing.dispatches_under_way(tx, code),
        originals=inbound.held(tx, code),
        relied_on_by=erasing.relying(tx, code, _approved(tx, code)),
    )


def _approved(tx: Transaction, code: str) -> frozenset[str]:
    """The documents that approvals in the dossier cover."""
    records = {row["sha256"] for row in acts.records_of(tx, code)}
    contents = definitions.get_contents(tx, records)
    return frozenset(item.sha256 for record in contents.values() for item in decode(record).documents)


def _beside(tx: Transaction, code: str) -> frozenset[int]:
    """The leaves outside the dossier's trail that hold its data: of messages that waited for it, and of its parcels."""
    return inbound.leaves(tx, code) | frozenset(_buffered(stored.leaves_of(tx, code)))


def _buffered(leaves: Iterable[stored.StoredLeaf]) -> Iterator[int]:
    for leaf in leaves:
        found = opened(leaf)["details"].get(BUFFERED) if leaf.evidence is not None else None
        if isinstance(found, int):
            yield found
