"""The jobs of external workers: looked for, leased, found again, put back. Each job type is a queue of its own."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select, update

from adapters.database import scope
from adapters.database.leasing import taking, unheld
from adapters.database.store import Transaction, lock_rows
from adapters.database.tables import OWN_QUEUE, dossier, job
from engine.officer import Officer

Row = Mapping[Any, Any]


def waiting(tx: Transaction, officer: Officer, types: Sequence[str], now: datetime) -> bool:
    """Whether a job of one of these types can be leased: a look that locks nothing."""
    return any(tx.execute(_free(officer, type, now).limit(1)).first() for type in types)


def lease(
    tx: Transaction,
    officer: Officer,
    worker: str,
    types: Sequence[str],
    *,
    now: datetime,
    until: datetime,
    most: int,
    most_characters: int,
    start: int,
) -> list[Row]:
    """Lease up to `most` jobs, those of the first type first, the longest due first; each epoch grows by one.

    The first epoch of a job is the random number `start`, as for our own (`leasing.lease`).

    What their payloads hold together stays within `most_characters`, unless the first alone has more.
    """
    leased: list[Row] = []
    size = 0
    for type in types:
        query = _free(officer, type, now).limit(most - len(leased))
        if lock_rows(tx):
            query = query.with_for_update(of=job, skip_locked=True)
        for row in tx.execute(query).mappings().all():
            size += len(json.dumps(row["payload"], ensure_ascii=False))
            if leased and size > most_characters:
                return leased
            taken = {**taking(row, worker, now=now, until=until, start=start), "leased_by": officer.id}
            tx.execute(update(job).where(job.c.id == row["id"]).values(**taken))
            leased.append({**row, **taken})
        if len(leased) >= most:
            break
    return leased


def find(tx: Transaction, id: int, *, lock: bool = False) -> Row | None:
    """The external job of that id, with the `unit` of its dossier."""
    query = select(job, dossier.c.unit).join(dossier, dossier.c.code == job.c.dossier)
    query = query.where(job.c.id == id, job.c.queue != OWN_QUEUE)
    if lock and lock_rows(tx):
        query = query.with_for_update(of=job)
    row = tx.execute(query).mappings().first()
    return dict(row) if row else None


def put_back(tx: Transaction, id: int, due: datetime, error: str, retries_left: int) -> None:
    """End the lease; the job waits until `due` for whoever asks next."""
    free = {"lease_until": None, "leased_by": None, "lapses": 0}
    tx.execute(update(job).where(job.c.id == id).values(due=due, error=error, retries_left=retries_left, **free))


def _free(officer: Officer, type: str, now: datetime) -> Select[Any]:
    """The due jobs of one type, within the officer's sight, that nobody holds."""
    query = select(job).join(dossier, dossier.c.code == job.c.dossier)
    query = query.where(job.c.state == "open", job.c.queue == type, job.c.due <= now, unheld(now))
    return query.where(scope.of_unit(officer, dossier.c.unit)).order_by(job.c.due, job.c.id)
