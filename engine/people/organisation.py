"""The organisation as it stood on any day: units, positions, who holds them, who is away, who may sign for whom.

Everything has dates, so the same question about the same day always has the same answer. Days are local days of
Vietnam, the first and the last included; absences have times.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any, Literal, TypeVar

from engine.calendar import VIETNAM

Rank = Literal["head", "deputy", "staff"]
MandateKind = Literal["KT", "TL", "TUQ"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """How somebody is reached; empty where that is not known."""

    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A unit of the tree. One that decides as a body (`collective`) is signed for with TM. (NĐ 30/2020 Đ13.2)."""

    id: str
    name: str
    parent: str | None = None
    collective: bool = False
    contact: Contact = Contact()


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who is or was an officer; `subject` names them at the identity provider."""

    id: str
    name: str
    contact: Contact = Contact()
    subject: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """A position in a unit, with the roles that whoever holds it has there and in all units below."""

    id: str
    title: str
    unit: str
    rank: Rank = "staff"
    roles: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """What holds from one day to another, both included; without `until` it holds on."""

    since: date
    until: date | None = None

    def on(self, day: date) -> bool:
        """Whether it holds on that day."""
        return self.since <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment(Dated):
    """An officer holds a position; `acting`: as its acting holder (Q.). `document`: the decision that says so."""

    id: int = 0
    officer: str
    position: str
    document: str
    acting: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleGrant(Dated):
    """An officer has a role in a unit and all below it, beside those of the positions."""

    id: int = 0
    officer: str
    role: str
    unit: str
    document: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """An officer is away from `since` until `until` (aware times, the end excluded); `substitute` does the work."""

    id: int = 0
    officer: str
    since: datetime
    until: datetime
    substitute: str | None
    document: str

    def at(self, now: datetime) -> bool:
        """Whether the officer is away then."""
        return self.since <= now < self.until


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a mandate covers; None is everything. `condition` is FEEL over the dossier's data: `=amount <= 50000000`."""

    procedures: frozenset[str] | None = None
    kinds: frozenset[str] | None = None
    condition: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mandate(Dated):
    """One position may sign for another: KT. its deputy, TL. by order, TUQ. by authorisation (NĐ 30/2020 Đ13).

    `under` names the TL. that a head passes on to a deputy. With `when_away` it counts only while nobody who holds the
    giving position is there.
    """

    id: str
    kind: MandateKind
    given_by: str
    given_to: str
    document: str
    scope: Scope = field(default_factory=Scope)
    under: str | None = None
    when_away: bool = False


