"""Take the next job: of all machines one gets it, for a while, under an epoch that fences off whoever slept meanwhile.

What it costs does not grow with the jobs that are done, or due later, or wait for a provider that is busy: each track
is looked at by its first job alone.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, bindparam, func, or_, select, update

from adapters.database.store import Transaction, lock_rows
from adapters.database.tables import job
from engine.tracks import Track

Row = Mapping[Any, Any]


def waiting(tx: Transaction, tracks: Sequence[Track], now: datetime) -> list[Track]:
    """The tracks of which a job could be taken now, the one whose turn it is first: a look that locks nothing."""
    row = list(tx.execute(_firsts(tuple(tracks)), {"now": now}).one())
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
        if tx.execute(_at_work(track.name), {"now": now}).scalar_one() >= track.most:
            return None
    row = tx.execute(_next(track.name, locked=lock_rows(tx)), {"now": now}).mappings().first()
    if row is None:
        return None
    taken = taking(row, worker, now=now, until=until, start=start)
    tx.execute(_TAKE, {"this": row["id"], **taken})
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


def unheld(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """Nobody holds the job, or who held it gave no sign of life."""
    return or_(job.c.lease_until.is_(None), job.c.lease_until < now)


# Made once for each track: workers look all the time, and to make them takes longer than to look.
_NOW = bindparam("now", type_=job.c.due.type)
_TAKE = update(job).where(job.c.id == bindparam("this"))


@cache
def _firsts(tracks: tuple[Track, ...]) -> Select[Any]:
    """Of each track, when its first job was due; then of those that have a most, how many are at work."""
    firsts = [_free(track.name, job.c.due).limit(1).scalar_subquery() for track in tracks]
    return select(*firsts, *(_at_work(track.name).scalar_subquery() for track in tracks if track.most is not None))


@cache
def _next(track: str, *, locked: bool) -> Select[Any]:
    query = _free(track, job).limit(1)
    return query.with_for_update(skip_locked=True) if locked else query


def _free(track: str, what: Any) -> Select[Any]:
    query = select(what).where(job.c.state == "open", job.c.track == track, job.c.due <= _NOW, unheld(_NOW))
    return query.order_by(job.c.due, job.c.id)


@cache
def _at_work(track: str) -> Select[Any]:
    held = (job.c.track == track, job.c.lease_until >= _NOW, job.c.state == "open")
    return select(func.count()).select_from(job).where(*held)
