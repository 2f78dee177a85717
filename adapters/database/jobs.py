"""The job table: timers, letters, numbers, mail, parcels. A lease carries an epoch that fences off a paused worker."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, insert, or_, select, update

from adapters.database.store import Transaction, lock_rows
from adapters.database.tables import OWN_QUEUE, dispatch, job
from engine.delivery import State
from engine.outcome import JobRequest
from engine.tracks import track_of

Row = Mapping[Any, Any]
WAITING = ("open", "suspended")
CHANNEL = "hoso_job"
"""Where PostgreSQL tells that a job was added."""
_FREE = {"lease_until": None, "lapses": 0}


def add_job(tx: Transaction, dossier: str | None, request: JobRequest, *, process: str | None = None) -> None:
    """Add a job in the transaction of the act that asks for it: of a dossier, of a process, or of neither."""
    tx.execute(insert(job).values(**_job_row(dossier, request, None), process=process))
    _tell(tx, [request])


def add_jobs(tx: Transaction, dossier: str, requests: Sequence[JobRequest], places: Mapping[int, int]) -> None:
    """Add jobs; `places` gives the part of the dossier's state in which each lives, by its number, if it does."""
    if requests:
        tx.execute(insert(job), [_job_row(dossier, request, places.get(request.number)) for request in requests])
        _tell(tx, requests)


def _tell(tx: Transaction, requests: Sequence[JobRequest]) -> None:
    if any(request.retries is None for request in requests):
        ring(tx)


def ring(tx: Transaction) -> None:
    """Wake the workers of all machines when this commits, and not before; on SQLite they look often enough."""
    if lock_rows(tx):
        tx.execute(select(func.pg_notify(CHANNEL, "")))


def _job_row(dossier: str | None, request: JobRequest, part: int | None) -> dict[str, object]:
    return {
        "dossier": dossier,
        "number": request.number,
        "element": request.element,
        "type": request.type,
        "payload": dict(request.payload),
        "state": "open",
        "due": request.due,
        "lease_epoch": 0,
        "attempts": 0,
        "queue": OWN_QUEUE if request.retries is None else request.type,
        "retries_left": request.retries,
        "part": part,
        "track": track_of(request.type).name if request.retries is None else None,
    }


def cancel_jobs(tx: Transaction, dossier: str, numbers: Iterable[int]) -> None:
    """The process went another way: these jobs are no longer wanted."""
    if cancelled := [{"cancelled": number} for number in numbers]:
        waits = or_(*(job.c.state == state for state in WAITING))  # one statement for many takes no list
        wanted = (job.c.dossier == dossier, job.c.number == bindparam("cancelled"), waits)
        tx.execute(update(job).where(*wanted).values(state="cancelled"), cancelled)


def suspend(tx: Transaction, dossier: str) -> None:
    """Nobody takes the dossier's jobs and timers, and who holds one records nothing until they go on."""
    tx.execute(update(job).where(job.c.dossier == dossier, job.c.state == "open").values(state="suspended"))


def resume(tx: Transaction, dossier: str) -> None:
    """They go on: what came due meanwhile is taken at once, a lease that runs still stands."""
    tx.execute(update(job).where(job.c.dossier == dossier, job.c.state == "suspended").values(state="open"))


def held(tx: Transaction, leased: Row) -> bool:
    """Whether the lease still stands, locked for the rest of the transaction."""
    stands = (job.c.id == leased["id"], job.c.state == "open", job.c.lease_until.is_not(None))
    query = select(job.c.lease_epoch).where(*stands)
    if lock_rows(tx):
        query = query.with_for_update()
    return bool(tx.execute(query).scalar() == leased["lease_epoch"])


def renew(tx: Transaction, id: int, until: datetime) -> None:
    """Prolong a lease."""
    tx.execute(update(job).where(job.c.id == id).values(lease_until=until))


def give_back(tx: Transaction, leased: Row) -> None:
    """End a lease though nothing came of it; whoever still works on it is fenced off."""
    tx.execute(update(job).where(job.c.id == leased["id"]).values(lease_epoch=leased["lease_epoch"] + 1, **_FREE))
    ring(tx)


