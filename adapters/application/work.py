"""Jobs: take one, and record what came of it. A worker whose lease was taken over records nothing."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog

from adapters.application.application import Application
from adapters.application.save import save
from adapters.application.sight import definition_of
from adapters.database import dossiers, jobs, leasing, trail
from adapters.database.store import StoreUnavailable, Transaction
from engine.acts.proceed import job_failed
from engine.bpmn.events import EventRefused
from engine.dossier import Dossier
from engine.outcome import Outcome
from engine.process import ProcessDefinition
from engine.tracks import TRACKS, Track

Job = Mapping[str, Any]
Decide = Callable[[Transaction, Dossier, ProcessDefinition, datetime], Outcome]
LEASE = timedelta(seconds=30)
"""How long a worker that gives no sign of life keeps a job from the others; who lives renews it at a third."""
FIRST_DELAY = timedelta(seconds=5)
LONGEST_DELAY = timedelta(hours=1)
FEW_LAPSES = 3  # as often a job is handed on at once
MOST_TRIES: Mapping[str, int] = {"message": 50, "hoso.letter": 20, "hoso.number": 20}
"""How often what waits for nothing outside is tried: it waits for others who change the same, and they end."""
TRIES_SPENT = "tries-spent"
log = structlog.get_logger()


def take(app: Application, worker: str, tracks: Sequence[Track] = TRACKS) -> Job | None:
    """Lease the next due job of these tracks, or None. LogKeyUnfit where what comes of it could not be told: a mail
    that went out, but is not told, would go out again.
    """
    with app.store.read() as tx:  # many workers look, and most find nothing: that keeps nobody from writing
        waiting = leasing.waiting(tx, tracks, app.clock())
    for track in waiting:
        with app.store.write() as tx:  # one track at a time: they are locked, and nobody must hold one and want another
            app.log_keys.of(trail.head(tx).checkpoint)
            now = app.clock()  # others may have written for long
            job = leasing.lease(tx, track, worker=worker, now=now, until=now + LEASE, start=first_epoch(app))
        if job is not None:
            return job
    return None


def first_epoch(app: Application) -> int:
    """A random number at which the epochs of a job's leases begin, far from the greatest that is told."""
    return 1 + int.from_bytes(app.entropy(4), "big") % 2**30


def load(app: Application, job: Job) -> tuple[Dossier, ProcessDefinition]:
    """The job's dossier and definition, for work that is done before the transaction."""
    with app.store.read() as tx:
        dossier = dossiers.load(tx, job["dossier"], part=job["part"])
        if dossier is None:
            raise LookupError(f"job {job['id']} belongs to dossier {job['dossier']}, which is gone")
        return dossier, definition_of(app, tx, dossier)


def finish(app: Application, job: Job, decide: Decide) -> bool:
    """Record the job as done with what it leads to; False when the lease was lost, and nothing was recorded."""
    return _end(app, job, decide, "done", None)


def fail(app: Application, job: Job, code: str, message: str) -> bool:
    """Record that the job cannot be done: an incident of the dossier."""
    if job["dossier"] is None:
        return _fail_alone(app, job, f"{message}   [{code}]")

    def decide(_tx: Transaction, dossier: Dossier, definition: ProcessDefinition, now: datetime) -> Outcome:
        if job["number"] not in dossier.state.open_jobs:  # a timer or a message: the dossier stays where it is
            return Outcome()
        return job_failed(dossier, definition, job["number"], code, message, now=now)

    error = f"{message}   [{code}]"
    try:
        return _end(app, job, decide, "failed", error)
    except StoreUnavailable:
        raise
    except Exception:  # the dossier cannot be gone on with at all: its dead letter must be seen all the same
        log.exception("incident not raised", job=job["id"], type=job["type"], dossier=job["dossier"], code=code)
        return _fail_alone(app, job, error)


def renew(app: Application, job: Job) -> None:
    """Hold the lease for another while, if it still stands."""
    with app.store.write() as tx:
        if jobs.held(tx, job):
            jobs.renew(tx, job["id"], app.clock() + LEASE)


def give_back(app: Application, job: Job) -> None:
    """Let another take the job at once; who held it records nothing more."""
    with app.store.write() as tx:
        if jobs.held(tx, job):
            jobs.give_back(tx, job)


def postpone(app: Application, job: Job, message: str) -> None:
    """Try again later; a job that may be tried so often and no more is a dead letter then."""
    if job["attempts"] >= MOST_TRIES.get(job["type"], job["attempts"] + 1):
        fail(app, job, TRIES_SPENT, f"tried {job['attempts']} times; the last time: {message}")
        return
    with app.store.write() as tx:
        if jobs.held(tx, job):
            jobs.postpone(tx, job["id"], app.clock() + back_off(job["attempts"], fraction(app)), message)


def rest(app: Application, job: Job, message: str) -> None:
    """Let a job wait that machines died over, the longer the more of them did."""
    with app.store.write() as tx:
        if jobs.held(tx, job):
            jobs.rest(tx, job["id"], app.clock() + back_off(job["lapses"] - FEW_LAPSES + 1, fraction(app)), message)


def back_off(attempts: int, fraction: float) -> timedelta:
    """How long to wait after that many attempts: 5 s, then twice as long each time, at most an hour.

    `fraction`, from 0 to 1, is random and takes up to a quarter off: what failed together does not come back together.
    """
    longer: int = 2 ** min(attempts - 1, 20)
    return min(FIRST_DELAY * longer, LONGEST_DELAY) * (1 - fraction / 4)


def fraction(app: Application) -> float:
    """A random number from 0 to 1."""
    return int.from_bytes(app.entropy(4), "big") / 2**32


def incident_of(before: Dossier, outcome: Outcome) -> int | None:
    """The incident that an outcome brought, if it did."""
    after = outcome.dossier
    return min(after.state.incidents.keys() - before.state.incidents.keys(), default=None) if after else None


def _fail_alone(app: Application, job: Job, error: str) -> bool:
    with app.store.write() as tx:
        held = jobs.held(tx, job)
        if held:
            jobs.finish(tx, job["id"], "failed", error)
        return held


def _end(app: Application, job: Job, decide: Decide, state: str, error: str | None) -> bool:
    with app.store.write() as tx:
        # The dossier's lock comes first everywhere, so that no two transactions wait for each other.
        dossier = dossiers.load(tx, job["dossier"], lock=True, part=job["part"])
        if dossier is None or not jobs.held(tx, job):
            return False
        if dossier.suspended is not None:  # it was suspended while this job was asked for
            jobs.finish(tx, job["id"], "suspended")
            return False
        now = app.clock()
        try:
            outcome = decide(tx, dossier, definition_of(app, tx, dossier), now)
        except EventRefused as refused:  # the process went another way meanwhile
            jobs.finish(tx, job["id"], "cancelled", refused.message)
            return False
        jobs.finish(tx, job["id"], state, error, incident=incident_of(dossier, outcome))
        save(app, tx, dossier, outcome, now)
        return True
