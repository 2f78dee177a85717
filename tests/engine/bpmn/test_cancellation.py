"""A process is cancelled from outside: whatever lives, nothing of it is left."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.bpmn import EventRefused, start, step
from engine.bpmn.cancellation import cancel
from engine.bpmn.effects import Completed, JobCancelled, MessageForgotten, TaskCancelled, TimerCancelled
from engine.bpmn.events import JobCompleted, TaskCompleted
from tests.engine.bpmn.models import NOW, chain, deploy, end, flow, par, service, start_event, timer, user, xor

LATE = f'<bpmn:boundaryEvent id="late" attachedToRef="a">{timer("timeDuration", "P1D")}</bpmn:boundaryEvent>'
WITHDRAWN = (
    '<bpmn:subProcess id="gone" triggeredByEvent="true"><bpmn:startEvent id="g1">'
    '<bpmn:messageEventDefinition messageRef="m"/></bpmn:startEvent>'
    f"{end('g2')}{chain('g1', 'g2')}</bpmn:subProcess>"
)
BODY = (
    start_event()
    + par("fork")
    + user("a")
    + LATE
    + end("el")
    + service("b")
    + xor("which")
    + par("join")
    + end()
    + WITHDRAWN
    + chain("s", "fork", "a", "join", "e")
    + chain("fork", "b", "join")
    + chain("fork", "which")
    + chain("late", "el")
    + end("other")
    + flow("which", "join", "=nothing = 1")
    + flow("which", "other", "=nothing = 2")
)


def test_everything_that_lives_ends() -> None:
    """Task, job, timer, subscription, incident and the token at the join: each with its effect, and no completion."""
    graph = deploy(BODY, before='<bpmn:message id="m" name="rut"/>')
    begun = start(graph, {}, now=NOW).state
    (job,) = begun.open_jobs
    waiting = step(graph, begun, JobCompleted(job=job), now=NOW).state
    assert waiting.joins
    assert waiting.incidents
    for state, kinds in (
        (begun, {TaskCancelled, JobCancelled, TimerCancelled, MessageForgotten}),
        (waiting, {TaskCancelled, TimerCancelled, MessageForgotten}),
    ):
        done = cancel(graph, state, now=NOW)
        assert kinds <= {type(effect) for effect in done.effects}
        assert Completed() not in done.effects
        after = done.state
        assert (list(after.things), after.timers, after.subscriptions, after.incidents, after.joins) == (
            [1], {}, {}, {}, {},
        )  # fmt: skip
        (task,) = state.open_tasks
        with pytest.raises(EventRefused):
            step(graph, after, TaskCompleted(task=task), now=NOW)


def test_cancelling_twice_changes_nothing() -> None:
    """What is over stays over."""
    graph = deploy(start_event() + user("a") + end() + chain("s", "a", "e"))
    once = cancel(graph, start(graph, {}, now=NOW).state, now=NOW)
    twice = cancel(graph, replace(once.state), now=NOW)
    assert (twice.state, twice.effects) == (once.state, ())
