"""What a step asks of the world and tells of itself, in the order in which it happened.

Whoever drives the kernel carries the effects out after the step's state is saved. A thrown message is routed then, so
every other branch of the same step has already armed what it awaits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

Json = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskOpened:
    """A user task waits for an officer."""

    task: int
    element: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskCancelled:
    """A boundary event took the task away."""

    task: int
    element: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRequested:
    """A program must do this. `input` is plain JSON; `retries` says how often a program of somebody else tries."""

    job: int
    element: str
    type: str
    headers: Mapping[str, str]
    input: Json
    retries: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class JobCancelled:
    """The job is no longer wanted; what its worker reports later is refused."""

    job: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerSet:
    """Send `TimerFired(timer)` at or after `due` (UTC, whole seconds)."""

    timer: int
    element: str
    due: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerCancelled:
    """The timer will not be needed."""

    timer: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageAwaited:
    """The element awaits a message of this name, and of this key if it is not None."""

    subscription: int
    element: str
    name: str
    key: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageForgotten:
    """The subscription is over: its message came, or its element was left."""

    subscription: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalAwaited:
    """The element listens for signals of this name."""

    subscription: int
    element: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalForgotten:
    """The element listens no longer."""

    subscription: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalThrown:
    """The element sent a signal, which acted within this process already; `data` is what its inputs map."""

    element: str
    name: str
    data: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageThrown:
    """The element sent a message; `data` is what its inputs map (empty without inputs)."""

    element: str
    name: str
    data: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionEvaluated:
    """The element asked a decision. `tables` are those that fired, as `engine.bpmn.decisions.told` writes them."""

    element: str
    decision: str
    tables: tuple[Json, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementEntered:
    """A token entered the element (a join: when it fires)."""

    element: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementLeft:
    """The element is done. A cancelled task is not left."""

    element: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentRaised:
    """Something stands still until a person mends it and sends `Retried(incident)`."""

    incident: int
    element: str
    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stalled:
    """Nothing can happen any more, yet tokens wait at this join: a deadlock that the model draws (BPMN 2.0 §13.4.1).

    Nothing failed, but people must see it: the state keeps it among its incidents.
    """

    incident: int
    element: str
    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentResolved:
    """The incident is over."""

    incident: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Completed:
    """The process is done: no token is left."""


Effect = (
    TaskOpened
    | TaskCancelled
    | JobRequested
    | JobCancelled
    | TimerSet
    | TimerCancelled
    | MessageAwaited
    | MessageForgotten
    | MessageThrown
    | SignalAwaited
    | SignalForgotten
    | SignalThrown
    | DecisionEvaluated
    | ElementEntered
    | ElementLeft
    | IncidentRaised
    | Stalled
    | IncidentResolved
    | Completed
)
