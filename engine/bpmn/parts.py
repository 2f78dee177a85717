"""A state stored in parts: what lives in each instance of a wide loop lies apart from the rest.

Completing one of a thousand instances loads and stores the head and that instance. All others stay where they are,
until something concerns them all: the loop is interrupted, or something within listens for what comes. The head holds
the counters of the loops, every subscription and every incident. A part goes by the id of the instance's thing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from engine.bpmn.events import Event, JobCompleted, JobFailed, JobThrew, Modified, Retried, TaskCompleted, TimerFired
from engine.bpmn.state import State, Thing

WIDE = 16
"""Loops of as many instances are stored in parts; a constant of each loop, as its number of instances is."""

_APART = ("things", "timers", "joins", "activated", "done")


@dataclass(frozen=True, slots=True, kw_only=True)
class Apart:
    """What of a state lies elsewhere: all parts but the `loaded` ones, given by `rest` when they are needed."""

    loaded: frozenset[int]
    rest: Callable[[frozenset[int]], Mapping[int, bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What to store: the head, the parts that may have changed, and those that are gone."""

    head: bytes
    parts: Mapping[int, bytes]
    gone: frozenset[int]


def part_of(things: Mapping[int, Thing], key: int) -> int | None:
    """The part in which a thing is stored; None: in the head. Whoever keeps a task's id keeps this beside it."""
    found = None
    while parent := things[key].parent:
        loop = things[parent].loop
        if loop is not None and loop.total >= WIDE:
            found = key
        key = parent
    return found


def split(state: State) -> Stored:
    """The state in parts."""
    home = {key: part_of(state.things, key) for key in state.things}
    found: dict[int | None, dict[str, dict[int, Any]]] = {
        name: {each: {} for each in _APART} for name in {None, *home.values()}
    }
    for each in _APART:
        for key, item in getattr(state, each).items():
            found[home[item.owner if each == "timers" else key]][each][key] = item
    head = _with(state, found.pop(None)).encode()
    empty = State(process=state.process)
    parts = {key: _with(empty, part).encode() for key, part in found.items() if key is not None}
    loaded = state.apart.loaded if state.apart is not None else frozenset[int]()
    return Stored(head=head, parts=parts, gone=loaded - parts.keys())


def load(head: bytes, parts: Mapping[int, bytes], rest: Callable[[frozenset[int]], Mapping[int, bytes]]) -> State:
    """The head with these parts; `rest` gives all parts but those that it is told, if they are needed."""
    apart = Apart(loaded=frozenset(parts), rest=rest)
    return _joined(State.decode(head), map(State.decode, parts.values()), apart)


def whole(state: State) -> State:
    """The state with all its parts."""
    if state.apart is None:
        return state
    parts = state.apart.rest(state.apart.loaded)
    apart = Apart(loaded=state.apart.loaded | parts.keys(), rest=lambda _: {})
    return _joined(state, map(State.decode, parts.values()), apart)


def _joined(state: State, parts: Iterable[State], apart: Apart) -> State:
    merged = {each: dict(getattr(state, each)) for each in _APART}
    for part in parts:
        for each, items in merged.items():
            items.update(getattr(part, each))
    # By id, as they began.
    return _with(replace(state, apart=apart), {each: dict(sorted(items.items())) for each, items in merged.items()})


def _with(state: State, found: Mapping[str, dict[int, Any]]) -> State:
    changes: dict[str, Any] = {each: found[each] for each in _APART}
    return replace(state, **changes)


def enough(state: State, event: Event) -> bool:
    """Whether what is loaded is all that the event can concern."""
    if state.apart is None:
        return True
    if any(item.owner not in state.things for item in state.subscriptions.values()):
        return False
    match event:
        case TaskCompleted():
            return event.task in state.things
        case JobCompleted() | JobFailed() | JobThrew():
            return event.job in state.open_jobs
        case TimerFired():
            return event.timer in state.timers
        case Retried():
            incident = state.incidents.get(event.incident)
            return incident is None or incident.thing is None or incident.thing in state.things
        case Modified():
            return False  # it may name anything
        case _:
            return True  # of what listens everything is here
