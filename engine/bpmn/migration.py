"""Migrate a running process to another version of its model: a plan first, refused where something does not map.

Everything that lives must stand at an element of the same kind, within the same things, in the new model. What is
listened for is armed anew as the new model says; a timer whose definition did not change keeps its time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from engine.bpmn import activities, parts
from engine.bpmn.effects import Effect
from engine.bpmn.graph import Activity, EventNode, Graph, Node, StartEvent, inner
from engine.bpmn.listening import Armed, arm, prepare
from engine.bpmn.state import Done, State, Thing, Token
from engine.bpmn.timers import Schedule
from engine.bpmn.triggers import Timer
from engine.bpmn.work import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmapped:
    """What does not map: the element in the old model, and why."""

    element: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """What a migration would do: where each live element goes; `refused` holds what does not map."""

    old: Graph
    new: Graph
    elements: Mapping[str, str]
    refused: tuple[Unmapped, ...]


def plan(old: Graph, new: Graph, state: State, mapping: Mapping[str, str]) -> Migration:
    """Where everything live in `state` would stand; elements that `mapping` does not name keep their id."""
    state = parts.whole(state)
    elements = {element: mapping.get(element, element) for element in _live(state)}
    elements[old.process_id] = new.process_id
    refused = [
        Unmapped(element=element, reason=reason)
        for element, target in elements.items()
        if element != old.process_id and (reason := _unfit(old, new, element, target, elements))
    ]
    refused += [
        Unmapped(element=element, reason=f"flow {flow} into it is not in the new model")
        for held in state.joins.values()
        for element, flows in held.items()
        for flow in flows
        if flow and flow not in new.flows
    ]
    return Migration(old=old, new=new, elements=elements, refused=tuple(refused))


def _live(state: State) -> Iterator[str]:
    """The elements at which something lives, is held, waits, or can be compensated, each once."""
    seen: dict[str, None] = {}
    for thing in state.things.values():
        seen |= dict.fromkeys((thing.element, *thing.rest, *(token.element for token in thing.tokens)))
        seen |= dict.fromkeys(_compensable(thing.undo))
    for held in (*state.joins.values(), *state.activated.values()):
        seen |= dict.fromkeys(held)
    for done in state.done.values():
        seen |= dict.fromkeys(_compensable(done))
    return iter([element for element in seen if not element.isdigit()])


def _compensable(done: tuple[Done, ...]) -> Iterator[str]:
    for each in done:
        yield each.element
        yield from _compensable(each.within)


def _unfit(old: Graph, new: Graph, element: str, target: str, elements: Mapping[str, str]) -> str | None:
    """Why an element cannot become another one; None if it can."""
    before, after = old.nodes[element], new.nodes.get(target)
    if after is None:
        return f"{target} is not in the new model"
    if type(before) is not type(after):
        return f"{target} is a {after.kind} there, not a {before.kind}"
    if elements.get(before.scope, before.scope) != after.scope and before.scope != before.id:
        return f"{target} stands in {after.scope} there, not in {elements.get(before.scope, before.scope)}"
    if isinstance(before, Activity) and isinstance(after, Activity) and type(before.loop) is not type(after.loop):
        return f"{target} is done {'once' if after.loop is None else 'several times'} there"
    return None


def migrate(migration: Migration, state: State, *, now: datetime) -> tuple[State, tuple[Effect, ...]]:
    """The state in the new model, and what changes for the world; raises ValueError if the plan is refused.

    Raises Stuck when something that is listened for cannot be evaluated in the new model; nothing has changed then.
    """
    if migration.refused:
        raise ValueError(f"{migration.refused[0].element}: {migration.refused[0].reason}")
    moved = _moved(migration, parts.whole(state))
    work = Work(migration.new, moved, now)
    for key in list(work.things):
        _listen_anew(work, migration, state, key)
    return work.state(), tuple(work.effects)


def _moved(migration: Migration, state: State) -> State:
    to = migration.elements
    return replace(
        state,
        process=migration.new.process_id,
        things={key: _moved_thing(thing, to) for key, thing in state.things.items()},
        timers={
            key: replace(timer, element=to.get(timer.element, timer.element)) for key, timer in state.timers.items()
        },
        subscriptions={
            key: replace(item, element=to.get(item.element, item.element)) for key, item in state.subscriptions.items()
        },
        incidents={
            key: replace(item, element=to.get(item.element, item.element)) for key, item in state.incidents.items()
        },
        joins={scope: {to[at]: flows for at, flows in held.items()} for scope, held in state.joins.items()},
        activated={scope: {to[at]: flows for at, flows in seen.items()} for scope, seen in state.activated.items()},
        done={scope: tuple(_moved_done(each, to) for each in done) for scope, done in state.done.items()},
    )


def _moved_thing(thing: Thing, to: Mapping[str, str]) -> Thing:
    return thing._replace(
        element=to[thing.element],
        rest=tuple(to.get(each, each) for each in thing.rest),
        tokens=tuple(_moved_token(token, to) for token in thing.tokens),
        undo=tuple(_moved_done(each, to) for each in thing.undo),
    )


def _moved_token(token: Token, to: Mapping[str, str]) -> Token:
    return token._replace(element=to[token.element])


def _moved_done(done: Done, to: Mapping[str, str]) -> Done:
    return replace(done, element=to[done.element], within=tuple(_moved_done(each, to) for each in done.within))


def _listen_anew(work: Work, migration: Migration, state: State, key: int) -> None:
    """Arm what a live thing listens for in the new model; timers that did not change keep their time."""
    armed = [each for node in _listening(work, key) for each in prepare(work, node, key, {})]
    kept = {
        timer.element: timer.schedule
        for timer in work.timers.values()
        if timer.owner == key and _same_timer(migration, state, timer.element)
    }
    work.disarm(key)
    arm(work, key, [_as_before(each, kept) for each in armed])


def _as_before(armed: Armed, kept: Mapping[str, Schedule]) -> Armed:
    schedule = kept.get(armed.element)
    return armed if schedule is None or armed.schedule is None else replace(armed, schedule=schedule)


def _listening(work: Work, key: int) -> Iterator[Node]:
    """The nodes through which a thing listens."""
    thing = work.things[key]
    node = work.graph.nodes.get(thing.element)
    if isinstance(node, Activity) and not thing.number:
        yield from node.boundaries
    if thing.kind == "scope" and not _interrupted(work, key):
        container = thing.element if node is None else inner(node)
        yield from activities.event_starts(work.graph, container)
    elif thing.kind == "gateway" and node is not None:
        yield from (work.node(flow.target) for flow in node.outgoing)
    elif thing.kind == "event" and node is not None:
        yield node


def _interrupted(work: Work, scope: int) -> bool:
    """Whether an event subprocess took the place of all else in a scope; it listens no more (BPMN 2.0 §13.5.4)."""
    for key in work.within(scope):
        sub = work.things[key].element
        starts = work.graph.within(sub) if sub in work.graph.nodes else ()
        if any(isinstance(start, StartEvent) and start.triggers and start.interrupting for start in starts):
            return True
    return False


def _same_timer(migration: Migration, state: State, target: str) -> bool:
    """Whether the timers of an event of the new model read as those of the old one did."""
    source = next((old for old, new in migration.elements.items() if new == target), target)
    return _texts(migration.old.nodes.get(source)) == _texts(migration.new.nodes.get(target))


def _texts(node: Node | None) -> list[str]:
    triggers = node.triggers if isinstance(node, EventNode) else ()
    return [trigger.definition.text for trigger in triggers if isinstance(trigger, Timer)]
