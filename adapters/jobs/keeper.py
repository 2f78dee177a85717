"""Keep things in order beside the jobs: queues, the jobs that publish and that read the mailbox, and alarms."""

import threading
import time

import structlog

from adapters.application import anchoring, ordering
from adapters.application.alarms import alarms
from adapters.application.application import Application
from adapters.application.placing import settle
from adapters.database.store import StoreUnavailable
from adapters.jobs import mailbox

SETTLE = 1.0  # seconds between looks whether tasks stand where they belong
SCHEDULE = 60.0
TELL = 300.0
log = structlog.get_logger()


def keep_until(app: Application, stop: threading.Event) -> None:
    """Look after each of them in its time until told to stop."""
    begun = False

    def publishing(app: Application) -> None:
        nonlocal begun
        if not begun:  # also asks for it anew where witnesses came or went
            with app.store.write() as tx:
                anchoring.schedule(app, tx)
        anchoring.keep_scheduled(app)
        begun = True

    tasks = (
        (SCHEDULE, publishing),
        (SCHEDULE, mailbox.keep_scheduled),
        (SCHEDULE, ordering.keep_scheduled),
        (SETTLE, settle),
        (TELL, tell_alarms),
    )
    due = [0.0 for _ in tasks]
    while not stop.is_set():
        for at, (every, look) in enumerate(tasks):
            if time.monotonic() >= due[at]:
                try:
                    look(app)
                except StoreUnavailable as error:
                    log.warning("database unavailable", reason=str(error))
                except Exception:  # whatever it was, the others are looked after
                    log.exception("keeper stumbled")
                due[at] = time.monotonic() + every  # after it, however long it took
        stop.wait(SETTLE)


def tell_alarms(app: Application) -> None:
    """Warn of what is stuck, in the log."""
    for alarm in alarms(app):
        log.warning("alarm", code=alarm.code, reason=alarm.message)
