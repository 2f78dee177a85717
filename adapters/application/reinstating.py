"""Reinstate a suspended certificate: asked for by an administrator who is not its officer, approved by another one.

The officer themselves approves it only where nobody else could, and then with that very certificate, if they have no
other: one vouches for it, the other shows to have its key.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Self

from adapters.application import people as offices
from adapters.application import views
from adapters.application.acting import Doing, Enact, SignedAct, beside, names, offer, unsigned
from adapters.application.answer import CREATED, Answer, Request, once, refuse
from adapters.application.application import Application
from adapters.application.foundations import CERTIFICATE
from adapters.application.submission import PERSON, Checked, refuses_certificate, refuses_stale
from adapters.application.trail import append, receipt
from adapters.database import devices, people, trail
from adapters.database.store import Transaction
from engine import policy
from engine.errors import Kind, Refusal, not_found
from engine.officer import Officer
from engine.outcome import LeafDraft
from engine.people.proposals import REINSTATE, Proposal


@dataclass(frozen=True, slots=True, kw_only=True)
class Reinstate(SignedAct):
    """The certificate signs again; `subject` is its fingerprint, `body` names its officer and the reason."""

    act: ClassVar[str] = REINSTATE
    right: ClassVar[str] = "reinstate certificates"
    same: ClassVar[tuple[str, ...]] = ("officer",)

    @classmethod
    def of_facts(cls, app: Application, subject: str, facts: Mapping[str, Any]) -> Self | Refusal:
        """The body is the server's own."""
        return cls(subject=subject, body=facts["body"])

    @classmethod
    def of_proposal(cls, app: Application, proposal: Proposal) -> Self | Refusal:
        """All of it stands in the proposal."""
        return cls(subject=proposal.subject, body=names(proposal.body, ("officer", "reason")))

    @classmethod
    def may(cls, app: Application, tx: Transaction, officer: Officer, subject: str) -> Refusal | None:
        """Who administers the unit of its officer may."""
        found = people.find_certificate(tx, subject)
        return policy.refuses(officer, cls.right, offices.unit_of(app, tx, found["officer"]) if found else None)

    def decide(self, app: Application, tx: Transaction, officer: Officer) -> Enact | Refusal:
        """It must be suspended, and another officer's."""
        found = people.find_certificate(tx, self.subject)
        if found is None or found["revoked"] is not None:
            return not_found("certificate", self.subject[:16], "list the bound ones: hoso certificate list")
        if found["suspended"] is None:
            message, remedy = f"certificate {self.subject[:16]} is not suspended", "nothing is to be done"
            return Refusal(kind=Kind.CONFLICT, code="certificate-not-suspended", message=message, remedy=remedy)
        if found["officer"] == officer.id:
            message, remedy = f"certificate {self.subject[:16]} is {officer.id}'s own", "ask another administrator"
            return Refusal(kind=Kind.FORBIDDEN, code="own-certificate", message=message, remedy=remedy)
        return lambda doing: self._reinstate(app, tx, doing)

    def changed(self) -> frozenset[str]:
        """This one."""
        return frozenset({self.subject})

    def told(self) -> dict[str, Any]:
        """Whose it is."""
        return {"officer": self.body["officer"]}

    def of_own(self, tx: Transaction, officer: Officer, checked: Checked) -> bool:
        """Whether it is the approver's own certificate."""
        return bool(self.body["officer"] == officer.id)

    def refuses_approver(self, tx: Transaction, officer: Officer, checked: Checked, now: datetime) -> Refusal | None:
        """Its officer may approve with itself."""
        if self.body["officer"] == officer.id and checked.verified.signature.fingerprint == self.subject:
            found = people.find_certificate(tx, self.subject)
            if found is not None and found["kind"] == PERSON:
                return refuses_stale(checked, now)
        return refuses_certificate(tx, officer, checked, now)

    def _reinstate(self, app: Application, tx: Transaction, doing: Doing) -> Answer:
        devices.suspend(tx, self.subject, None)
        details = {"fingerprint": self.subject, **self.body, **doing.said}
        draft = LeafDraft(
            actor=doing.officer.id, act=self.act, subject=self.subject, details=details, objects=doing.objects
        )
        leaf = append(app, tx, [draft], doing.now)[0]
        trail.keep_about(tx, [(CERTIFICATE, self.subject, leaf.index)])
        return Answer(status=CREATED, body={**self.body, "receipt": views.receipt(receipt(tx, leaf, app.witnessed))})


def reinstate(
    app: Application, officer: Officer, request: Request, fingerprint: str, reason: str, *, sign: bool = False
) -> Answer:
    """Give the statement to sign (`sign`, else it is refused), or the proposal of the same that waits."""

    def act(tx: Transaction) -> Answer:
        found = people.find_certificate(tx, fingerprint)
        whose = {"officer": found["officer"] if found else "", "reason": reason}
        offered = offer(app, tx, officer, Reinstate(subject=fingerprint, body=whose))
        if offered.refusal is not None:
            return offered
        return beside(offered, whose) if sign else refuse(unsigned(Reinstate.act, "hoso certificate reinstate"))

    return once(app, request, act)
