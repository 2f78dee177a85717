"""Parcels: what a dispatch by post is beside a dispatch, and what its carrier told of it."""

import hashlib
import json
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, delete, func, insert, or_, select, update

from adapters.database import scope
from adapters.database.store import Transaction, insert_new
from adapters.database.tables import dispatch, parcel, parcel_event
from engine.delivery import State
from engine.officer import Officer
from engine.parcels import Payer

Row = Mapping[Any, Any]
CANCEL_ASKED = "cancel-asked"
"""The ordering of a parcel that was called off, and whose order stands at its carrier, or may."""
PROCESS = "process"
"""The settlement of a parcel whose failure the process of its dossier took up: it opened a task for somebody."""
_ORDERED = ("asked", "ordered", "unclear")


def add(tx: Transaction, key: str, carrier: str | None = None, payer: Payer = Payer.AGENCY) -> None:
    """A dispatch by post was prepared, for that carrier if one is known. The caller adds the dispatch before."""
    tx.execute(insert(parcel).values(key=key, carrier=carrier, payer=payer.value))


def find(tx: Transaction, key: str) -> Row | None:
    """The parcel of that dispatch; whoever changes it holds the lock of the dispatch (`jobs.find_dispatch`)."""
    row = tx.execute(select(parcel).where(parcel.c.key == key)).mappings().first()
    return dict(row) if row else None


def key_of_item(tx: Transaction, carrier: str, item: str) -> str | None:
    """Whose the carrier's item is."""
    query = select(parcel.c.key).where(parcel.c.carrier == carrier, parcel.c.item == item)
    return tx.execute(query).scalar()


def key_of_code(tx: Transaction, code: str) -> str | None:
    """The key of the parcel with that code."""
    query = select(dispatch.c.key).where(dispatch.c.code == code, dispatch.c.channel == "post")
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


# Orders


def to_order(tx: Transaction, officer: Officer, carrier: str, start: datetime, end: datetime) -> list[Row]:
    """The parcels for that carrier, prepared in that time within the officer's sight, that have no order yet."""
    query = select(dispatch, parcel.c.payer).join(parcel, parcel.c.key == dispatch.c.key)
    query = query.where(parcel.c.carrier == carrier, parcel.c.ordering == "none", parcel.c.item.is_(None))
    query = query.where(dispatch.c.state == State.PREPARED.value, scope.seen(officer, dispatch.c.dossier))
    query = query.where(dispatch.c.created >= start, dispatch.c.created < end)
    return [dict(row) for row in tx.execute(query.order_by(dispatch.c.created, dispatch.c.key)).mappings()]


def with_ordering(tx: Transaction, ordering: str, *, limit: int = 100) -> list[str]:
    """The keys of parcels whose order stands so."""
    query = select(parcel.c.key).where(parcel.c.ordering == ordering).order_by(parcel.c.key).limit(limit)
    return list(tx.execute(query).scalars())


def count_ordering(tx: Transaction, orderings: Collection[str]) -> int:
    """How many parcels' orders stand so."""
    query = select(func.count()).select_from(parcel).where(parcel.c.ordering.in_(sorted(orderings)))
    return tx.execute(query).scalar_one()


def doubt(tx: Transaction, key: str, now: datetime) -> None:
    """An order that was not sent as far as we know, may have been."""
    unsent = (parcel.c.key == key, parcel.c.ordering == "none", parcel.c.item.is_(None))
    tx.execute(update(parcel).where(*unsent).values(ordering="asked", asked=now))


# Words of items that nobody knows yet


def stray_owner(stray: Row) -> str:
    """Whose the bytes of such a word are, until it is known of which parcel it tells."""
    named = [str(stray[name]) for name in ("carrier", "item", "status")]
    at: datetime = stray["at"]
    told = json.dumps([*named, at.timestamp()])
    return f"word/{hashlib.sha256(told.encode()).hexdigest()[:32]}"


def strays(tx: Transaction, carrier: str, item: str) -> list[Row]:
    """What was told of that item, in the order in which it came."""
    these = (parcel_event.c.key.is_(None), parcel_event.c.carrier == carrier, parcel_event.c.item == item)
    query = select(parcel_event).where(*these).order_by(parcel_event.c.id)
    return [dict(row) for row in tx.execute(query).mappings()]


def matchable(tx: Transaction, *, limit: int = 100) -> list[tuple[str, str, str]]:
    """Parcels of whose item there are such words: key, carrier, item."""
    same = (parcel.c.carrier == parcel_event.c.carrier, parcel.c.item == parcel_event.c.item)
    query = select(parcel.c.key, parcel.c.carrier, parcel.c.item).join(parcel_event, and_(*same))
    found = tx.execute(query.where(parcel_event.c.key.is_(None)).distinct().order_by(parcel.c.key).limit(limit))
    return [(row.key, row.carrier, row.item) for row in found]


def too_many_strays(tx: Transaction, carrier: str, most: int) -> list[Row]:
    """The oldest of a carrier's words of unknown items, beyond as many as are kept."""
    these = (parcel_event.c.key.is_(None), parcel_event.c.carrier == carrier)
    query = select(parcel_event).where(*these).order_by(parcel_event.c.id.desc()).offset(most).limit(100)
    return [dict(row) for row in tx.execute(query).mappings()]


def count_strays(tx: Transaction) -> Mapping[str, int]:
    """How many words of unknown items there are, by carrier."""
    query = select(parcel_event.c.carrier, func.count()).where(parcel_event.c.key.is_(None))
    return {row.carrier: row[1] for row in tx.execute(query.group_by(parcel_event.c.carrier))}


def forget_event(tx: Transaction, id: int) -> None:
    """Forget a word."""
    tx.execute(delete(parcel_event).where(parcel_event.c.id == id))


def of_day(tx: Transaction, officer: Officer, start: datetime, end: datetime, carrier: str | None) -> list[Row]:
    """The parcels prepared in that time within the officer's sight that were not called off, oldest first; `carrier`:
    of that one alone.
    """
    beside = (parcel.c.carrier, parcel.c.item, parcel.c.payer, parcel.c.originals)
    query = select(dispatch, *beside).join(parcel, parcel.c.key == dispatch.c.key)
    query = query.where(scope.seen(officer, dispatch.c.dossier), dispatch.c.state != State.CANCELLED.value)
    query = query.where(dispatch.c.created >= start, dispatch.c.created < end)
    if carrier is not None:
        query = query.where(parcel.c.carrier == carrier)
    return [dict(row) for row in tx.execute(query.order_by(dispatch.c.created, dispatch.c.key)).mappings()]
