"""Multiple instances: one after another or all at once, over a list or a number of times, until enough."""

from __future__ import annotations

import pytest

from engine.bpmn import Graph
from engine.bpmn.effects import ElementEntered, ElementLeft, JobRequested, TaskCancelled, TaskOpened
from engine.bpmn.events import JobCompleted, JobFailed, Retried, TaskCompleted, TimerFired
from engine.bpmn.loops import MOST_INSTANCES
from engine.bpmn.state import ROOT
from tests.engine.bpmn.models import (
    Walk,
    boundary,
    chain,
    deploy,
    end,
    flow,
    mapping,
    script,
    service,
    several,
    start_event,
    timer,
    user,
    xor,
    zeebe_loop,
)

OVER = 'inputCollection="=people" inputElement="one"'
COLLECTED = f'{OVER} outputCollection="votes" outputElement="=vote"'


def until(text: str) -> str:
    return f'<bpmn:completionCondition xsi:type="bpmn:tFormalExpression">{text}</bpmn:completionCondition>'


def times(text: str) -> str:
    return f'<bpmn:loopCardinality xsi:type="bpmn:tFormalExpression">{text}</bpmn:loopCardinality>'


def around(element: str) -> Graph:
    return deploy(start_event() + element + end() + chain("s", "x", "e"))


def seen(walk: Walk) -> list[tuple[object, object]]:
    """What each open instance has for itself."""
    views = [walk.state.seen_by(task) for task in walk.state.open_tasks]
    return [(view["loopCounter"], view["one"]) for view in views]


def test_all_instances_at_once_collect_their_results_in_the_order_of_the_list() -> None:
    """Whoever comes first; what is an instance's own stays there, what else it gives joins the data."""
    walk = Walk(around(several(zeebe_loop(COLLECTED))), {"people": ["an", "binh", "chi"]})
    assert seen(walk) == [(1, "an"), (2, "binh"), (3, "chi")]
    tasks = list(walk.state.open_tasks)
    for task, vote in zip(reversed(tasks), ("no", "yes", None), strict=True):
        walk.send(TaskCompleted(task=task, data={"vote": vote, "last": vote}))
    assert walk.state.status == "completed"
    assert walk.state.data == {"people": ["an", "binh", "chi"], "votes": [None, "yes", "no"], "last": None}
    assert list(walk.state.things) == [ROOT]


def test_instances_one_after_another_open_when_the_one_before_is_done() -> None:
    """The element is entered once and left once, however many there are."""
    walk = Walk(around(several(zeebe_loop(COLLECTED), 'isSequential="true"')), {"people": [{"id": 1}, {"id": 2}]})
    entered = [effect for effect in walk.seen(ElementEntered) if effect == ElementEntered(element="x")]
    assert (len(entered), seen(walk)) == (1, [(1, {"id": 1})])
    walk.send(TaskCompleted(task=next(iter(walk.state.open_tasks)), data={"vote": 1}))
    assert (seen(walk), walk.seen(ElementLeft), "votes" in walk.state.data) == ([(2, {"id": 2})], [], False)
    walk.send(TaskCompleted(task=next(iter(walk.state.open_tasks)), data={"vote": 2}))
    assert (walk.state.status, walk.state.data["votes"]) == ("completed", [1, 2])


def test_enough_is_enough() -> None:
    """The completion condition sees the numbers and the instance's result; the other instances are cancelled."""
    condition = until('vote = "veto" or numberOfCompletedInstances / numberOfInstances &gt;= 0.5')
    graph = around(several(zeebe_loop(COLLECTED) + condition))
    people = {"people": list("abcd")}
    walk = Walk(graph, people)
    first, second, third, fourth = walk.state.open_tasks
    walk.send(TaskCompleted(task=second, data={"vote": "yes"}))
    assert len(walk.state.open_tasks) == 3
    walk.send(TaskCompleted(task=first, data={"vote": "yes"}))
    assert walk.seen(TaskCancelled) == [TaskCancelled(task=third, element="x"), TaskCancelled(task=fourth, element="x")]
    assert (walk.state.status, walk.state.data["votes"]) == ("completed", ["yes", "yes", None, None])
    assert Walk(graph, people).send(TaskCompleted(task=first, data={"vote": "veto"})).state.status == "completed"


