"""What a live thing listens for after a migration: kept where the model still says the same, else armed anew.

Kept means as it is: a timer that fired already is not set again, a parallel event waits for what has not come yet, a
condition that holds does not become true once more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.bpmn import activities
from engine.bpmn.compensation import CANCELLED
from engine.bpmn.effects import TimerCancelled
from engine.bpmn.graph import Activity, EventNode, Node, StartEvent, inner
from engine.bpmn.listening import Armed, arm, prepare, seen_by, triggers_of
from engine.bpmn.throwing import over
from engine.bpmn.triggers import Condition, Message, Signal, Timer
from engine.bpmn.work import Work


def relisten(old: Work, new: Work, key: int, to: Mapping[str, str]) -> None:
    """Let the thing listen as the new model says; `to` says what elements of the old one are called there.

    `new` holds what is listened for under its new names already. Raises Stuck when something cannot be evaluated.
    """
    sources = {to.get(node.id, node.id): node for node in _listening(old, key)}
    kept: dict[str, str] = {}
    fresh: list[Armed] = []
    for node in _listening(new, key):
        source = sources.get(node.id)
        if source is not None and _read(source) == _read(node):
            kept[node.id] = source.id
        else:
            fresh += prepare(new, node, *seen_by(new, node, key))
    new.disarm(key, {name for name in _elements(new, key) if name not in kept})
    _rename_timers(new, key, {name for name, source in kept.items() if name != source})
    arm(new, key, fresh)


def _elements(work: Work, key: int) -> set[str]:
    """The elements through which the thing listens now."""
    timers = {item.element for item in work.timers.values() if item.owner == key}
    return timers | {item.element for item in work.subscriptions.values() if item.owner == key}


def _rename_timers(work: Work, key: int, renamed: set[str]) -> None:
    """Set the same timers under the new names of their elements: whoever keeps the times knows them by both."""
    for number, timer in list(work.timers.items()):
        if timer.owner == key and timer.element in renamed:
            del work.timers[number]
            work.effects.append(TimerCancelled(timer=number))
            arm(work, key, [Armed(element=timer.element, schedule=timer.schedule)])


def _listening(work: Work, key: int) -> Iterator[Node]:
    """The nodes through which a thing listens."""
    thing = work.things[key]
    node = work.graph.nodes.get(thing.element)
    if isinstance(node, Activity) and (thing.kind == "held" or over(work, thing, node)):
        return  # it has not begun, or is undone
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
    """Whether an event subprocess took the place of all else in a scope; it listens no more (BPMN 2.0 §13.5.4).

    Nor does a transaction that is cancelled.
    """
    for key in work.within(scope):
        if work.things[key].outcome == CANCELLED:
            return True
        sub = work.things[key].element
        starts = work.graph.within(sub) if sub in work.graph.nodes else ()
        if any(isinstance(start, StartEvent) and start.triggers and start.interrupting for start in starts):
            return True
    return False


def _read(node: Node) -> tuple[object, ...]:
    """What a node listens for, as it is drawn."""
    together = isinstance(node, EventNode) and node.parallel
    found: list[object] = [together]
    for trigger in triggers_of(node):
        match trigger:
            case Timer():
                found.append((trigger.definition.kind, trigger.definition.text))
            case Message():
                key = trigger.message.key
                found.append(("message", trigger.message.name, key.text if key is not None else None))
            case Signal():
                found.append(("signal", trigger.name))
            case Condition():
                found.append(("condition", trigger.expression.text))
    return tuple(found)
