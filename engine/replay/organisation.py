"""The organisation as the acts in a pack make it, up to any of them: the very records by which the engine decides.

A pack holds those acts alone on which its signers and their mandates rest. Who is not in it may be there all the same.
"""

from collections.abc import Iterable
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from engine.errors import Refusal
from engine.people import changes as to
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
    day_of,
)
from engine.replay.report import Untold
from engine.replay.telling import shown
from signing.evidence.contents import Opened

_SCOPE = ("procedures", "kinds", "condition")


class RecordedOrganisation:
    """It grows leaf by leaf, by rising index. `opened`: all leaves of the pack."""

    def __init__(self, opened: Iterable[Opened]) -> None:
        self._ahead = [item for item in opened if item.leaf.act in to.KINDS]
        self._so_far = Organisation(units=())

    def before(self, index: int) -> Organisation:
        """The organisation just before that leaf; Untold where an act in between cannot be read."""
        while self._ahead and self._ahead[0].leaf.index < index:
            item = self._ahead.pop(0)
            change = _change(item)
            try:
                self._so_far = _after(self._so_far, change, item.details.get("number"))
            except KeyError as missing:
                found = f"leaf {item.leaf.index} ({item.leaf.act}) is about {missing}, of which no act before tells"
                raise Untold("role-untold", found=found, expected="the act that made it") from None
        return self._so_far


def with_unit(organisation: Organisation, id: str) -> Organisation:
    """It with that unit; below none, where no act tells of it: the agency itself is there before its first act."""
    return organisation if organisation.find_unit(id) is not None else organisation.adding(Unit(id=id, name=id))


def reaches(organisation: Organisation, unit: str, other: str) -> bool:
    """Whether the pack says how two units stand to each other: somewhere above both is one and the same."""
    above, below = ([each.id for each in organisation.upwards(of)] for of in (unit, other))
    return above[-1] == below[-1]


def roles_in(organisation: Organisation, officer: str, unit: str, now: datetime) -> frozenset[str]:
    """The roles that the officer had for dossiers of the unit, as far as the pack tells."""
    day, around = day_of(now), {each.id for each in organisation.upwards(unit)}
    held = (position.roles for _, position in organisation.held(officer, day) if position.unit in around)
    granted = (each.role for each in organisation.granted(officer, day) if each.unit in around)
    return frozenset(granted).union(*held)


def _change(item: Opened) -> to.Change:
    kind = to.KINDS[item.leaf.act]
    names = {each.name for each in fields(kind)}
    found = to.from_json({"kind": item.leaf.act, **{k: v for k, v in item.details.items() if k in names}})
    if isinstance(found, Refusal):
        shows = f"leaf {item.leaf.index} ({item.leaf.act}): {found.message}"
        raise Untold("role-untold", found=shows, expected="a change that this release knows")
    return found


def _after(now: Organisation, change: to.Change, number: object) -> Organisation:
    """What the act makes of it; KeyError names what is not there. What gives nobody anything is left aside."""
    match change:
        case to.UnitAdded() | to.UnitChanged():
            return _placed(now, change)
        case to.PositionAdded():
            position = Position(**_given(change, "id", "title", "unit", "rank", "roles"))
            return with_unit(now, change.unit).adding(position)
        case to.PositionChanged():
            return now.changing(replace(now.position(change.id), **_given(change, "title", "rank", "roles")))
        case to.OfficerAppointed() | to.RoleGranted():
            return _held(now, change, number)
        case to.AbsenceRecorded():
            told = {**_given(change, "officer", "since", "until", "document"), "substitute": change.substitute}
            return now.adding(Absence(id=_number(number), **told))
        case to.MandateGiven():
            return now.adding(_mandate(now, change))
        case to.AppointmentEnded() | to.RoleEnded() | to.MandateEnded() | to.AbsenceEnded():
            return _ended(now, change)
        case _:
            return now


def _placed(now: Organisation, change: to.UnitAdded | to.UnitChanged) -> Organisation:
    after = with_unit(now, change.id) if change.parent is None else with_unit(with_unit(now, change.parent), change.id)
    return after.changing(replace(after.unit(change.id), **_given(change, "name", "parent", "collective")))


def _held(now: Organisation, change: to.OfficerAppointed | to.RoleGranted, number: object) -> Organisation:
    if now.person(change.officer) is None:
        now = now.adding(Person(id=change.officer, name=change.officer))
    if isinstance(change, to.OfficerAppointed):
        now.position(change.position)
        told = _given(change, "officer", "position", "document", "since", "until", "acting")
        return now.adding(Appointment(id=_number(number), **told))
    told = _given(change, "officer", "role", "unit", "document", "since", "until")
    return with_unit(now, change.unit).adding(RoleGrant(id=_number(number), **told))


def _mandate(now: Organisation, change: to.MandateGiven) -> Mandate:
    for position in (change.given_by, change.given_to):
        now.position(position)
    told = _given(change, "id", "given_by", "given_to", "document", "since", "until", "under", "when_away")
    scope = Scope(**{name: getattr(change, name) for name in _SCOPE})
    return Mandate(kind=change.capacity, scope=scope, **told)


def _ended(
    now: Organisation, change: to.AppointmentEnded | to.RoleEnded | to.MandateEnded | to.AbsenceEnded
) -> Organisation:
    """What has ended ends no later for being ended again."""
    ended: Any
    if isinstance(change, to.AbsenceEnded) and all(each.id != change.absence for each in now.absences):
        return now  # of before absences were kept for packs
    match change:
        case to.AppointmentEnded():
            ended = _of(now.appointments, change.appointment)
        case to.RoleEnded():
            ended = _of(now.grants, change.grant)
        case to.MandateEnded():
            ended = _of(now.mandates, change.id)
        case to.AbsenceEnded():
            ended = _of(now.absences, change.absence)
    until = change.until if ended.until is None else min(change.until, ended.until)
    after: Organisation = now.changing(replace(ended, until=until))
    return after


def _of(all: Iterable[Any], id: object) -> Any:
    found = next((each for each in all if each.id == id), None)
    if found is None:
        raise KeyError(id)
    return found


def _given(change: to.Change, *names: str) -> dict[str, Any]:
    return {name: value for name in names if (value := getattr(change, name)) is not None}


def _number(number: object) -> int:
    if not isinstance(number, int) or isinstance(number, bool):
        raise KeyError(shown(number))
    return number
