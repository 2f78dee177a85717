"""What sets an event off, and what an event throws (BPMN 2.0 §10.5.5)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from engine.bpmn.timer_values import TimerDefinition
from engine.feel import Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageDefinition:
    """The message that an event throws or awaits; `key` says which receiver is meant, on either side.

    `lifetime`, a duration, says how long a thrown one waits for its receiver.
    """

    name: str
    key: Expression | None = None
    lifetime: TimerDefinition | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Timer:
    """Sets off at a time (BPMN 2.0 table 10.101)."""

    definition: TimerDefinition


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message to one receiver."""

    message: MessageDefinition


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """A signal to everybody who listens; goes by its name."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Error:
    """An error that ends the scope in which it is thrown; caught without code it is any error."""

    code: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation:
    """Something that a level above should know; caught without code it is any escalation."""

    code: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """Sets off as the condition becomes true."""

    expression: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class Compensation:
    """Undoes what completed: of one activity, or of everything in the scope."""

    activity: str | None = None
    wait: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel:
    """Cancels the transaction around it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Goes on at the link of the same name."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminate:
    """Ends everything in its scope."""


Trigger = Timer | Message | Signal | Error | Escalation | Condition | Compensation | Cancel | Link | Terminate


class StartedBy(NamedTuple):
    """By what a process starts: a message, a signal, the timer of that start event; by nothing if all are None."""

    message: str | None = None
    signal: str | None = None
    timer: str | None = None

    def __str__(self) -> str:
        if self.message is not None:
            return f"message {self.message!r}"
        if self.timer is not None:
            return f"the timer of {self.timer}"
        return f"signal {self.signal!r}" if self.signal is not None else "no trigger"


def names_of(triggers: Iterable[Trigger], element: str) -> Iterator[StartedBy]:
    """What of an element's triggers can start a process, messages first; a timer goes by the element."""
    found = tuple(triggers)
    yield from (StartedBy(message=trigger.message.name) for trigger in found if isinstance(trigger, Message))
    yield from (StartedBy(signal=trigger.name) for trigger in found if isinstance(trigger, Signal))
    if any(isinstance(trigger, Timer) for trigger in found):
        yield StartedBy(timer=element)