def forget_leases(tx: Transaction) -> None:
    """Nobody holds a job any more, and the next who takes one begins its epochs anew, at random."""
    leased = (job.c.state.in_(WAITING), job.c.lease_epoch > 0)
    tx.execute(update(job).where(*leased).values(lease_epoch=0, leased_by=None, **_FREE))


def finish(tx: Transaction, id: int, state: str, error: str | None = None, *, incident: int | None = None) -> None:
    """End a lease, and with it the job: done or failed (`incident`: of its dossier, which says so); or suspended, until
    its dossier goes on.
    """
    tx.execute(update(job).where(job.c.id == id).values(state=state, error=error, incident=incident, **_FREE))


def postpone(tx: Transaction, id: int, due: datetime, error: str) -> None:
    """Try again later."""
    tx.execute(update(job).where(job.c.id == id).values(due=due, error=error, **_FREE))


def rest(tx: Transaction, id: int, due: datetime, error: str) -> None:
    """Try again later; how often it was taken and not heard of again still counts."""
    tx.execute(update(job).where(job.c.id == id).values(due=due, error=error, lease_until=None))


def repeat(tx: Transaction, id: int, due: datetime) -> None:
    """End a lease of a job that is done again and again: the next time, as if it were new."""
    again = {"due": due, "attempts": 0, "error": None, **_FREE}
    tx.execute(update(job).where(job.c.id == id).values(**again))


def wake(tx: Transaction, code: str, now: datetime, *, dossier: str | None) -> None:
    """What was postponed for that reason, a code at the end of its error, is due at once: of a dossier, or of none."""
    waits = (job.c.state.in_(WAITING), job.c.lease_until.is_(None), job.c.due > now)
    theirs = job.c.dossier.is_(None) if dossier is None else job.c.dossier == dossier
    tx.execute(update(job).where(*waits, theirs, job.c.error.endswith(f"[{code}]")).values(due=now))


def jobs_of(tx: Transaction, dossier: str, *, after: int = 0, limit: int | None = None) -> list[Row]:
    """The open and failed jobs of a dossier, or a page of them, by id."""
    query = select(job).where(*_unfinished(dossier), job.c.id > after).order_by(job.c.id).limit(limit)
    return [dict(row) for row in tx.execute(query).mappings()]


def count_jobs(tx: Transaction, dossier: str) -> int:
    """How many jobs of a dossier are open or failed."""
    return tx.execute(select(func.count()).select_from(job).where(*_unfinished(dossier))).scalar_one()


def _unfinished(dossier: str) -> tuple[ColumnElement[bool], ...]:
    return job.c.dossier == dossier, job.c.state.in_([*WAITING, "failed"])


def mend(tx: Transaction, dossier: str, incidents: Collection[int]) -> None:
    """Somebody saw to these incidents: the jobs whose failing they told are no dead letters any more."""
    if incidents:
        told = (job.c.dossier == dossier, job.c.incident.in_(list(incidents)), job.c.state == "failed")
        tx.execute(update(job).where(*told).values(state="mended"))


def mend_dossier(tx: Transaction, dossier: str) -> None:
    """The dossier is finished: what its state asked for, and failed, is not done any more."""
    asked = (job.c.dossier == dossier, job.c.state == "failed", job.c.number > 0)
    tx.execute(update(job).where(*asked).values(state="mended"))


def mend_all(tx: Transaction, kind: str) -> None:
    """What a failed job of that type, of no dossier, was to do is done by another."""
    told = (job.c.queue == OWN_QUEUE, job.c.type == kind, job.c.state == "failed", job.c.dossier.is_(None))
    tx.execute(update(job).where(*told).values(state="mended"))


def failed(tx: Transaction, kind: str) -> list[Row]:
    """The jobs of that type that cannot be done any more, and never will be."""
    query = select(job).where(job.c.queue == OWN_QUEUE, job.c.type == kind, job.c.state == "failed").order_by(job.c.id)
    return [dict(row) for row in tx.execute(query).mappings()]


def is_open(tx: Transaction, kind: str) -> bool:
    """Whether a job of that type waits or is being done."""
    query = select(job.c.id).where(job.c.queue == OWN_QUEUE, job.c.type == kind, job.c.state == "open").limit(1)
    return tx.execute(query).first() is not None


