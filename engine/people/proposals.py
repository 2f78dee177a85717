"""Two persons: what one officer proposes takes effect when another one, an administrator, approves it.

Who alone has ever administered the agency acts at once, for there is nobody to ask. A proposal is decided once; who
proposed it must still have the right to when it is approved.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.errors import Kind, Refusal
from engine.officer import ADMINISTRATOR, AUDITOR, INTEGRATOR, Officer
from engine.people.changes import from_json
from engine.people.officers import officer_at
from engine.people.organisation import Organisation
from engine.people.rights import concerned, home, units_ahead

LAPSES = timedelta(days=30)
OPEN, APPROVED, REJECTED, WITHDRAWN, LAPSED = "open", "approved", "rejected", "withdrawn", "lapsed"
DEPLOY, BIND, ORGANISE = "process-deployed", "certificate-bound", "organisation-changed"
ADOPT, REINSTATE = "procedure-adopted", "certificate-reinstated"
ERASE = "data-erased"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """An act that waits for its second person. `act`: what the trail will say once it is approved."""

    id: str
    act: str
    subject: str
    body: Mapping[str, object]
    author: str
    reason: str | None
    proposed: datetime
    state: str = OPEN  # as it was decided; that it lapsed is seen from the time
    decided: datetime | None = None
    decided_by: str | None = None
    note: str | None = None

    def state_at(self, now: datetime) -> str:
        """Its state then."""
        return LAPSED if self.state == OPEN and now >= self.proposed + LAPSES else self.state

    def content(self) -> dict[str, object]:
        """What is approved, as JSON; an approval that is signed names the digest of its canonical form."""
        names = ("id", "act", "subject", "body", "author", "reason")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What holds for proposals of one act: how the trail names them, which role the author needs, which units it is
    about: who approves administers all of them.
    """

    proposed: str
    right: str
    concerns: Callable[[Organisation, Proposal, datetime], frozenset[str]]


def whole(
    organisation: Organisation, _proposal: Proposal | None = None, _now: datetime | None = None
) -> frozenset[str]:
    """The top of the tree: who administers it administers the whole."""
    return frozenset(each.id for each in organisation.units if each.parent is None)


def of_subject(organisation: Organisation, proposal: Proposal, now: datetime) -> frozenset[str]:
    """Where the officer whom it is about holds something now or will; else the whole."""
    return units_ahead(organisation, proposal.subject, now) or whole(organisation)


def of_officer(organisation: Organisation, proposal: Proposal, now: datetime) -> frozenset[str]:
    """The same of the officer whom its body names."""
    return units_ahead(organisation, str(proposal.body.get("officer")), now) or whole(organisation)


def of_changes(organisation: Organisation, proposal: Proposal, now: datetime) -> frozenset[str]:
    """Where the proposed changes change something; else, or where they cannot be read any more, the whole."""
    told = proposal.body.get("changes")
    read = [from_json(each) for each in told] if isinstance(told, list) else []
    changes = [each for each in read if not isinstance(each, Refusal)]
    return (concerned(organisation, changes, now) if len(changes) == len(read) else None) or whole(organisation)


def of_unit(organisation: Organisation, proposal: Proposal, now: datetime) -> frozenset[str]:
    """The unit that the proposal names; the whole where there is none of that name any more."""
    named = proposal.body.get("unit")
    return frozenset(each.id for each in organisation.units if each.id == named) or whole(organisation)


RULES: Mapping[str, Rule] = {
    DEPLOY: Rule(proposed="deployment-proposed", right=INTEGRATOR, concerns=whole),
    BIND: Rule(proposed="binding-proposed", right=ADMINISTRATOR, concerns=of_subject),
    ORGANISE: Rule(proposed="organisation-change-proposed", right=ADMINISTRATOR, concerns=of_changes),
    REINSTATE: Rule(proposed="reinstatement-proposed", right=ADMINISTRATOR, concerns=of_officer),
    ADOPT: Rule(proposed="adoption-proposed", right=ADMINISTRATOR, concerns=whole),
    ERASE: Rule(proposed="erasure-proposed", right=ADMINISTRATOR, concerns=of_unit),
}


def needs_another(organisation: Organisation, proposal: Proposal, now: datetime) -> bool:
    """Whether anybody but the author has, had or will have the role administrator in a unit that it is about.

    In any of them, although who approves must have it in all: a list of changes does not escape by being long.
    """
    held = ((each.officer, organisation.position(each.position)) for each in organisation.appointments)
    tops = [(officer, position.unit) for officer, position in held if ADMINISTRATOR in position.roles]
    tops += [(each.officer, each.unit) for each in organisation.grants if each.role == ADMINISTRATOR]
    covered: dict[str, frozenset[str]] = {}
    for officer, unit in tops:
        covered[officer] = covered.get(officer, frozenset()) | organisation.within(unit)
    about = RULES[proposal.act].concerns(organisation, proposal, now)
    return any(officer != proposal.author and not about.isdisjoint(units) for officer, units in covered.items())


