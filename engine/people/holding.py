"""Who may hold what at the same time: one head for a unit, an auditor nothing else, always an administrator."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from engine.errors import Refusal
from engine.officer import ADMINISTRATOR, AUDITOR
from engine.people.organisation import Appointment, Dated, Organisation, RoleGrant
from engine.people.refusals import conflict


def overlap(one: Dated, other: Dated) -> bool:
    """Whether there is a day on which both hold."""
    begin = max(one.since, other.since)
    return begin <= min(one.until or date.max, other.until or date.max)


def refuses_appointment(organisation: Organisation, new: Appointment) -> Refusal | None:
    """Refuse to let somebody hold a position twice at a time, or a unit have two heads."""
    for each in organisation.appointments_of(new.officer):
        if each.position == new.position and overlap(each, new):
            message = f"{new.officer} holds {new.position} from {each.since} {_till(each)}already"
            return conflict("appointment-twice", message, "end that appointment first, or begin after it")
    position = organisation.position(new.position)
    return refuses_second_head(organisation, position.unit, [new]) if position.rank == "head" else None


def refuses_second_head(organisation: Organisation, unit: str, new: Iterable[Appointment]) -> Refusal | None:
    """Refuse a second head of the unit on any day; an acting one counts."""
    heads = [each.id for each in organisation.positions_of(unit) if each.rank == "head"]
    held = [each for head in heads for each in organisation.appointments_to(head)]
    for one in new:
        for each in held:
            if each != one and overlap(each, one):
                message = f"{each.officer} heads {unit} from {each.since} {_till(each)}already"
                return conflict("head-taken", message, "end that appointment first, or begin after it")
    return None


def refuses_grant(organisation: Organisation, new: RoleGrant) -> Refusal | None:
    """Refuse to grant what is granted already."""
    for each in organisation.grants_of(new.officer):
        if (each.role, each.unit) == (new.role, new.unit) and overlap(each, new):
            message = f"{new.officer} has {new.role} in {new.unit} from {each.since} {_till(each)}already"
            return conflict("grant-twice", message, "end that first, or begin after it")
    return None


def refuses_auditor(after: Organisation, officers: Iterable[str], first: date) -> Refusal | None:
    """Refuse that somebody is an auditor and something else on a day from the first one on."""
    for officer in officers:
        held = (*after.appointments_of(officer), *after.grants_of(officer))
        for day in sorted({first, *(each.since for each in held if each.since > first)}):
            roles = _roles(after, officer, day)
            if AUDITOR in roles and len(roles) > 1:
                others = ", ".join(sorted(roles - {AUDITOR}))
                message = f"{officer} would be auditor and {others} on {day}: an auditor reads all and changes nothing"
                return conflict("auditor-alone", message, "end the other roles first, or choose somebody else")
    return None


def refuses_no_administrator(before: Organisation, after: Organisation, today: date) -> Refusal | None:
    """Refuse that on a day from today on nobody is administrator of the whole agency (or at all) any more."""
    top = next((each.id for each in before.units if each.parent is None), None)
    for day in sorted({today, *(end for end in _ends(before, after) if end > today)}):
        whole = top is not None and before.with_role(ADMINISTRATOR, top, day)
        left = whole and not after.with_role(ADMINISTRATOR, str(top), day)
        if left or (ADMINISTRATOR in before.roles_held(day) and ADMINISTRATOR not in after.roles_held(day)):
            message = f"from {day} on, nobody would be administrator of the agency"
            return conflict("last-administrator", message, "appoint another administrator first")
    return None


def _ends(*organisations: Organisation) -> Iterator[date]:
    """The days after those on which somebody stops being administrator."""
    for each in organisations:
        held: list[Dated] = [one for one in each.appointments if ADMINISTRATOR in each.position(one.position).roles]
        held += [one for one in each.grants if one.role == ADMINISTRATOR]
        yield from (one.until + timedelta(days=1) for one in held if one.until is not None)


def _roles(organisation: Organisation, officer: str, day: date) -> frozenset[str]:
    held = (position.roles for _, position in organisation.held(officer, day))
    return frozenset(each.role for each in organisation.granted(officer, day)).union(*held)


def _till(each: Dated) -> str:
    return f"to {each.until} " if each.until is not None else ""
