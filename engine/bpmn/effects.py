"""What a step asks of the world and tells of itself, in the order in which it happened.

Whoever drives the kernel carries the effects out after the step's state is saved. A thrown message is routed then, so
every other branch of the same step has already armed what it awaits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime

from engine.record import record

Json = Mapping[str, object]


@record
class TaskOpened:
    """A user task waits for an officer."""

    task: int
    element: str


@record
class TaskCancelled:
    """A boundary event took the task away."""

    task: int
    element: str


@record
class JobRequested:
    """A program must do this. `input` is plain JSON; `retries` says how often a program of somebody else tries."""

    job: int
    element: str
    type: str
    headers: Mapping[str, str]
    input: Json
    retries: int = 3


@record
class JobCancelled:
    """The job is no longer wanted; what its worker reports later is refused."""

    job: int


@record
class TimerSet:
    """Send `TimerFired(timer)` at or after `due` (UTC, whole seconds)."""

    timer: int
    element: str
    due: datetime


@record
class TimerCancelled:
    """The timer will not be needed."""

    timer: int


@record
class MessageAwaited:
    """The element awaits a message of this name, and of this key if it is not None."""

    subscription: int
    element: str
    name: str
    key: str | None


@record
class MessageForgotten:
    """The subscription is over: its message came, or its element was left."""

    subscription: int


@record
class SignalAwaited:
    """The element listens for signals of this name."""

    subscription: int
    element: str
    name: str


@record
class SignalForgotten:
    """The element listens no longer."""

    subscription: int


@record
class SignalThrown:
    """The element sent a signal, which acted within this process already; `data` is what its inputs map."""

    element: str
    name: str
    data: Json = field(default_factory=dict)


@record
class MessageThrown:
    """The element sent a message; `data` is what its inputs map (empty without inputs).

    `key` says which receiver is meant; `ttl` how many seconds it waits for one (None: as long as messages do).
    """

    element: str
    name: str
    data: Json = field(default_factory=dict)
    key: str | None = None
    ttl: int | None = None


@record
class DecisionEvaluated:
    """The element asked a decision. `tables` are those that fired, as `engine.bpmn.decisions.told` writes them."""

    element: str
    decision: str
    tables: tuple[Json, ...]


@record
class ElementEntered:
    """A token entered the element (a join: when it fires)."""

    element: str


@record
class ElementLeft:
    """The element is done. A cancelled task is not left."""

    element: str


@record
class IncidentRaised:
    """Something stands still until a person mends it and sends `Retried(incident)`."""

    incident: int
    element: str
    code: str
    message: str


@record
class Stalled:
    """Nothing can happen any more, yet tokens wait at this join: a deadlock that the model draws (BPMN 2.0 §13.4.1).

    Nothing failed, but people must see it: the state keeps it among its incidents.
    """

    incident: int
    element: str
    code: str
    message: str


@record
class IncidentResolved:
    """The incident is over."""

    incident: int


@record
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
