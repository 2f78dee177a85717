"""The run-time state of one process instance: only what is live, plain, and canonical.

What is live is a tree: the process, its subprocesses, the tasks and events that wait, the instances of a loop. One
counter gives every id, so ids say the order in which things began, and everything is walked in that order. Equal
histories give equal bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field, fields
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeVar

import orjson

from engine.bpmn.timers import Schedule
from engine.record import record

if TYPE_CHECKING:
    from engine.bpmn.parts import Apart

FORMAT = 3
ROOT = 1

Status = Literal["running", "incident", "completed"]
Kind = Literal["scope", "task", "job", "event", "gateway", "loop", "throw", "held", "done"]
Wall = Literal["", "kept", "blind"]
Phase = Literal["enter", "begin", "leave", "ends"]
T = TypeVar("T")


# Tokens and things are named tuples: there is one for each move, and a dataclass takes five times as long to change.
NOTHING: Mapping[str, object] = MappingProxyType({})


class Token(NamedTuple):
    """A token in `scope` that stands before an element (`enter`, come by `flow`) or goes on from it (`leave`).

    `begin`: what repeats or compensates begins there. `ends`: an event that waited for compensation ends what it ends.
    """

    element: str
    scope: int = ROOT
    flow: str | None = None
    phase: Phase = "enter"


@record
class Loop:
    """How far the instances of an element are. `items` are the members of instances that are not yet begun.

    `results` has a place for each instance where they are collected, else none.
    """

    total: int = 0
    begun: int = 0
    completed: int = 0
    terminated: int = 0
    items: tuple[object, ...] = ()
    results: tuple[object, ...] = ()


@record
class Done:
    """A completed activity that can be compensated: with its own data as they were, and what completed within it.

    `active`: it never completed itself, so that only what completed within it is undone.
    """

    element: str
    locals: Mapping[str, object] = field(default_factory=dict)
    within: tuple[Done, ...] = ()
    active: bool = False


class Thing(NamedTuple):
    """Something live: it stands at `element`, within the thing `parent` (0: nothing), and has `alive` things within.

    - `scope`: a process or subprocess; `locals` are the data that live there.
    - `task`, `job` (asked for as `job`), `event`, `gateway`: waits for what its kind says.
    - `loop`: the instances of an activity, each of which has its `number` from 1.
    - `throw`: a throw event that waits for the compensation that it asked for.
    - `held`: an incident holds its `tokens`; `done`: an activity or event that has its `result` and cannot put it into
      the data.

    `locals` of a task are what its inputs gave.
    """

    element: str
    kind: Kind
    parent: int = 0
    alive: int = 0
    locals: Mapping[str, object] = NOTHING
    job: int | None = None
    result: Mapping[str, object] = NOTHING
    number: int = 0
    loop: Loop | None = None
    tokens: tuple[Token, ...] = ()
    undo: tuple[Done, ...] = ()
    """Of a throw: what is still to be compensated, the next one last."""
    rest: tuple[str, ...] = ()
    """Of an ad-hoc subprocess in sequence: the activities still to begin."""
    outcome: str = ""
    """Of a throw: what follows when all is undone, if no token goes on from it (`cancelled`, `beside`)."""
    wall: Wall = ""
    """Of a call: what is put within stays there (`kept`), and nothing around it is seen within (`blind`)."""


_PLACES = {name: place for place, name in enumerate(Thing._fields)}


def changed(thing: Thing, fields: Mapping[str, object]) -> Thing:
    """A thing with other values in these fields; `_replace` looks for each of its fields, which takes twice as long."""
    values: list[Any] = [*thing]
    for name, value in fields.items():
        values[_PLACES[name]] = value
    return Thing._make(values)


@record
class Timer:
    """An armed timer of `element`, alive as long as the thing `owner`."""

    element: str
    owner: int
    schedule: Schedule


@record
class Subscription:
    """What `element` listens for, alive as long as the thing `owner`: a message or signal of that name, a condition.

    The `name` of a condition says whether it was true when it was last looked at, its `key` which trigger it is.
    """

    element: str
    owner: int
    kind: Literal["message", "signal", "condition"]
    name: str = ""
    key: str | None = None


@record
class Incident:
    """What stands still; `thing` is what waits for someone to mend it, and takes the incident with it when it goes.

    None: nothing can be tried again.
    """

    element: str
    code: str
    message: str
    thing: int | None = None


@record
class State:
    """Everything a running process is.

    `joins` counts the tokens that wait at a gateway, by scope, element and flow; `activated` has the flows that complex
    gateways saw; `done` what can be compensated, by scope. All in the order in which it came.
    """

    process: str
    counter: int = 0
    things: Mapping[int, Thing] = field(default_factory=dict)
    timers: Mapping[int, Timer] = field(default_factory=dict)
    subscriptions: Mapping[int, Subscription] = field(default_factory=dict)
    incidents: Mapping[int, Incident] = field(default_factory=dict)
    joins: Mapping[int, Mapping[str, Mapping[str, int]]] = field(default_factory=dict)
    activated: Mapping[int, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    done: Mapping[int, tuple[Done, ...]] = field(default_factory=dict)
    apart: Apart | None = field(default=None, compare=False, repr=False)
    """What of it is not here but stored elsewhere (`engine.bpmn.parts`)."""

    @property
    def data(self) -> Mapping[str, object]:
        """The data of the process."""
        return self.things[ROOT].locals if ROOT in self.things else {}

    @property
    def status(self) -> Status:
        """`incident` while anything stands still, `running` while anything lives, else `completed`."""
        if self.incidents:
            return "incident"
        return "running" if self.things[ROOT].alive or self.joins else "completed"

    @property
    def open_tasks(self) -> Mapping[int, str]:
        """The open user tasks: id to element."""
        return {key: item.element for key, item in self.things.items() if item.kind == "task"}

    @property
    def open_jobs(self) -> Mapping[int, str]:
        """The jobs that are asked for and not yet done: id to element."""
        return {item.job: item.element for item in self.things.values() if item.job is not None}

    def seen_by(self, thing: int) -> Mapping[str, object]:
        """The data as a thing sees it: what is nearer stands before what is farther."""
        chain = []
        while thing in self.things:
            chain.append(self.things[thing].locals)
            thing = self.things[thing].parent if self.things[thing].wall != "blind" else 0
        return {name: value for local in reversed(chain) for name, value in local.items()}

    def to_json(self) -> dict[str, Any]:
        """The state as plain JSON; `from_json` gives it back."""
        found: dict[str, Any] = orjson.loads(self.encode())
        return found

    def encode(self) -> bytes:
        """The canonical bytes of the state: sorted keys, no spaces, UTF-8; what says nothing is left out."""
        found: dict[str, Any] = {"format": FORMAT, "process": self.process, "counter": self.counter}
        for name in ("things", "timers", "subscriptions", "incidents", "done"):
            if kept := getattr(self, name):
                found[name] = {str(key): item for key, item in kept.items()}
        if self.joins:
            found["joins"] = {str(key): _in_order(item) for key, item in self.joins.items()}
        if self.activated:
            found["activated"] = {str(key): [*item.items()] for key, item in self.activated.items()}
        return orjson.dumps(found, _short, _OPTIONS)

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> State:
        """Read what `to_json` gave; raises ValueError on another format."""
        if value.get("format") != FORMAT:
            raise ValueError(
                f"state format {value.get('format')!r} found, {FORMAT} expected; migrate the dossier first"
            )
        return State(
            value["process"],
            value["counter"],
            _by_id(value.get("things"), _thing_in),
            _by_id(value.get("timers"), _timer_in),
            _by_id(value.get("subscriptions"), lambda item: Subscription(**item)),
            _by_id(value.get("incidents"), lambda item: Incident(**item)),
            _by_id(value.get("joins"), lambda item: {at: dict(flows) for at, flows in item}),
            _by_id(value.get("activated"), lambda item: {at: tuple(seen) for at, seen in item}),
            _by_id(value.get("done"), lambda item: tuple(map(_done_in, item))),
        )

    @staticmethod
    def decode(encoded: bytes) -> State:
        """Read what `encode` gave."""
        return State.from_json(orjson.loads(encoded))


_OPTIONS = orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATACLASS
_NAMES: dict[type, tuple[str, ...]] = {
    Token: Token._fields,
    Thing: Thing._fields,
    **{kind: tuple(each.name for each in fields(kind)) for kind in (Loop, Done, Subscription, Incident)},
}


def _short(item: Any) -> Any:
    """A record as JSON: the fields that say anything."""
    if type(item) is Timer:
        return _timer_out(item)
    names = _NAMES[type(item)]
    values = item if isinstance(item, tuple) else [getattr(item, name) for name in names]
    return {names[at]: value for at, value in enumerate(values) if value}


def _in_order(joins: Mapping[str, Mapping[str, int]]) -> list[Any]:
    """As lists, which keep the order in which the tokens came."""
    return [(at, [*flows.items()]) for at, flows in joins.items()]


def _by_id(value: Mapping[str, Any] | None, read: Callable[[Any], T]) -> dict[int, T]:
    # By number, not by text: "10" sorts before "9" and would change the order in which things fire.
    return {key: read(value[str(key)]) for key in sorted(map(int, value))} if value else {}


def _thing_in(item: dict[str, Any]) -> Thing:
    if not item.keys().isdisjoint(_NESTED):
        item = {name: _NESTED[name](value) if name in _NESTED else value for name, value in item.items()}
    return Thing(**item)


def _loop_in(item: dict[str, Any]) -> Loop:
    found = dict(item)
    for name in ("items", "results"):
        found[name] = tuple(item.get(name, ()))
    return Loop(**found)


def _done_in(item: dict[str, Any]) -> Done:
    within = tuple(map(_done_in, item.get("within", ())))
    active = item.get("active", False)
    return Done(element=item["element"], locals=item.get("locals", {}), within=within, active=active)


_NESTED: Mapping[str, Callable[[Any], Any]] = {
    "loop": _loop_in,
    "tokens": lambda found: tuple(Token(**token) for token in found),
    "undo": lambda found: tuple(map(_done_in, found)),
    "rest": tuple,
}


def _timer_out(item: Timer) -> list[Any]:
    plan = item.schedule
    return [item.element, item.owner, _text(plan.due), _text(plan.anchor), plan.period, plan.fired, plan.times]


def _timer_in(item: list[Any]) -> Timer:
    element, owner, due, anchor, period, fired, times = item
    schedule = Schedule(due=_moment(due), anchor=_moment(anchor), period=period, fired=fired, times=times)
    return Timer(element=element, owner=owner, schedule=schedule)


def _text(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
