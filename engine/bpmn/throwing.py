"""What end and throw events throw: to the world, within the process, upwards through its scopes (BPMN 2.0 §10.4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.bpmn import compensation
from engine.bpmn.activities import event_starts
from engine.bpmn.catching import at_boundary, at_start, signalled
from engine.bpmn.effects import ElementEntered, SignalThrown
from engine.bpmn.graph import Activity, BoundaryEvent, EndEvent, EventNode, StartEvent, SubProcess, ThrowEvent, inner
from engine.bpmn.mappings import inputs_of, outcome
from engine.bpmn.messages import message_thrown
from engine.bpmn.scope import Stuck
from engine.bpmn.state import Thing, Token
from engine.bpmn.triggers import Cancel, Compensation, Error, Escalation, Link, Message, Signal, Terminate, Trigger
from engine.bpmn.work import Work

_DEFERRED = (Signal, Escalation, Compensation)


def throw(work: Work, node: EndEvent | ThrowEvent, scope: int) -> None:
    """A token came to an event that throws."""
    seen = work.scope(node.id, scope)
    local = inputs_of(node.inputs, seen)
    given = outcome(node.outputs, seen.within(local), {})
    _check_caught(work, node, scope)
    messages = [trigger.message for trigger in node.triggers if isinstance(trigger, Message)]
    sent = [message_thrown(message, seen.within(local), local) for message in messages]
    work.effects.append(ElementEntered(element=node.id))
    work.effects.extend(sent)
    work.merge(scope, given)
    if any(isinstance(trigger, _DEFERRED) for trigger in node.triggers):
        # Others must have armed what they catch; the token waits as long.
        work.deferred.append(work.add(Thing(element=node.id, kind="throw", parent=scope, locals=local)))
        return
    _ends(work, node, scope)


def _check_caught(work: Work, node: EventNode, scope: int) -> None:
    """What must be caught is: an error, or what cancels a transaction; raises Stuck."""
    for trigger in node.triggers:
        if isinstance(trigger, Error) and _catcher(work, scope, trigger) is None:
            code = f" {trigger.code!r}" if trigger.code else ""
            raise Stuck(node.id, "error-uncaught", f"the error{code} is caught nowhere around it")
        if isinstance(trigger, Cancel) and not _transaction(work, scope):
            raise Stuck(node.id, "cancel-outside", "there is no transaction around it to cancel (BPMN 2.0 §10.5.3)")


def ends(work: Work, node: EventNode, scope: int) -> None:
    """All that an event waited for is undone: what else it has ends what it ends, or the token goes on; or Stuck."""
    _check_caught(work, node, scope)
    _ends(work, node, scope)


def _ends(work: Work, node: EventNode, scope: int) -> None:
    """What its triggers end, or the token goes on."""
    for trigger in node.triggers:
        match trigger:
            case Error():
                error(work, scope, trigger, {})
                return
            case Terminate():
                work.empty(scope)
                return
            case Cancel():
                _cancel(work, scope)
                return
            case Link():
                target = work.graph.link(node)
                if target is not None:
                    work.send(Token(element=target, scope=scope))
                return
    work.leave(node, scope)


def deliver_next(work: Work) -> bool:
    """Deliver a throw that waited until all other tokens rested; whether there was one."""
    if not work.deferred:
        return False
    key = work.deferred.popleft()
    if key in work.things:  # else its scope is gone
        _deliver(work, key)
    return True


def _deliver(work: Work, key: int) -> None:
    thing = work.things[key]
    node = work.node(thing.element)
    assert isinstance(node, EventNode)
    waits = [each for each in node.triggers if isinstance(each, Compensation) and each.wait]
    for trigger in node.triggers:
        if key not in work.things:
            return
        match trigger:
            case Signal():
                work.effects.append(SignalThrown(element=node.id, name=trigger.name, data=thing.locals))
                signalled(work, trigger.name, thing.locals)
            case Escalation():
                _raised(work, thing.parent, trigger, {})  # one that nobody catches is over (BPMN 2.0 §10.4.3)
            case Compensation() if not trigger.wait:
                beside = Thing(element=node.id, kind="throw", parent=thing.parent, outcome=compensation.BESIDE)
                compensation.throw(work, work.add(beside), trigger.activity)
    if key not in work.things:
        return
    if waits:
        compensation.throw(work, key, *(each.activity for each in waits))
        return
    work.remove(key)
    _ends(work, node, thing.parent)


# Upwards


def _around(work: Work, at: int) -> Iterator[tuple[int, StartEvent | BoundaryEvent]]:
    """What could catch something thrown in the scope or activity `at`, the nearest first, with whose event it is.

    An event subprocess does not catch what is thrown within it.
    """
    came_from = ""
    while at:
        thing = work.things[at]
        node = work.graph.nodes.get(thing.element)
        if thing.kind == "scope":
            for start in event_starts(work.graph, inner(node) if node is not None else thing.element):
                if start.scope != came_from:
                    yield at, start
        if isinstance(node, Activity) and not over(work, thing, node):
            owner = thing.parent if thing.number else at
            for event in node.boundaries:
                yield owner, event
        came_from, at = thing.element, thing.parent


def over(work: Work, thing: Thing, node: Activity) -> bool:
    """Whether the activity itself completed long since, and is undone now: its boundary events are over."""
    return thing.kind == "throw" or (work.things[thing.parent].kind == "throw" and not node.for_compensation)


def _catcher(work: Work, at: int, thrown: Error | Escalation) -> tuple[int, StartEvent | BoundaryEvent] | None:
    """What catches it: the nearest scope or activity that does, there the one that names the code."""
    found: tuple[int, StartEvent | BoundaryEvent] | None = None
    for owner, event in _around(work, at):
        if found is not None and (found[0], type(found[1])) != (owner, type(event)):
            break
        for trigger in event.triggers:
            if type(trigger) is type(thrown):
                if trigger.code == thrown.code and thrown.code is not None:
                    return owner, event
                if trigger.code is None and found is None:
                    found = owner, event
    return found


def error(work: Work, at: int, thrown: Error, data: Mapping[str, object]) -> bool:
    """An error in the scope or activity `at`; whether anything caught it."""
    return _raised(work, at, thrown, data)


def _raised(work: Work, at: int, thrown: Error | Escalation, data: Mapping[str, object]) -> bool:
    found = _catcher(work, at, thrown)
    if found is None:
        return False
    owner, event = found
    if isinstance(event, StartEvent):
        at_start(work, event, owner, data)
    else:
        at_boundary(work, event, owner, data)
    return True


# Transactions


def _cancel(work: Work, at: int) -> None:
    """Everything in the transaction ends, what completed in it is undone, then it is left (BPMN 2.0 §13.3.4)."""
    at = _transaction(work, at)
    left = compensation.unfinished(work, at)
    work.empty(at)
    work.disarm(at, {start.id for start in event_starts(work.graph, work.things[at].element)})
    done = (*work.done.pop(at, ()), *left)
    undoing = Thing(element=work.things[at].element, kind="throw", parent=at, undo=done, outcome=compensation.CANCELLED)
    compensation.go_on(work, work.add(undoing))


def _transaction(work: Work, at: int) -> int:
    """The nearest transaction around; 0 where there is none."""
    while at:
        node = work.graph.nodes.get(work.things[at].element)
        if work.things[at].kind == "scope" and isinstance(node, SubProcess) and node.transaction:
            break
        at = work.things[at].parent
    return at


def leave_cancelled(work: Work, at: int) -> None:
    """A cancelled transaction is undone: a token goes on from its boundary event, and it lives no longer."""
    if at not in work.things:
        return  # it was interrupted as its last handler ended
    thing = work.things[at]
    owner = thing.parent if thing.number else at
    event = next((event for event in work.activity(at).boundaries if _cancels(event.triggers)), None)
    if event is not None:
        at_boundary(work, event, owner, {})
        return
    scope, node = work.scope_of(owner), work.activity(at)
    work.cancel(owner)
    work.leave(node, scope)


def _cancels(triggers: tuple[Trigger, ...]) -> bool:
    return any(isinstance(trigger, Cancel) for trigger in triggers)
