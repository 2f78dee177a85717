"""Take the next job: of all machines one gets it, for a while, under an epoch that fences off whoever slept meanwhile.

What it costs does not grow with the jobs that are done, or due later, or wait for a provider that is busy: each track
is looked at by its first job alone.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select, update

from adapters.database.store import Transaction, lock_rows
from adapters.database.tables import job
from engine.tracks import Track

Row = Mapping[Any, Any]


def waiting(tx: Transaction, tracks: Sequence[Track], now: datetime) -> list[Track]:
    """The tracks of which a job could be taken now, the one whose turn it is first: a look that locks nothing."""
    firsts = [_free(track, now, job.c.due).limit(1).scalar_subquery() for track in tracks]
    at_work = [_at_work(track, now).scalar_subquery() for track in tracks if track.most is not None]
    row = list(tx.execute(select(*firsts, *at_work)).one())
    busy = dict(zip((track.name for track in tracks if track.most is not None), row[len(tracks) :], strict=True))
    found = [
        (due + track.patience, at, track)
        for at, (track, due) in enumerate(zip(tracks, row, strict=False))
        if due is not None and (track.most is None or busy[track.name] < track.most)
    ]
    return [track for _turn, _at, track in sorted(found, key=lambda each: each[:2])]


def lease(tx: Transaction, track: Track, *, worker: str, now: datetime, until: datetime, start: int) -> Row | None:
    """Take the next due job of a track that nobody holds, unless its provider is busy; its epoch grows by one.

    `start`: a random number, at which the epochs of a job begin. A job of the same number in a database that was lost
    had others, so that nobody who still holds that one can report on this. `lapsed` of what is given: who held it
    before gave no sign of life.
    """
    if track.most is not None:
        if lock_rows(tx):  # else two who count at once would both find room
            tx.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"hoso-track-{track.name}"))))
        if tx.execute(_at_work(track, now)).scalar_one() >= track.most:
            return None
    query = _free(track, now, job).limit(1)
    if lock_rows(tx):
        query = query.with_for_update(skip_locked=True)
    row = tx.execute(query).mappings().first()
    if row is None:
        return None
    taken = taking(row, worker, now=now, until=until, start=start)
    tx.execute(update(job).where(job.c.id == row["id"]).values(**taken))
    return {**row, **taken, "lapsed": row["lease_until"] is not None}


def taking(row: Row, worker: str, *, now: datetime, until: datetime, start: int) -> dict[str, Any]:
    """What a lease changes of a job. One that ended without a word, as of a machine that died, is counted."""
    return {
        "lease_until": until,
        "lease_epoch": row["lease_epoch"] + 1 if row["lease_epoch"] else start,
        "attempts": row["attempts"] + 1,
        "lapses": row["lapses"] + (row["lease_until"] is not None),
        "worker": worker,
        "taken": now,
    }


def unheld(now: datetime) -> ColumnElement[bool]:
    """Nobody holds the job, or who held it gave no sign of life."""
    return or_(job.c.lease_until.is_(None), job.c.lease_until < now)


def _free(track: Track, now: datetime, what: Any) -> Select[Any]:
    query = select(what).where(job.c.state == "open", job.c.track == track.name, job.c.due <= now, unheld(now))
    return query.order_by(job.c.due, job.c.id)


def _at_work(track: Track, now: datetime) -> Select[int]:
    held = (job.c.track == track.name, job.c.lease_until >= now, job.c.state == "open")
    return select(func.count()).select_from(job).where(*held)