@pytest.mark.parametrize("sequential", ["true", "false"])
def test_an_empty_list_is_done_at_once(sequential: str) -> None:
    """No task is opened, and the collected list is empty."""
    walk = Walk(around(several(zeebe_loop(COLLECTED), f'isSequential="{sequential}"')), {"people": []})
    assert (walk.state.status, walk.seen(TaskOpened), walk.state.data) == ("completed", [], {"people": [], "votes": []})


def test_a_number_of_jobs_and_camunda_7s_collection() -> None:
    """A cardinality counts; a plain collection names a variable; inputs see the member."""
    loop = f"<bpmn:multiInstanceLoopCharacteristics>{times('n + 1')}</bpmn:multiInstanceLoopCharacteristics>"
    walk = Walk(around(service("x").replace("</bpmn:serviceTask>", f"{loop}</bpmn:serviceTask>")), {"n": 1})
    assert [job.input for job in walk.seen(JobRequested) if isinstance(job, JobRequested)] == [
        {"loopCounter": 1, "n": 1},
        {"loopCounter": 2, "n": 1},
    ]
    old = several(
        "", 'camunda:collection="people" camunda:elementVariable="one"', extra=mapping('input hi: =one + "!"')
    )
    walk = Walk(around(old), {"people": ["an", "binh"]})
    assert [walk.state.seen_by(task)["hi"] for task in walk.state.open_tasks] == ["an!", "binh!"]


def test_a_boundary_event_stands_with_all_instances_and_cancels_them() -> None:
    """It is armed once."""
    body = start_event() + several(zeebe_loop(OVER)) + boundary("b", "x", timer("timeDuration", "PT1H")) + user("late")
    walk = Walk(deploy(body + end() + chain("s", "x", "e") + chain("b", "late", "e")), {"people": [1, 2]})
    assert len(walk.state.timers) == 1
    walk.send(TaskCompleted(task=next(iter(walk.state.open_tasks))))
    walk.send(TimerFired(timer=walk.timer("b")), walk.state.timers[walk.timer("b")].schedule.due - walk.now)
    assert len(walk.seen(TaskCancelled)) == 1
    assert (walk.open, walk.state.timers) == (["late"], {})
    assert [thing.kind for thing in walk.state.things.values()] == ["scope", "task"]


def test_an_instance_whose_job_failed_tries_again_with_its_own_member() -> None:
    """The others go on meanwhile."""
    loop = zeebe_loop('inputCollection="=people" inputElement="one"')
    task = service("x", extra=mapping("input who: =one + suffix")).replace(
        "</bpmn:serviceTask>",
        f"<bpmn:multiInstanceLoopCharacteristics>{loop}</bpmn:multiInstanceLoopCharacteristics></bpmn:serviceTask>",
    )
    walk = Walk(around(task), {"people": ["a", "b"], "suffix": "1"})
    first, second = walk.state.open_jobs
    walk.send(JobFailed(job=second, code="c", message="m"))
    walk.send(JobCompleted(job=first))
    walk.send(Retried(incident=next(iter(walk.state.incidents)), data={"suffix": "2"}))
    (job,) = walk.seen(JobRequested)
    assert isinstance(job, JobRequested)
    assert job.input == {"who": "b2"}
    assert walk.send(JobCompleted(job=job.job)).state.status == "completed"


@pytest.mark.parametrize(
    ("inner", "data", "code"),
    [
        (zeebe_loop(OVER), {}, "collection-unreadable"),
        (zeebe_loop(OVER), {"people": "an, binh"}, "collection-unreadable"),
        (times("n"), {"n": -1}, "cardinality-unreadable"),
        (times("n"), {"n": 1.5}, "cardinality-unreadable"),
        (times("n"), {"n": MOST_INSTANCES + 1}, "too-many-instances"),
    ],
)
def test_what_cannot_be_counted_is_an_incident_before_anything_is_opened(
    inner: str, data: dict[str, object], code: str
) -> None:
    """The token waits at the task; the message says why and holds no data."""
    walk = Walk(around(several(inner)), data)
    assert (walk.incidents, walk.open) == ([("x", code)], [])
    assert "binh" not in next(iter(walk.state.incidents.values())).message


