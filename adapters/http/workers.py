"""External workers: fetch and lock jobs, hold them, report how they ended."""

from datetime import timedelta
from typing import Annotated, Any

import anyio
from fastapi import APIRouter, Path, Request, Response
from pydantic import AfterValidator, Field, StringConstraints
from starlette.concurrency import run_in_threadpool

from adapters.application import workers
from adapters.application.application import Application
from adapters.application.workers import Failure, Lease, Wanted
from adapters.http.caller import App, Caller, Once, may
from adapters.http.models import Data, Id, Model
from adapters.http.organisation import told
from engine.errors import Refusal, Refused
from engine.officer import Officer
from engine.process import EXTERNAL_TYPE, is_external

router = APIRouter(prefix="/jobs")
Body = dict[str, Any]
LOOK = 0.2  # seconds between looks for a job while a worker waits
MOST_WAITING = 100  # requests of one server that wait; one more is answered at once


def _external(type: str) -> str:
    if not EXTERNAL_TYPE.fullmatch(type) or not is_external(type):
        raise ValueError("no type of external jobs: names with hoso. are done by Hoso itself")
    return type


JobId = Annotated[int, Path(ge=1, lt=2**53)]
Seconds = Annotated[int, Field(ge=5, le=3600)]
Epoch = Annotated[int, Field(ge=1, lt=2**31)]
JobType = Annotated[str, AfterValidator(_external)]
Worker = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._:@/-]{1,100}$")]
Told = Annotated[str, StringConstraints(max_length=500, strip_whitespace=True)]


class WantedJobs(Model):
    """Which jobs a worker takes, for how long, and how long it waits for one."""

    worker: Worker
    types: Annotated[list[JobType], Field(min_length=1, max_length=32)]
    max_jobs: Annotated[int, Field(ge=1, le=32)] = 1
    lease_seconds: Seconds = 60
    wait_seconds: Annotated[int, Field(ge=0, le=30)] = 0


class LeaseExtension(Model):
    """Another while."""

    lease_epoch: Epoch
    lease_seconds: Seconds = 60


class JobCompletion(Model):
    """What the job gave."""

    lease_epoch: Epoch
    data: Data = Field(default_factory=dict)


class JobFailure(Model):
    """Why a try failed."""

    lease_epoch: Epoch
    message: Told
    code: Id = "worker-failed"
    retries: Annotated[int, Field(ge=0, le=999)] | None = None
    retry_in_seconds: Annotated[int, Field(ge=0, le=30 * 24 * 3600)] | None = None


class JobError(Model):
    """The BPMN error that the job ended in."""

    lease_epoch: Epoch
    code: Id
    message: Told = ""
    data: Data = Field(default_factory=dict)


@router.post("/fetch", dependencies=[may("do jobs")])
async def fetch(app: App, caller: Caller, wanted: WantedJobs, request: Request) -> Body:
    """Lease jobs (worker): at once if there are any, else as soon as one appears within `wait_seconds`.

    It takes no key: jobs whose answer was lost are given again when their lease is over.
    """
    state = request.app.state
    asked = Wanted(
        worker=wanted.worker,
        types=list(dict.fromkeys(wanted.types)),
        most=wanted.max_jobs,
        lease=timedelta(seconds=wanted.lease_seconds),
    )
    end = anyio.current_time() + (wanted.wait_seconds if state.waiting_workers < MOST_WAITING else 0)
    state.waiting_workers += 1
    try:
        found = await run_in_threadpool(_fetch, app, caller, asked)
        while not found and (left := end - anyio.current_time()) > 0 and not state.stopping():
            if await _gone(request, min(LOOK, left)):
                break  # a job leased now would reach nobody
            found = await run_in_threadpool(_fetch, app, caller, asked)
        return {"jobs": found}
    finally:
        state.waiting_workers -= 1


@router.post("/{id}/extend", dependencies=[may("do jobs")])
def extend(app: App, caller: Caller, once: Once, id: JobId, sent: LeaseExtension, response: Response) -> Body:
    """Hold a job for another while."""
    lease, by = Lease(job=id, epoch=sent.lease_epoch), timedelta(seconds=sent.lease_seconds)
    return told(workers.extend(app, caller, once, lease, by), response)


@router.post("/{id}/complete", dependencies=[may("do jobs")])
def complete(app: App, caller: Caller, once: Once, id: JobId, sent: JobCompletion, response: Response) -> Body:
    """The job is done."""
    lease = Lease(job=id, epoch=sent.lease_epoch)
    return told(workers.complete(app, caller, once, lease, sent.data), response)


@router.post("/{id}/fail", dependencies=[may("do jobs")])
def fail(app: App, caller: Caller, once: Once, id: JobId, sent: JobFailure, response: Response) -> Body:
    """This try failed: it is tried again after a while, or is an incident when no try is left."""
    wait = None if sent.retry_in_seconds is None else timedelta(seconds=sent.retry_in_seconds)
    failure = Failure(code=sent.code, message=sent.message, retries=sent.retries, retry_in=wait)
    return told(workers.fail(app, caller, once, Lease(job=id, epoch=sent.lease_epoch), failure), response)


@router.post("/{id}/error", dependencies=[may("do jobs")])
def throw(app: App, caller: Caller, once: Once, id: JobId, sent: JobError, response: Response) -> Body:
    """The job ended in a BPMN error, which the process catches by its code; else it is an incident."""
    lease = Lease(job=id, epoch=sent.lease_epoch)
    return told(workers.throw(app, caller, once, lease, sent.code, sent.message, sent.data), response)


async def _gone(request: Request, seconds: float) -> bool:
    """Whether the caller hangs up within that time, which else passes."""
    # Request.is_disconnected never sees it behind a middleware: it gives up before the message is passed on.
    with anyio.move_on_after(seconds):
        while (await request.receive())["type"] != "http.disconnect":
            pass
        return True
    return False


def _fetch(app: Application, officer: Officer, wanted: Wanted) -> list[dict[str, Any]]:
    found = workers.fetch(app, officer, wanted)
    if isinstance(found, Refusal):
        raise Refused(found)
    return found
