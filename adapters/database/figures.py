"""Numbers for whoever watches over the server: how much there is of what. No query reads more than `MOST` rows.

What is counted up to `MOST` may be more; by then the number says what it must.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, text

from adapters.database.store import Transaction
from adapters.database.tables import OWN_QUEUE, dispatch, job, task

MOST = 20_000
RECENT = timedelta(days=7)
UNFINISHED = ("open", "suspended", "failed")
_LONGEST = 3_000  # milliseconds that a query may take on PostgreSQL


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Jobs that are not over: how many of each type and state; those that are due, held, held too long."""

    jobs: Mapping[tuple[str, str], int]
    oldest_due: datetime | None
    leased: int
    expired: int


def bound(tx: Transaction) -> None:
    """No query of this transaction takes longer than a scrape may wait."""
    if tx.dialect.name == "postgresql":
        tx.execute(text(f"SET LOCAL statement_timeout = {_LONGEST}"))


def work(tx: Transaction, now: datetime) -> Work:
    """Jobs by type and state."""
    found: Counter[tuple[str, str]] = Counter()
    for state in UNFINISHED:
        some = select(job.c.type).where(job.c.state == state).limit(MOST).subquery()
        rows = tx.execute(select(some.c.type, func.count()).group_by(some.c.type))
        found.update({(kind, state): count for kind, count in rows})
    ours = (job.c.state == "open", job.c.queue == OWN_QUEUE)  # external workers come when they like
    due = select(func.min(job.c.due)).where(*ours, job.c.lease_until.is_(None), job.c.due <= now)
    held = select(job.c.lease_until).where(*ours, job.c.lease_until.is_not(None)).limit(MOST)
    leases = list(tx.execute(held).scalars())
    expired = sum(until < now for until in leases)
    oldest = tx.execute(due).scalar()
    return Work(jobs=found, oldest_due=oldest, leased=len(leases) - expired, expired=expired)


def dispatches(tx: Transaction, now: datetime) -> Mapping[tuple[str, ...], int]:
    """The dispatches of the last days by channel and state."""
    recent = select(dispatch.c.channel, dispatch.c.state).where(dispatch.c.created >= now - RECENT).limit(MOST)
    some = recent.subquery()
    rows = tx.execute(select(some.c.channel, some.c.state, func.count()).group_by(some.c.channel, some.c.state))
    return {(channel, state): count for channel, state, count in rows}


def tasks(tx: Transaction, now: datetime) -> tuple[int, int]:
    """How many tasks are open, and how many of them overdue."""
    some = select(task.c.due_by).where(task.c.state == "open").limit(MOST).subquery()
    late = func.count().filter(some.c.due_by < now)
    count, overdue = tx.execute(select(func.count(), late).select_from(some)).one()
    return count, overdue
