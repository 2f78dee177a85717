"""Inputs are local, outputs are all that joins the data; what is local is gone with its element."""

from __future__ import annotations

import pytest

from engine.bpmn.effects import JobRequested, MessageThrown, TaskOpened
from engine.bpmn.events import JobCompleted, JobFailed, MessageReceived, Retried, TaskCompleted, TimerFired
from engine.bpmn.state import ROOT
from tests.engine.bpmn.models import (
    Walk,
    boundary,
    catch,
    chain,
    deploy,
    end,
    flow,
    mapping,
    message,
    on_message,
    script,
    service,
    start_event,
    throw,
    timer,
    user,
)


def walk_of(element: str, data: dict[str, object]) -> Walk:
    """A sequence with this element `x`."""
    return Walk(deploy(start_event() + element + end() + chain("s", "x", "e")), data)


def test_inputs_are_seen_by_the_task_alone_and_gone_with_it() -> None:
    """A task's inputs stand before the data of the same name, for it only; its result joins the data."""
    walk = walk_of(
        user("x", mapping("input to: =applicant.name", "input n: =n + 1")), {"applicant": {"name": "Lan"}, "n": 1}
    )
    (task,) = walk.state.open_tasks
    assert walk.state.seen_by(task) == {"applicant": {"name": "Lan"}, "n": 2, "to": "Lan"}
    assert walk.state.data == {"applicant": {"name": "Lan"}, "n": 1}
    walk.send(TaskCompleted(task=task, data={"done": True}))
    assert walk.state.data == {"applicant": {"name": "Lan"}, "n": 1, "done": True}
    assert list(walk.state.things) == [ROOT]


def test_where_there_are_outputs_they_alone_join_the_data() -> None:
    """Outputs see inputs and result; a result that no output names is gone."""
    walk = walk_of(
        user("x", mapping("input base: =n * 10", "output total: =base + given", "output by: clerk")), {"n": 2}
    )
    walk.send(TaskCompleted(task=2, data={"given": 1, "secret": "s"}))
    assert walk.state.data == {"n": 2, "total": 21, "by": "clerk"}


def test_mappings_are_evaluated_in_order_and_dotted_targets_nest() -> None:
    """A later one sees the earlier ones; an output with a dotted target keeps what the context has."""
    lines = ("output a: =r", "output b: =a + 1", "output c.new.x: =b", "output c.y: =c.old")
    walk = walk_of(service("x", extra=mapping(*lines)), {"c": {"old": 7}})
    walk.send(JobCompleted(job=2, data={"r": 1}))
    assert walk.state.data == {"a": 1, "b": 2, "c": {"old": 7, "new": {"x": 2}, "y": 7}}


def test_a_job_gets_its_inputs_or_all_that_is_seen() -> None:
    """A retried job gets them as they are then, computed from the data and not from what they were."""
    walk = walk_of(service("x", extra=mapping("input n: =n + 1")), {"n": 1, "other": 1})
    walk.send(JobFailed(job=2, code="c", message="m"))
    walk.send(Retried(incident=3, data={"n": 5}))
    (job,) = walk.seen(JobRequested)
    assert isinstance(job, JobRequested)
    assert job.input == {"n": 6}
    walk.send(JobCompleted(job=job.job))
    assert walk.state.data == {"n": 5, "other": 1}


def test_an_output_that_cannot_be_written_keeps_the_result_until_it_can() -> None:
    """The officer's completion is accepted; an incident names the mapping, and a retry puts the result in."""
    walk = walk_of(user("x", mapping("output a.b.c: =given")), {"a": {"b": 1}})
    walk.send(TaskCompleted(task=2, data={"given": 3}))
    assert walk.incidents == [("x", "mapping-overlaps")]
    assert (walk.state.open_tasks, walk.open) == ({}, ["x"])
    walk.send(Retried(incident=next(iter(walk.state.incidents)), data={"a": {}}))
    assert (walk.state.status, walk.state.data) == ("completed", {"a": {"b": {"c": 3}}})