def hasten(tx: Transaction, kind: str, now: datetime) -> None:
    """A job of that type that waits for its time, or to be tried again, is due at once."""
    waits = (job.c.state == "open", job.c.lease_until.is_(None), job.c.due > now)
    tx.execute(update(job).where(job.c.queue == OWN_QUEUE, job.c.type == kind, *waits).values(due=now))


def newest(tx: Transaction, kind: str) -> Row | None:
    """The job of that type that was added last."""
    query = select(job).where(job.c.queue == OWN_QUEUE, job.c.type == kind).order_by(job.c.id.desc()).limit(1)
    row = tx.execute(query).mappings().first()
    return dict(row) if row else None


def begin_again(tx: Transaction, kind: str, now: datetime, pause: timedelta) -> None:
    """Add the one job of that type which asks for itself again, where none is open; after one that failed, a pause.

    The caller holds the log head's lock, so that no two add it.
    """
    if is_open(tx, kind):
        return
    last, due = newest(tx, kind), now
    if last is not None and last["state"] == "failed":
        due = max(due, last["due"] + pause)
    add_job(tx, None, JobRequest(number=0, element="", type=kind, payload={}, due=due))


def reaching_out(tx: Transaction, types: Collection[str]) -> list[Row]:
    """The jobs still to be done whose work is seen outside: of these types of our own, and all of external workers."""
    outside = or_(job.c.type.in_(types), job.c.queue != OWN_QUEUE)
    query = select(job).where(job.c.state.in_(WAITING), outside).order_by(job.c.id)
    return [dict(row) for row in tx.execute(query).mappings()]


def add_dispatch(tx: Transaction, values: Row) -> None:
    """Add a dispatch."""
    tx.execute(insert(dispatch).values(**values))


def find_dispatch(tx: Transaction, key_or_code: str, *, lock: bool = False) -> Row | None:
    """The dispatch of that key or code; `lock` for a change that depends on what it was."""
    query = select(dispatch).where(or_(dispatch.c.key == key_or_code, dispatch.c.code == key_or_code))
    if lock and lock_rows(tx):
        query = query.with_for_update()
    row = tx.execute(query).mappings().first()
    return dict(row) if row else None


def change_dispatch(tx: Transaction, key: str, **values: object) -> None:
    """Change the state of a dispatch."""
    tx.execute(update(dispatch).where(dispatch.c.key == key).values(**values))


_WAITS_TO_LEAVE = (State.CREATED, State.READY, State.PREPARED)
_NOT_LEFT = [state.value for state in (*_WAITS_TO_LEAVE, State.SENDING, State.SENT_UNCONFIRMED)]


def unsettled(tx: Transaction, dossier: str) -> list[Row]:
    """The dispatches of a dossier that have not left, or may have without an outcome; locked."""
    query = (
        select(dispatch).where(dispatch.c.dossier == dossier, dispatch.c.state.in_(_NOT_LEFT)).order_by(dispatch.c.key)
    )
    if lock_rows(tx):
        query = query.with_for_update()
    return [dict(row) for row in tx.execute(query).mappings()]


def numbered(tx: Transaction, dossier: str, numbers: Iterable[int]) -> list[Row]:
    """The jobs of a dossier with these numbers, whatever became of them."""
    query = select(job).where(job.c.dossier == dossier, job.c.number == bindparam("wanted"))
    return [dict(row) for number in numbers for row in tx.execute(query, {"wanted": number}).mappings()]


def hand_over(tx: Transaction, dossier: str, document: str, at: datetime) -> None:
    """What lay ready at the counter is delivered."""
    ready = (dispatch.c.dossier == dossier, dispatch.c.document == document, dispatch.c.state == State.READY.value)
    tx.execute(update(dispatch).where(*ready).values(state=State.DELIVERED.value, updated=at))


def dispatches_of(tx: Transaction, dossier: str) -> list[Row]:
    """The dispatches of a dossier, oldest first."""
    query = select(dispatch).where(dispatch.c.dossier == dossier).order_by(dispatch.c.created, dispatch.c.key)
    return [dict(row) for row in tx.execute(query).mappings()]
