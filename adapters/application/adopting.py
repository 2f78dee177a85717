"""Adopt a procedure record: entered by one administrator of the top unit and approved by another, both signed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from adapters.application import people as offices
from adapters.application import procedures, views
from adapters.application.acting import Doing, Enact, SignedAct
from adapters.application.answer import CREATED, Answer
from adapters.application.application import Application
from adapters.application.trail import append, receipt
from adapters.database import definitions
from adapters.database.store import Transaction
from engine import policy
from engine.errors import Refusal
from engine.officer import Officer
from engine.outcome import LeafDraft
from engine.people.proposals import ADOPT, Proposal
from engine.procedure import Procedure
from signing.canonical import canonical, sha256_hex


@dataclass(frozen=True, slots=True, kw_only=True)
class Adopt(SignedAct):
    """The record holds from its day on; `body` is the record whole, `subject` its code."""

    act: ClassVar[str] = ADOPT
    right: ClassVar[str] = "adopt procedures"

    procedure: Procedure

    @classmethod
    def of_facts(cls, app: Application, subject: str, facts: Mapping[str, Any]) -> Self | Refusal:
        """Read strictly."""
        procedure = procedures.read(subject, facts["body"])
        if isinstance(procedure, Refusal):
            return procedure
        return cls(subject=subject, body=facts["body"], procedure=procedure)

    @classmethod
    def of_proposal(cls, app: Application, proposal: Proposal) -> Self | Refusal:
        """The record stands in the proposal."""
        return cls.of_facts(app, proposal.subject, {"body": proposal.body["procedure"]})

    @classmethod
    def may(cls, app: Application, tx: Transaction, officer: Officer, subject: str) -> Refusal | None:
        """Who administers the top unit may."""
        return policy.refuses(officer, cls.right, offices.unit_of(app, tx, ""))

    def decide(self, app: Application, tx: Transaction, officer: Officer) -> Enact | Refusal:
        """It must be in force on some day to come."""
        if refusal := procedures.refuses(app, tx, self.procedure, self.body):
            return refusal
        return lambda doing: self._adopt(app, tx, doing)

    def keep(self, tx: Transaction) -> dict[str, object]:
        """The record's canonical bytes."""
        record = canonical(self.body)
        definitions.put_content(tx, sha256_hex(record), record)
        return {"procedure": sha256_hex(record)}

    def proposed(self) -> dict[str, Any]:
        """The record, below one name."""
        return {"procedure": dict(self.body)}

    def told(self) -> dict[str, Any]:
        """Which it is, and from when on it holds."""
        return {"code": self.subject, "name": self.body["name"], "valid_from": self.body["valid_from"]}

    def warnings(self, app: Application, tx: Transaction) -> list[dict[str, Any]]:
        """What the process cannot give, what else serves it, what was received before."""
        return procedures.warnings(app, tx, self.body)

    def _adopt(self, app: Application, tx: Transaction, doing: Doing) -> Answer:
        details = {**self.told(), **doing.said}
        draft = LeafDraft(
            actor=doing.officer.id, act=ADOPT, subject=self.subject, details=details, objects=doing.objects
        )
        leaf = append(app, tx, [draft], doing.now)[0]
        definitions.add_procedure(
            tx,
            {
                "sha256": sha256_hex(canonical(self.body)),
                "code": self.procedure.code,
                "process": self.procedure.process,
                "valid_from": self.procedure.valid_from.isoformat(),
                "body": self.body,
                "adopted": doing.now,
                "leaf": leaf.index,
            },
        )
        return Answer(status=CREATED, body={"receipt": views.receipt(receipt(tx, leaf, app.witnessed))})
