"""What events wait for: timers, messages, signals and conditions, armed with what waits for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from engine.bpmn.effects import MessageAwaited, SignalAwaited, TimerSet
from engine.bpmn.graph import BoundaryEvent, CallActivity, EventNode, Node, ReceiveTask
from engine.bpmn.messages import correlation_key
from engine.bpmn.scope import Scope, Stuck
from engine.bpmn.state import Subscription
from engine.bpmn.state import Timer as ArmedTimer
from engine.bpmn.timers import Schedule, TimerError
from engine.bpmn.triggers import Condition, Message, Signal, Timer, Trigger
from engine.bpmn.work import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class Armed:
    """A timer, or what is listened for, ready to be set."""

    element: str
    schedule: Schedule | None = None
    kind: str = ""
    name: str = ""
    key: str | None = None


def triggers_of(node: Node) -> tuple[Trigger, ...]:
    """What can set off an event or a task that receives."""
    if isinstance(node, ReceiveTask):
        return (Message(message=node.message),)
    return node.triggers if isinstance(node, EventNode) else ()


def seen_by(work: Work, node: Node, owner: int) -> tuple[int, Mapping[str, object]]:
    """Where `node` looks at the data while `owner` lives, and what it sees before them.

    The border of a call that has data of its own looks at the caller's, and at what the call was given.
    """
    thing, call = work.things[owner], work.graph.nodes.get(work.things[owner].element)
    if not thing.wall or not isinstance(node, BoundaryEvent) or not isinstance(call, CallActivity):
        return owner, {}
    given = {target.partition(".")[0] for target, _ in call.inputs}
    return thing.parent, {name: value for name, value in thing.locals.items() if name in given}


def prepare(work: Work, node: Node, at: int, local: Mapping[str, object]) -> list[Armed]:
    """Everything that `node` listens for, evaluated as `at` sees it; raises Stuck."""
    if not (triggers := triggers_of(node)):
        return []
    scope = work.scope(node.id, at, local)
    return [
        armed for number, trigger in enumerate(triggers) if (armed := _prepared(scope, trigger, number)) is not None
    ]


def _prepared(scope: Scope, trigger: Trigger, number: int) -> Armed | None:
    match trigger:
        case Timer():
            try:
                return Armed(element=scope.element, schedule=trigger.definition.schedule(scope))
            except TimerError as error:
                raise Stuck(scope.element, "timer-unreadable", str(error)) from error
        case Message():
            name, key = trigger.message.name, correlation_key(trigger.message, scope)
            return Armed(element=scope.element, kind="message", name=name, key=key)
        case Signal():
            return Armed(element=scope.element, kind="signal", name=trigger.name)
        case Condition():
            return Armed(element=scope.element, kind="condition", key=str(number))
    return None


def arm(work: Work, owner: int, armed: Iterable[Armed]) -> None:
    """Set what was prepared, alive as long as `owner`."""
    for item in armed:
        if item.schedule is not None:
            key = work.listen(ArmedTimer(element=item.element, owner=owner, schedule=item.schedule))
            work.effects.append(TimerSet(timer=key, element=item.element, due=item.schedule.due))
            continue
        kind: Any = item.kind
        key = work.listen(Subscription(element=item.element, owner=owner, kind=kind, name=item.name, key=item.key))
        if item.kind == "message":
            work.effects.append(MessageAwaited(subscription=key, element=item.element, name=item.name, key=item.key))
        elif item.kind == "signal":
            work.effects.append(SignalAwaited(subscription=key, element=item.element, name=item.name))
        else:
            work.unseen[key] = None
            work.armed = True


def rearm(work: Work, timer: ArmedTimer) -> bool:
    """Set the next repetition of a cycle, counted from its anchor, not from now; whether there is one."""
    following = timer.schedule.following()
    if following is None:
        return False
    key = work.listen(replace(timer, schedule=following))
    work.effects.append(TimerSet(timer=key, element=timer.element, due=following.due))
    return True


def became_true(work: Work) -> list[int]:
    """The conditions that have become true since they were armed or looked at; only new ones while no data changed."""
    if work.changed:
        work.changed = False
        work.unseen = dict.fromkeys(key for key, item in work.subscriptions.items() if item.kind == "condition")
    looked_at, work.unseen = work.unseen, {}
    found = []
    for key in looked_at:
        item = work.subscriptions.get(key)
        if item is not None and (now := _holds(work, item)) != (item.name == "true"):
            work.subscriptions[key] = replace(item, name="true" if now else "")
            found += [key] if now else []
    return found


def _holds(work: Work, item: Subscription) -> bool:
    """Whether a condition is true; one that cannot be evaluated is not, and an incident of what waits says so."""
    node = work.node(item.element)
    trigger = triggers_of(node)[int(item.key or 0)]
    assert isinstance(trigger, Condition)
    at, local = seen_by(work, node, item.owner)
    try:
        return work.scope(item.element, at, local).answer(trigger.expression).value is True
    except Stuck as stuck:
        if not work.has_incident(stuck.element, item.owner):
            work.raise_incident(stuck.element, stuck.code, stuck.message, item.owner)
        return False
