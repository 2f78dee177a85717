"""Compensation: what completed is undone, the latest first (BPMN 2.0 §10.7, §13.5.5).

A throw keeps what is still to be undone. A handler runs within the throw; a completed subprocess is revived with its
data as they were, and undone by its event subprocess, else activity by activity.
"""

from __future__ import annotations

from engine.bpmn import calling
from engine.bpmn.graph import Activity, EventNode, Graph, StartEvent, SubProcess, inner
from engine.bpmn.state import Done, Thing, Token
from engine.bpmn.triggers import Compensation
from engine.bpmn.work import Work

CANCELLED = "cancelled"
BESIDE = "beside"


def undoing(graph: Graph, element: str) -> SubProcess | None:
    """The event subprocess that compensates a subprocess."""
    for node in graph.within(element):
        if isinstance(node, SubProcess) and node.triggered_by_event:
            starts = [start for start in graph.within(node.id) if isinstance(start, StartEvent)]
            if any(isinstance(trigger, Compensation) for start in starts for trigger in start.triggers):
                return node
    return None


def throw(work: Work, key: int, *activities: str | None) -> None:
    """Undo these activities, or with None everything that completed in the scope of the throw `key`."""
    chosen: tuple[Done, ...] = ()
    for activity in activities:
        scope = work.things[key].parent
        while _undoes_around(work, scope, activity):
            scope = work.things[scope].parent
        done = work.done.get(scope, ())
        chosen = (*(each for each in done if activity in (None, each.element)), *chosen)
        keep(work, scope, tuple(each for each in done if activity not in (None, each.element)))
    work.change(key, undo=chosen)
    go_on(work, key)


def _undoes_around(work: Work, scope: int, activity: str | None) -> bool:
    """Whether what is thrown here means the scope around: an event subprocess undoes that, unless it did itself."""
    node = work.graph.nodes.get(work.things[scope].element)
    if not isinstance(node, SubProcess) or not node.triggered_by_event:
        return False
    return work.node(activity).scope != node.id if activity else not work.done.get(scope)


def keep(work: Work, scope: int, done: tuple[Done, ...]) -> None:
    """What of a scope can still be compensated."""
    if done:
        work.done[scope] = done
    else:
        work.done.pop(scope, None)


def unfinished(work: Work, at: int) -> tuple[Done, ...]:
    """What completed within that which still lives in a scope, to be undone with it (BPMN 2.0.2 §10.3.5, transactions).

    What a throw had still to undo is left to undo; a handler that runs is over.
    """
    found: list[Done] = []
    for key in work.within(at):
        thing = work.things[key]
        node = work.graph.nodes[thing.element]
        if isinstance(node, Activity) and node.for_compensation:
            continue
        within = (*work.done.get(key, ()), *thing.undo, *unfinished(work, key))
        if thing.kind == "scope" and within:
            found.append(Done(element=thing.element, locals=thing.locals, within=within, active=True))
        elif thing.kind != "scope":
            found += within
    return tuple(found)


def go_on(work: Work, key: int) -> None:
    """Undo the next one; when all is undone the token goes on.

    What undoes lives within the throw, which goes on when nothing lives or moves there.
    """
    thing = work.things[key]
    if not thing.undo:
        _finished(work, key, thing)
        return
    record = thing.undo[-1]
    work.change(key, undo=thing.undo[:-1])
    handler = work.graph.nodes[record.element].handler  # type: ignore[attr-defined]
    if handler is not None and not record.active:
        work.send(Token(element=handler, scope=key, phase="begin"))
    else:
        _revive(work, key, record)


def _revive(work: Work, key: int, record: Done) -> None:
    wall = calling.wall(work.node(record.element))
    scope = work.add(Thing(element=record.element, kind="scope", parent=key, locals=record.locals, wall=wall))
    keep(work, scope, record.within)
    event = undoing(work.graph, inner(work.graph.nodes[record.element]))
    if event is not None and not record.active:
        work.send(Token(element=event.id, scope=scope, phase="begin"))
        return
    work.done.pop(scope, None)
    go_on(work, work.add(Thing(element=record.element, kind="throw", parent=scope, undo=record.within)))


def _finished(work: Work, key: int, thing: Thing) -> None:
    scope = work.remove(key).parent
    if thing.outcome == CANCELLED:
        work.cancelled.append(scope)
        return
    node = work.graph.nodes[thing.element]
    if isinstance(node, EventNode) and thing.outcome != BESIDE:
        work.send(Token(element=node.id, scope=scope, phase="ends"))
