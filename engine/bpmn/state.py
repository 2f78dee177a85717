"""The run-time state of one process instance: only what is live, plain, and canonical.

Equal histories give equal bytes. One counter gives every id (tasks, jobs, timers, subscriptions, incidents), so ids
say the order in which things began, and everything is walked in that order.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, TypeVar

from engine.bpmn.timers import Schedule

FORMAT = 2
_READ = (1, 2)  # the first knew neither locals nor multiple instances
_MAX_DEPTH = 64
_SCALARS = frozenset((str, bool, int))

Status = Literal["running", "incident", "completed"]
Kind = Literal["task", "job", "event", "loop", "done"]
Phase = Literal["enter", "leave"]
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token that stands before an element (`enter`, come by `flow`) or wants to go on from it (`leave`)."""

    element: str
    flow: str | None = None
    phase: Phase = "enter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An element that holds a token: a user task, a service task (with its open job), an event that waits.

    `locals` are what its inputs gave. One of kind `done` has its `result` and cannot put it into the data. One of kind
    `loop` stands for all instances of its element, each of which knows it as its `loop`, with its number from 1.
    """

    element: str
    kind: Kind
    job: int | None = None
    locals: Mapping[str, object] = field(default_factory=dict)
    result: Mapping[str, object] | None = None
    loop: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Loop:
    """How far the instances of an element are. `items` are the members of instances that are not yet begun.

    `results` has a place for each instance where they are collected, else none.
    """

    total: int
    begun: int = 0
    completed: int = 0
    items: tuple[object, ...] = ()
    results: tuple[object, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Timer:
    """An armed timer of `element`, alive as long as the waiting element `owner`."""

    element: str
    owner: int
    schedule: Schedule


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """An awaited message of `element`, alive as long as the waiting element `owner`."""

    element: str
    owner: int
    name: str
    key: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """What stands still, and the tokens that it holds; `owner` is the service task whose job failed."""

    element: str
    code: str
    message: str
    tokens: tuple[Token, ...] = ()
    owner: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Everything a running process is. `joins` counts the tokens that wait at a join, by flow."""

    process: str
    counter: int = 0
    data: Mapping[str, object] = field(default_factory=dict)
    waiting: Mapping[int, Waiting] = field(default_factory=dict)
    timers: Mapping[int, Timer] = field(default_factory=dict)
    subscriptions: Mapping[int, Subscription] = field(default_factory=dict)
    joins: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    incidents: Mapping[int, Incident] = field(default_factory=dict)
    loops: Mapping[int, Loop] = field(default_factory=dict)

    @property
    def status(self) -> Status:
        """`incident` while anything stands still, `running` while anything waits, else `completed`."""
        if self.incidents:
            return "incident"
        return "running" if self.waiting or self.joins else "completed"

    @property
    def open_tasks(self) -> Mapping[int, str]:
        """The open user tasks: id to element."""
        return {key: item.element for key, item in self.waiting.items() if item.kind == "task"}

    @property
    def open_jobs(self) -> Mapping[int, str]:
        """The jobs that are asked for and not yet done: id to element."""
        return {item.job: item.element for item in self.waiting.values() if item.job is not None}

    def seen_by(self, owner: int) -> Mapping[str, object]:
        """The data as the waiting element `owner` sees it: what is local to it stands before the process's."""
        waiting = self.waiting.get(owner)
        return {**self.data, **waiting.locals} if waiting else self.data

    def to_json(self) -> dict[str, Any]:
        """The state as plain JSON; `from_json` gives it back."""
        return {
            "format": FORMAT,
            "process": self.process,
            "counter": self.counter,
            "data": self.data,
            "waiting": {str(key): _waiting_out(item) for key, item in self.waiting.items()},
            "timers": {str(key): _timer_out(item) for key, item in self.timers.items()},
            "subscriptions": {
                str(key): [item.element, item.owner, item.name, item.key] for key, item in self.subscriptions.items()
            },
            "joins": {element: dict(flows) for element, flows in self.joins.items()},
            "incidents": {str(key): _incident_out(item) for key, item in self.incidents.items()},
            "loops": {str(key): _loop_out(item) for key, item in self.loops.items()},
        }

    def encode(self) -> bytes:
        """The canonical bytes of the state: sorted keys, no spaces, UTF-8."""
        text = json.dumps(self.to_json(), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
        return text.encode()

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> State:
        """Read what `to_json` gave; raises ValueError on another format."""
        if value.get("format") not in _READ:
            raise ValueError(
                f"state format {value.get('format')!r} found, {FORMAT} expected; migrate the dossier first"
            )
        return State(
            process=value["process"],
            counter=value["counter"],
            data=value["data"],
            waiting=_by_id(value["waiting"], _waiting_in),
            timers=_by_id(value["timers"], _timer_in),
            subscriptions=_by_id(value["subscriptions"], _subscription_in),
            joins={element: dict(value["joins"][element]) for element in value["joins"]},
            incidents=_by_id(value["incidents"], _incident_in),
            loops=_by_id(value.get("loops", {}), _loop_in),
        )

    @staticmethod
    def decode(encoded: bytes) -> State:
        """Read what `encode` gave."""
        return State.from_json(json.loads(encoded))


def plain_json(value: object, depth: int = 0) -> object:
    """`value` copied as plain JSON with sorted keys; raises ValueError on what JSON cannot hold."""
    if depth > _MAX_DEPTH:
        raise ValueError(f"data is nested deeper than {_MAX_DEPTH}")
    if value is None or type(value) in _SCALARS:  # exactly: a subclass could be anything
        return value
    if type(value) is float:
        if not math.isfinite(value):
            raise ValueError("data holds a number that is not finite")
        return value
    if isinstance(value, list | tuple):
        return [plain_json(item, depth + 1) for item in value]
    if isinstance(value, Mapping):
        if any(type(key) is not str for key in value):
            raise ValueError("data has a key that is not text")
        # Sorted, so that an expression which walks a context sees the same order before and after a store.
        return {key: plain_json(value[key], depth + 1) for key in sorted(value)}
    raise ValueError(f"data holds a {type(value).__name__}, which is not JSON")


def _by_id(value: Mapping[str, Any], read: Callable[[Any], T]) -> dict[int, T]:
    # By number, not by text: "10" sorts before "9" and would change the order in which things fire.
    return {key: read(value[str(key)]) for key in sorted(map(int, value))}


def _waiting_out(item: Waiting) -> list[Any]:
    """Most have no more than a job; the rest is written where there is any."""
    short = [item.element, item.kind, item.job]
    if not item.locals and item.result is None and item.loop is None:
        return short
    return [*short, item.locals, item.result, item.loop]


def _waiting_in(item: list[Any]) -> Waiting:
    element, kind, job, *rest = item
    local, result, loop = rest or ({}, None, None)
    at = None if loop is None else (loop[0], loop[1])
    return Waiting(element=element, kind=kind, job=job, locals=local, result=result, loop=at)


def _loop_out(item: Loop) -> list[Any]:
    return [item.total, item.begun, item.completed, item.items, item.results]


def _loop_in(item: list[Any]) -> Loop:
    total, begun, completed, items, results = item
    return Loop(total=total, begun=begun, completed=completed, items=tuple(items), results=tuple(results))


def _timer_out(item: Timer) -> list[Any]:
    plan = item.schedule
    return [item.element, item.owner, _text(plan.due), _text(plan.anchor), plan.period, plan.fired, plan.times]


def _timer_in(item: list[Any]) -> Timer:
    element, owner, due, anchor, period, fired, times = item
    schedule = Schedule(due=_moment(due), anchor=_moment(anchor), period=period, fired=fired, times=times)
    return Timer(element=element, owner=owner, schedule=schedule)


def _subscription_in(item: list[Any]) -> Subscription:
    return Subscription(element=item[0], owner=item[1], name=item[2], key=item[3])


def _incident_out(item: Incident) -> list[Any]:
    tokens = [[token.element, token.flow, token.phase] for token in item.tokens]
    return [item.element, item.code, item.message, tokens, item.owner]


def _incident_in(item: list[Any]) -> Incident:
    element, code, message, tokens, owner = item
    held = tuple(Token(element=at, flow=flow, phase=phase) for at, flow, phase in tokens)
    return Incident(element=element, code=code, message=message, tokens=held, owner=owner)


def _text(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
