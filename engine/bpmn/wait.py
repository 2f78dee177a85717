"""Elements that wait: open their task or job, arm their timers and messages, and take them away again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

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
from engine.bpmn.flows import Stuck, correlation_key, mapped
from engine.bpmn.graph import BoundaryEvent, CatchEvent, ServiceTask, UserTask
from engine.bpmn.state import Subscription, Timer, Waiting
from engine.bpmn.timers import Schedule, TimerError
from engine.bpmn.work import Work
from engine.feel import FeelError

Armed = tuple[str, Schedule | None, str | None, str | None]


def arm(work: Work, node: UserTask | ServiceTask | CatchEvent) -> None:
    """Let a token wait at `node`. All expressions are evaluated first: on Stuck nothing has changed."""
    armed = [_prepare(work, event) for event in _events(node)]
    job = _job_input(work, node) if isinstance(node, ServiceTask) else None
    owner = work.next_id()
    work.effects.append(ElementEntered(element=node.id))
    if isinstance(node, UserTask):
        work.waiting[owner] = Waiting(element=node.id, kind="task")
        work.effects.append(TaskOpened(task=owner, element=node.id))
    elif isinstance(node, ServiceTask):
        work.waiting[owner] = Waiting(element=node.id, kind="job", job=owner)
        _request(work, node, owner, job or {})
    else:
        work.waiting[owner] = Waiting(element=node.id, kind="event")
    for item in armed:
        _subscribe(work, owner, item)


def open_job(work: Work, owner: int) -> None:
    """Ask for the job of a waiting service task again, under a new id; raises Stuck."""
    node = work.graph.nodes[work.waiting[owner].element]
    assert isinstance(node, ServiceTask)
    data = _job_input(work, node)
    job = work.next_id()
    work.replace_waiting(owner, job=job)
    _request(work, node, job, data)


def disarm(work: Work, owner: int) -> None:
    """Take away what the owner had armed."""
    for key in [key for key, timer in work.timers.items() if timer.owner == owner]:
        del work.timers[key]
        work.effects.append(TimerCancelled(timer=key))
    for key in [key for key, item in work.subscriptions.items() if item.owner == owner]:
        del work.subscriptions[key]
        work.effects.append(MessageForgotten(subscription=key))


def cancel(work: Work, owner: int) -> None:
    """A boundary event interrupts the owner: its task or job, its incident and its other events go."""
    waiting = work.waiting.pop(owner)
    if waiting.kind == "task":
        work.effects.append(TaskCancelled(task=owner, element=waiting.element))
    elif waiting.job is not None:
        work.effects.append(JobCancelled(job=waiting.job))
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


def _events(node: UserTask | ServiceTask | CatchEvent) -> Iterable[CatchEvent | BoundaryEvent]:
    return (node,) if isinstance(node, CatchEvent) else node.boundaries


def _prepare(work: Work, event: CatchEvent | BoundaryEvent) -> Armed:
    if event.timer is not None:
        try:
            return event.id, event.timer.schedule(work.data, work.now), None, None
        except TimerError as error:
            raise Stuck(event.id, "timer-unreadable", str(error)) from error
        except FeelError as error:
            raise Stuck(event.id, "expression-failed", f"{event.timer.text!r}: {error.message}") from error
    assert event.message is not None
    return event.id, None, event.message.name, correlation_key(event.message.key, work.data, event.id)


def _subscribe(work: Work, owner: int, armed: Armed) -> None:
    element, schedule, name, correlation = armed
    key = work.next_id()
    if schedule is not None:
        work.timers[key] = Timer(element=element, owner=owner, schedule=schedule)
        work.effects.append(TimerSet(timer=key, element=element, due=schedule.due))
    elif name is not None:
        work.subscriptions[key] = Subscription(element=element, owner=owner, name=name, key=correlation)
        work.effects.append(MessageAwaited(subscription=key, element=element, name=name, key=correlation))


def _job_input(work: Work, node: ServiceTask) -> dict[str, object]:
    return mapped(node.inputs, work.data, node.id) if node.inputs else dict(work.data)


def _request(work: Work, node: ServiceTask, job: int, data: dict[str, object]) -> None:
    work.effects.append(
        JobRequested(job=job, element=node.id, type=node.job_type, headers=dict(node.headers), input=data)
    )
