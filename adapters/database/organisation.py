"""The organisation as it is stored: units, positions, who holds them, mandates, absences, with their dates.

It is small and asked in every request, so it is kept in memory and read again when its revision has changed.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, Table, func, insert, select, update

from adapters.database.store import Transaction, upsert
from adapters.database.tables import absence, appointment, counter, mandate, officer, position, role_grant, unit
from engine.people.organisation import (
    Absence,
    Appointment,
    Contact,
    Mandate,
    Organisation,
    Person,
    Position,
    Record,
    RoleGrant,
    Scope,
    Unit,
)

_REVISION = "organisation"


_HOW_OFTEN = select(counter.c.value).where(counter.c.name == _REVISION)  # made once: each request asks it


def revision(tx: Transaction) -> int:
    """How often the organisation was changed."""
    return int(tx.execute(_HOW_OFTEN).scalar() or 0)


def changed(tx: Transaction) -> None:
    """Count a change; what was kept in memory is read again."""
    again = upsert(tx, counter).values(name=_REVISION, value=1)
    tx.execute(again.on_conflict_do_update(index_elements=["name"], set_={"value": counter.c.value + 1}))


def load(tx: Transaction) -> Organisation:
    """All of it, of every date."""
    return Organisation(
        units=tuple(_unit(row) for row in _rows(tx, unit)),
        people=tuple(_person(row) for row in _rows(tx, officer)),
        positions=tuple(_position(row) for row in _rows(tx, position)),
        appointments=tuple(_appointment(row) for row in _rows(tx, appointment)),
        grants=tuple(_grant(row) for row in _rows(tx, role_grant)),
        absences=tuple(_absence(row) for row in _rows(tx, absence)),
        mandates=tuple(_mandate(row) for row in _rows(tx, mandate)),
    )


def add(tx: Transaction, new: Record) -> None:
    """Insert one of them; an appointment, a grant or an absence without a number gets the next one."""
    table, values = _row_of(new)
    if new.id == 0:
        values = {**values, "id": (tx.execute(select(func.max(table.c.id))).scalar() or 0) + 1}
    tx.execute(insert(table).values(**values))
    changed(tx)


def save(tx: Transaction, before: Organisation, after: Organisation) -> None:
    """Store what is new or other; in the order in which one record names another, units from the top down."""
    for was, now in _parts(before, after):
        _insert(tx, _new(was, now) if now is not after.units else _downwards(after, _new(was, now)))
        for each in _other(was, now):
            table, values = _row_of(each)
            tx.execute(update(table).where(table.c.id == each.id).values(**values))
    changed(tx)


def appointed_to(tx: Transaction, positions: set[str]) -> set[str]:
    """Who holds, held or will hold one of these positions."""
    query = select(appointment.c.officer).where(appointment.c.position.in_(positions))
    return set(tx.execute(query).scalars())


def _parts(before: Organisation, after: Organisation) -> Iterator[tuple[tuple[Record, ...], tuple[Record, ...]]]:
    for name in ("units", "people", "positions", "appointments", "grants", "absences", "mandates"):
        yield getattr(before, name), getattr(after, name)


def _new(before: Sequence[Record], after: Sequence[Record]) -> list[Record]:
    known = {each.id for each in before}
    return [each for each in after if each.id not in known]


def _other(before: Sequence[Record], after: Sequence[Record]) -> list[Record]:
    known = {each.id: each for each in before}
    return [each for each in after if each.id in known and known[each.id] != each]


def _downwards(organisation: Organisation, units: Sequence[Record]) -> list[Record]:
    return sorted(units, key=lambda each: len(list(organisation.upwards(str(each.id)))))


def _insert(tx: Transaction, new: Sequence[Record]) -> None:
    if new:
        rows = [_row_of(each) for each in new]
        tx.execute(insert(rows[0][0]), [dict(values) for _table, values in rows])


def link(tx: Transaction, id: str, subject: str | None) -> None:
    """Link an officer to a subject of the identity provider (`issuer sub`), or to none."""
    tx.execute(update(officer).where(officer.c.id == id).values(subject=subject))
    changed(tx)


def _rows(tx: Transaction, table: Table) -> list[Row[Any]]:
    return sorted(tx.execute(select(table)), key=lambda row: row.id)  # databases sort text each in their own way


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _dates(row: Row[Any]) -> dict[str, Any]:
    return {"since": date.fromisoformat(row.since), "until": _day(row.until)}


def _unit(row: Row[Any]) -> Unit:
    contact = Contact(**row.contact)
    return Unit(id=row.id, name=row.name, parent=row.parent, collective=row.collective, contact=contact)


def _person(row: Row[Any]) -> Person:
    return Person(id=row.id, name=row.name, contact=Contact(**row.contact), subject=row.subject)


def _position(row: Row[Any]) -> Position:
    return Position(id=row.id, title=row.title, unit=row.unit, rank=row.rank, roles=frozenset(row.roles))


def _appointment(row: Row[Any]) -> Appointment:
    of = {"officer": row.officer, "position": row.position, "document": row.document}
    return Appointment(id=row.id, **_dates(row), **of, acting=row.acting)


def _grant(row: Row[Any]) -> RoleGrant:
    of = {"officer": row.officer, "role": row.role, "unit": row.unit}
    return RoleGrant(id=row.id, **_dates(row), **of, document=row.document)


def _absence(row: Row[Any]) -> Absence:
    of = {"since": row.since, "until": row.until, "substitute": row.substitute}
    return Absence(id=row.id, officer=row.officer, **of, document=row.document)


def _mandate(row: Row[Any]) -> Mandate:
    scope = Scope(procedures=_set(row.procedures), kinds=_set(row.kinds), condition=row.condition)
    of = {name: getattr(row, name) for name in ("id", "kind", "given_by", "given_to", "document", "under", "when_away")}
    return Mandate(**of, **_dates(row), scope=scope)


def _set(names: list[str] | None) -> frozenset[str] | None:
    return None if names is None else frozenset(names)


def _row_of(new: Record) -> tuple[Table, Mapping[str, object]]:
    """The table and the columns of one of them."""
    table, values = _columns(new)
    return table, {"id": new.id, **values}


def _columns(new: Record) -> tuple[Table, Mapping[str, object]]:
    match new:
        case Unit():
            of = {"id": new.id, "name": new.name, "parent": new.parent, "collective": new.collective}
            return unit, {**of, "contact": _contact(new.contact)}
        case Person():
            of = {"id": new.id, "name": new.name, "subject": new.subject}
            return officer, {**of, "contact": _contact(new.contact)}
        case Position():
            of = {"id": new.id, "title": new.title, "unit": new.unit, "rank": new.rank}
            return position, {**of, "roles": sorted(new.roles)}
        case Appointment():
            of = {"officer": new.officer, "position": new.position, "document": new.document, "acting": new.acting}
            return appointment, {**of, **_days(new)}
        case RoleGrant():
            of = {"officer": new.officer, "role": new.role, "unit": new.unit, "document": new.document}
            return role_grant, {**of, **_days(new)}
        case Absence():
            who = {"officer": new.officer, "substitute": new.substitute, "document": new.document}
            return absence, {**who, "since": new.since, "until": new.until}
        case Mandate():
            scope = new.scope
            names = ("id", "kind", "given_by", "given_to", "document", "under", "when_away")
            within = {"procedures": _list(scope.procedures), "kinds": _list(scope.kinds), "condition": scope.condition}
            return mandate, {**{name: getattr(new, name) for name in names}, **_days(new), **within}


def _contact(of: Contact) -> dict[str, str]:
    return {name: found for name, found in (("email", of.email), ("phone", of.phone)) if found}


def _days(of: Appointment | RoleGrant | Mandate) -> dict[str, str | None]:
    return {"since": of.since.isoformat(), "until": of.until.isoformat() if of.until else None}


def _list(names: frozenset[str] | None) -> list[str] | None:
    return None if names is None else sorted(names)