def test_a_sequence_that_cannot_open_its_next_instance_waits_there() -> None:
    """The first one's result is kept, and a retry opens the second."""
    loop = zeebe_loop(OVER)
    task = several(loop, 'isSequential="true"', extra=mapping("input deep: =[1..n]"))
    walk = Walk(
        around(task.replace("=[1..n]", "=if loopCounter = 2 and not(mended) then [1..2] else 0")),
        {"people": [1, 2], "mended": False},
    )
    walk.send(TaskCompleted(task=next(iter(walk.state.open_tasks)), data={"kept": 1}))
    assert (walk.incidents, walk.state.data["kept"]) == ([("x", "expression-failed")], 1)
    walk.send(Retried(incident=next(iter(walk.state.incidents)), data={"mended": True}))
    assert seen(walk) == [(2, 2)]


def test_scripts_run_all_their_instances_within_the_step() -> None:
    """Each sees what the one before put into the data; the list is collected; enough is enough."""
    loop = zeebe_loop('inputCollection="=numbers" inputElement="one" outputCollection="squares" outputElement="=sq"')
    inner = "<bpmn:multiInstanceLoopCharacteristics{}>{}</bpmn:multiInstanceLoopCharacteristics><bpmn:script>"
    task = script("x", "one * one", 'scriptFormat="feel" camunda:resultVariable="sq"')
    graph = around(task.replace("<bpmn:script>", inner.format("", loop)))
    assert Walk(graph, {"numbers": [1, 2, 3]}).state.data == {"numbers": [1, 2, 3], "squares": [1, 4, 9]}
    some = around(task.replace("<bpmn:script>", inner.format("", loop + until("sq &gt; 3"))))
    assert Walk(some, {"numbers": [1, 2, 3]}).state.data["squares"] == [1, 4, None]
    total = script("x", "total + loopCounter", 'scriptFormat="feel" camunda:resultVariable="total"')
    summed = around(total.replace("<bpmn:script>", inner.format(' isSequential="true"', times("4"))))
    assert Walk(summed, {"total": 0}).state.data == {"total": 10}


def test_many_instances_are_no_endless_loop_and_a_loop_around_them_is() -> None:
    """Instances are counted before they begin, so they widen the budget of the step; a loop around them uses it up.

    It stops at the same place every time and keeps its tokens.
    """
    inner = (
        f"<bpmn:multiInstanceLoopCharacteristics>{times('600')}</bpmn:multiInstanceLoopCharacteristics><bpmn:script>"
    )
    first, second = (script(name, "1").replace("<bpmn:script>", inner) for name in "xy")
    assert Walk(deploy(start_event() + first + second + end() + chain("s", "x", "y", "e"))).state.status == "completed"
    body = start_event() + xor("m") + first + xor("g", 'default="g_m"') + end()
    graph = deploy(body + chain("s", "m", "x", "g") + flow("g", "m") + flow("g", "e", "stop"))
    walk = Walk(graph)
    assert [code for _, code in walk.incidents] == ["step-budget"] * len(walk.incidents)
    assert (walk.state.status, walk.state.encode()) == ("incident", Walk(graph).state.encode())
    while walk.state.incidents:
        walk.send(Retried(incident=next(iter(walk.state.incidents)), data={"stop": True}))
    assert walk.state.status == "completed"


def test_a_task_behind_another_flow_is_not_touched() -> None:
    """Cancelling instances leaves the same element's other loop alone."""
    body = start_event() + user("t") + several(zeebe_loop(OVER) + until("stop")) + end() + flow("s", "t")
    body += flow("t", "x", name="one") + flow("t", "x", name="two") + flow("x", "e")
    walk = Walk(deploy(body), {"people": [1, 2]})
    walk.send(TaskCompleted(task=walk.task("t")))
    assert len(walk.state.open_tasks) == 4
    walk.send(TaskCompleted(task=next(iter(walk.state.open_tasks)), data={"stop": True}))
    assert len(walk.state.open_tasks) == 2