@dataclass(frozen=True, kw_only=True)
class Organisation:
    """All of it. Ids are unique among their kind. A question costs what it concerns, not the number of officers."""

    units: tuple[Unit, ...]
    positions: tuple[Position, ...] = ()
    appointments: tuple[Appointment, ...] = ()
    grants: tuple[RoleGrant, ...] = ()
    absences: tuple[Absence, ...] = ()
    mandates: tuple[Mandate, ...] = ()
    people: tuple[Person, ...] = ()

    def person(self, id: str) -> Person | None:
        """The person of that id."""
        return self._people.get(id)

    def name_of(self, id: str) -> str:
        """The person's name; the id of a program."""
        person = self.person(id)
        return person.name if person else id

    def unit(self, id: str) -> Unit:
        """The unit of that id; raises KeyError."""
        return self._units[id]

    @cached_property
    def unit_ids(self) -> frozenset[str]:
        """The ids of all units."""
        return frozenset(each.id for each in self.units)

    def position(self, id: str) -> Position:
        """The position of that id; raises KeyError."""
        return self._positions[id]

    @property
    def top(self) -> str:
        """The id of the unit that all others lie within."""
        return next(each.id for each in self.units if each.parent is None)

    def find_unit(self, id: str) -> Unit | None:
        """The unit of that id, if there is one."""
        return self._units.get(id)

    def find_position(self, id: str) -> Position | None:
        """The position of that id, if there is one."""
        return self._positions.get(id)

    def positions_of(self, unit: str) -> tuple[Position, ...]:
        """The positions of a unit."""
        return self._by_unit.get(unit, ())

    def upwards(self, unit: str) -> Iterator[Unit]:
        """The unit, then what it lies within, to the top; ends where a tree goes in a circle."""
        seen: set[str] = set()
        above: str | None = unit
        while above is not None and above not in seen:
            seen.add(above)
            found = self.unit(above)
            yield found
            above = found.parent

    def below(self, unit: str, other: str) -> bool:
        """Whether a unit lies within another one, at any depth."""
        return unit != other and any(above.id == other for above in self.upwards(unit))

    def within(self, unit: str) -> frozenset[str]:
        """The unit and all that lie within it, at any depth."""
        found, ahead = set[str](), [unit]
        while ahead:
            at = ahead.pop()
            if at not in found:
                found.add(at)
                ahead += (each.id for each in self._children.get(at, ()))
        return frozenset(found)

    def holders(self, position: str, day: date) -> tuple[Appointment, ...]:
        """Who holds a position on that day."""
        return tuple(each for each in self._by_position.get(position, ()) if each.on(day))

    def appointments_to(self, position: str) -> tuple[Appointment, ...]:
        """Who holds, held or will hold a position."""
        return self._by_position.get(position, ())

    def appointments_of(self, officer: str) -> tuple[Appointment, ...]:
        """What the officer holds, held or will hold."""
        return self._by_officer.get(officer, ())

    def grants_of(self, officer: str) -> tuple[RoleGrant, ...]:
        """The roles that the officer has, had or will have beside those of positions."""
        return self._granted.get(officer, ())

    def absences_of(self, officer: str) -> tuple[Absence, ...]:
        """When the officer is, was or will be away."""
        return self._absences.get(officer, ())

    def held(self, officer: str, day: date) -> tuple[tuple[Appointment, Position], ...]:
        """What the officer holds on that day."""
        held = (each for each in self._by_officer.get(officer, ()) if each.on(day))
        return tuple((each, self.position(each.position)) for each in held)

    def granted(self, officer: str, day: date) -> tuple[RoleGrant, ...]:
        """The roles that the officer has beside those of positions on that day."""
        return tuple(each for each in self._granted.get(officer, ()) if each.on(day))

    def has_role(self, officer: str, role: str, unit: str, day: date) -> bool:
        """Whether the officer has a role for dossiers of the unit: there, or in a unit around it."""
        around = {each.id for each in self.upwards(unit)}
        held = (position for _, position in self.held(officer, day))
        return any(role in position.roles and position.unit in around for position in held) or any(
            grant.role == role and grant.unit in around for grant in self.granted(officer, day)
        )

    def works_in(self, officer: str, unit: str, day: date) -> bool:
        """Whether the officer holds anything in the unit or in one around it."""
        around = {each.id for each in self.upwards(unit)}
        held = (position.unit for _, position in self.held(officer, day))
        return not around.isdisjoint(held) or any(each.unit in around for each in self.granted(officer, day))

    def with_role(self, role: str, unit: str, day: date) -> tuple[str, ...]:
        """The officers who have a role for dossiers of the unit, by id."""
        around = {each.id for each in self.upwards(unit)}
        found = {each.officer for each in self._of_role.get(role, ()) if each.unit in around and each.on(day)}
        for above in around:
            for position in self.positions_of(above):
                if role in position.roles:
                    found |= {each.officer for each in self.holders(position.id, day)}
        return tuple(sorted(found))

    def roles_held(self, day: date) -> frozenset[str]:
        """The roles that anybody has anywhere on that day."""
        held = (self.position(each.position).roles for each in self.appointments if each.on(day))
        return frozenset(each.role for each in self.grants if each.on(day)).union(*held)

    def heads(self, unit: str, day: date) -> tuple[str, ...]:
        """Who heads the unit on that day, by id."""
        heads = (each.id for each in self.positions_of(unit) if each.rank == "head")
        return tuple(sorted({held.officer for head in heads for held in self.holders(head, day)}))

    def mandates_of(self, position: str) -> tuple[Mandate, ...]:
        """The mandates given to a position, whenever."""
        return self._mandates.get(position, ())

    def mandates_by(self, position: str) -> tuple[Mandate, ...]:
        """The mandates that a position gave, whenever."""
        return self._given.get(position, ())

    def mandates_under(self, id: str) -> tuple[Mandate, ...]:
        """The mandates that pass this one on."""
        return self._passed.get(id, ())

    def mandate(self, id: str) -> Mandate | None:
        """The mandate of that id."""
        return self._mandate_ids.get(id)

    def away(self, officer: str, now: datetime) -> Absence | None:
        """The absence because of which the officer is not there; the one that ends last."""
        found = [each for each in self._absences.get(officer, ()) if each.at(now)]
        return max(found, key=lambda each: each.until, default=None)

    def there(self, officer: str, now: datetime) -> bool:
        """Whether the officer is in office and not away."""
        day = day_of(now)
        in_office = self.held(officer, day) or self.granted(officer, day)
        return bool(in_office) and self.away(officer, now) is None

    def adding(self, new: Record) -> Organisation:
        """It with one more; its indexes grow, so that thousands come one by one in little time."""
        field, indexes = _KEPT[type(new)]
        after = self._copied(field, (*getattr(self, field), new), {name for name, _key, _one in indexes})
        for name, key, one in indexes:
            if name in self.__dict__:
                kept = self.__dict__[name]
                after.__dict__[name] = {**kept, key(new): new if one else (*kept.get(key(new), ()), new)}
        return after

    def changing(self, new: Record) -> Organisation:
        """It with this instead of what had the same id."""
        field, indexes = _KEPT[type(new)]
        all = tuple(new if each.id == new.id else each for each in getattr(self, field))
        return self._copied(field, all, {name for name, _key, _one in indexes})

    def _copied(self, field: str, all: tuple[Any, ...], outdated: set[str]) -> Organisation:
        after = replace(self, **{field: all})
        kept = {name for indexed in _KEPT.values() for name, _key, _one in indexed[1]} - outdated
        after.__dict__.update({name: found for name, found in self.__dict__.items() if name in kept})
        return after

    # What is asked for, by what it is asked for

    @cached_property
    def _units(self) -> Mapping[str, Unit]:
        return {each.id: each for each in self.units}

    @cached_property
    def _people(self) -> Mapping[str, Person]:
        return {each.id: each for each in self.people}

    @cached_property
    def _children(self) -> Mapping[str, tuple[Unit, ...]]:
        return _grouped(self.units, lambda each: each.parent or "")

    @cached_property
    def _positions(self) -> Mapping[str, Position]:
        return {each.id: each for each in self.positions}

    @cached_property
    def _by_unit(self) -> Mapping[str, tuple[Position, ...]]:
        return _grouped(self.positions, lambda each: each.unit)

    @cached_property
    def _by_position(self) -> Mapping[str, tuple[Appointment, ...]]:
        return _grouped(self.appointments, lambda each: each.position)

    @cached_property
    def _by_officer(self) -> Mapping[str, tuple[Appointment, ...]]:
        return _grouped(self.appointments, lambda each: each.officer)

    @cached_property
    def _granted(self) -> Mapping[str, tuple[RoleGrant, ...]]:
        return _grouped(self.grants, lambda each: each.officer)

    @cached_property
    def _of_role(self) -> Mapping[str, tuple[RoleGrant, ...]]:
        return _grouped(self.grants, lambda each: each.role)

    @cached_property
    def _mandates(self) -> Mapping[str, tuple[Mandate, ...]]:
        return _grouped(self.mandates, lambda each: each.given_to)

    @cached_property
    def _given(self) -> Mapping[str, tuple[Mandate, ...]]:
        return _grouped(self.mandates, lambda each: each.given_by)

    @cached_property
    def _passed(self) -> Mapping[str, tuple[Mandate, ...]]:
        return _grouped((each for each in self.mandates if each.under is not None), lambda each: each.under or "")

    @cached_property
    def _mandate_ids(self) -> Mapping[str, Mandate]:
        return {each.id: each for each in self.mandates}

    @cached_property
    def _absences(self) -> Mapping[str, tuple[Absence, ...]]:
        return _grouped(self.absences, lambda each: each.officer)


