"""Parcels: what a dispatch by post is beside a dispatch, and what its carrier told of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from adapters.database.store import Transaction, insert_new
from adapters.database.tables import parcel, parcel_event
from engine.parcels import Payer

Row = Mapping[Any, Any]


def add(tx: Transaction, key: str, payer: Payer = Payer.AGENCY) -> None:
    """A dispatch by post was prepared: a parcel without a carrier yet. The caller adds the dispatch before."""
    tx.execute(insert(parcel).values(key=key, payer=payer.value))


def find(tx: Transaction, key: str) -> Row | None:
    """The parcel of that dispatch; whoever changes it holds the lock of the dispatch (`jobs.find_dispatch`)."""
    row = tx.execute(select(parcel).where(parcel.c.key == key)).mappings().first()
    return dict(row) if row else None


def key_of_item(tx: Transaction, carrier: str, item: str) -> str | None:
    """Whose the carrier's item is."""
    query = select(parcel.c.key).where(parcel.c.carrier == carrier, parcel.c.item == item)
    return tx.execute(query).scalar()


def change(tx: Transaction, key: str, **values: object) -> None:
    """Change a parcel."""
    tx.execute(update(parcel).where(parcel.c.key == key).values(**values))


def add_event(tx: Transaction, values: Row) -> bool:
    """Keep a word of a carrier, once; False where the same was known: item, status and time."""
    known = select(parcel_event.c.id).where(
        parcel_event.c.carrier == values["carrier"],
        parcel_event.c.item == values["item"],
        parcel_event.c.status == values["status"],
        parcel_event.c.at == values["at"],
    )
    return tx.execute(known).first() is None and insert_new(tx, parcel_event, values)


def events(tx: Transaction, key: str, *, after: int = 0, limit: int = 1000) -> list[Row]:
    """A page of what was told of a parcel, in the order in which it came."""
    query = select(parcel_event).where(parcel_event.c.key == key, parcel_event.c.id > after)
    return [dict(row) for row in tx.execute(query.order_by(parcel_event.c.id).limit(limit)).mappings()]


def late(tx: Transaction, now: datetime, *, limit: int) -> list[Row]:
    """The parcels that should have arrived before now, the longest first."""
    query = select(parcel).where(parcel.c.late_after < now).order_by(parcel.c.late_after, parcel.c.key).limit(limit)
    return [dict(row) for row in tx.execute(query).mappings()]
