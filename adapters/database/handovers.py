"""Records of the hand-over, and the parcels that stand in them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, insert, or_, select, update

from adapters.database import scope
from adapters.database.store import Transaction, lock_rows
from adapters.database.tables import dispatch, dossier, handover, parcel, parcel_event
from engine.delivery import State
from engine.officer import Officer

Row = Mapping[Any, Any]
PAGE = 500  # of values in one question


def add(tx: Transaction, values: Row) -> int:
    """Add a record; gives its number."""
    id: int = tx.execute(insert(handover).values(**values).returning(handover.c.id)).scalar_one()
    return id


def find(tx: Transaction, code: str, *, lock: bool = False) -> Row | None:
    """The record of that code; `lock` for a change."""
    query = select(handover).where(handover.c.code == code)
    if lock and lock_rows(tx):
        query = query.with_for_update()
    row = tx.execute(query).mappings().first()
    return dict(row) if row else None


def change(tx: Transaction, id: int, **values: object) -> None:
    """Change a record."""
    tx.execute(update(handover).where(handover.c.id == id).values(**values))


def listed(tx: Transaction, officer: Officer, *, after: int, limit: int) -> list[Row]:
    """A page of the records within the officer's sight, by number."""
    query = select(handover).where(handover.c.id > after, scope.of_seen_unit(officer, handover.c.unit))
    return [dict(row) for row in tx.execute(query.order_by(handover.c.id).limit(limit)).mappings()]


# Parcels


def waiting(
    tx: Transaction, units: Collection[str], carrier: str, start: datetime | None, end: datetime | None
) -> list[Row]:
    """The prepared parcels of these units' dossiers that this carrier may get, and that no signed record lists.

    `start`, `end`: of those prepared in that time alone.
    """
    free = or_(parcel.c.handover.is_(None), handover.c.signed.is_(None))
    query = _parcels().where(dispatch.c.state == State.PREPARED.value, dossier.c.unit.in_(sorted(units)), free)
    query = query.where(or_(parcel.c.carrier.is_(None), parcel.c.carrier == carrier))
    if start is not None:
        query = query.where(dispatch.c.created >= start)
    if end is not None:
        query = query.where(dispatch.c.created < end)
    return [dict(row) for row in tx.execute(query.order_by(dispatch.c.code)).mappings()]


def named(tx: Transaction, officer: Officer, codes: Sequence[str]) -> list[Row]:
    """The parcels of these dispatches within the officer's sight."""
    found: list[Row] = []
    for start in range(0, len(codes), PAGE):
        query = _parcels().where(dispatch.c.code.in_(codes[start : start + PAGE]))
        query = query.where(scope.seen(officer, dispatch.c.dossier))
        found += [dict(row) for row in tx.execute(query).mappings()]
    return sorted(found, key=lambda row: str(row["code"]))


def parcels_of(tx: Transaction, id: int, *, after: str = "", limit: int | None = None) -> list[Row]:
    """A page of the parcels that stand in a record, by code."""
    query = _parcels().where(parcel.c.handover == id, dispatch.c.code > after).order_by(dispatch.c.code)
    return [dict(row) for row in tx.execute(query.limit(limit)).mappings()]


def lock_parcels(tx: Transaction, id: int) -> None:
    """Nobody else changes the dispatches of the record's parcels until this ends."""
    lock(tx, list(tx.execute(select(parcel.c.key).where(parcel.c.handover == id)).scalars()))


def lock(tx: Transaction, keys: Sequence[str]) -> None:
    """Nobody else changes these dispatches until this ends."""
    for start in range(0, len(keys), PAGE) if lock_rows(tx) else ():
        these = dispatch.c.key.in_(sorted(keys)[start : start + PAGE])
        tx.execute(select(dispatch.c.key).where(these).order_by(dispatch.c.key).with_for_update())


def signed_over(tx: Transaction, keys: Sequence[str]) -> frozenset[str]:
    """Those parcels that both sides signed for, told so or not yet; true until this ends for whoever locked them."""
    found: set[str] = set()
    for start in range(0, len(keys), PAGE):
        query = select(parcel.c.key).join(handover, handover.c.id == parcel.c.handover)
        query = query.where(parcel.c.key.in_(keys[start : start + PAGE]), handover.c.countersigned.is_not(None))
        found.update(tx.execute(query).scalars())
    return frozenset(found)


def take(tx: Transaction, keys: Sequence[str], id: int, carrier: str) -> None:
    """These parcels stand in that record and in no other, and go by that carrier."""
    for start in range(0, len(keys), PAGE):
        these = parcel.c.key.in_(keys[start : start + PAGE])
        tx.execute(update(parcel).where(these).values(handover=id, carrier=carrier))


def release(tx: Transaction, id: int) -> None:
    """The parcels of a record stand in none."""
    tx.execute(update(parcel).where(parcel.c.handover == id).values(handover=None))


def unheard(tx: Transaction, id: int, by: str, limit: int) -> list[Row]:
    """The first parcels of a record of which it was not told yet that they were handed over by it.

    `by`: who tells so. What a carrier told before it does not count: the record is the parcel's all the same.
    """
    query = _parcels().where(parcel.c.handover == id, ~_told(by)).order_by(parcel.c.key)
    return [dict(row) for row in tx.execute(query.limit(limit)).mappings()]


def left(tx: Transaction, id: int, by: str) -> int:
    """Of how many it was not told yet."""
    query = select(func.count()).select_from(parcel.join(handover, handover.c.id == parcel.c.handover))
    return tx.execute(query.where(parcel.c.handover == id, ~_told(by))).scalar_one()


def with_originals(tx: Transaction, officer: Officer, *, after: str, limit: int) -> list[Row]:
    """A page of the parcels within the officer's sight that hold papers which exist once, by code; not those in whose
    place another one holds them. Papers that were lost are in no other.
    """
    query = _parcels().where(parcel.c.originals != [], dispatch.c.code > after, scope.seen(officer, dispatch.c.dossier))
    query = query.where(or_(parcel.c.again.is_(None), dispatch.c.state == State.LOST.value))
    return [dict(row) for row in tx.execute(query.order_by(dispatch.c.code).limit(limit)).mappings()]


def _told(by: str) -> ColumnElement[bool]:
    """That the parcel was told of its record: by a word whose status is the record's code."""
    word = parcel_event.c
    return exists().where(and_(word.key == parcel.c.key, word.carrier == by, word.status == handover.c.code))


def _parcels() -> Select[Any]:
    own = (dispatch.c.key, dispatch.c.code, dispatch.c.dossier, dispatch.c.state, dispatch.c.document)
    beside = (parcel.c.carrier, parcel.c.item, parcel.c.handover, parcel.c.originals, parcel.c.payer)
    columns = (*own, *beside, dossier.c.unit, handover.c.signed, handover.c.code.label("record"))
    joined = dispatch.join(parcel, parcel.c.key == dispatch.c.key).join(dossier, dossier.c.code == dispatch.c.dossier)
    return select(*columns).select_from(joined.outerjoin(handover, handover.c.id == parcel.c.handover))
