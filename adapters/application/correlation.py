"""Give a message to its one receiver (BPMN 2.0 §10.5.1): who waits for it, else what it starts, else it waits itself.

Locks are taken in the order of everything else: a dossier, a job, the message, the trail. `still` is asked when the
receiver is locked and nothing has changed: whether the message is still there to be given.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from adapters.application import people, views
from adapters.application.answer import Answer, refuse
from adapters.application.application import Application
from adapters.application.save import save
from adapters.application.sight import definition_of
from adapters.application.starting import start_by
from adapters.application.terms import deployed
from adapters.application.trail import append
from adapters.database import dossiers, jobs, messages, trail
from adapters.database.messages import Group, Row
from adapters.database.store import Transaction
from engine.acts.messages import MOST_WAITING, Message, buffered, expired, full, refused, unexpected
from engine.acts.proceed import message_received
from engine.bpmn.roles import open_to, roles_around
from engine.bpmn.triggers import StartedBy
from engine.dossier import Dossier
from engine.errors import Refusal
from engine.officer import Officer
from engine.outcome import JobRequest

WAITS = 202
EXPIRY = "message-expiry"
CORRELATION = "message-correlation"
_MOST_TRIES = 20
Still = Callable[[], bool]


class MessageGone(Exception):
    """The message was given, or expired, meanwhile; nothing has changed."""


def always() -> bool:
    """Nobody else could give this message."""
    return True


def give(app: Application, tx: Transaction, message: Message, now: datetime, still: Still = always) -> Answer:
    """Correlate the message, start a dossier with it, or let it wait; what is refused is recorded.

    Raises MessageGone.
    """
    if answer := correlate(app, tx, message, now, still):
        return answer
    start = next(iter(messages.starts(tx, "message", message.name)), None)
    if start is not None and messages.lock_starts(tx, start["process"]):
        # Another message may have started the dossier that awaits this one, behind a parallel gateway.
        if answer := correlate(app, tx, message, now, still):
            return answer
        start = next(iter(messages.starts(tx, "message", message.name)), None)
    if start is not None:
        return _start(app, tx, start, message, now, still)
    row = _receiver(app, tx, message, any_role=True)
    if row is not None and (answer := give_to(app, tx, row["dossier"], row["number"], message, now, still)):
        return answer  # somebody waits, but for an officer of another role: that dossier refuses it
    if not still():
        raise MessageGone
    return _wait(app, tx, message, now)


def _start(app: Application, tx: Transaction, start: Row, message: Message, now: datetime, still: Still) -> Answer:
    if not still():
        raise MessageGone
    by, process, version = StartedBy(message=message.name), start["process"], start["version"]
    told = message.waited
    started = start_by(app, tx, process, version, by, message.data, sender=message.officer, told=told, now=now)
    if started.refusal is not None:
        return started
    body = dict(started.body or {})
    return replace(started, body={"result": "started", "dossier": body.pop("code"), **body})


def correlate(app: Application, tx: Transaction, message: Message, now: datetime, still: Still) -> Answer | None:
    """Give the message to the oldest subscription that it fits; None when there is none. Raises MessageGone."""
    for _ in range(_MOST_TRIES):  # a subscription that is gone when its dossier is locked is not found again
        row = _receiver(app, tx, message)
        if row is None:
            return None
        if answer := give_to(app, tx, row["dossier"], row["number"], message, now, still):
            return answer
    return None


def give_to(
    app: Application, tx: Transaction, code: str, number: int, message: Message, now: datetime, still: Still
) -> Answer | None:
    """Give the message to that subscription; None when it is gone, or its dossier suspended. Raises MessageGone.

    A message that waited goes on waiting when it is refused, unless for what it brings.
    """
    dossier = dossiers.load(tx, code, lock=True)
    if dossier is None or dossier.suspended is not None or number not in dossier.state.subscriptions:
        return None
    outcome = message_received(
        dossier,
        definition_of(app, tx, dossier),
        message.name,
        message.data,
        message.officer,
        subscription=number,
        told=message.waited,
        now=now,
    )
    if outcome.refusal is not None and message.sent and outcome.refusal.code != "message-data":
        return None
    if not still():
        raise MessageGone
    save(app, tx, dossier, outcome, now)
    if outcome.refusal is not None:
        return refuse(outcome.refusal)
    assert outcome.dossier is not None
    return Answer(body={"result": "correlated", "dossier": code, "status": int(outcome.dossier.status)})


def _receiver(app: Application, tx: Transaction, message: Message, *, any_role: bool = False) -> Row | None:
    """The oldest subscription that the message fits, and the sender's role allows."""
    officer, others = message.officer, set[Group]()
    units = officer.units if officer is not None else None
    while (row := messages.receiver(tx, message.name, message.key, units, without=others)) is not None:
        group = (row["process_key"], row["process_version"], row["element"])
        if any_role or officer is None or _has_role(app, tx, officer, row):
            break
        others.add(group)
    return row


