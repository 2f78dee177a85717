"""What happens to a running process from outside. Times and ids come with the call; nothing is read from the world."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Data = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskCompleted:
    """An officer completed the user task; `data` is merged into the process's data at top level."""

    task: int
    data: Data = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobCompleted:
    """A program did the service task's job; `data` is merged at top level."""

    job: int
    data: Data = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFailed:
    """The job failed for good (all its retries are used): an incident."""

    job: int
    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobThrew:
    """The job ended in a BPMN error of this code: the nearest event that catches it goes on, else an incident.

    `data` is what the error brings.
    """

    job: int
    code: str
    message: str = ""
    data: Data = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerFired:
    """The timer is due."""

    timer: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageReceived:
    """A message came; the oldest subscription with its name and key takes it."""

    name: str
    data: Data = field(default_factory=dict)
    key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalReceived:
    """A signal came; everything that listens for it takes it."""

    name: str
    data: Data = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Modified:
    """Someone moves the process by hand: what lives in `cancel` ends, tokens enter the elements in `begin`.

    An element begins in the live thing that is its scope; where its scope lives once, that need not be said (None).
    """

    cancel: tuple[int, ...] = ()
    begin: tuple[tuple[str, int | None], ...] = ()
    data: Data = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Retried:
    """Someone mended the cause of an incident: `data` is merged, and its tokens try again."""

    incident: int
    data: Data = field(default_factory=dict)


Event = (
    TaskCompleted
    | JobCompleted
    | JobFailed
    | JobThrew
    | TimerFired
    | MessageReceived
    | SignalReceived
    | Modified
    | Retried
)


class EventRefused(Exception):
    """The event does not fit the state; nothing changed. `code` is stable, the message says what was expected."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{message}   [{code}]")
        self.code = code
        self.message = message
