"""Do a job: its handler works, and what came of it is recorded, or that it is tried again, or cannot be done."""

import os
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import structlog

from adapters.application import work
from adapters.application.application import Application
from adapters.application.work import Job
from adapters.database.store import StoreUnavailable
from adapters.jobs.errors import JobFault, TryLater
from adapters.jobs.handlers import HANDLERS
from adapters.letters.errors import LetterError
from adapters.limits.limited import LimitsUnavailable
from engine.tracks import TRACKS, Track
from signing.errors import Undecidable

MOST_LAPSES = 20  # a job whose workers die as often, with longer and longer rests between them, kills them
log = structlog.get_logger()


def name() -> str:
    """What this process is called where people ask who holds a job."""
    return f"{socket.gethostname()[:80]}:{os.getpid()}"


def work_once(app: Application, tracks: Sequence[Track] = TRACKS) -> bool:
    """Do the next due job; False when there is none."""
    job = work.take(app, name(), tracks)
    if job is None:
        return False
    do(app, job)
    return True


def do(app: Application, job: Job) -> None:
    """Do a job that was taken. StoreUnavailable: what came of it is not recorded, and it is done again."""
    try:
        if not _rests(app, job):
            with _renewing(app, job):
                _handle(app, job)
    except Undecidable as error:
        work.postpone(app, job, error.message)
    except TryLater as error:
        log.info("job postponed", job=job["id"], type=job["type"], dossier=job["dossier"], reason=str(error))
        work.postpone(app, job, str(error))
    except JobFault as error:
        log.warning("job failed", job=job["id"], type=job["type"], dossier=job["dossier"], code=error.code)
        work.fail(app, job, error.code, error.message)
    except StoreUnavailable:
        raise
    except Exception as error:  # a defect of ours, or of a template: seen by people, and the other jobs go on
        log.exception("job broke", job=job["id"], type=job["type"], dossier=job["dossier"])
        work.fail(app, job, "job-broke", f"{type(error).__name__} in {job['type']}")


def _rests(app: Application, job: Job) -> bool:
    """Whether machines die over it, or just while they have it: nobody knows, so it rests before the next takes it."""
    if not job["lapsed"] or job["lapses"] < work.FEW_LAPSES:
        return False
    lost = f"{job['lapses']} workers in turn took it, and none was heard of again"
    if job["lapses"] >= MOST_LAPSES:
        raise JobFault("worker-lost", lost)
    work.rest(app, job, f"{lost}   [worker-lost]")
    return True


@contextmanager
def _renewing(app: Application, job: Job) -> Iterator[None]:
    """Keep the lease while the job is worked on: a slow mail server must not hand the mail to a second worker."""
    done = threading.Event()

    def renew() -> None:
        while not done.wait(work.LEASE.total_seconds() / 3):
            try:
                work.renew(app, job)
            except StoreUnavailable as error:
                log.warning("lease not renewed", job=job["id"], reason=str(error))

    thread = threading.Thread(target=renew, name=f"lease-{job['id']}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _handle(app: Application, job: Job) -> None:
    handler = HANDLERS.get(job["type"])
    if handler is None:
        raise JobFault("job-type-unknown", f"no program does jobs of type {job['type']}")
    try:
        handler(app, job)
    except LetterError as error:
        raise JobFault(error.code, error.message) from error
    except LimitsUnavailable as error:
        raise TryLater(str(error)) from error
