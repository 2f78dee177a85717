"""What happens to a running process from outside. Times and ids come with the call; nothing is read from the world."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from engine.bpmn.plain import plain_fields
from engine.record import record

Data = Mapping[str, object]


@record
class TaskCompleted:
    """An officer completed the user task; `data` is merged into the process's data at top level."""

    task: int
    data: Data = field(default_factory=dict)


@record
class JobCompleted:
    """A program did the service task's job; `data` is merged at top level."""

    job: int
    data: Data = field(default_factory=dict)


@record
class JobFailed:
    """The job failed for good (all its retries are used): an incident."""

    job: int
    code: str
    message: str


@record
class JobThrew:
    """The job ended in a BPMN error of this code: the nearest event that catches it goes on, else an incident.

    `data` is what the error brings.
    """

    job: int
    code: str
    message: str = ""
    data: Data = field(default_factory=dict)


@record
class TimerFired:
    """The timer is due."""

    timer: int


@record
class MessageReceived:
    """A message came; the oldest subscription with its name and key takes it, or the `subscription` of that id."""

    name: str
    data: Data = field(default_factory=dict)
    key: str | None = None
    subscription: int | None = None


@record
class SignalReceived:
    """A signal came; everything that listens for it takes it."""

    name: str
    data: Data = field(default_factory=dict)


@record
class Modified:
    """Someone moves the process by hand: what lives in `cancel` ends, tokens enter the elements in `begin`.

    An element begins in the live thing that is its scope; where its scope lives once, that need not be said (None).
    """

    cancel: tuple[int, ...] = ()
    begin: tuple[tuple[str, int | None], ...] = ()
    data: Data = field(default_factory=dict)


@record
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


def given(data: Data) -> dict[str, object]:
    """Data from outside, copied as plain JSON; raises EventRefused if it is none."""
    try:
        return plain_fields(data)
    except ValueError as error:
        raise EventRefused("data-not-json", str(error)) from None
