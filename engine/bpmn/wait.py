"""Elements that wait: open their task or job, arm their timers and messages, and take them away again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from engine.bpmn.effects import (
    ElementEntered,
    JobCancelled,
    JobRequested,
    MessageAwaited,
    MessageForgotten,
    TaskCancelled,
    TaskOpened,
    TimerCancelled,
    TimerSet,
)
from engine.bpmn.graph import Activity, BoundaryEvent, CatchEvent, ServiceTask, UserTask
from engine.bpmn.mappings import inputs_of
from engine.bpmn.scope import Scope, Stuck, because
from engine.bpmn.state import Subscription, Timer, Waiting
from engine.bpmn.timers import Schedule, TimerError, after_seconds
from engine.bpmn.work import Work
from engine.feel import Expression

Working = UserTask | ServiceTask


@dataclass(frozen=True, slots=True, kw_only=True)
class Armed:
    """A timer or an awaited message, ready to be set."""

    element: str
    schedule: Schedule | None = None
    name: str | None = None
    key: str | None = None


def arm(work: Work, node: Working | CatchEvent) -> None:
    """Let a token wait at `node`. All expressions are evaluated first: on Stuck nothing has changed."""
    local = inputs_of(node.inputs, work.scope(node.id)) if isinstance(node, Activity) else {}
    armed = prepare(work.scope(node.id, local), node)
    work.effects.append(ElementEntered(element=node.id))
    if isinstance(node, CatchEvent):
        owner = work.next_id()
        work.waiting[owner] = Waiting(element=node.id, kind="event")
    else:
        owner = open_work(work, node, local)
    subscribe(work, owner, armed)


def pause(work: Work, node: Activity, seconds: int) -> None:
    """Let a token wait at a task that takes that many seconds of itself."""
    armed = prepare(work.scope(node.id), node)
    owner = work.next_id()
    work.waiting[owner] = Waiting(element=node.id, kind="event")
    schedule = after_seconds(work.now, seconds)
    subscribe(work, owner, [Armed(element=node.id, schedule=schedule), *armed])


def open_work(work: Work, node: Working, local: Mapping[str, object], loop: tuple[int, int] | None = None) -> int:
    """Open the task, or ask for the job, of a user or service task; gives the id of what waits."""
    owner = work.next_id()
    if isinstance(node, UserTask):
        work.waiting[owner] = Waiting(element=node.id, kind="task", locals=local, loop=loop)
        work.effects.append(TaskOpened(task=owner, element=node.id))
    else:
        work.waiting[owner] = Waiting(element=node.id, kind="job", job=owner, locals=local, loop=loop)
        _request(work, node, owner, local)
    return owner


def open_job(work: Work, owner: int) -> None:
    """Ask for the job of a waiting service task again, with its inputs as they are now, under a new id; or Stuck."""
    waiting = work.waiting[owner]
    node = work.graph.nodes[waiting.element]
    assert isinstance(node, ServiceTask)
    own = {name: waiting.locals[name] for name in (node.loop.own if node.loop else ()) if name in waiting.locals}
    local = {**own, **inputs_of(node.inputs, work.scope(node.id, own))}
    job = work.next_id()
    work.waiting[owner] = replace(waiting, job=job, locals=local)
    _request(work, node, job, local)


def disarm(work: Work, owner: int) -> None:
    """Take away what the owner had armed."""
    for key in [key for key, timer in work.timers.items() if timer.owner == owner]:
        del work.timers[key]
        work.effects.append(TimerCancelled(timer=key))
    for key in [key for key, item in work.subscriptions.items() if item.owner == owner]:
        del work.subscriptions[key]
        work.effects.append(MessageForgotten(subscription=key))


def cancel(work: Work, owner: int) -> None:
    """The owner is interrupted: its task or job, all its instances, its incident and its other events go."""
    waiting = work.waiting.pop(owner)
    if waiting.kind == "task":
        work.effects.append(TaskCancelled(task=owner, element=waiting.element))
    elif waiting.kind == "job" and waiting.job is not None:
        work.effects.append(JobCancelled(job=waiting.job))
    work.loops.pop(owner, None)
    for instance in [key for key, item in work.waiting.items() if item.loop is not None and item.loop[0] == owner]:
        cancel(work, instance)
    for key in [key for key, incident in work.incidents.items() if incident.owner == owner]:
        work.resolve(key)
    disarm(work, owner)


def rearm(work: Work, timer: Timer) -> None:
    """Set the next repetition of a cycle, counted from its anchor, not from now."""
    try:
        following = timer.schedule.following()
    except TimerError as error:
        work.raise_incident(timer.element, "timer-unreadable", str(error))
        return
    if following is not None:
        key = work.next_id()
        work.timers[key] = replace(timer, schedule=following)
        work.effects.append(TimerSet(timer=key, element=timer.element, due=following.due))


def prepare(scope: Scope, node: Activity | CatchEvent) -> list[Armed]:
    """The timers and messages that stand with `node`, evaluated; raises Stuck."""
    return [_prepared(scope, event) for event in _events(node)]


def subscribe(work: Work, owner: int, armed: Iterable[Armed]) -> None:
    """Set what was prepared, alive as long as `owner`."""
    for item in armed:
        key = work.next_id()
        if item.schedule is not None:
            work.timers[key] = Timer(element=item.element, owner=owner, schedule=item.schedule)
            work.effects.append(TimerSet(timer=key, element=item.element, due=item.schedule.due))
        elif item.name is not None:
            work.subscriptions[key] = Subscription(element=item.element, owner=owner, name=item.name, key=item.key)
            work.effects.append(MessageAwaited(subscription=key, element=item.element, name=item.name, key=item.key))


def _events(node: Activity | CatchEvent) -> Iterable[CatchEvent | BoundaryEvent]:
    return (node,) if isinstance(node, CatchEvent) else node.boundaries


def _prepared(scope: Scope, event: CatchEvent | BoundaryEvent) -> Armed:
    scope = replace(scope, element=event.id)
    if event.timer is not None:
        try:
            return Armed(element=event.id, schedule=event.timer.schedule(scope))
        except TimerError as error:
            raise Stuck(event.id, "timer-unreadable", str(error)) from error
    assert event.message is not None
    return Armed(element=event.id, name=event.message.name, key=_correlation_key(event.message.key, scope))


def _correlation_key(expression: Expression | None, scope: Scope) -> str | None:
    """The key that an awaited message must carry; Stuck when the expression gives no text or whole number."""
    if expression is None:
        return None
    answer = scope.answer(expression)
    value = scope.as_json(answer.value, repr(expression.text))
    if isinstance(value, str) and value:
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    message = f"the correlation key {expression.text!r} gives no text or whole number{because(answer.problems)}"
    raise Stuck(scope.element, "no-correlation-key", message)


def _request(work: Work, node: ServiceTask, job: int, local: Mapping[str, object]) -> None:
    """A job gets what the task's inputs give, or without any all that the task sees."""
    names = {target.partition(".")[0] for target, _ in node.inputs}
    data = {name: local[name] for name in local if name in names} if names else {**work.data, **local}
    work.effects.append(
        JobRequested(job=job, element=node.id, type=node.job_type, headers=dict(node.headers), input=data)
    )
