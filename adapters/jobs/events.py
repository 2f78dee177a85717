"""Jobs of events: thrown messages and signals, messages that waited, and timers that start processes."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta

from adapters.application import correlation, work
from adapters.application.application import Application
from adapters.application.correlation import CORRELATION, EXPIRY, MessageGone
from adapters.application.save import DELIVERY, announce
from adapters.application.starting import TIMER, start_by
from adapters.application.trail import append
from adapters.application.work import Job
from adapters.database import dossiers, jobs, messages
from adapters.database.messages import Row
from adapters.database.store import Transaction
from adapters.jobs.errors import TryLater
from engine.acts.messages import LIFE, Message, expired
from engine.acts.move import MESSAGE, SIGNAL
from engine.acts.proceed import signal_received
from engine.bpmn.start_timers import after_firing, from_json, to_json
from engine.bpmn.triggers import StartedBy
from engine.dossier import Dossier
from engine.outcome import Awaited, JobRequest, Outcome
from engine.process import ProcessDefinition

SIGNAL_DELIVERY = "signal-delivery"
SIGNAL_START = "signal-start"
_PAGE = 100
# What the sender of a message can do nothing about, and no later try would mend.
_FINAL = frozenset({"message-data", "not-starter", "no-such-start"})


# Messages


def message(app: Application, job: Job) -> None:
    """A message that a dossier threw looks for its one receiver (BPMN 2.0 §10.5.1), or begins to wait."""
    payload = job["payload"]
    ttl = payload.get("ttl")
    life = LIFE if ttl is None else timedelta(seconds=ttl)
    try:
        with app.store.write() as tx:
            unit = dossiers.unit_of(tx, job["dossier"])
            sent = Message(
                name=payload["name"],
                key=payload.get("key"),
                data=payload["data"],
                life=life,
                dossier=job["dossier"],
                unit=unit,
            )
            answer = correlation.give(app, tx, sent, app.clock(), lambda: jobs.held(tx, job))
            if answer.refusal is not None and answer.refusal.code not in _FINAL:
                raise TryLater(answer.refusal.message)
            error = f"{answer.refusal.message}   [{answer.refusal.code}]" if answer.refusal else None
            jobs.finish(tx, job["id"], "failed" if error else "done", error)
    except MessageGone:  # another worker has the job
        return


def correlate(app: Application, job: Job) -> None:
    """A message began to wait just as somebody began to wait for it: now both are seen."""
    id = job["payload"]["message"]
    try:
        with app.store.write() as tx:
            row, now = messages.find(tx, id), app.clock()
            sent = correlation.kept_message(app, tx, row) if row is not None and row["expires"] > now else None
            if sent is not None:
                correlation.correlate(app, tx, sent, now, _take(tx, job, id))
            _finish(tx, job)
    except MessageGone:
        with app.store.write() as tx:
            _finish(tx, job)


def deliver(app: Application, job: Job) -> None:
    """A dossier began to await a message, and some wait: the oldest that fits is given to it, each once."""
    for row in _fitting(app, job):
        try:
            if _give(app, job, row):
                return
        except MessageGone:  # given to another, or the lease is lost
            continue
    with app.store.write() as tx:
        _finish(tx, job)


def _fitting(app: Application, job: Job) -> Iterator[Row]:
    """The messages that wait, the oldest first, for what the dossier still awaits, whose senders may give them."""
    code, number = job["dossier"], job["payload"]["subscription"]
    after, full = 0, True
    while full:
        with app.store.read() as tx:
            dossier = dossiers.load(tx, code)
            item = dossier.state.subscriptions.get(number) if dossier is not None else None
            if dossier is None or item is None:
                return
            page = messages.waiting(tx, item.name, item.key, app.clock(), after=after, limit=_PAGE)
            fitting = [row for row in page if correlation.fits(app, tx, row, dossier, item.element)]
        yield from fitting
        after, full = (page[-1]["id"] if page else 0), len(page) == _PAGE


def _give(app: Application, job: Job, row: Row) -> bool:
    """Give one message; False when the dossier no longer awaits it."""
    code, number = job["dossier"], job["payload"]["subscription"]
    with app.store.write() as tx:
        sent, now = correlation.kept_message(app, tx, row), app.clock()
        if sent is None:
            return False
        answer = correlation.give_to(app, tx, code, number, sent, now, _take(tx, job, row["id"]))
        if answer is None:
            return False
        _finish(tx, job)
        # What does not interrupt goes on listening: the next that waits is for it, too.
        left = Awaited(number=number, kind="message", name=row["name"], element=job["element"])
        if dossiers.listens(tx, code, number):
            announce(tx, code, [left], now)
        return True


def _take(tx: Transaction, job: Job, id: int) -> Callable[[], bool]:
    return lambda: jobs.held(tx, job) and messages.take(tx, id)


def _finish(tx: Transaction, job: Job) -> None:
    if jobs.held(tx, job):
        jobs.finish(tx, job["id"], "done")


def expire(app: Application, job: Job) -> None:
    """A message's time to live has ended, and nobody took it."""
    id = job["payload"]["message"]
    with app.store.write() as tx:
        if not jobs.held(tx, job):
            return
        row = messages.find(tx, id)
        if row is not None and messages.take(tx, id):
            gone = Message(name=row["name"], key=row["key"], dossier=row["dossier"], unit=row["unit"])
            append(app, tx, [expired(gone, id)], app.clock())
        jobs.finish(tx, job["id"], "done")


