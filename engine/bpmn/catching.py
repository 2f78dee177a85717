"""An event is set off: by a timer, a message, a signal, a condition, or by what was thrown within the process."""

from __future__ import annotations

from collections.abc import Mapping

from engine.bpmn import activities
from engine.bpmn.effects import ElementEntered
from engine.bpmn.graph import (
    BoundaryEvent,
    CatchEvent,
    EventBasedGateway,
    EventNode,
    Node,
    StartEvent,
    Starting,
    SubProcess,
    inner,
)
from engine.bpmn.listening import arm, became_true, prepare, seen_by
from engine.bpmn.mappings import outcome
from engine.bpmn.scope import Stuck
from engine.bpmn.state import Subscription, Thing, Token
from engine.bpmn.state import Timer as ArmedTimer
from engine.bpmn.work import Work

Heard = Subscription | ArmedTimer


def caught(work: Work, heard: Heard, data: Mapping[str, object]) -> bool:
    """What was listened for came, with this data; whether it is still listened for.

    Of parallel triggers all must come; those that came are listened for no longer until then (BPMN 2.0 §10.4.4).
    """
    node, owner = work.node(heard.element), heard.owner
    if not isinstance(node, EventNode) or not node.parallel:
        return _caught(work, node, heard, data)
    if _others(work, heard):
        work.merge(owner if isinstance(node, StartEvent) else work.scope_of(owner), data)
    elif _caught(work, node, heard, data):
        arm(work, owner, prepare(work, node, *seen_by(work, node, owner)))
    return False


def _others(work: Work, heard: Heard) -> bool:
    """Whether the event listens for more than this."""
    listening: list[Heard] = [*work.timers.values(), *work.subscriptions.values()]
    return any((item.owner, item.element) == (heard.owner, heard.element) and item is not heard for item in listening)


def _caught(work: Work, node: Node, heard: Heard, data: Mapping[str, object]) -> bool:
    owner = heard.owner
    match node:
        case BoundaryEvent():
            return at_boundary(work, node, owner, data)
        case StartEvent():
            return at_start(work, node, owner, data)
        case _ if work.things[owner].kind == "gateway":
            _chosen(work, node, owner, data)
        case CatchEvent():
            return _waited(work, node, owner, heard, data)
        case _:
            activities.complete(work, owner, {**work.things[owner].result, **data})
    return False


def at_boundary(work: Work, node: BoundaryEvent, owner: int, data: Mapping[str, object]) -> bool:
    """A boundary event of what lives as `owner`; interrupts it or not (BPMN 2.0 §13.5.3)."""
    scope = work.scope_of(owner)
    if node.interrupting:
        work.cancel(owner)
    _gone_on(work, node, scope, data)
    return not node.interrupting


def at_start(work: Work, node: StartEvent, scope: int, data: Mapping[str, object]) -> bool:
    """The start of an event subprocess that stands in `scope` (BPMN 2.0 §13.5.4)."""
    sub = work.node(node.scope)
    assert isinstance(sub, SubProcess)
    if node.interrupting:
        work.empty(scope)
        work.disarm(scope, {start.id for start in activities.event_starts(work.graph, _container(work, scope))})
    work.effects.append(ElementEntered(element=sub.id))
    own = dict.fromkeys(sub.properties)
    key = work.add(Thing(element=sub.id, kind="scope", parent=scope, locals=own))
    activities.listen(work, key, sub.id)
    _gone_on(work, node, key, data)
    return not node.interrupting


def _container(work: Work, scope: int) -> str:
    node = work.graph.nodes.get(work.things[scope].element)
    return inner(node) if node is not None else work.things[scope].element


def _gone_on(work: Work, node: EventNode, scope: int, data: Mapping[str, object]) -> None:
    """Tokens go on from an event that is entered as it is set off."""
    work.effects.append(ElementEntered(element=node.id))
    _bring(work, node, scope, data)


