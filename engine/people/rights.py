"""Who may change what in the organisation: administrators within their units, officers and heads an absence.

A role that counts in the whole agency wherever it is held is given and taken by the top unit's administrators.
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from datetime import datetime

from engine.errors import Kind, Refusal
from engine.officer import ADMINISTRATOR, AUDITOR, RELAY, WORKER
from engine.people import changes as to
from engine.people.organisation import Organisation, day_of

WIDE = frozenset({AUDITOR, WORKER, RELAY})
"""Roles that count in the whole agency: auditors read all of it and change nothing, programs do all its jobs."""


def refuses(organisation: Organisation, officer: str, change: to.Change, now: datetime) -> Refusal | None:
    """Why the officer may not propose or make this change; None if they may."""
    concerned = _whose_absence(organisation, change)
    if concerned is not None and (concerned == officer or heads_over(organisation, officer, concerned, now)):
        return None
    day = day_of(now)
    units = sorted(_units(organisation, change, now))
    lacking = [unit for unit in units if not organisation.has_role(officer, ADMINISTRATOR, unit, day)]
    if not lacking and (units or administers(organisation, officer, now)):
        return None
    where = f" in {', '.join(lacking)}" if lacking else ""
    return Refusal(
        kind=Kind.FORBIDDEN,
        code="right-missing",
        message=f"{officer} may not do {change.kind}: that needs the role {ADMINISTRATOR}{where}",
        remedy="ask an administrator who has it",
    )


def concerned(organisation: Organisation, changes: Iterable[to.Change], now: datetime) -> frozenset[str]:
    """The units that the changes concern; those that they add themselves are not among them."""
    return frozenset[str]().union(*(_units(organisation, change, now) for change in changes))


def administers(organisation: Organisation, officer: str, now: datetime) -> bool:
    """Whether the officer is administrator of any unit."""
    day = day_of(now)
    held = any(ADMINISTRATOR in position.roles for _, position in organisation.held(officer, day))
    return held or any(each.role == ADMINISTRATOR for each in organisation.granted(officer, day))


def heads_over(organisation: Organisation, officer: str, concerned: str, now: datetime) -> bool:
    """Whether the officer heads, for all that somebody holds, a unit around it: nobody sends their own head away."""
    held = organisation.held(officer, day_of(now))
    headed = {position.unit for _, position in held if position.rank == "head"}
    units = units_of(organisation, concerned, now)
    return bool(units) and all(any(above.id in headed for above in organisation.upwards(unit)) for unit in units)


def units_of(organisation: Organisation, officer: str, now: datetime) -> frozenset[str]:
    """The units in which the officer holds something now."""
    day = day_of(now)
    held = {position.unit for _, position in organisation.held(officer, day)}
    return frozenset(held | {each.unit for each in organisation.granted(officer, day)})


def units_ahead(organisation: Organisation, officer: str, now: datetime) -> frozenset[str]:
    """The units in which the officer holds something now or will."""
    day = day_of(now)
    held = [each for each in organisation.appointments_of(officer) if each.until is None or each.until >= day]
    granted = [each for each in organisation.grants_of(officer) if each.until is None or each.until >= day]
    return frozenset({organisation.position(each.position).unit for each in held} | {each.unit for each in granted})


def home(organisation: Organisation, officer: str, now: datetime) -> str:
    """The unit whose administrators answer for this person: the lowest around all that they hold or will hold."""
    around = [[each.id for each in organisation.upwards(unit)] for unit in units_ahead(organisation, officer, now)]
    return next((unit for unit in min(around, default=[]) if all(unit in each for each in around)), organisation.top)


def _whose_absence(organisation: Organisation, change: to.Change) -> str | None:
    if isinstance(change, to.AbsenceRecorded):
        return change.officer
    if isinstance(change, to.AbsenceEnded):
        return next((each.officer for each in organisation.absences if each.id == change.absence), None)
    return None


def _units(organisation: Organisation, change: to.Change, now: datetime) -> frozenset[str]:
    """The units that the change concerns, as far as there are any."""
    match change:
        case to.UnitAdded():
            named = {change.parent}
        case to.UnitChanged():
            named = {change.id, change.parent}
        case to.PositionAdded():
            named = {change.unit, _top_for(organisation, change.roles)}
        case to.RoleGranted():
            named = {change.unit, _top_for(organisation, {change.role})}
        case to.PositionChanged():
            roles = set[str]() if change.roles is None else _roles_of(organisation, change.id) ^ change.roles
            named = {_unit_of(organisation, change.id), _top_for(organisation, roles)}
        case to.OfficerAppointed():
            named = _of_position(organisation, change.position)
        case to.MandateGiven():
            named = {_unit_of(organisation, change.given_by)}
        case to.OfficerChanged():
            named = {*units_ahead(organisation, change.id, now)}
        case _:
            named = _units_of_old(organisation, change, now)
    return frozenset(each for each in named if each is not None and organisation.find_unit(each) is not None)


def _units_of_old(organisation: Organisation, change: to.Change, now: datetime) -> set[str | None]:
    """The units of what is to end."""
    match change:
        case to.AppointmentEnded():
            ended = [each.position for each in organisation.appointments if each.id == change.appointment]
            return {unit for each in ended for unit in _of_position(organisation, each)}
        case to.RoleEnded():
            taken = [each for each in organisation.grants if each.id == change.grant]
            return {unit for each in taken for unit in (each.unit, _top_for(organisation, {each.role}))}
        case to.MandateEnded():
            mandate = organisation.mandate(change.id)
            return {_unit_of(organisation, mandate.given_by)} if mandate is not None else set()
        case _:
            concerned = _whose_absence(organisation, change)
            return {*units_of(organisation, concerned, now)} if concerned is not None else set()


def _unit_of(organisation: Organisation, position: str) -> str | None:
    found = organisation.find_position(position)
    return found.unit if found is not None else None


def _roles_of(organisation: Organisation, position: str) -> frozenset[str]:
    found = organisation.find_position(position)
    return found.roles if found is not None else frozenset()


def _of_position(organisation: Organisation, position: str) -> set[str | None]:
    return {_unit_of(organisation, position), _top_for(organisation, _roles_of(organisation, position))}


def _top_for(organisation: Organisation, roles: Set[str]) -> str | None:
    """The top unit where one of the roles counts in all of them."""
    return None if WIDE.isdisjoint(roles) else organisation.top
