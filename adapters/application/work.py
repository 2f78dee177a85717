"""Jobs: take one, and record what came of it. A worker whose lease was taken over records nothing."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from adapters.application.application import Application
from adapters.application.save import save
from adapters.application.sight import definition_of
from adapters.database import dossiers, jobs, trail
from adapters.database.store import Transaction
from engine.acts.proceed import job_failed
from engine.bpmn.events import EventRefused
from engine.dossier import Dossier
from engine.outcome import Outcome
from engine.process import ProcessDefinition

Job = Mapping[str, Any]
Decide = Callable[[Transaction, Dossier, ProcessDefinition, datetime], Outcome]
LEASE = timedelta(seconds=60)
FIRST_DELAY = timedelta(seconds=5)
LONGEST_DELAY = timedelta(hours=1)


def take(app: Application) -> Job | None:
    """Lease the next due job, or None. LogKeyUnfit where what comes of it could not be told: a mail that went out, but
    is not told, would go out again.
    """
    now = app.clock()
    with app.store.write() as tx:
        app.log_keys.of(trail.head(tx).checkpoint)
        return jobs.lease(tx, now=now, until=now + LEASE)


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

    return _end(app, job, decide, "failed", f"{message}   [{code}]")


def renew(app: Application, job: Job) -> None:
    """Hold the lease for another while, if it still stands."""
    with app.store.write() as tx:
        if jobs.held(tx, job):
            jobs.renew(tx, job["id"], app.clock() + LEASE)


def postpone(app: Application, job: Job, message: str) -> None:
    """Try again later."""
    with app.store.write() as tx:
        if jobs.held(tx, job):
            jobs.postpone(tx, job["id"], app.clock() + back_off(job["attempts"]), message)


def back_off(attempts: int) -> timedelta:
    """How long to wait after that many attempts: 5 s, then twice as long each time, at most an hour."""
    longer: int = 2 ** min(attempts - 1, 20)
    return min(FIRST_DELAY * longer, LONGEST_DELAY)


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
        jobs.finish(tx, job["id"], state, error)
        save(app, tx, dossier, outcome, now)
        return True