def _bring(work: Work, node: EventNode, scope: int, data: Mapping[str, object]) -> None:
    """Tokens go on from an event; an incident keeps what it brought if its outputs cannot be put."""
    try:
        _put(work, node, scope, data)
    except Stuck as stuck:
        key = work.add(Thing(element=node.id, kind="done", parent=scope, result=data))
        work.raise_incident(stuck.element, stuck.code, stuck.message, key)


def _put(work: Work, node: EventNode, scope: int, data: Mapping[str, object]) -> None:
    given = outcome(node.outputs, work.scope(node.id, scope), data)
    work.merge(scope, given)
    work.leave(node, scope)


def again(work: Work, node: EventNode, key: int) -> None:
    """An event that was set off tries again to put what it brought into the data."""
    thing = work.things[key]
    try:
        _put(work, node, thing.parent, thing.result)
    except Stuck as stuck:
        work.raise_incident(stuck.element, stuck.code, stuck.message, key)
    else:
        work.remove(key)


def _chosen(work: Work, node: Node, owner: int, data: Mapping[str, object]) -> None:
    """The first of the events and receive tasks behind a gateway (BPMN 2.0 §13.4.4)."""
    scope = work.things[owner].parent
    work.cancel(owner)
    _passed(work, node, scope, data)


def _passed(work: Work, node: Node, scope: int, data: Mapping[str, object]) -> None:
    """Tokens go on from an event or receive task that is entered as what it awaits is here."""
    if isinstance(node, EventNode):
        _gone_on(work, node, scope, data)
    else:
        work.effects.append(ElementEntered(element=node.id))
        activities.complete(work, work.add(Thing(element=node.id, kind="event", parent=scope)), data)


def _waited(work: Work, node: CatchEvent, owner: int, heard: Heard, data: Mapping[str, object]) -> bool:
    """An intermediate event; a cycle gives a token each time."""
    scope = work.things[owner].parent
    cycles = isinstance(heard, ArmedTimer) and heard.schedule.following() is not None and not node.parallel
    if not cycles:
        work.cancel(owner)
    _bring(work, node, scope, data)
    return cycles


def wait(work: Work, node: CatchEvent, scope: int) -> None:
    """A token waits at an intermediate event."""
    armed = prepare(work, node, scope, {})
    work.effects.append(ElementEntered(element=node.id))
    arm(work, work.add(Thing(element=node.id, kind="event", parent=scope)), armed)


def signalled(work: Work, name: str, data: Mapping[str, object]) -> bool:
    """A signal acts on everything here that listens for it; whether anything did."""
    work.reach()
    heard = [key for key, item in work.subscriptions.items() if item.kind == "signal" and item.name == name]
    return _all_caught(work, heard, data)


def conditions(work: Work) -> bool:
    """Set off the events whose conditions became true together; whether there were any."""
    if work.spent:
        return False
    found = became_true(work)
    work.moves += len(found)  # they may set each other off without end
    return _all_caught(work, found, {})


def _all_caught(work: Work, heard: list[int], data: Mapping[str, object]) -> bool:
    for key in heard:
        item = work.subscriptions.get(key)  # one of them may have interrupted what another waited for
        if item is not None and not caught(work, item, data) and key in work.subscriptions:
            work.forget(key)
    return bool(heard)


def started(work: Work, node: Starting, scope: int, data: Mapping[str, object]) -> None:
    """A process starts here; what else a parallel gateway before it wants is awaited (BPMN 2.0.2 §10.6.6, §13.2)."""
    work.merge(scope, data if isinstance(node, StartEvent) and not node.triggers else {})
    gateway = work.node(node.incoming[0].source) if node.incoming else None
    if gateway is not None:
        work.effects.append(ElementEntered(element=gateway.id))
    _passed(work, node, scope, data)
    if isinstance(gateway, EventBasedGateway) and gateway.parallel:
        for flow in gateway.outgoing:
            if flow.target != node.id:
                work.send(Token(element=flow.target, scope=scope, flow=flow.id))