Record = Unit | Person | Position | Appointment | RoleGrant | Absence | Mandate
# For each kind: where it stands, and the indexes over it: by which key, and whether the key has one record or many.
_KEPT: Mapping[type[Record], tuple[str, tuple[tuple[str, Callable[[Any], str], bool], ...]]] = {
    Unit: (
        "units",
        (("_units", lambda each: each.id, True), ("_children", lambda each: each.parent or "", False)),
    ),
    Person: ("people", (("_people", lambda each: each.id, True),)),
    Position: (
        "positions",
        (("_positions", lambda each: each.id, True), ("_by_unit", lambda each: each.unit, False)),
    ),
    Appointment: (
        "appointments",
        (("_by_position", lambda each: each.position, False), ("_by_officer", lambda each: each.officer, False)),
    ),
    RoleGrant: (
        "grants",
        (("_granted", lambda each: each.officer, False), ("_of_role", lambda each: each.role, False)),
    ),
    Absence: ("absences", (("_absences", lambda each: each.officer, False),)),
    Mandate: (
        "mandates",
        (("_mandates", lambda each: each.given_to, False), ("_mandate_ids", lambda each: each.id, True)),
    ),
}


def day_of(now: datetime) -> date:
    """The local day of an aware time."""
    return now.astimezone(VIETNAM).date()


T = TypeVar("T")


def _grouped(items: Iterable[T], by: Callable[[T], str]) -> Mapping[str, tuple[T, ...]]:
    found: dict[str, list[T]] = {}
    for item in items:
        found.setdefault(by(item), []).append(item)
    return {key: tuple(group) for key, group in found.items()}