# Signals


def signal(app: Application, job: Job) -> None:
    """A signal goes to every other dossier that listens now, and starts each process that it starts.

    Each of them is a job of its own, so that one that fails keeps none of the others (BPMN 2.0 §10.4.6).
    """
    name = job["payload"]["name"]
    with app.store.write() as tx:
        if not jobs.held(tx, job):
            return
        now = app.clock()
        for code in dossiers.listening(tx, name):
            if code != job["dossier"]:
                request = JobRequest(
                    number=0, element=job["element"], type=SIGNAL_DELIVERY, payload=job["payload"], due=now
                )
                jobs.add_job(tx, code, request)
        for row in messages.starts(tx, "signal", name):
            payload = {**job["payload"], "process": row["process"], "version": row["version"]}
            request = JobRequest(number=0, element=row["element"], type=SIGNAL_START, payload=payload, due=now)
            jobs.add_job(tx, None, request)
        jobs.finish(tx, job["id"], "done")


def signal_delivery(app: Application, job: Job) -> None:
    """A signal reaches this dossier; nothing happens where nothing listens any more."""
    name, data = job["payload"]["name"], job["payload"]["data"]

    def decide(_tx: Transaction, dossier: Dossier, definition: ProcessDefinition, now: datetime) -> Outcome:
        return signal_received(dossier, definition, name, data, now=now)

    work.finish(app, job, decide)


def signal_start(app: Application, job: Job) -> None:
    """A signal starts a dossier of the version that listened when it came."""
    payload = job["payload"]
    with app.store.write() as tx:
        if not jobs.held(tx, job):
            return
        by = StartedBy(signal=payload["name"])
        start_by(app, tx, payload["process"], payload["version"], by, payload["data"], now=app.clock())
        jobs.finish(tx, job["id"], "done")


# Timers


def start_timer(app: Application, job: Job) -> None:
    """The time of a start event has come; a cycle comes again at its next time that lies ahead."""
    payload = job["payload"]
    with app.store.write() as tx:
        if not jobs.held(tx, job):
            return
        now = app.clock()
        start_by(app, tx, job["process"], payload["version"], StartedBy(timer=job["element"]), {}, now=now)
        following = after_firing(from_json(payload["schedule"]), now)
        if following is None:
            jobs.finish(tx, job["id"], "done")
        else:
            messages.rearm(tx, job, following.due, {**payload, "schedule": to_json(following)})


HANDLERS: Mapping[str, Callable[[Application, Job], None]] = {
    MESSAGE: message,
    CORRELATION: correlate,
    DELIVERY: deliver,
    EXPIRY: expire,
    SIGNAL: signal,
    SIGNAL_DELIVERY: signal_delivery,
    SIGNAL_START: signal_start,
    TIMER: start_timer,
}
