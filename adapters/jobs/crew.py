"""The workers of one process: threads that take due jobs, and one that keeps things in order.

The first thread does only what waits for nobody outside, so that a timer fires however slow others are; the second
does all but mail and orders at carriers, so that stamps and letters are made however slow these are. Any number of
crews may work on one PostgreSQL database, on many machines.
"""

import threading
import time
from collections.abc import Sequence

import structlog

from adapters.application import work
from adapters.application.application import Application
from adapters.application.work import Job
from adapters.database import notices
from adapters.database.store import StoreUnavailable
from adapters.jobs.bell import Bell
from adapters.jobs.keeper import keep_until
from adapters.jobs.worker import do, name
from engine.tracks import PROMPT, STEADY, TRACKS, Track

FEWEST, MOST = 3, 64
GRACE = 10.0  # seconds that the jobs in hand may be finished in
LOOK, LOOK_ALONE = 1.0, 0.2  # seconds between looks when there is nothing to do; where nobody tells of new jobs
log = structlog.get_logger()


def usual_threads(app: Application) -> int:
    """How many threads work where nobody says: SQLite has one writer at a time."""
    return 4 if notices.tells(app.store) else FEWEST


class Crew:
    """Threads that work until they are told to stop."""

    def __init__(self, app: Application, threads: int | None = None) -> None:
        self.app = app
        self.threads = usual_threads(app) if threads is None else threads
        self.bell = Bell()
        self.looked = time.monotonic()
        self._stop = threading.Event()
        self._in_hand: dict[int, Job] = {}
        self._workers = [self._worker(at) for at in range(self.threads)]
        self._others = [threading.Thread(target=keep_until, args=(app, self._stop), name="keeper", daemon=True)]
        if notices.tells(app.store):
            heard = (app.store, self.bell.ring, self._stop)
            self._others.append(threading.Thread(target=notices.listen, args=heard, name="listener", daemon=True))

    def start(self) -> None:
        """Begin to work."""
        for thread in (*self._workers, *self._others):
            thread.start()

    def alive(self) -> bool:
        """Whether all its workers live."""
        return all(thread.is_alive() for thread in self._workers)

    def stop(self) -> None:
        """Take no new job; those in hand are finished."""
        self._stop.set()
        self.bell.ring()

    def end(self, grace: float = GRACE) -> None:
        """Stop, and wait for the jobs in hand so long; those that are not finished then are given back."""
        self.stop()
        end = time.monotonic() + grace
        for thread in (*self._workers, *self._others):
            if thread.is_alive():
                thread.join(max(0.0, end - time.monotonic()))
        for job in list(self._in_hand.values()):
            self._give_back(job)

    def _give_back(self, job: Job) -> None:
        log.warning("job given back", job=job["id"], type=job["type"], dossier=job["dossier"], reason="stopped")
        try:
            work.give_back(self.app, job)
        except StoreUnavailable as error:  # its lease ends by itself
            log.warning("job not given back", job=job["id"], reason=str(error))

    def _worker(self, at: int) -> threading.Thread:
        tracks = (PROMPT, STEADY)[at] if at < 2 else TRACKS
        return threading.Thread(target=self._work, args=(at, tracks), name=f"worker-{at}", daemon=True)

    def _work(self, at: int, tracks: Sequence[Track]) -> None:
        seconds = LOOK if notices.tells(self.app.store) else LOOK_ALONE
        while not self._stop.is_set():
            heard = self.bell.rings
            try:
                busy = self._once(at, tracks)
            except StoreUnavailable as error:
                log.warning("database unavailable", reason=str(error))
                busy = False
            except Exception:  # whatever it was, the next job must not wait for ever
                log.exception("worker stumbled")
                busy = False
            if not busy:
                self.bell.wait(heard, seconds)

    def _once(self, at: int, tracks: Sequence[Track]) -> bool:
        job = work.take(self.app, name(), tracks)
        self.looked = time.monotonic()
        if job is None:
            return False
        self._in_hand[at] = job
        try:
            do(self.app, job)
        finally:
            self._in_hand.pop(at, None)
        return True
