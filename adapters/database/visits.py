"""Visits at the counter. Whoever changes one holds its dossier's lock."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from adapters.database import scope
from adapters.database.store import Transaction
from adapters.database.tables import counter_receipt, dispatch, visit
from engine.delivery import State as Dispatched
from engine.officer import Officer
from engine.visits import State

Row = Mapping[Any, Any]


def add(tx: Transaction, values: Row) -> int:
    """Keep a visit; gives its number."""
    return int(tx.execute(insert(visit).values(**values).returning(visit.c.id)).scalar_one())


def current(tx: Transaction, key: str) -> Row | None:
    """The newest visit of a dispatch, whatever became of it."""
    query = select(visit).where(visit.c.dispatch == key).order_by(visit.c.id.desc()).limit(1)
    row = tx.execute(query).mappings().first()
    return dict(row) if row else None


def end(tx: Transaction, id: int, state: State) -> None:
    """What became of a visit."""
    tx.execute(update(visit).where(visit.c.id == id).values(state=state.value))


def listed(
    tx: Transaction,
    officer: Officer,
    start: datetime,
    until: datetime,
    *,
    state: State | None,
    after: int,
    limit: int,
) -> list[Row]:
    """A page, by number, of the visits of that time within the officer's sight, each with its dispatch."""
    names = (dispatch.c.code, dispatch.c.recipient, dispatch.c.state.label("dispatch_state"))
    query = select(visit, *names).join(dispatch, dispatch.c.key == visit.c.dispatch)
    query = query.where(visit.c.id > after, visit.c.at >= start, visit.c.at < until)
    query = query.where(scope.seen(officer, visit.c.dossier))
    if state is not None:
        query = query.where(visit.c.state == state.value)
    if state is State.SET:  # of what was called off, or given without a visit, nobody comes
        query = query.where(dispatch.c.state == Dispatched.READY.value)
    return [dict(row) for row in tx.execute(query.order_by(visit.c.id).limit(limit)).mappings()]


def taken(tx: Transaction, start: datetime, until: datetime) -> list[tuple[str, datetime]]:
    """Place and time of all visits that are set for that time, whoever may see them."""
    query = select(visit.c.place, visit.c.at).join(dispatch, dispatch.c.key == visit.c.dispatch)
    query = query.where(visit.c.state == State.SET.value, visit.c.at >= start, visit.c.at < until)
    query = query.where(dispatch.c.state == Dispatched.READY.value)
    return [(row.place, row.at) for row in tx.execute(query.order_by(visit.c.id))]


def keep(tx: Transaction, dossier: str, document: str) -> None:
    """Somebody came, and took the document."""
    these = select(dispatch.c.key).where(dispatch.c.dossier == dossier, dispatch.c.document == document)
    set_ = (visit.c.dossier == dossier, visit.c.dispatch.in_(these), visit.c.state == State.SET.value)
    tx.execute(update(visit).where(*set_).values(state=State.KEPT.value))


# Receipts


def add_receipt(tx: Transaction, values: Row) -> None:
    """Keep who took a result."""
    tx.execute(insert(counter_receipt).values(**values))


def receipt(tx: Transaction, key: str) -> Row | None:
    """Who took a result."""
    row = tx.execute(select(counter_receipt).where(counter_receipt.c.key == key)).mappings().first()
    return dict(row) if row else None


def close_receipts(tx: Transaction, dossier: str, document: str, at: datetime) -> None:
    """The step of the process that hands the document over was done."""
    these = select(dispatch.c.key).where(dispatch.c.dossier == dossier, dispatch.c.document == document)
    open_ = (counter_receipt.c.key.in_(these), counter_receipt.c.closed.is_(None))
    tx.execute(update(counter_receipt).where(*open_).values(closed=at))


def at_counter(tx: Transaction, dossier: str) -> tuple[frozenset[str], frozenset[str]]:
    """The documents of a dossier that lie ready, and those that were given, but by no step of its process yet."""
    query = select(dispatch.c.document, dispatch.c.state).outerjoin(
        counter_receipt, counter_receipt.c.key == dispatch.c.key
    )
    lies = dispatch.c.state == Dispatched.READY.value
    given = counter_receipt.c.key.is_not(None) & counter_receipt.c.closed.is_(None)
    rows = tx.execute(query.where(dispatch.c.dossier == dossier, lies | given)).all()
    ready = frozenset(row.document for row in rows if row.state == Dispatched.READY.value)
    return ready, frozenset(row.document for row in rows) - ready
