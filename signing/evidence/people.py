"""Who held what when: the organisation as the acts in a pack make it, as far as the pack tells.

Pure: acts go in by rising index, questions are asked of a day. Days are local days of Vietnam, both ends included. What
gives rights is never taken from an act that is not here; that an ending was withheld, only the whole log shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, timezone
from typing import Any

from signing.errors import Invalid, Undecidable
from signing.evidence.report import Deed

VIETNAM = timezone(timedelta(hours=7))
ADMINISTRATOR = "administrator"
FOREVER = "9999-12-31"


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """A position as of now; `deed`: what last gave it its roles; `named`: its title and rank."""

    title: str
    unit: str
    head: bool
    roles: frozenset[str]
    deed: Deed
    named: Deed

    @property
    def deeds(self) -> tuple[Deed, ...]:
        """The acts that made it what it is."""
        return (self.deed, self.named)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """An officer holds a position, or (`position` empty) has a role in a unit, from one day to another."""

    number: int
    officer: str
    position: str = ""
    role: str = ""
    unit: str = ""
    since: str
    until: str
    acting: bool = False
    deed: Deed

    def on(self, day: date) -> bool:
        """Whether it holds on that day."""
        return self.since <= day.isoformat() <= self.until


@dataclass(frozen=True, slots=True, kw_only=True)
class Footing:
    """On what an officer stands: the titles, the roles, and the acts that gave them."""

    position: str
    roles: frozenset[str]
    deeds: tuple[Deed, ...]


@dataclass(slots=True, kw_only=True)
class People:
    """What the acts so far say of people."""

    units: dict[str, str | None] = field(default_factory=dict)
    bodies: dict[str, Deed] = field(default_factory=dict)
    """The units that decide as a body, by which act: their heads sign TM."""
    positions: dict[str, Position] = field(default_factory=dict)
    appointments: dict[int, Held] = field(default_factory=dict)
    grants: dict[int, Held] = field(default_factory=dict)
    mandates: dict[str, tuple[Mapping[str, Any], Deed]] = field(default_factory=dict)

    def take(self, kind: str, told: Mapping[str, Any], number: object, deed: Deed) -> None:
        """Let a change of the organisation take effect; what says nothing of rights is left aside."""
        match kind:
            case "unit-added":
                _new(self.units, _text(told, "id"), _optional(told, "parent"))
                self._change_body(told, deed)
            case "unit-changed":
                if "parent" in told:
                    self.units[_text(told, "id")] = _text(told, "parent")
                self._change_body(told, deed)
            case "position-added":
                self._add_position(told, deed)
            case "position-changed":
                self._change_position(told, deed)
            case "officer-appointed":
                held = {"position": _text(told, "position"), "acting": told.get("acting") is True}
                _new(self.appointments, _number(number), _held(told, number, deed, **held))
            case "role-granted":
                held = {"role": _text(told, "role"), "unit": _text(told, "unit")}
                _new(self.grants, _number(number), _held(told, number, deed, **held))
            case "appointment-ended":
                _end(self.appointments, told.get("appointment"), told)
            case "role-ended":
                _end(self.grants, told.get("grant"), told)
            case "mandate-given":
                _new(self.mandates, _text(told, "id"), (_mandate(told), deed))
            case "mandate-ended":
                self._end_mandate(told)

    def _end_mandate(self, told: Mapping[str, Any]) -> None:
        if (found := self.mandates.get(_text(told, "id"))) is None:
            raise _not_given(f"the mandate {_text(told, 'id')[:80]}")
        ends = min(found[0]["until"] or FOREVER, _day(told, "until"))
        self.mandates[_text(told, "id")] = ({**found[0], "until": ends}, found[1])

    def _change_body(self, told: Mapping[str, Any], deed: Deed) -> None:
        if told.get("collective") is True:
            self.bodies[_text(told, "id")] = deed
        elif "collective" in told:
            self.bodies.pop(_text(told, "id"), None)

    def _add_position(self, told: Mapping[str, Any], deed: Deed) -> None:
        head = told.get("rank") == "head"
        of = {"title": _text(told, "title"), "unit": _text(told, "unit")}
        _new(
            self.positions, _text(told, "id"), Position(**of, head=head, roles=roles_told(told), deed=deed, named=deed)
        )

    def _change_position(self, told: Mapping[str, Any], deed: Deed) -> None:
        found = self.positions.get(_text(told, "id"))
        if found is None:
            return
        title = _text(told, "title") if "title" in told else found.title
        changed = replace(found, title=title, head=told.get("rank", "head" if found.head else "") == "head")
        if "title" in told or "rank" in told:
            changed = replace(changed, named=deed)
        if "roles" in told:
            changed = replace(changed, roles=roles_told(told), deed=deed)
        self.positions[_text(told, "id")] = changed

    # What is asked

    def known(self, officer: str) -> bool:
        """Whether any act gave the officer anything, whenever."""
        return any(each.officer == officer for each in self._all())

    def held(self, officer: str, day: date) -> tuple[Held, ...]:
        """What the officer holds on that day: appointments by number, then roles."""
        return tuple(each for each in self._all() if each.officer == officer and each.on(day))

    def footing(self, officer: str, day: date) -> Footing:
        """All that the officer stands on, on that day; Undecidable `appointment-missing`, Invalid where it ended."""
        held = self.held(officer, day)
        if not held:
            raise self._nothing(officer, day)
        titles = [("Q. " if each.acting else "") + self._position(each).title for each in held if each.position]
        return Footing(
            position=", ".join(dict.fromkeys(titles)),
            roles=frozenset[str]().union(*(self.roles_of(each) for each in held)),
            deeds=tuple(dict.fromkeys(deed for each in held for deed in self.deeds_of(each))),
        )

    def having(self, officer: str, role: str, unit: str | None, day: date) -> tuple[Deed, ...]:
        """The acts that gave the officer a role for a unit (None: anywhere; "": for the whole) on that day.

        Invalid `right-missing` where none did.
        """
        held = self.held(officer, day)
        if not held:
            raise self._nothing(officer, day)
        found = [each for each in held if role in self.roles_of(each) and self._covers(self.unit_of(each), unit)]
        if not found:
            where = "" if unit is None else f" for {unit or 'the whole agency'}"
            raise Invalid("right-missing", f"{officer} did not have the role {role}{where} on {day}, by what is here")
        return tuple(dict.fromkeys(deed for each in found for deed in self.deeds_of(each)))

    def others(self, author: str, unit: str) -> list[str]:
        """Who but the author administered, administers or will administer the unit, as far as the pack tells."""
        administered = (each for each in self._all() if each.officer != author and self._administers(each, unit))
        return sorted({each.officer for each in administered})

    def administering(self, units: Iterable[str], day: date) -> list[str]:
        """Who administers all of these units on that day, as far as the pack tells."""
        wanted = list(units)
        officers = sorted({each.officer for each in self._all()})
        return [who for who in officers if all(self._has_all(who, unit, day) for unit in wanted)]

    def _has_all(self, officer: str, unit: str, day: date) -> bool:
        try:
            return bool(self.having(officer, ADMINISTRATOR, unit, day))
        except (Invalid, Undecidable):
            return False

    def signs_as(self, officer: str, capacity: str, day: date) -> tuple[Deed, ...] | None:
        """The acts beside those of their footing by which the officer signs so, TM. as a body's head, Q. as an acting
        holder; None: nothing that they hold then lets them.
        """
        held = [each for each in self.held(officer, day) if each.position]
        if capacity == "TM.":
            positions = [self.position(each.position) for each in held]
            bodies = [self.bodies[each.unit] for each in positions if each.head and each.unit in self.bodies]
            return tuple(bodies[:1]) or None
        return () if capacity != "Q." or any(each.acting for each in held) else None

    def units_ahead(self, officer: str, day: date) -> set[str]:
        """The units in which the officer holds something then or later; the whole agency where there are none."""
        found = {self.unit_of(each) for each in self._all() if each.officer == officer and each.until >= str(day)}
        return found or {""}

    def position(self, id: str) -> Position:
        """The position of that id; Undecidable `appointment-missing` where no act here added it."""
        if (found := self.positions.get(id)) is None:
            raise Undecidable("appointment-missing", f"no act in the pack says what the position {id[:80]} is")
        return found

    def unit_of(self, held: Held) -> str:
        """The unit in which it is held."""
        return self._position(held).unit if held.position else held.unit

    def roles_of(self, held: Held) -> frozenset[str]:
        """The roles that it gives."""
        return self._position(held).roles if held.position else frozenset({held.role})

    def deeds_of(self, held: Held) -> tuple[Deed, ...]:
        """The acts that gave it: the appointment, and what made the position what it is."""
        return (held.deed, *self._position(held).deeds) if held.position else (held.deed,)

    def _administers(self, held: Held, unit: str) -> bool:
        try:
            return ADMINISTRATOR in self.roles_of(held) and self._covers(self.unit_of(held), unit)
        except Undecidable:
            return False

    def _all(self) -> Iterator[Held]:
        for numbered in (self.appointments, self.grants):
            yield from (numbered[number] for number in sorted(numbered))

    def _position(self, held: Held) -> Position:
        return self.position(held.position)

    def _nothing(self, officer: str, day: date) -> Invalid | Undecidable:
        if not self.known(officer):
            return Undecidable("appointment-missing", f"no act in the pack says what {officer} held, and by whose word")
        return Invalid("appointment-not-in-force", f"{officer} held nothing on {day}, by what is here")

    def _covers(self, top: str, unit: str | None) -> bool:
        """Whether what is held in one unit counts in the other."""
        if unit is None:
            return True
        around = list(self._upwards(unit or self._whole()))
        if top in around:
            return True
        if around[-1] not in self._upwards(top):
            raise Undecidable("unit-untold", f"no act in the pack says how {top} and {unit} stand to each other")
        return False

    def _whole(self) -> str:
        """The unit that all others lie within; one alone may be there that no act added."""
        units = {self.unit_of(each) for each in self._all()}
        tops = sorted({list(self._upwards(unit))[-1] for unit in units})
        if len(tops) != 1:
            raise Undecidable("unit-untold", f"no act in the pack says how {' and '.join(tops)} stand to each other")
        return tops[0]

    def _upwards(self, unit: str) -> Iterator[str]:
        seen: set[str] = set()
        above: str | None = unit
        while above is not None and above not in seen:
            seen.add(above)
            yield above
            above = self.units.get(above)


def day_of(at: datetime) -> date:
    """The local day of an aware time."""
    return at.astimezone(VIETNAM).date()


def gives_rights(kind: str, told: Mapping[str, Any]) -> bool:
    """Whether two persons must stand behind a change: it gives rights or takes them, or says who somebody is."""
    if kind in {"officer-appointed", "appointment-ended", "role-granted", "role-ended", "mandate-given"}:
        return True
    if kind in {"position-added", "position-changed"}:  # a title says who somebody is
        return True
    if kind == "unit-added":  # whoever administers what is above it administers it, too
        return True
    if kind == "unit-changed":
        return not told.keys().isdisjoint({"name", "parent", "collective"})
    return kind in {"officer-added", "officer-changed"} and "subject" in told


def _new(known: dict[Any, Any], key: object, value: object) -> None:
    if key in known:
        raise Invalid("act-repeated", f"{str(key)[:80]} was made before; what is made is made once")
    known[key] = value


def _held(told: Mapping[str, Any], number: object, deed: Deed, **of: Any) -> Held:
    since, until = _day(told, "since"), _day(told, "until")
    return Held(number=_number(number), officer=_text(told, "officer"), since=since, until=until, deed=deed, **of)


def _end(numbered: dict[int, Held], number: object, told: Mapping[str, Any]) -> None:
    """What has ended ends no later for being ended again."""
    if (found := numbered.get(_number(number))) is None:
        raise _not_given(f"number {number}")
    numbered[found.number] = replace(found, until=min(found.until, _day(told, "until")))


def _not_given(what: str) -> Undecidable:
    return Undecidable("appointment-missing", f"{what} ends, and no act in the pack gave it")


def _mandate(told: Mapping[str, Any]) -> Mapping[str, Any]:
    """A mandate as approvals name it (`docs/reference/capacities.md`)."""
    scope = {name: told.get(name) for name in ("procedures", "kinds", "condition")}
    names = ("id", "given_by", "given_to", "document", "since")
    more = {"kind": told.get("capacity"), "under": told.get("under"), "when_away": told.get("when_away", False)}
    until = _day(told, "until") if told.get("until") is not None else None
    return {**{name: _text(told, name) for name in names}, **more, "until": until, "scope": scope}


def _text(told: Mapping[str, Any], name: str) -> str:
    if not isinstance(found := told.get(name), str):
        raise _malformed(name)
    return found


def _optional(told: Mapping[str, Any], name: str) -> str | None:
    return None if told.get(name) is None else _text(told, name)


def roles_told(told: Mapping[str, Any]) -> frozenset[str]:
    """The roles that a change names; Invalid where they are no list of texts."""
    found = told.get("roles", [])
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise _malformed("roles")
    return frozenset(found)


def _day(told: Mapping[str, Any], name: str) -> str:
    found = FOREVER if told.get(name) is None and name == "until" else _text(told, name)
    try:
        return date.fromisoformat(found).isoformat()
    except ValueError as error:
        raise _malformed(name) from error


def _number(number: object) -> int:
    if not isinstance(number, int) or isinstance(number, bool):
        raise _malformed("number")
    return number


def _malformed(name: str) -> Invalid:
    return Invalid("evidence-malformed", f"the change of the organisation has no {name}, or one of another shape")
