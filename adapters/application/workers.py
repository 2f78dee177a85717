"""External workers: lease jobs over HTTP, and report how they ended, each report in one transaction with its leaf.

A lease is held by the officer whose token fetched it, under an epoch that grows with every lease: who slept while
another took the job records nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from adapters.application.answer import Answer, Request, once, refuse
from adapters.application.application import Application
from adapters.application.save import save
from adapters.application.sight import definition_of
from adapters.application.views import moment
from adapters.application.work import back_off, first_epoch, fraction, incident_of
from adapters.database import dossiers, external, jobs
from adapters.database.external import Row
from adapters.database.store import Transaction
from engine import policy
from engine.acts.external import Report, attempt_failed, caught, completed, failed, threw
from engine.bpmn.events import EventRefused
from engine.dossier import Dossier
from engine.errors import Kind, Refusal, not_found
from engine.officer import Officer
from engine.outcome import Outcome
from engine.process import ProcessDefinition

MOST_CHARACTERS = 4_000_000
"""What the inputs of one answer may have together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a worker asks for: jobs of these types, for so long."""

    worker: str
    types: Sequence[str]
    most: int
    lease: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """A job as a worker holds it."""

    job: int
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a try failed; `retries` and `retry_in` where the worker knows better than the model and the back-off."""

    code: str
    message: str
    retries: int | None = None
    retry_in: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A leased job with its dossier, both locked."""

    row: Row
    dossier: Dossier
    definition: ProcessDefinition
    report: Report
    now: datetime


End = Callable[[Transaction, Held], Answer]


def fetch(app: Application, officer: Officer, wanted: Wanted) -> list[dict[str, Any]] | Refusal:
    """Lease what waits now, perhaps nothing. What is not reported within the lease is given to whoever asks next."""
    if refusal := policy.refuses(officer, "do jobs"):
        return refusal
    now = app.clock()
    with app.store.read() as tx:  # many workers may wait: looking keeps nobody from writing
        if not external.waiting(tx, officer, wanted.types, now):
            return []
    with app.store.write() as tx:
        leased = external.lease(
            tx,
            officer,
            wanted.worker,
            wanted.types,
            now=now,
            until=now + wanted.lease,
            most=wanted.most,
            most_characters=MOST_CHARACTERS,
            start=first_epoch(app),
        )
    return [_shown(row) for row in leased]


def extend(app: Application, officer: Officer, request: Request, lease: Lease, by: timedelta) -> Answer:
    """Hold the lease for another while from now."""

    def act(tx: Transaction) -> Answer:
        row = external.find(tx, lease.job, lock=True)
        if refusal := _refuses(row, officer, lease):
            return refuse(refusal)
        until = app.clock() + by
        jobs.renew(tx, lease.job, until)
        return Answer(body={"id": lease.job, "lease_until": moment(until)})

    return once(app, request, act)


def complete(app: Application, officer: Officer, request: Request, lease: Lease, data: Mapping[str, Any]) -> Answer:
    """The job is done; the dossier moves on."""

    def end(tx: Transaction, held: Held) -> Answer:
        outcome = completed(held.dossier, held.definition, held.report, data, now=held.now)
        return _ended(app, tx, held, outcome, "done", None)

    return _report(app, officer, request, lease, end)


def fail(app: Application, officer: Officer, request: Request, lease: Lease, failure: Failure) -> Answer:
    """A try failed: it is tried again later, or stands still when no try is left."""

    def end(tx: Transaction, held: Held) -> Answer:
        told = f"{failure.message}   [{failure.code}]"
        left = held.row["retries_left"] - 1 if failure.retries is None else failure.retries
        if left <= 0:
            outcome = failed(held.dossier, held.definition, held.report, failure.code, failure.message, now=held.now)
            return _ended(app, tx, held, outcome, "failed", told, retries_left=0)
        wait = back_off(held.row["attempts"], fraction(app)) if failure.retry_in is None else failure.retry_in
        due = held.now + wait
        outcome = attempt_failed(
            held.dossier, held.definition, held.report, failure.code, failure.message, retries_left=left
        )
        external.put_back(tx, lease.job, due, told, left)
        save(app, tx, held.dossier, outcome, held.now)
        return Answer(body={"id": lease.job, "state": "open", "retries_left": left, "due": moment(due)})

    return _report(app, officer, request, lease, end)


def throw(
    app: Application,
    officer: Officer,
    request: Request,
    lease: Lease,
    code: str,
    message: str,
    data: Mapping[str, Any],
) -> Answer:
    """The job ended in a BPMN error, which the process catches, or else it stands still."""

    def end(tx: Transaction, held: Held) -> Answer:
        outcome = threw(held.dossier, held.definition, held.report, code, message, data, now=held.now)
        found = caught(held.dossier, outcome, held.report)
        error = None if found else f"{message}   [{code}]"
        return _ended(app, tx, held, outcome, "done" if found else "failed", error, caught=found)

    return _report(app, officer, request, lease, end)


def _report(app: Application, officer: Officer, request: Request, lease: Lease, end: End) -> Answer:
    def act(tx: Transaction) -> Answer:
        found = _locked(tx, officer, lease)
        if isinstance(found, Refusal):
            return refuse(found)
        row, dossier = found
        report = Report(
            number=row["number"],
            # Where it stands now: a migrated dossier may call the element otherwise.
            element=dossier.state.open_jobs.get(row["number"], row["element"]),
            type=row["type"],
            officer=officer,
            worker=row["worker"],
        )
        definition = definition_of(app, tx, dossier)
        try:
            ended = end(tx, Held(row=row, dossier=dossier, definition=definition, report=report, now=app.clock()))
            return replace(ended, about=dossier.code)
        except EventRefused as refused:  # the process went another way
            jobs.finish(tx, lease.job, "cancelled", refused.message)
            return refuse(_over(lease, "cancelled"))

    return once(app, request, act)


def _locked(tx: Transaction, officer: Officer, lease: Lease) -> tuple[Row, Dossier] | Refusal:
    """The job and its dossier, locked; the dossier first, as everywhere, so that no two wait for each other."""
    row = external.find(tx, lease.job)
    if refusal := _refuses(row, officer, lease):
        return refusal
    assert row is not None
    dossier = dossiers.load(tx, row["dossier"], lock=True, part=row["part"])
    row = external.find(tx, lease.job, lock=True)
    if refusal := _refuses(row, officer, lease):
        return refusal
    assert row is not None
    assert dossier is not None
    return row, dossier


def _ended(
    app: Application, tx: Transaction, held: Held, outcome: Outcome, state: str, error: str | None, **told: object
) -> Answer:
    jobs.finish(tx, held.row["id"], state, error, incident=incident_of(held.dossier, outcome))
    save(app, tx, held.dossier, outcome, held.now)
    return Answer(body={"id": held.row["id"], "state": state, **told})


def _refuses(row: Row | None, officer: Officer, lease: Lease) -> Refusal | None:
    if refusal := policy.refuses(officer, "do jobs"):
        return refusal
    if row is None or not officer.works_in(row["unit"]):
        return _unknown(lease)
    if row["state"] != "open":
        return _over(lease, row["state"])
    if row["leased_by"] == officer.id and row["lease_epoch"] == lease.epoch:
        return None
    message = f"job {lease.job} is not held under lease epoch {lease.epoch}: it was given back, or another took it over"
    return Refusal(
        kind=Kind.CONFLICT, code="lease-lost", message=message, remedy="drop this work, and fetch the next job"
    )


def _unknown(lease: Lease) -> Refusal:
    return not_found("job", str(lease.job), "report only what /v1/jobs/fetch gave")


def _over(lease: Lease, state: str) -> Refusal:
    if state == "suspended":
        message = f"job {lease.job} cannot be reported on: its dossier is suspended"
        remedy = "drop this work, and fetch the next job; an administrator of its unit may resume the dossier"
        return Refusal(kind=Kind.CONFLICT, code="dossier-suspended", message=message, remedy=remedy)
    if state == "cancelled":
        message = f"job {lease.job} is no longer wanted: its dossier went another way"
        return Refusal(kind=Kind.CONFLICT, code="job-cancelled", message=message, remedy="drop this work")
    message = f"job {lease.job} is {state} already; this report changes nothing"
    return Refusal(kind=Kind.CONFLICT, code="job-over", message=message, remedy="drop this work")


def _shown(row: Row) -> dict[str, Any]:
    shown = {name: row[name] for name in ("id", "type", "dossier", "element", "lease_epoch", "retries_left")}
    payload = row["payload"]
    return {**shown, **payload, "lease_until": moment(row["lease_until"])}
