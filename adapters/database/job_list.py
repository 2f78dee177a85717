"""Jobs as those see them who see to them: listed within their sight, found by number, taken up again."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, false, or_, select, true, update

from adapters.database import scope
from adapters.database.jobs import ring
from adapters.database.store import Transaction, lock_rows
from adapters.database.tables import job
from engine.officer import Officer

Row = Mapping[Any, Any]


def listed(
    tx: Transaction,
    officer: Officer,
    *,
    states: Sequence[str],
    type: str | None,
    dossier: str | None,
    common: bool,
    after: int,
    limit: int,
) -> list[Row]:
    """A page of the jobs in these states within the officer's sight, by number; `common`: those of no dossier, too."""
    of_sight = or_(
        and_(job.c.dossier.is_not(None), scope.seen(officer, job.c.dossier)),
        job.c.dossier.is_(None) if common else false(),
    )
    named = (job.c.type == type if type else true(), job.c.dossier == dossier if dossier else true())
    query = select(job).where(job.c.state.in_(states), *named, of_sight, job.c.id > after)
    return [dict(row) for row in tx.execute(query.order_by(job.c.id).limit(limit)).mappings()]


def find(tx: Transaction, id: int, *, lock: bool = False) -> Row | None:
    """The job of that number."""
    query = select(job).where(job.c.id == id)
    if lock and lock_rows(tx):
        query = query.with_for_update()
    row = tx.execute(query).mappings().first()
    return dict(row) if row else None


def dismiss(tx: Transaction, id: int) -> None:
    """The job is not done any more."""
    tx.execute(update(job).where(job.c.id == id).values(state="mended"))


def take_up(tx: Transaction, id: int, now: datetime) -> None:
    """The job is due now, as if it were new; what was said of its last try stays until the next."""
    again = {"state": "open", "due": now, "attempts": 0, "lapses": 0, "lease_until": None}
    tx.execute(update(job).where(job.c.id == id).values(**again))
    ring(tx)
