"""The office signs the record of a hand-over: a signed act that names the PDF and the list by their SHA-256."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from adapters.application import handing_over, views
from adapters.application.acting import Doing, Enact, SignedAct, beside, offer, unsigned
from adapters.application.answer import CREATED, Answer, Request, once, refuse
from adapters.application.application import Application
from adapters.application.foundations import HANDOVER
from adapters.application.marking import RIGHT
from adapters.application.trail import append, receipt
from adapters.database import handovers
from adapters.database.store import Transaction
from adapters.database.trail import keep_about
from engine.delivery import State
from engine.errors import Kind, Refusal
from engine.officer import Officer
from engine.outcome import LeafDraft
from signing.canonical import sha256_hex

ACT = "parcels-handed-over"
Row = Mapping[Any, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver(SignedAct):
    """`subject` is the record's code; `body` names carrier, unit, paper, listing, and how many parcels."""

    act: ClassVar[str] = ACT
    right: ClassVar[str] = RIGHT

    @classmethod
    def of_facts(cls, app: Application, subject: str, facts: Mapping[str, Any]) -> Self | Refusal:
        """The body is the server's own."""
        return cls(subject=subject, body=facts["body"])

    @classmethod
    def may(cls, app: Application, tx: Transaction, officer: Officer, subject: str) -> Refusal | None:
        """Who hands over for the record's unit may."""
        found = handing_over.in_office(tx, officer, subject)
        return found if isinstance(found, Refusal) else None

    def lock(self, tx: Transaction) -> None:
        """The record, then its parcels: none of them is called off meanwhile."""
        row = handovers.find(tx, self.subject, lock=True)
        if row is not None:
            handovers.lock_parcels(tx, row["id"])

    def decide(self, app: Application, tx: Transaction, officer: Officer) -> Enact | Refusal:
        """It is signed once, and only over the parcels that it lists, all of which lie here still."""
        row = handovers.find(tx, self.subject)
        if row is None:
            return handing_over.changed(self.subject)
        if refusal := handing_over.refuses_over(row):
            return refusal
        if row["signed"] is not None:
            message, remedy = f"the office has signed the record {row['code']}", "let the carrier sign it"
            return Refusal(kind=Kind.CONFLICT, code="handover-signed", message=message, remedy=remedy)
        if not _stands(tx, row) or body_of(row) != dict(self.body):
            return handing_over.changed(self.subject)
        return lambda doing: self._sign(app, tx, row, doing)

    def _sign(self, app: Application, tx: Transaction, row: Row, doing: Doing) -> Answer:
        handovers.change(tx, row["id"], signed=doing.now)
        objects = {**doing.objects, "paper": row["paper"], "listing": row["listing"]}
        draft = LeafDraft(
            actor=doing.officer.id, act=ACT, subject=row["code"], details={"body": dict(self.body)}, objects=objects
        )
        leaf = append(app, tx, [draft], doing.now)[0]
        keep_about(tx, [(HANDOVER, row["code"], leaf.index)])
        return Answer(status=CREATED, body={"receipt": views.receipt(receipt(tx, leaf, app.witnessed))})


def body_of(row: Row) -> dict[str, Any]:
    """What is signed of a record."""
    return {name: row[name] for name in ("carrier", "unit", "paper", "listing", "parcels")}


def prepare(app: Application, officer: Officer, request: Request, code: str, *, sign: bool) -> Answer:
    """The statement to sign (`sign`, else it is refused)."""

    def act(tx: Transaction) -> Answer:
        row = handing_over.in_office(tx, officer, code)
        if isinstance(row, Refusal):
            return refuse(row)
        answer = offer(app, tx, officer, HandOver(subject=code, body=body_of(row)))
        if answer.refusal is not None:
            return answer
        return beside(answer, body_of(row)) if sign else refuse(unsigned(ACT, "hoso dispatch handover sign"))

    return once(app, request, act)


def _stands(tx: Transaction, row: Row) -> bool:
    """Whether its parcels are those that it lists, with the same codes on them, and none has gone anywhere."""
    rows = handovers.parcels_of(tx, row["id"])
    if any(each["state"] != State.PREPARED.value for each in rows):
        return False
    listing: str = row["listing"]
    return sha256_hex(handing_over.list_of(row["code"], row["carrier"], rows)) == listing
