"""Compare units, positions and people: what is new is added, what is told otherwise is changed, nothing is deleted."""

from collections.abc import Iterable, Mapping
from typing import TypeVar

from engine.people.changes import (
    OfficerAdded,
    OfficerChanged,
    PositionAdded,
    PositionChanged,
    UnitAdded,
    UnitChanged,
)
from engine.people.lists.columns import plain
from engine.people.lists.comparison import Comparison, Step
from engine.people.lists.wanted import Wanted, WantedPerson, WantedPosition, WantedUnit
from engine.people.organisation import Contact, Organisation, Person, Position, Unit

V = TypeVar("V")


def compare_units(organisation: Organisation, wanted: Wanted, found: Comparison) -> None:
    """Units from the top down, so that no move makes a circle on the way."""
    known = {each.id: each for each in organisation.units}
    listed = {each.id for each in wanted.units}
    for row in _top_down(known, wanted.units):
        parent = row.parent or None
        if row.parent and row.parent not in known and row.parent not in listed:
            found.problems.add(row.place, "unit-unknown", f"no unit {row.parent}", "parent")
        elif row.id not in known:
            contact = Contact(email=row.email or "", phone=row.phone or "")
            unit = UnitAdded(id=row.id, name=row.name, parent=parent, collective=bool(row.collective), contact=contact)
            found.units.append(Step(change=unit, place=row.place, sign="+", subject=row.id))
        elif row.parent == "" and known[row.id].parent is not None:
            message = f"unit {row.id} stands below {known[row.id].parent}; only the first unit has none above it"
            found.problems.add(row.place, "unit-parent", message, "parent")
        else:
            _change_unit(known[row.id], row, found)
    if "units" in wanted.given:
        _tell_missing("unit", known, listed, found)


def _top_down(known: Mapping[str, Unit], rows: Iterable[WantedUnit]) -> list[WantedUnit]:
    above = {each.id: each.parent for each in known.values()}
    above.update({each.id: each.parent or None for each in rows if each.parent is not None})

    def depth(unit: str) -> int:
        seen, at = {unit}, above.get(unit)
        while at is not None and at not in seen:
            seen.add(at)
            at = above.get(at)
        return len(seen)

    return sorted(rows, key=lambda each: depth(each.id))


def _change_unit(unit: Unit, row: WantedUnit, found: Comparison) -> None:
    told = {
        "name": _otherwise(unit.name, row.name),
        "parent": _otherwise(unit.parent, row.parent or None),
        "collective": _otherwise(unit.collective, row.collective),
        "contact": _contact(unit.contact, row),
    }
    if any(each is not None for each in told.values()):
        change = UnitChanged(id=unit.id, **told)  # type: ignore[arg-type]
        found.units.append(Step(change=change, place=row.place, sign="~", subject=unit.id, before=_before(unit, told)))


def compare_positions(organisation: Organisation, wanted: Wanted, found: Comparison) -> None:
    """Positions; those that head no more are changed before those that head from now on."""
    known = {each.id: each for each in organisation.positions}
    units = {each.id for each in organisation.units} | {each.id for each in wanted.units}
    for row in wanted.positions:
        if row.unit is not None and row.unit not in units:
            found.problems.add(row.place, "unit-unknown", f"no unit {row.unit}", "unit")
        elif row.id in known:
            _change_position(known[row.id], row, found)
        elif row.title is None or row.unit is None:
            message = f"no position {row.id}; give its title and its unit"
            found.problems.add(row.place, "position-unknown", message, "position")
        else:
            position = PositionAdded(
                id=row.id, title=row.title, unit=row.unit, rank=row.rank or "staff", roles=row.roles or frozenset()
            )
            found.added.append(Step(change=position, place=row.place, sign="+", subject=row.id))
    found.changed.sort(key=lambda step: isinstance(step.change, PositionChanged) and step.change.rank == "head")
    if "positions" in wanted.given:
        _tell_missing("position", known, {each.id for each in wanted.positions}, found)


def _change_position(position: Position, row: WantedPosition, found: Comparison) -> None:
    if row.unit is not None and row.unit != position.unit:
        message = f"position {row.id} is one of {position.unit}; give the position in {row.unit} an id of its own"
        found.problems.add(row.place, "position-elsewhere", message, "unit")
        return
    told = {
        "title": _otherwise(position.title, row.title),
        "rank": _otherwise(position.rank, row.rank),
        "roles": _otherwise(position.roles, row.roles),
    }
    if any(each is not None for each in told.values()):
        change = PositionChanged(id=position.id, **told)  # type: ignore[arg-type]
        found.changed.append(
            Step(change=change, place=row.place, sign="~", subject=position.id, before=_before(position, told))
        )


def compare_people(organisation: Organisation, wanted: Wanted, found: Comparison) -> None:
    """People: their names, contacts, and who they are at the identity provider."""
    for row in wanted.people:
        person = organisation.person(row.id)
        if person is None:
            contact = Contact(email=row.email or "", phone=row.phone or "")
            new = OfficerAdded(id=row.id, name=row.name, contact=contact, subject=row.subject or None)
            found.added.append(Step(change=new, place=row.place, sign="+", subject=row.id))
        else:
            _change_person(person, row, found)


def _change_person(person: Person, row: WantedPerson, found: Comparison) -> None:
    told = {
        "name": _otherwise(person.name, row.name),
        "contact": _contact(person.contact, row),
        "subject": _otherwise(person.subject or "", row.subject),
    }
    if any(each is not None for each in told.values()):
        change = OfficerChanged(id=person.id, **told)  # type: ignore[arg-type]
        found.changed.append(
            Step(change=change, place=row.place, sign="~", subject=person.id, before=_before(person, told))
        )


def _otherwise(now: V | None, wanted: V | None) -> V | None:
    """What is wanted, if it is told and not so already."""
    if isinstance(now, str) and isinstance(wanted, str):
        return None if plain(now) == wanted else wanted
    return None if wanted == now else wanted


def _contact(now: Contact, row: WantedUnit | WantedPerson) -> Contact | None:
    email = _otherwise(now.email, row.email)
    phone = _otherwise(now.phone, row.phone)
    if email is None and phone is None:
        return None
    return Contact(email=now.email if email is None else email, phone=now.phone if phone is None else phone)


def _before(of: Unit | Position | Person, told: Mapping[str, object]) -> dict[str, object]:
    return {name: getattr(of, name) for name, value in told.items() if value is not None}


def _tell_missing(what: str, known: Iterable[str], listed: set[str], found: Comparison) -> None:
    for id in sorted(set(known) - listed):
        found.note(None, f"{what}-not-listed", id, f"{what} {id} is not in the list; it stays")
