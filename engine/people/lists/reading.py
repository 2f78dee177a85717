"""Read the lists: from the texts of files to what they want, or all that is wrong with them.

Here stands what can be seen in the lists alone; whether it fits the organisation shows the comparison.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TypeVar

from engine.people.lists.cells import Cells
from engine.people.lists.columns import FILES, List, list_of
from engine.people.lists.problems import Place, Problems
from engine.people.lists.table import Row, read_table
from engine.people.lists.wanted import (
    Files,
    Wanted,
    WantedAppointment,
    WantedGrant,
    WantedMandate,
    WantedPerson,
    WantedPosition,
    WantedTenure,
    WantedUnit,
)

MAX_ROWS = 20_000
MAX_CHARACTERS = 5_000_000

T = TypeVar("T", WantedUnit, WantedPosition, WantedPerson, WantedMandate)
Tenure = TypeVar("Tenure", bound=WantedTenure)


@dataclass(slots=True, kw_only=True)
class _Found:
    """What was read so far."""

    problems: Problems
    units: list[WantedUnit] = field(default_factory=list)
    positions: list[WantedPosition] = field(default_factory=list)
    people: list[WantedPerson] = field(default_factory=list)
    appointments: list[WantedAppointment] = field(default_factory=list)
    grants: list[WantedGrant] = field(default_factory=list)
    mandates: list[WantedMandate] = field(default_factory=list)


def read_lists(files: Files) -> tuple[Wanted, Problems]:
    """What the lists want; to be used only when there is no problem."""
    problems = Problems()
    found = _Found(problems=problems)
    tables = _tables(files, problems)
    if sum(map(len, tables.values())) > MAX_ROWS:
        place = Place(file=next(iter(files)), line=1)
        problems.add(place, "lists-too-long", f"expected at most {MAX_ROWS} rows in all")
        tables = {}
    for of, rows in tables.items():
        for row in rows:
            cells = Cells(row, problems)
            _READERS[of](cells, found)
    wanted = Wanted(
        given=frozenset(tables),
        units=_each_once(found.units, "unit", problems),
        positions=_positions(found.positions, problems),
        people=_people(found.people, problems),
        appointments=_apart(found.appointments, lambda each: (each.officer, each.position), problems),
        grants=_apart(found.grants, lambda each: (each.officer, each.role, each.unit), problems),
        mandates=_each_once(found.mandates, "mandate", problems),
    )
    return wanted, problems


def _tables(files: Files, problems: Problems) -> dict[List, list[Row]]:
    found: dict[List, list[Row]] = {}
    if sum(map(len, files.values())) > MAX_CHARACTERS:
        place = Place(file=next(iter(files)), line=1)
        problems.add(place, "lists-too-long", f"expected at most {MAX_CHARACTERS} characters in all")
        return found
    for file, text in files.items():
        of = list_of(file)
        if of is None:
            names = ", ".join(f"{name}.csv" for name in FILES)
            problems.add(Place(file=file, line=1), "list-unknown", f"expected a file named one of {names}")
        elif of in found:
            problems.add(Place(file=file, line=1), "list-twice", f"a list of {of} was given already")
        else:
            found[of] = read_table(of, file, text, problems)
    return found


def _unit(cells: Cells, found: _Found) -> None:
    unit = WantedUnit(
        place=cells.place,
        id=cells.needed("id"),
        name=cells.needed("name"),
        parent=cells.if_told("parent"),
        collective=cells.flag("collective") if cells.told("collective") else None,
        email=cells.if_told("email"),
        phone=cells.if_told("phone"),
    )
    if cells.sound:
        found.units.append(unit)


def _position(cells: Cells, found: _Found) -> None:
    position = WantedPosition(
        place=cells.place,
        id=cells.needed("id"),
        title=cells.needed("title"),
        unit=cells.needed("unit"),
        rank=cells.rank("rank") if cells.told("rank") else None,
        roles=cells.names("roles") if cells.told("roles") else None,
    )
    if cells.sound:
        found.positions.append(position)


def _officer(cells: Cells, found: _Found) -> None:
    person = WantedPerson(
        place=cells.place,
        id=cells.needed("id"),
        name=cells.needed("name"),
        email=cells.if_told("email"),
        phone=cells.if_told("phone"),
        subject=cells.if_told("subject"),
    )
    if cells.sound:
        found.people.append(person)
    beside = _position_beside(cells)
    if beside is None:
        if any(cells.text(column) for column in ("since", "until", "document")):
            cells.bad("position", "cell-empty", "expected a position (or a title) for these dates")
        return
    since = cells.day("since")
    if since is None and cells.sound:
        cells.bad("since", "cell-empty", "expected the first day in the position")
    until = cells.day("until")
    acting = cells.flag("acting")
    if cells.sound and since is not None:
        if beside != WantedPosition(place=cells.place, id=beside.id):
            found.positions.append(beside)
        found.appointments.append(
            WantedAppointment(
                place=cells.place,
                officer=person.id,
                position=beside.id,
                since=since,
                until=until,
                document=cells.text("document"),
                acting=acting,
            )
        )


def _position_beside(cells: Cells) -> WantedPosition | None:
    """The position that an officer's row speaks of; without its id, one of the officer's own."""
    title = cells.text("title")
    id = cells.text("position") or (cells.text("id") if title else "")
    if not id:
        return None
    return WantedPosition(
        place=cells.place,
        id=id,
        title=title or None,
        unit=cells.text("unit") or None,
        rank=cells.rank("rank") if cells.text("rank") else None,
        roles=cells.names("roles") or None,
    )


def _grant(cells: Cells, found: _Found) -> None:
    officer, role, unit = (cells.needed(column) for column in ("officer", "role", "unit"))
    since, until = cells.day("since"), cells.day("until")
    if since is None and cells.sound:
        cells.bad("since", "cell-empty", "expected the first day of the role")
    if cells.sound and since is not None:
        grant = WantedGrant(
            place=cells.place,
            officer=officer,
            role=role,
            unit=unit,
            since=since,
            until=until,
            document=cells.text("document"),
        )
        found.grants.append(grant)


def _mandate(cells: Cells, found: _Found) -> None:
    id, given_by, given_to, document = (cells.needed(each) for each in ("id", "given_by", "given_to", "document"))
    kind, since, until = cells.mandate("kind"), cells.day("since"), cells.day("until")
    condition, when_away = cells.formula("condition"), cells.flag("when_away")
    if since is None and cells.sound:
        cells.bad("since", "cell-empty", "expected the first day of the mandate")
    if cells.sound and since is not None:
        mandate = WantedMandate(
            place=cells.place,
            id=id,
            kind=kind,
            given_by=given_by,
            given_to=given_to,
            since=since,
            until=until,
            document=document,
            procedures=cells.names("procedures") or None,
            kinds=cells.names("kinds") or None,
            condition=condition,
            under=cells.text("under") or None,
            when_away=when_away,
        )
        found.mandates.append(mandate)


_READERS: Mapping[List, Callable[[Cells, _Found], None]] = MappingProxyType(
    {"units": _unit, "positions": _position, "officers": _officer, "roles": _grant, "mandates": _mandate}
)


def _each_once(items: Iterable[T], what: str, problems: Problems) -> tuple[T, ...]:
    found: dict[str, T] = {}
    for each in items:
        if (first := found.setdefault(each.id, each)) is not each:
            problems.add(each.place, f"{what}-twice", f"{what} {each.id} stands in line {first.place.line} already")
    return tuple(found.values())


def _positions(items: Iterable[WantedPosition], problems: Problems) -> tuple[WantedPosition, ...]:
    """Each position once: what several rows tell of it must agree."""
    found: dict[str, WantedPosition] = {}
    for each in items:
        known = found.get(each.id)
        found[each.id] = each if known is None else _both(known, each, ("title", "unit", "rank", "roles"), problems)
    return tuple(found.values())


def _people(items: Iterable[WantedPerson], problems: Problems) -> tuple[WantedPerson, ...]:
    """Each person once: whoever holds two positions stands in two rows, which must agree."""
    found: dict[str, WantedPerson] = {}
    for each in items:
        known = found.get(each.id)
        told = ("name", "email", "phone", "subject")
        found[each.id] = each if known is None else _both(known, each, told, problems)
    return tuple(found.values())


def _both(first: T, second: T, told: Iterable[str], problems: Problems) -> T:
    more = {}
    for name in told:
        one, other = getattr(first, name), getattr(second, name)
        if _told(one) and _told(other) and one != other:
            where = f"{first.place.file} line {first.place.line}"
            message = f"{first.id}: found {_shown(other)}, but {_shown(one)} in {where}"
            problems.add(second.place, "rows-differ", message, name)
        more[name] = one if _told(one) else other
    return replace(first, **more)


def _told(value: object) -> bool:
    return value is not None and value != ""


def _shown(value: object) -> str:
    return ", ".join(sorted(value)) if isinstance(value, frozenset) else repr(value)


def _apart(items: Iterable[Tenure], key: Callable[[Tenure], tuple[str, ...]], problems: Problems) -> tuple[Tenure, ...]:
    """In the order of their days; nobody has the same thing twice at a time."""
    before: dict[tuple[str, ...], Tenure] = {}
    found = sorted(items, key=lambda each: each.since)
    for each in found:
        if each.until is not None and each.until < each.since:
            problems.add(each.place, "dates-order", f"ends on {each.until}, before it begins on {each.since}", "until")
        earlier = before.get(key(each))
        if earlier is not None and (earlier.until is None or earlier.until >= each.since):
            message = f"{' '.join(key(each))}: in force already by line {earlier.place.line}"
            problems.add(each.place, "dates-overlap", message, "since")
        before[key(each)] = each
    return tuple(found)
