"""A state stored in parts: what lives in each instance of a wide loop lies apart from the rest.

Completing one of a thousand instances loads and stores the head and that instance. All others stay where they are,
until something concerns them all: the loop is interrupted, a message or a signal comes, or a condition is looked at.
The head holds the counters of the loops, every condition and every incident. A part goes by the id of the instance's
thing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass, replace
from typing import Any

from engine.bpmn.events import Event, JobCompleted, JobFailed, JobThrew, Retried, TaskCompleted, TimerFired
from engine.bpmn.state import State, Thing

WIDE = 16
"""Loops of as many instances are stored in parts; a constant of each loop, as its number of instances is."""

APART = ("things", "timers", "subscriptions", "joins", "activated", "done")


@dataclass(frozen=True, slots=True, kw_only=True)
class Apart:
    """What of a state lies elsewhere: all parts but the `loaded` ones, given by `rest` when they are needed.

    `loaded` keeps their bytes as they were stored. Without `rest`, nothing is missing.
    """

    loaded: Mapping[int, bytes]
    rest: Callable[[frozenset[int]], Mapping[int, bytes]] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What to store: the head, the parts that are new or differ from what was loaded, and those that are gone."""

    head: bytes
    parts: Mapping[int, bytes]
    gone: Set[int]


def part_of(things: Mapping[int, Thing], key: int) -> int | None:
    """The part in which a thing is stored; None: in the head. Whoever keeps a task's id keeps this beside it."""
    found = None
    while parent := things[key].parent:
        loop = things[parent].loop
        if loop is not None and loop.total >= WIDE:
            found = key
        key = parent
    return found


def spread(things: Mapping[int, Thing], key: int) -> bool:
    """Whether what lives directly within a thing is stored in parts."""
    loop = things[key].loop
    return loop is not None and loop.total >= WIDE and part_of(things, key) is None


def wide(state: State) -> bool:
    """Whether anything of the state may be stored in parts."""
    return any(thing.loop is not None and thing.loop.total >= WIDE for thing in state.things.values())


def places(state: State) -> dict[int, int]:
    """The part of each task, job and timer that is stored in one; all others are in the head."""
    if not wide(state):
        return {}
    home = _homes(state)
    home |= {item.job: home[key] for key, item in state.things.items() if item.job is not None}
    return {key: part for key, part in home.items() if part is not None}


def split(state: State) -> Stored:
    """The state in parts."""
    loaded = state.apart.loaded if state.apart is not None else {}
    if not wide(state):
        return Stored(head=state.encode(), parts={}, gone=loaded.keys())
    home = _homes(state)
    found: dict[int | None, dict[str, dict[int, Any]]] = {
        name: {each: {} for each in APART} for name in {None, *home.values()}
    }
    for each in APART:
        for key, item in getattr(state, each).items():
            found[home.get(key)][each][key] = item
    head = _with(state, found.pop(None)).encode()
    empty = State(process=state.process)
    parts = {key: _with(empty, part).encode() for key, part in found.items() if key is not None}
    changed = {key: part for key, part in parts.items() if loaded.get(key) != part}
    return Stored(head=head, parts=changed, gone=loaded.keys() - parts.keys())


def _homes(state: State) -> dict[int, int | None]:
    """Where each thing is stored, and what it listens for; conditions are not here: each step looks at all of them."""
    home = {key: part_of(state.things, key) for key in state.things}
    owned = {key: home[item.owner] for key, item in state.timers.items()}
    owned |= {key: home[item.owner] for key, item in state.subscriptions.items() if item.kind != "condition"}
    return home | owned


def load(head: bytes, parts: Mapping[int, bytes], rest: Callable[[frozenset[int]], Mapping[int, bytes]]) -> State:
    """The head with these parts; `rest` gives all parts but those that it is told, if they are needed."""
    return joined(State.decode(head), parts, rest)


def joined(head: State, parts: Mapping[int, bytes], rest: Callable[[frozenset[int]], Mapping[int, bytes]]) -> State:
    """As `load`, of a head that is read already."""
    return _joined(head, map(State.decode, parts.values()), Apart(loaded=parts, rest=rest))


def whole(state: State) -> State:
    """The state with all its parts."""
    if state.apart is None or state.apart.rest is None:
        return state
    parts = state.apart.rest(frozenset(state.apart.loaded))
    apart = Apart(loaded={**state.apart.loaded, **parts}, rest=None)
    return _joined(state, map(State.decode, parts.values()), apart)


def _joined(state: State, parts: Iterable[State], apart: Apart) -> State:
    merged = {each: dict(getattr(state, each)) for each in APART}
    for part in parts:
        for each, items in merged.items():
            items.update(getattr(part, each))
    # By id, as they began.
    return _with(replace(state, apart=apart), {each: dict(sorted(items.items())) for each, items in merged.items()})


def _with(state: State, found: Mapping[str, dict[int, Any]]) -> State:
    changes: dict[str, Any] = {each: found[each] for each in APART}
    return replace(state, **changes)


def enough(state: State, event: Event) -> bool:
    """Whether what is loaded is all that the event can concern."""
    if state.apart is None or state.apart.rest is None:
        return True
    if any(item.owner not in state.things for item in state.subscriptions.values()):
        return False  # a condition of what is not here
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
        case _:
            return False  # anything may listen for it, or be named
