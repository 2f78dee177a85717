"""The job table: timers, letters, numbers, mail, parcels. A lease carries an epoch that fences off a paused worker."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, insert, or_, select, update

from adapters.database import scope
from adapters.database.store import Transaction, lock_rows
from adapters.database.tables import OWN_QUEUE, dispatch, job
from engine.dispatch import State
from engine.officer import Officer
from engine.outcome import JobRequest

Row = Mapping[Any, Any]
WAITING = ("open", "suspended")
CALLED_OFF = "the dossier was cancelled before it left"
PERHAPS_LEFT = "the dossier was cancelled while it was being sent; whether it left is not known"


def add_job(tx: Transaction, dossier: str | None, request: JobRequest, *, process: str | None = None) -> None:
    """Add a job in the transaction of the act that asks for it: of a dossier, of a process, or of neither."""
    tx.execute(insert(job).values(**_job_row(dossier, request, None), process=process))


def add_jobs(tx: Transaction, dossier: str, requests: Sequence[JobRequest], places: Mapping[int, int]) -> None:
    """Add jobs; `places` gives the part of the dossier's state in which each lives, by its number, if it does."""
    if requests:
        tx.execute(insert(job), [_job_row(dossier, request, places.get(request.number)) for request in requests])


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


def lease(tx: Transaction, *, now: datetime, until: datetime) -> Row | None:
    """Take the next due job of our own types that nobody holds; its epoch grows by one."""
    free = or_(job.c.lease_until.is_(None), job.c.lease_until < now)
    ours = (job.c.state == "open", job.c.queue == OWN_QUEUE, job.c.due <= now)
    query = select(job).where(*ours, free).order_by(job.c.due, job.c.id).limit(1)
    if lock_rows(tx):
        query = query.with_for_update(skip_locked=True)
    row = tx.execute(query).mappings().first()
    if row is None:
        return None
    taken = {"lease_until": until, "lease_epoch": row["lease_epoch"] + 1, "attempts": row["attempts"] + 1}
    tx.execute(update(job).where(job.c.id == row["id"]).values(**taken))
    return {**row, **taken}


def held(tx: Transaction, leased: Row) -> bool:
    """Whether the lease still stands, locked for the rest of the transaction."""
    query = select(job.c.lease_epoch).where(job.c.id == leased["id"], job.c.state == "open")
    if lock_rows(tx):
        query = query.with_for_update()
    return bool(tx.execute(query).scalar() == leased["lease_epoch"])


def renew(tx: Transaction, id: int, until: datetime) -> None:
    """Prolong a lease."""
    tx.execute(update(job).where(job.c.id == id).values(lease_until=until))


def finish(tx: Transaction, id: int, state: str, error: str | None = None) -> None:
    """End a lease, and with it the job: done or failed; or suspended, until its dossier goes on."""
    tx.execute(update(job).where(job.c.id == id).values(state=state, error=error, lease_until=None))


def postpone(tx: Transaction, id: int, due: datetime, error: str) -> None:
    """Try again later."""
    tx.execute(update(job).where(job.c.id == id).values(due=due, error=error, lease_until=None))


def repeat(tx: Transaction, id: int, due: datetime) -> None:
    """End a lease of a job that is done again and again: the next time, as if it were new."""
    again = {"due": due, "attempts": 0, "error": None, "lease_until": None}
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


def stuck(tx: Transaction, now: datetime) -> int:
    """How many open jobs were due before that time."""
    query = select(func.count()).select_from(job).where(job.c.state == "open", job.c.due < now)
    return tx.execute(query).scalar_one()


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


def reaching_out(tx: Transaction, types: Collection[str]) -> list[Row]:
    """The jobs still to be done whose work is seen outside: of these types of our own, and all of external workers."""
    outside = or_(job.c.type.in_(types), job.c.queue != OWN_QUEUE)
    query = select(job).where(job.c.state.in_(WAITING), outside).order_by(job.c.id)
    return [dict(row) for row in tx.execute(query).mappings()]


def add_dispatch(tx: Transaction, values: Row) -> None:
    """Add a dispatch."""
    tx.execute(insert(dispatch).values(**values))


def find_dispatch(tx: Transaction, key_or_code: str) -> Row | None:
    """The dispatch of that key or code."""
    query = select(dispatch).where(or_(dispatch.c.key == key_or_code, dispatch.c.code == key_or_code))
    row = tx.execute(query).mappings().first()
    return dict(row) if row else None


def change_dispatch(tx: Transaction, key: str, **values: object) -> None:
    """Change the state of a dispatch."""
    tx.execute(update(dispatch).where(dispatch.c.key == key).values(**values))


def call_off(tx: Transaction, dossier: str, at: datetime) -> None:
    """What has not left goes out no more; of a mail that is on its way just now, nobody knows."""
    sending = tx.execute(select(job.c.id).where(job.c.dossier == dossier, job.c.lease_until > at).limit(1)).first()
    states = [State.CREATED, State.READY] if sending else [State.CREATED, State.READY, State.SENDING]
    this = (dispatch.c.dossier == dossier, dispatch.c.state.in_([state.value for state in states]))
    tx.execute(update(dispatch).where(*this).values(state=State.CANCELLED.value, updated=at, note=CALLED_OFF))
    unknown = (dispatch.c.dossier == dossier, dispatch.c.state == State.SENDING.value)
    tx.execute(update(dispatch).where(*unknown).values(updated=at, note=PERHAPS_LEFT))


def hand_over(tx: Transaction, dossier: str, document: str, at: datetime) -> None:
    """What lay ready at the counter is delivered."""
    ready = (dispatch.c.dossier == dossier, dispatch.c.document == document, dispatch.c.state == State.READY.value)
    tx.execute(update(dispatch).where(*ready).values(state=State.DELIVERED.value, updated=at))


def ready_at_counter(tx: Transaction, dossier: str) -> frozenset[str]:
    """The documents of the dossier that lie ready at the counter."""
    query = select(dispatch.c.document).where(dispatch.c.dossier == dossier, dispatch.c.state == State.READY.value)
    return frozenset(tx.execute(query).scalars())


def dispatches_of(tx: Transaction, dossier: str) -> list[Row]:
    """The dispatches of a dossier, oldest first."""
    query = select(dispatch).where(dispatch.c.dossier == dossier).order_by(dispatch.c.created, dispatch.c.key)
    return [dict(row) for row in tx.execute(query).mappings()]


def dispatches(tx: Transaction, officer: Officer, *, after: str, limit: int) -> list[Row]:
    """A page of the dispatches within the officer's sight, by code."""
    query = select(dispatch).where(dispatch.c.code > after, scope.seen(officer, dispatch.c.dossier))
    return [dict(row) for row in tx.execute(query.order_by(dispatch.c.code).limit(limit)).mappings()]


def parcels(tx: Transaction, officer: Officer, start: datetime, end: datetime) -> list[Row]:
    """The parcels prepared in that time within the officer's sight, oldest first."""
    query = select(dispatch).where(dispatch.c.channel == "post", scope.seen(officer, dispatch.c.dossier))
    query = query.where(dispatch.c.created >= start, dispatch.c.created < end)
    return [dict(row) for row in tx.execute(query.order_by(dispatch.c.created, dispatch.c.key)).mappings()]
