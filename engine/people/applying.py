"""Apply a change to the organisation: the organisation after it, or why it does not fit. Pure.

What comes out is one tree of units, in which nothing names what is not there, no unit has two heads on a day, no
auditor is anything else, and no absence leaves work without anybody.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, TypeVar

from engine.errors import Refusal, not_found
from engine.feel import FeelError, compile_expression
from engine.officer import ADMINISTRATOR, AUDITOR
from engine.people import changes as to
from engine.people.absences import refuses_absence
from engine.people.holding import (
    refuses_appointment,
    refuses_auditor,
    refuses_grant,
    refuses_no_administrator,
    refuses_second_head,
)
from engine.people.mandates import misshapen, passed_on
from engine.people.organisation import (
    Absence,
    Appointment,
    Mandate,
    Organisation,
    Person,
    Position,
    RoleGrant,
    Scope,
    Unit,
)
from engine.people.refusals import conflict, invalid, refuses_dates, refuses_empty, refuses_end, refuses_id

N = TypeVar("N", Appointment, RoleGrant, Absence)


def apply(organisation: Organisation, change: to.Change, *, today: date) -> Organisation | Refusal:
    """The organisation after the change, or the refusal. What is new gets the next number of its kind."""
    match change:
        case to.UnitAdded():
            return _unit_added(organisation, change)
        case to.UnitChanged():
            return _unit_changed(organisation, change)
        case to.PositionAdded():
            return _position_added(organisation, change)
        case to.PositionChanged():
            return _position_changed(organisation, change, today)
        case to.OfficerAdded():
            return _officer_added(organisation, change)
        case to.OfficerChanged():
            return _officer_changed(organisation, change)
        case to.OfficerAppointed():
            return _appointed(organisation, change)
        case to.AppointmentEnded():
            return _appointment_ended(organisation, change, today)
        case to.RoleGranted():
            return _granted(organisation, change)
        case to.RoleEnded():
            return _role_ended(organisation, change, today)
        case to.MandateGiven():
            return _mandate_given(organisation, change)
        case to.MandateEnded():
            return _mandate_ended(organisation, change)
        case to.AbsenceRecorded():
            return _absence_recorded(organisation, change)
        case to.AbsenceEnded():
            return _absence_ended(organisation, change)


# Units


def _unit_added(organisation: Organisation, change: to.UnitAdded) -> Organisation | Refusal:
    known = organisation.find_unit(change.id) is not None
    refusal = refuses_id("unit", change.id, known) or refuses_empty("name", change.name)
    if refusal is None and change.parent is None and organisation.units:
        refusal = invalid("unit-top", f"{change.id} names no unit above it; there is one tree", "name its parent")
    if refusal is None and change.parent is not None:
        refusal = _unknown_unit(organisation, change.parent)
    if refusal is not None:
        return refusal
    new = Unit(**_fields(change, "id", "name", "parent", "collective", "contact"))
    return organisation.adding(new)


def _unit_changed(organisation: Organisation, change: to.UnitChanged) -> Organisation | Refusal:
    refusal = _unknown_unit(organisation, change.id) or refuses_empty("name", change.name)
    if refusal is None and change.parent is not None:
        refusal = _unknown_unit(organisation, change.parent) or _misplaced(organisation, change.id, change.parent)
    if refusal is not None:
        return refusal
    changed = replace(organisation.unit(change.id), **_given(change, "name", "parent", "collective", "contact"))
    return organisation.changing(changed)


def _misplaced(organisation: Organisation, id: str, parent: str) -> Refusal | None:
    if organisation.unit(id).parent is None:
        return conflict("unit-top", f"{id} is the agency itself, above which nothing stands", "move another unit")
    if parent in organisation.within(id):
        return conflict("unit-circle", f"{parent} is {id} or lies within it", "choose a parent outside it")
    return None


def _unknown_unit(organisation: Organisation, id: str) -> Refusal | None:
    return _unknown("unit", id, organisation.find_unit(id))


def _unknown(what: str, which: object, found: object) -> Refusal | None:
    return None if found is not None else not_found(what, str(which), f"list them: hoso {what} list")


# Positions


def _position_added(organisation: Organisation, change: to.PositionAdded) -> Organisation | Refusal:
    known = organisation.find_position(change.id) is not None
    refusal = (
        refuses_id("position", change.id, known, longest=80)
        or refuses_empty("title", change.title)
        or _unknown_unit(organisation, change.unit)
        or _unfit(change.roles)
    )
    if refusal is not None:
        return refusal
    new = Position(**_fields(change, "id", "title", "unit", "rank", "roles"))
    return organisation.adding(new)


def _position_changed(organisation: Organisation, change: to.PositionChanged, today: date) -> Organisation | Refusal:
    refusal = (
        _unknown("position", change.id, organisation.find_position(change.id))
        or refuses_empty("title", change.title)
        or _unfit(change.roles or frozenset())
    )
    if refusal is not None:
        return refusal
    changed = replace(organisation.position(change.id), **_given(change, "title", "rank", "roles"))
    after = organisation.changing(changed)
    held = [each for each in after.appointments_to(change.id) if each.until is None or each.until >= today]
    refusal = (
        (refuses_second_head(after, changed.unit, held) if changed.rank == "head" else None)
        or refuses_auditor(after, {each.officer for each in held}, today)
        or refuses_no_administrator(organisation, after, today)
    )
    return refusal or after


def _unfit(roles: Iterable[str]) -> Refusal | None:
    names = frozenset(roles)
    if wrong := [each for each in sorted(names) if not each or len(each) > 100]:
        return invalid("role-name", f"role {wrong[0]!r}: expected a name of at most 100 characters")
    if AUDITOR in names and len(names) > 1:
        message = "an auditor reads all and changes nothing: no position has this role and others"
        return invalid("auditor-alone", message, "make a position for it alone")
    return None


# Officers, and what they hold


def _officer_added(organisation: Organisation, change: to.OfficerAdded) -> Organisation | Refusal:
    known = organisation.person(change.id) is not None
    refusal = refuses_id("officer", change.id, known) or refuses_empty("name", change.name)
    refusal = refusal or _taken(organisation, change.id, change.subject)
    if refusal is not None:
        return refusal
    new = Person(id=change.id, name=change.name, contact=change.contact, subject=change.subject or None)
    return organisation.adding(new)


def _officer_changed(organisation: Organisation, change: to.OfficerChanged) -> Organisation | Refusal:
    person = organisation.person(change.id)
    refusal = refuses_empty("name", change.name) or _taken(organisation, change.id, change.subject)
    if person is None or refusal is not None:
        return refusal or _no_officer(organisation, change.id) or organisation
    changed = replace(person, **_given(change, "name", "contact", "subject"))
    changed = replace(changed, subject=changed.subject or None)
    return organisation.changing(changed)


def _taken(organisation: Organisation, id: str, subject: str | None) -> Refusal | None:
    if not subject:
        return None
    if len(subject) > 400:
        return invalid("subject-long", "a subject has at most 400 characters")
    holder = next((each.id for each in organisation.people if each.subject == subject and each.id != id), None)
    if holder is None:
        return None
    return conflict("subject-taken", f"{holder} signs in as that subject", "take it from them first")


def _no_officer(organisation: Organisation, id: str) -> Refusal | None:
    return _unknown("officer", id, organisation.person(id))


def _appointed(organisation: Organisation, change: to.OfficerAppointed) -> Organisation | Refusal:
    refusal = (
        _no_officer(organisation, change.officer)
        or _unknown("position", change.position, organisation.find_position(change.position))
        or refuses_dates(change.since, change.until)
    )
    if refusal is not None:
        return refusal
    of = _fields(change, "officer", "position", "document", "since", "until", "acting")
    new = Appointment(id=_next(organisation.appointments), **of)
    after = organisation.adding(new)
    refusal = refuses_appointment(organisation, new) or refuses_auditor(after, [new.officer], new.since)
    return refusal or after


def _appointment_ended(organisation: Organisation, change: to.AppointmentEnded, today: date) -> Organisation | Refusal:
    found = _numbered(organisation.appointments, change.appointment)
    if found is None:
        return not_found("appointment", str(change.appointment), "see: hoso officer show ID")
    if refusal := refuses_end(found, f"appointment {found.id}", change.until):
        return refusal
    after = organisation.changing(replace(found, until=change.until))
    if ADMINISTRATOR not in organisation.position(found.position).roles:
        return after
    return refuses_no_administrator(organisation, after, today) or after


def _granted(organisation: Organisation, change: to.RoleGranted) -> Organisation | Refusal:
    refusal = (
        _no_officer(organisation, change.officer)
        or _unknown_unit(organisation, change.unit)
        or _unfit([change.role])
        or refuses_dates(change.since, change.until)
    )
    if refusal is not None:
        return refusal
    of = _fields(change, "officer", "role", "unit", "document", "since", "until")
    new = RoleGrant(id=_next(organisation.grants), **of)
    after = organisation.adding(new)
    return refuses_grant(organisation, new) or refuses_auditor(after, [new.officer], new.since) or after


def _role_ended(organisation: Organisation, change: to.RoleEnded, today: date) -> Organisation | Refusal:
    found = _numbered(organisation.grants, change.grant)
    if found is None:
        return not_found("grant", str(change.grant), "list them: hoso role list")
    if refusal := refuses_end(found, f"grant {found.id}", change.until):
        return refusal
    after = organisation.changing(replace(found, until=change.until))
    if found.role != ADMINISTRATOR:
        return after
    return refuses_no_administrator(organisation, after, today) or after


# Mandates


def _mandate_given(organisation: Organisation, change: to.MandateGiven) -> Organisation | Refusal:
    refusal = (
        refuses_id("mandate", change.id, organisation.mandate(change.id) is not None, longest=80)
        or refuses_empty("document", change.document)
        or _unknown("position", change.given_by, organisation.find_position(change.given_by))
        or _unknown("position", change.given_to, organisation.find_position(change.given_to))
        or refuses_dates(change.since, change.until)
        or _uncompilable(change.condition)
    )
    if refusal is not None:
        return refusal
    scope = Scope(**_fields(change, "procedures", "kinds", "condition"))
    of = _fields(change, "id", "given_by", "given_to", "document", "since", "until", "under", "when_away")
    new = Mandate(kind=change.capacity, scope=scope, **of)
    return _void(organisation, new) or organisation.adding(new)


def _void(organisation: Organisation, new: Mandate) -> Refusal | None:
    if wrong := misshapen(organisation, new):
        return invalid("mandate-void", f"{new.id}: {wrong}", "see NĐ 30/2020, article 13")
    if new.under is None:
        return None
    above = organisation.mandate(new.under)
    if above is None:
        return _unknown("mandate", new.under, above)
    wrong = passed_on([above, new])
    return invalid("mandate-passed-on", wrong, "see NĐ 30/2020, article 13") if wrong else None


def _uncompilable(condition: str | None) -> Refusal | None:
    if condition is None:
        return None
    try:
        compile_expression(condition)
    except FeelError as error:
        return invalid("mandate-condition", f"condition {condition!r}: {error}", "try it: hoso feel eval")
    return None


def _mandate_ended(organisation: Organisation, change: to.MandateEnded) -> Organisation | Refusal:
    found = organisation.mandate(change.id)
    if found is None:
        return _unknown("mandate", change.id, found) or organisation
    if refusal := refuses_end(found, f"mandate {found.id}", change.until):
        return refusal
    return organisation.changing(replace(found, until=change.until))


# Absences


def _absence_recorded(organisation: Organisation, change: to.AbsenceRecorded) -> Organisation | Refusal:
    if refusal := _no_officer(organisation, change.officer):
        return refusal
    of = _fields(change, "officer", "since", "until", "substitute", "document")
    new = Absence(id=_next(organisation.absences), **of)
    return refuses_absence(organisation, new) or organisation.adding(new)


def _absence_ended(organisation: Organisation, change: to.AbsenceEnded) -> Organisation | Refusal:
    found = _numbered(organisation.absences, change.absence)
    if found is None:
        return not_found("absence", str(change.absence), "list them: hoso absence list")
    if not found.since <= change.until < found.until:
        message = f"absence {found.id} is from {found.since} to {found.until}; it cannot end {change.until}"
        return invalid("dates-order", message, "name a time within it; to be away longer, record another absence")
    return organisation.changing(replace(found, until=change.until))


# Records in tuples


def _fields(change: to.Change, *names: str) -> dict[str, Any]:
    return {name: getattr(change, name) for name in names}


def _given(change: to.Change, *names: str) -> Mapping[str, Any]:
    """What the change says; None says nothing."""
    return {name: value for name, value in _fields(change, *names).items() if value is not None}


def _numbered(all: tuple[N, ...], id: int) -> N | None:
    return next((each for each in all if each.id == id), None)


def _next(all: tuple[N, ...]) -> int:
    """The number after the last one: they stand in their order, and none is ever taken away."""
    return all[-1].id + 1 if all else 1