def _has_role(app: Application, tx: Transaction, officer: Officer, row: Row) -> bool:
    """Whether the officer may give a message awaited there; where the place is not known, the dossier decides."""
    definition = deployed(app, tx, row["process_key"], row["process_version"], row["called"])
    return open_to(officer.roles, roles_around(definition.graph, row["element"]))


def _wait(app: Application, tx: Transaction, message: Message, now: datetime) -> Answer:
    """Keep the message until somebody waits for it or its time to live ends."""
    if not message.life and message.officer is None:
        append(app, tx, [expired(message)], now)
        return Answer(body={"result": "expired"})
    if not message.life:
        return _refused(app, tx, message, unexpected(message), now)
    if messages.kept(tx, message.name, message.unit) >= MOST_WAITING:
        return _refused(app, tx, message, full(message), now)
    id, expires = _keep(tx, message, now)
    # Under the trail's lock, as a subscription is announced: whichever is second sees the first.
    trail.head(tx, lock=True)
    if _receiver(app, tx, message) is not None:
        jobs.add_job(tx, None, _job(CORRELATION, id, now))
    moment = views.moment(expires)
    [leaf] = append(app, tx, [buffered(message, id, moment or "")], now)
    messages.tell_leaf(tx, id, leaf.index)
    return Answer(status=WAITS, body={"result": "buffered", "id": id, "expires": moment})


def _refused(app: Application, tx: Transaction, message: Message, refusal: Refusal, now: datetime) -> Answer:
    append(app, tx, [refused(message, refusal)], now)
    return refuse(refusal)


def _keep(tx: Transaction, message: Message, now: datetime) -> tuple[int, datetime]:
    expires = now + message.life
    row = {
        "name": message.name,
        "key": message.key,
        "data": dict(message.data),
        "officer": message.officer.id if message.officer else None,
        "dossier": message.dossier,
        "unit": message.unit,
        "sent": now,
        "expires": expires,
    }
    id = messages.keep(tx, row)
    jobs.add_job(tx, None, _job(EXPIRY, id, expires))
    return id, expires


def _job(kind: str, id: int, due: datetime) -> JobRequest:
    return JobRequest(number=0, element="", type=kind, payload={"message": id}, due=due)


def kept_message(app: Application, tx: Transaction, row: Row) -> Message | None:
    """A message that waits, as it is now; None when its sender is no officer any more."""
    officer = people.find(app, tx, row["officer"]) if row["officer"] is not None else None
    if row["officer"] is not None and officer is None:
        return None
    return Message(
        name=row["name"],
        key=row["key"],
        data=row["data"],
        officer=officer,
        dossier=row["dossier"],
        unit=row["unit"],
        sent=views.moment(row["sent"]),
        leaf=row["leaf"],
    )


def fits(app: Application, tx: Transaction, row: Row, dossier: Dossier, element: str) -> bool:
    """Whether the sender of a message that waits may give it to what awaits it at that element of that dossier."""
    message = kept_message(app, tx, row)
    if message is None or message.officer is None:
        return message is not None
    around = roles_around(definition_of(app, tx, dossier).graph, element)
    return message.officer.works_in(dossier.unit) and open_to(message.officer.roles_in(dossier.unit), around)
