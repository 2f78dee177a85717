"""Read the mailbox, round by round: one machine at a time, by the job's lease.

A mail is moved only after the commit that records it. Killed in between, it lies there still, is recognised, and moved.
"""

import time
from datetime import datetime, timedelta

import structlog

from adapters.application import mails, work
from adapters.application.application import Application
from adapters.application.mail_acts import give_message
from adapters.application.mails import Taken
from adapters.application.work import Job
from adapters.database import jobs, parcels, trail, visits
from adapters.database.store import StoreUnavailable, Transaction
from adapters.limits.limited import LimitsUnavailable
from adapters.mailbox.imap import Mailbox, MailboxUnavailable, Place, opened
from adapters.mailbox.reading import LARGEST
from engine.dossier import Dossier
from engine.outcome import Outcome
from engine.parcels import UNDELIVERED
from engine.process import ProcessDefinition

READ = "hoso.mailbox"
"""The type of the one job that reads the mailbox, and asks for itself again."""
INTERVAL = timedelta(minutes=1)
PAUSE = timedelta(minutes=10)  # after a round that broke
ROUND = 45.0  # seconds that one round may take
MOST = 50  # mails of one round
UNCONFIGURED = "the machine that took this has no mailbox; set HOSO_MAILBOX_URL on all of them"
DONE, QUARANTINE = "hoso/done", "hoso/quarantine"
log = structlog.get_logger()


def keep_scheduled(app: Application) -> None:
    """See to it that the job is there while Hoso runs, once, where there is a mailbox."""
    if app.mailbox.server is None:
        return
    with app.store.read() as tx:
        there = jobs.is_open(tx, READ)
    if not there:
        with app.store.write() as tx:
            trail.head(tx, lock=True)
            schedule(app, tx)


def schedule(app: Application, tx: Transaction) -> None:
    """See to it that the job is there, once, where there is a mailbox. The caller holds the head's lock."""
    if app.mailbox.server is not None:
        jobs.begin_again(tx, READ, app.clock(), PAUSE)


def read(app: Application, job: Job) -> None:
    """One round, and again in a minute; at once where more lies there than one round takes.

    A machine without a mailbox leaves it to the others.
    """
    if app.mailbox.server is None:
        _again(app, job, UNCONFIGURED)
        return
    try:
        with opened(app.mailbox.server, ROUND) as box:
            more = _round(app, job, box)
    except (MailboxUnavailable, mails.QuarantineFull, LimitsUnavailable) as error:
        log.warning("mailbox not read", reason=str(error))
        _again(app, job, str(error))
        return
    _again(app, job, None, after=timedelta(0) if more else INTERVAL)


def _round(app: Application, job: Job, box: Mailbox) -> bool:
    """Take what lies there, mail by mail; whether more does. What is listed and not given waits for the next round."""
    until, given = time.monotonic() + ROUND, False
    places = box.waiting(MOST)
    for place in places:
        if time.monotonic() > until:
            return given
        found = _taken(app, job, box, place)
        if found is not None:
            given = True
            box.move(place.uid, QUARANTINE if found.waits else DONE)
            log.info("mail taken", state=found.state, reason=found.reason, dossier=found.dossier, known=found.again)
    return given and len(places) == MOST


def _taken(app: Application, job: Job, box: Mailbox, place: Place) -> Taken | None:
    """Record one mail; None where it is gone, or another worker has the job."""
    size = box.size(place.uid)
    if size is None:
        return None
    if size > LARGEST:
        return mails.take_unread(app, place, size, still=lambda tx: jobs.held(tx, job))
    raw = box.fetch(place.uid)
    if raw is None:
        return None
    try:
        return mails.take(app, raw, place, still=lambda tx: jobs.held(tx, job))
    except (StoreUnavailable, mails.QuarantineFull, LimitsUnavailable):
        raise
    except Exception as error:  # whatever a stranger's mail breaks, the next one is read; nothing of this one was saved
        log.warning("mail broke", code=type(error).__name__)  # its words may hold what was written
        return mails.take_broken(app, raw, place, still=lambda tx: jobs.held(tx, job))


def _again(app: Application, job: Job, error: str | None, after: timedelta = INTERVAL) -> None:
    with app.store.write() as tx:
        if not jobs.held(tx, job):
            return
        if error is None:
            jobs.mend_all(tx, READ)
            jobs.repeat(tx, job["id"], app.clock() + after)
        else:
            jobs.postpone(tx, job["id"], app.clock() + after, error)


def tell_failure(app: Application, job: Job) -> None:
    """A dispatch did not arrive, or a parcel did: the dossier is told, where its process waits for that.

    A parcel whose failure the process takes up is the process's from then on: it opens the task. Of a visit that
    another one replaced nothing is told: that one is told by itself, and may have been already.
    """
    payload = job["payload"]
    message, data, visit = payload.get("message", mails.MESSAGE), payload["data"], payload.get("visit")

    def decide(tx: Transaction, dossier: Dossier, definition: ProcessDefinition, now: datetime) -> Outcome:
        if visit is not None:
            stands = visits.current(tx, payload["dispatch"])
            if stands is None or stands["id"] != visit:
                return Outcome()
        outcome = give_message(dossier, definition, message, data, now)
        if outcome.dossier is not None and data.get("state") in UNDELIVERED:
            parcels.taken_up(tx, data["dispatch"], now)
        return outcome

    work.finish(app, job, decide)
