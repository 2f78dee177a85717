"""Parcels: what a dispatch by post is beside a dispatch, and what its carrier told of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import case, insert, or_, select, update

from adapters.database.store import Transaction, insert_new
from adapters.database.tables import dispatch, parcel, parcel_event

Row = Mapping[Any, Any]
CANCEL_ASKED = "cancel-asked"
"""The ordering of a parcel that was called off, and whose order stands at its carrier, or may."""
PROCESS = "process"
"""The settlement of a parcel whose failure the process of its dossier took up: it opened a task for somebody."""
_ORDERED = ("asked", "ordered", "unclear")


def add(tx: Transaction, key: str) -> None:
    """A dispatch by post was prepared: a parcel without a carrier yet. The caller adds the dispatch before."""
    tx.execute(insert(parcel).values(key=key))


def find(tx: Transaction, key: str) -> Row | None:
    """The parcel of that dispatch; whoever changes it holds the lock of the dispatch (`jobs.find_dispatch`)."""
    row = tx.execute(select(parcel).where(parcel.c.key == key)).mappings().first()
    return dict(row) if row else None


def key_of_item(tx: Transaction, carrier: str, item: str) -> str | None:
    """Whose the carrier's item is."""
    query = select(parcel.c.key).where(parcel.c.carrier == carrier, parcel.c.item == item)
    return tx.execute(query).scalar()


def find_key(tx: Transaction, text: str) -> str | None:
    """The key of the parcel with that key, code or carrier's item; None where there is none, or more than one."""
    named = select(dispatch.c.key).where(
        or_(dispatch.c.key == text, dispatch.c.code == text), dispatch.c.channel == "post"
    )
    for query in (named, select(parcel.c.key).where(parcel.c.item == text)):
        keys = list(tx.execute(query.limit(2)).scalars())
        if keys:
            return keys[0] if len(keys) == 1 else None
    return None


def change(tx: Transaction, key: str, **values: object) -> None:
    """Change a parcel."""
    tx.execute(update(parcel).where(parcel.c.key == key).values(**values))


def call_off(tx: Transaction, key: str, now: datetime) -> None:
    """It does not leave: its way has ended, and a carrier who has an order for it is asked to cancel that."""
    asked = case((parcel.c.ordering.in_(_ORDERED), CANCEL_ASKED), else_=parcel.c.ordering)
    change(tx, key, ended=now, late_after=None, ordering=asked)


def taken_up(tx: Transaction, code: str, now: datetime) -> None:
    """The process of its dossier sees to the parcel that did not arrive; nothing where somebody did before."""
    key = select(dispatch.c.key).where(dispatch.c.code == code).scalar_subquery()
    unseen = (parcel.c.key == key, parcel.c.settled.is_(None))
    tx.execute(update(parcel).where(*unseen).values(settled=now, settlement=PROCESS))


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
