"""The worker: takes due jobs one by one and has their handlers do them. Many may run, on many machines."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from adapters.application import anchoring, work
from adapters.application.application import Application
from adapters.application.placing import settle
from adapters.application.work import Job
from adapters.database.store import StoreUnavailable
from adapters.jobs.errors import JobFault, TryLater
from adapters.jobs.handlers import HANDLERS
from adapters.letters.errors import LetterError
from adapters.limits.limited import LimitsUnavailable
from signing.errors import Undecidable

IDLE = 0.2  # seconds between looks when there is nothing to do
SETTLE = 1.0  # seconds between looks whether tasks stand where they belong
log = structlog.get_logger()


def work_until(app: Application, stop: threading.Event) -> None:
    """Do jobs until told to stop, and keep the queues right; the job in hand is finished first."""
    looked, scheduled = -SETTLE, False
    while not stop.is_set():
        try:
            if not scheduled:
                with app.store.write() as tx:
                    anchoring.schedule(app, tx)
                scheduled = True
            if time.monotonic() - looked >= SETTLE:
                try:
                    settle(app)
                finally:
                    looked = time.monotonic()  # after it: jobs are done in between, however long it took
            busy = work_once(app)
        except StoreUnavailable as error:
            log.warning("database unavailable", reason=str(error))
            busy = False
        except Exception:  # whatever it was, the next job must not wait for ever
            log.exception("worker stumbled")
            busy = False
        if not busy:
            stop.wait(IDLE)


def work_once(app: Application) -> bool:
    """Do the next due job; False when there is none."""
    job = work.take(app)
    if job is None:
        return False
    try:
        with _renewing(app, job):
            _do(app, job)
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


def _do(app: Application, job: Job) -> None:
    handler = HANDLERS.get(job["type"])
    if handler is None:
        raise JobFault("job-type-unknown", f"no program does jobs of type {job['type']}")
    try:
        handler(app, job)
    except LetterError as error:
        raise JobFault(error.code, error.message) from error
    except LimitsUnavailable as error:
        raise TryLater(str(error)) from error
