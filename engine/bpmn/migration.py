"""Migrate a running process to another version of its model: a plan first, refused where something does not map.

Everything that lives must stand at an element of the same kind, within the same things, in the new model. What is
listened for follows the new model (`engine.bpmn.relistening`); a timer whose definition did not change keeps its time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from engine.bpmn import parts
from engine.bpmn.effects import Effect
from engine.bpmn.events import Modified
from engine.bpmn.graph import Activity, CallActivity, Graph
from engine.bpmn.link import renamed
from engine.bpmn.relistening import relisten
from engine.bpmn.run import step
from engine.bpmn.state import Done, State, Thing, Token
from engine.bpmn.work import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmapped:
    """What does not map: the element in the old model, and why."""

    element: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """What a migration would do: where each element and flow goes; `refused` holds what does not map."""

    old: Graph
    new: Graph
    elements: Mapping[str, str]
    refused: tuple[Unmapped, ...]


def plan(old: Graph, new: Graph, state: State, mapping: Mapping[str, str]) -> Migration:
    """Where everything live in `state` would stand; elements and flows that `mapping` does not name keep their id."""
    state = parts.whole(state)
    called = renamed(old, new, mapping)
    mapping = {**called, **mapping}
    live = {element: mapping.get(element, element) for element in _live(old, state)}
    # What is listened for need not live on in the new model; where it does, it may have another name.
    elements = {**mapping, **live, old.process_id: new.process_id}
    refused = [
        Unmapped(element=element, reason=reason)
        for element, target in live.items()
        if element in old.nodes and (reason := _unfit(old, new, element, target, elements))
    ]
    refused += _merged(live)
    refused += _parted(new, state, elements)
    refused += [
        Unmapped(element=element, reason=reason)
        for element, flow in _awaited_by(state)
        if (reason := _unled(new, elements.get(flow, flow), elements[element]))
    ]
    return Migration(old=old, new=new, elements=elements, refused=tuple(dict.fromkeys(refused)))


def _merged(elements: Mapping[str, str]) -> list[Unmapped]:
    """Two that live become one: which of them a token, a join or an incident then means, nobody could say."""
    targets = Counter(elements.values())
    return [
        Unmapped(element=element, reason=f"{target} is where something else goes, too")
        for element, target in elements.items()
        if targets[target] > 1
    ]


def _parted(new: Graph, state: State, to: Mapping[str, str]) -> Iterator[Unmapped]:
    """What stands within a call that runs another process there: two calls of one process may go different ways."""
    for call, element in dict.fromkeys((*_placed(state), *_undone(state))):
        target, node = new.nodes.get(to.get(call, call)), new.nodes.get(to[element])
        if isinstance(target, CallActivity) and node is not None and node.scope != target.called:
            yield Unmapped(element=element, reason=f"{target.id} calls {target.called} there, not {node.scope}")


def _placed(state: State) -> Iterator[tuple[str, str]]:
    """Every element at which something lives or waits, with that of the scope in which it does."""
    things = state.things
    for thing in things.values():
        at = thing.parent
        while at and things[at].kind != "scope":
            at = things[at].parent
        if at and (thing.kind, thing.element) != ("throw", things[at].element):
            yield things[at].element, thing.element
    for scope, held in (*state.joins.items(), *state.activated.items()):
        yield from ((things[scope].element, element) for element in held)


def _undone(state: State) -> Iterator[tuple[str, str]]:
    """Every element that can be compensated within another one, with that."""
    waiting = [each for done in state.done.values() for each in done]
    waiting += [each for thing in state.things.values() for each in thing.undo]
    while waiting:
        done = waiting.pop()
        yield from ((done.element, each.element) for each in done.within)
        waiting += done.within


def _awaited_by(state: State) -> Iterator[tuple[str, str]]:
    """The elements at which a token waits or is held that came by a flow, each with that flow."""
    for held in state.joins.values():
        yield from ((element, flow) for element, flows in held.items() for flow in flows if flow)
    for thing in state.things.values():
        yield from ((token.element, token.flow) for token in thing.tokens if token.flow)


def _unled(new: Graph, flow: str, target: str) -> str | None:
    """Why a token that came by this flow cannot wait there; None if it can."""
    found = new.flows.get(flow)
    if found is None:
        return f"flow {flow} into it is not in the new model"
    return None if found.target == target else f"flow {flow} leads to {found.target} there, not to {target}"


def _live(old: Graph, state: State) -> Iterator[str]:
    """The elements at which something lives, is held, stands still, waits, or can be compensated, each once."""
    seen: dict[str, None] = {}
    for thing in state.things.values():
        seen |= dict.fromkeys((thing.element, *thing.rest, *(token.element for token in thing.tokens)))
        seen |= dict.fromkeys(_compensable(thing.undo))
    for held in (*state.joins.values(), *state.activated.values()):
        seen |= dict.fromkeys(held)
    for done in state.done.values():
        seen |= dict.fromkeys(_compensable(done))
    seen |= dict.fromkeys(item.element for item in state.incidents.values() if item.element in old.nodes)
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
    state = parts.whole(state)
    before, work = Work(migration.old, state, now), Work(migration.new, _moved(migration, state), now)
    for key in list(work.things):
        relisten(before, work, key, migration.elements)
    # What is armed anew may hold already, and a join may have all that it waits for now.
    settled = step(migration.new, work.state(), Modified(), now=now)
    return settled.state, (*work.effects, *settled.effects)


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
        joins={
            scope: {to[at]: {to.get(flow, flow): count for flow, count in flows.items()} for at, flows in held.items()}
            for scope, held in state.joins.items()
        },
        activated={
            scope: {to[at]: tuple(to.get(flow, flow) for flow in flows) for at, flows in seen.items()}
            for scope, seen in state.activated.items()
        },
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
    flow = token.flow and to.get(token.flow, token.flow)
    return token._replace(element=to[token.element], flow=flow)


def _moved_done(done: Done, to: Mapping[str, str]) -> Done:
    return replace(done, element=to[done.element], within=tuple(_moved_done(each, to) for each in done.within))
