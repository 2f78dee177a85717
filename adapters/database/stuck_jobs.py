"""Jobs that do not go on as they should, counted up to `MOST`: what an alarm is raised for."""

from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from adapters.database.leasing import unheld
from adapters.database.store import Transaction
from adapters.database.tables import OWN_QUEUE, job
from engine.tracks import TRACKS

MOST = 20_000
_OURS = job.c.track.in_([track.name for track in TRACKS])


def overdue(tx: Transaction, before: datetime) -> int:
    """Jobs of our own that were due before that time, and that nobody took."""
    return _count(tx, job.c.state == "open", _OURS, job.c.due < before, job.c.lease_until.is_(None))


def lapsed(tx: Transaction, before: datetime) -> int:
    """Jobs of our own whose worker gave no sign of life since that time, and that nobody took over."""
    return _count(tx, job.c.state == "open", _OURS, job.c.lease_until < before)


def dead(tx: Transaction) -> int:
    """Dead letters: jobs that cannot be done any more, until somebody sees to them."""
    return _count(tx, job.c.state == "failed")


def unfetched(tx: Transaction, before: datetime, now: datetime) -> int:
    """Jobs that were due before that time, and that no external worker fetches."""
    return _count(tx, job.c.state == "open", job.c.queue != OWN_QUEUE, job.c.due < before, unheld(now))


def tried(tx: Transaction, often: int) -> int:
    """Jobs of our own that were begun that often, and wait to be tried again."""
    return _count(tx, job.c.state == "open", _OURS, job.c.attempts >= often, job.c.error.is_not(None))


def _count(tx: Transaction, *which: ColumnElement[bool]) -> int:
    some = select(job.c.id).where(*which).limit(MOST).subquery()
    return tx.execute(select(func.count()).select_from(some)).scalar_one()