def test_boundary_events_and_their_timers_see_the_locals() -> None:
    """The wait is an input of the task; the event's own outputs say what its message brings."""
    task = user("x", mapping("input wait: PT1H"))
    late = boundary("late", "x", timer("timeDuration", "=wait"))
    brought = f"<bpmn:extensionElements>{mapping('output reason: =why')}</bpmn:extensionElements>"
    told = boundary("told", "x", brought + on_message(), False)
    graph = deploy(
        start_event() + task + late + told + end() + chain("s", "x", "e") + flow("late", "e") + flow("told", "e"),
        message(),
    )
    walk = Walk(graph)
    walk.send(MessageReceived(name="m-name", data={"why": "w", "other": 1}))
    assert walk.state.data == {"reason": "w"}
    walk.send(TimerFired(timer=walk.timer("late")), walk.state.timers[walk.timer("late")].schedule.due - walk.now)
    assert (walk.state.status, walk.state.data) == ("completed", {"reason": "w"})


def test_events_map_what_comes_and_what_goes() -> None:
    """A start and a catch event take what their outputs name, a throw gives what its inputs name."""
    held = "<bpmn:extensionElements>{}</bpmn:extensionElements>"
    body = start_event("s", held.format(mapping("output id: =form.id")) + on_message())
    body += catch("c", held.format(mapping("output paid: =amount > 0")) + on_message())
    body += throw("t", held.format(mapping("input id: =id", "output told: =id")) + on_message())
    walk = Walk(deploy(body + end() + chain("s", "c", "t", "e"), message()), {"form": {"id": 5}, "x": 1}, "m-name")
    assert walk.state.data == {"id": 5}
    walk.send(MessageReceived(name="m-name", data={"amount": 3}))
    assert walk.seen(MessageThrown) == [MessageThrown(element="t", name="m-name", data={"id": 5})]
    assert walk.state.data == {"id": 5, "paid": True, "told": 5}


def test_camunda_7_parameters_are_texts_feel_lists_and_maps() -> None:
    """Nested as far as they are drawn."""
    text = (
        '<camunda:inputOutput><camunda:inputParameter name="plain">a "b" = c</camunda:inputParameter>'
        '<camunda:inputParameter name="all"><camunda:list><camunda:value>x</camunda:value><camunda:value>=n + 1 // one'
        "</camunda:value></camunda:list></camunda:inputParameter>"
        '<camunda:inputParameter name="map"><camunda:map><camunda:entry key="k k">=n</camunda:entry>'
        '<camunda:entry key="l">'
        "<camunda:list/></camunda:entry></camunda:map></camunda:inputParameter>"
        '<camunda:outputParameter name="out">=r</camunda:outputParameter></camunda:inputOutput>'
    )
    walk = walk_of(service("x", extra=text), {"n": 1})
    (job,) = walk.seen(JobRequested)
    assert isinstance(job, JobRequested)
    assert job.input == {"plain": 'a "b" = c', "all": ["x", 2], "map": {"k k": 1, "l": []}}
    walk.send(JobCompleted(job=2, data={"r": 9, "s": 9}))
    assert walk.state.data == {"n": 1, "out": 9}


@pytest.mark.parametrize(
    ("text", "code"),
    [("=for i in 1..9000 return big", "result-too-large"), ("=[1..3]", "expression-failed")],
)
def test_what_the_state_cannot_carry_is_an_incident(text: str, code: str) -> None:
    """Too much text, or a value that JSON does not have: the token waits and the data is as it was."""
    data = {"big": "x" * 1000}
    walk = walk_of(
        script("x", "1").replace(
            "<bpmn:script>",
            f"<bpmn:extensionElements>{mapping('output o: ' + text)}</bpmn:extensionElements><bpmn:script>",
        ),
        data,
    )
    assert walk.incidents == [("x", code)]
    assert walk.state.data == data
    assert walk.seen(TaskOpened) == []
