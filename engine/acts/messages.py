"""Messages that look for their receiver: how long they wait, when they are refused, what the trail tells of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from engine.bpmn.messages import LONGEST_LIFE
from engine.bpmn.timers import TimerError, parse_duration
from engine.errors import Kind, Refusal
from engine.officer import Officer
from engine.outcome import SYSTEM, LeafDraft

LIFE = timedelta(days=7)
"""How long a message waits if nobody says otherwise."""
BUFFERED = "buffered"
"""In the details of who received a message: the leaf by which it began to wait."""
MOST_WAITING = 1000
"""Messages of one name from one unit that may wait at the same time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message on its way: from an `officer`, or (None) thrown by a `dossier`. `unit` is the sender's.

    `life` is how long it may wait; `sent` when it was sent, if it waited, and `leaf` tells that it began to.
    """

    name: str
    key: str | None = None
    data: Mapping[str, object] = field(default_factory=dict)
    life: timedelta = LIFE
    officer: Officer | None = None
    dossier: str | None = None
    unit: str = ""
    sent: str | None = None
    leaf: int | None = None

    @property
    def waited(self) -> Mapping[str, object]:
        """What the leaf of its receiver tells of a message that waited: by its leaf, its data are erased with those."""
        told = {"sent": self.sent, BUFFERED: self.leaf}
        return {name: value for name, value in told.items() if value is not None}


def read_life(text: str | None) -> timedelta | Refusal:
    """A time to live as it was typed: an ISO 8601 duration of at most 90 days; without one, seven days."""
    if text is None:
        return LIFE
    start = datetime(2000, 1, 1, tzinfo=UTC)
    try:
        life = parse_duration(text.strip()).after(start) - start
    except TimerError as error:
        return _life(str(error))
    return life if life <= LONGEST_LIFE else _life(f"{text.strip()} is longer than {LONGEST_LIFE.days} days")


def _life(message: str) -> Refusal:
    remedy = f"write a duration such as PT1H or P7D, at most P{LONGEST_LIFE.days}D; PT0S keeps nothing"
    return Refusal(kind=Kind.INVALID, code="time-to-live", message=message, remedy=remedy)


def unexpected(message: Message) -> Refusal:
    """Nobody waits for it, and it may not wait itself."""
    told = f"nothing that you may move on waits for a message {message.name!r} of this key, and it may not wait"
    remedy = "let it wait with a time to live, or name the dossier: hoso dossier message"
    return Refusal(kind=Kind.CONFLICT, code="message-unexpected", message=told, remedy=remedy)


def full(message: Message) -> Refusal:
    """Too many of its name wait."""
    told = f"{MOST_WAITING} messages {message.name!r} from {message.unit} wait already"
    remedy = "see them: hoso message list; does any process still await them?"
    return Refusal(kind=Kind.CONFLICT, code="messages-full", message=told, remedy=remedy)


def refused(message: Message, refusal: Refusal) -> LeafDraft:
    """The leaf of a message that no dossier was asked about."""
    details = {"name": message.name, "code": refusal.code, "message": refusal.message}
    return _leaf(message, "message-refused", message.name, details)


def buffered(message: Message, id: int, expires: str) -> LeafDraft:
    """The leaf of a message that begins to wait."""
    details = {"name": message.name, "data": dict(message.data), "expires": expires}
    details |= {"key": message.key} if message.key is not None else {}
    return _leaf(message, "message-buffered", f"message:{id}", details)


def expired(message: Message, id: int | None = None) -> LeafDraft:
    """The leaf of a message that nobody took in time; without id, it was not to wait at all."""
    subject = message.name if id is None else f"message:{id}"
    return _leaf(message, "message-expired", subject, {"name": message.name}, actor=SYSTEM)


def _leaf(
    message: Message, act: str, subject: str, details: Mapping[str, object], actor: str | None = None
) -> LeafDraft:
    who = actor or (message.officer.id if message.officer else SYSTEM)
    return LeafDraft(actor=who, act=act, subject=subject, dossier=message.dossier, details=details)