def deciders(organisation: Organisation, proposal: Proposal, now: datetime) -> frozenset[str]:
    """Who could decide it now but its author, whether they can sign or not."""
    about = RULES[proposal.act].concerns(organisation, proposal, now)
    given = {each.officer for each in organisation.grants if each.role == ADMINISTRATOR}
    held = {
        each.officer
        for each in organisation.appointments
        if ADMINISTRATOR in organisation.position(each.position).roles
    }
    found = [officer_at(organisation, each, now) for each in (given | held) - {proposal.author}]
    return frozenset(each.id for each in found if each and all(each.has(ADMINISTRATOR, unit) for unit in about))


def may_see(officer: Officer, proposal: Proposal) -> bool:
    """Administrators and auditors see every proposal, its author their own."""
    return proposal.author == officer.id or bool(officer.roles & {ADMINISTRATOR, AUDITOR})


def refuses_approval(
    organisation: Organisation, proposal: Proposal, approver: Officer, now: datetime
) -> Refusal | None:
    """Why this officer may not approve it now, or None."""
    return refuses_decision(organisation, proposal, approver, now) or _refuses_author(organisation, proposal, now)


def refuses_decision(organisation: Organisation, proposal: Proposal, officer: Officer, now: datetime) -> Refusal | None:
    """Why this officer may neither approve nor reject it now, or None."""
    if refusal := _refuses_decided(proposal, now):
        return refusal
    if officer.id == proposal.author:
        message = f"proposal {proposal.id} is your own: somebody else must decide it"
        remedy = "ask another administrator, or withdraw it"
        return Refusal(kind=Kind.FORBIDDEN, code="proposal-own", message=message, remedy=remedy)
    concerned = RULES[proposal.act].concerns(organisation, proposal, now)
    missing = sorted(unit for unit in concerned if not officer.has(ADMINISTRATOR, unit))
    if not missing:
        return None
    message = f"{officer.id} may not decide proposal {proposal.id}: that needs the role administrator in {missing[0]}"
    return Refusal(kind=Kind.FORBIDDEN, code="right-missing", message=message, remedy="ask an administrator who has it")


def refuses_withdrawal(proposal: Proposal, officer: Officer, now: datetime) -> Refusal | None:
    """Why this officer may not withdraw it, or None."""
    if officer.id == proposal.author:
        return _refuses_decided(proposal, now)
    message = f"proposal {proposal.id} is {proposal.author}'s: nobody else withdraws it"
    remedy = f"reject it: hoso proposal reject {proposal.id}"
    return Refusal(kind=Kind.FORBIDDEN, code="proposal-of-another", message=message, remedy=remedy)


def _refuses_decided(proposal: Proposal, now: datetime) -> Refusal | None:
    state = proposal.state_at(now)
    if state == OPEN:
        return None
    if state == LAPSED:
        message = f"proposal {proposal.id} lapsed: it was not decided within {LAPSES.days} days"
        remedy = "propose it again"
        return Refusal(kind=Kind.CONFLICT, code="proposal-lapsed", message=message, remedy=remedy)
    message = f"proposal {proposal.id} is {state} already, by {proposal.decided_by}"
    remedy = f"see it: hoso proposal show {proposal.id}"
    return Refusal(kind=Kind.CONFLICT, code="proposal-decided", message=message, remedy=remedy)


def _refuses_author(organisation: Organisation, proposal: Proposal, now: datetime) -> Refusal | None:
    """Who proposed it must still be an officer with the right to."""
    author, right = officer_at(organisation, proposal.author, now), RULES[proposal.act].right
    about = {BIND: proposal.subject, REINSTATE: str(proposal.body.get("officer"))}.get(proposal.act)
    unit = home(organisation, about, now) if about is not None else None
    if author is not None and (right in author.roles if unit is None else author.has(right, unit)):
        return None
    where = f" in {unit}" if unit is not None else ""
    found = "is no officer any more" if author is None else f"has not the role {right}{where} any more"
    message = f"{proposal.author}, who proposed {proposal.id}, {found}"
    remedy = "reject it; somebody who has the right may propose it again"
    return Refusal(kind=Kind.FORBIDDEN, code="author-lost-right", message=message, remedy=remedy)
