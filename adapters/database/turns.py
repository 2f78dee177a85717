"""Turns: how many tasks officers hold, and when each was given one last."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import case, func, select

from adapters.database.store import Transaction, upsert
from adapters.database.tables import task, turn


def in_hand(tx: Transaction, officers: Collection[str]) -> Mapping[str, int]:
    """How many open tasks each of them holds; who holds none is left out."""
    query = select(task.c.holder, func.count()).where(task.c.state == "open", task.c.holder.in_(sorted(officers)))
    return {row[0]: row[1] for row in tx.execute(query.group_by(task.c.holder))}


def last_given(tx: Transaction, officers: Collection[str]) -> Mapping[str, datetime]:
    """When each of them was given a task last; who never was is left out."""
    query = select(turn.c.officer, turn.c.at).where(turn.c.officer.in_(sorted(officers)))
    return {row.officer: row.at for row in tx.execute(query)}


def give(tx: Transaction, officers: Collection[str], now: datetime) -> None:
    """Remember that they were given one now. Called under the trail's lock, so that no two wait for each other."""
    for officer in sorted(set(officers)):
        row = upsert(tx, turn).values(officer=officer, at=now)
        later = case((turn.c.at > row.excluded.at, turn.c.at), else_=row.excluded.at)
        tx.execute(row.on_conflict_do_update(index_elements=["officer"], set_={"at": later}))
