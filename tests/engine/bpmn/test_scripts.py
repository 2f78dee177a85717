"""Script tasks compute in FEEL; other languages are refused, naming the FEEL to write."""

from __future__ import annotations

import pytest

from engine.bpmn import check_process
from engine.bpmn.effects import ElementEntered
from engine.bpmn.events import Retried
from tests.conformance.trace import FORMAT, Trace
from tests.engine.bpmn.models import (
    Walk,
    boundary,
    chain,
    deploy,
    end,
    file,
    flow,
    mapping,
    problems_of,
    script,
    start_event,
    timer,
    user,
)

CAMUNDA_8 = (
    '<bpmn:scriptTask id="x"><bpmn:extensionElements><zeebe:script expression="=n + 1" resultVariable="r" />{}'
    "</bpmn:extensionElements></bpmn:scriptTask>"
)


def around(element: str) -> str:
    return start_event() + element + end() + chain("s", "x", "e")


@pytest.mark.parametrize(
    "element",
    [
        CAMUNDA_8.format(""),
        script("x", "n + 1"),
        script("x", "= n + 1", 'scriptFormat="https://www.omg.org/spec/DMN/20230324/FEEL/" camunda:resultVariable="r"'),
        script("x", "n + 1", 'scriptFormat="FEEL" camunda:resultVariable="r"'),
    ],
)
def test_a_script_puts_its_value_into_its_variable(element: str) -> None:
    """As Camunda 8 and Camunda 7 write it; the process goes on in the same step."""
    walk = Walk(deploy(around(element)), {"n": 1})
    assert (walk.state.status, walk.state.data) == ("completed", {"n": 1, "r": 2})


def test_a_script_sees_its_inputs_and_its_outputs_alone_join() -> None:
    """Mappings work as on every task."""
    walk = Walk(deploy(around(CAMUNDA_8.format(mapping("input n: =10", "output total: =r + n")))), {"n": 1})
    assert walk.state.data == {"n": 1, "total": 21}


def test_a_script_reads_the_time_of_the_step() -> None:
    """`now()` is the time that the step was given, shown as offices see it, so that a replay computes the same."""
    graph = deploy(around(script("x", '[string(today()), now() = @"2026-11-21T08:30:00Z"]')))
    assert Walk(graph).state.data == {"r": ["2026-11-21", True]}
    assert Walk(graph).state.encode() == Walk(graph).state.encode()


def test_a_script_past_its_bounds_is_an_incident_that_can_be_retried() -> None:
    """Nothing of it has happened; mended data lets it run."""
    walk = Walk(deploy(around(script("x", "count(for i in 1..n, j in 1..n return i)"))), {"n": 9000})
    assert (walk.incidents, walk.seen(ElementEntered)) == ([("x", "expression-failed")], [ElementEntered(element="s")])
    assert walk.state.data == {"n": 9000}
    walk.send(Retried(incident=3, data={"n": 3}))
    assert walk.state.data == {"n": 3, "r": 9}


@pytest.mark.parametrize(
    ("language", "text", "feel", "variable"),
    [
        ("groovy", "a == b && !c", "a = b and not(c)", "r"),
        ("javascript", "x = y + 1;", "y + 1", "x"),
        ("JavaScript", "var x = y === 'no' || z !== 2", 'y = "no" or z != 2', "x"),
        ("python", "x = True and not y", "true and not(y)", "x"),
        ("groovy", 'execution.setVariable("sum", a + b)', "a + b", "sum"),
        ("juel", "done", "done", "r"),
    ],
)
def test_a_foreign_script_names_the_feel_to_write(language: str, text: str, feel: str, variable: str) -> None:
    """Simple assignments and expressions are told in FEEL, with their variable."""
    attributes = f'scriptFormat="{language}" camunda:resultVariable="r"'
    (problem,) = problems_of(around(script("x", text, attributes)))
    assert (problem.element, problem.code) == ("x", "script-language")
    assert repr(language) in problem.message
    assert f"`{feel}`" in problem.remedy
    assert f'camunda:resultVariable="{variable}"' in problem.remedy


@pytest.mark.parametrize("text", ["import os; os.system('x')", "for (i in 1..3) { x++ }", "a = b; c = d", "x" * 5000])
def test_a_foreign_script_that_is_not_simple_belongs_elsewhere(text: str) -> None:
    """No FEEL is made up for what has none."""
    (problem,) = problems_of(around(script("x", text, 'scriptFormat="python" camunda:resultVariable="r"')))
    assert "service task" in problem.remedy


def test_a_condition_in_another_language_names_the_feel_to_write() -> None:
    """So do conditions with a language of their own, and those that are just not FEEL."""
    split = start_event() + user("x", attributes='default="d"') + end() + flow("s", "x") + flow("x", "e", name="d")
    foreign = flow("x", "e", "a == b && c", name="f")
    for body in (
        split + foreign,
        split + foreign.replace("<bpmn:conditionExpression ", '<bpmn:conditionExpression language="groovy" '),
    ):
        (problem,) = problems_of(body.replace("&&", "&amp;&amp;"))
        assert problem.element == "f"
        assert "`=a = b and c`" in problem.remedy


def test_a_boundary_event_of_a_script_never_comes_and_is_named() -> None:
    """The task is done as soon as it is entered."""
    body = around(script("x", "1")) + boundary("b", "x", timer("timeDuration", "PT1H")) + flow("b", "e")
    assert [(item.severity, item.element, item.code) for item in problems_of(body)] == [
        ("warning", "b", "boundary-never")
    ]


def test_a_registered_language_may_take_time_and_be_interrupted() -> None:
    """Languages are a port: a test's runs only where the test registers it."""
    body = around(script("x", "WAIT_TEN_SECONDS", f'scriptFormat="{FORMAT}"'))
    xml = file(body + boundary("b", "x", timer("timeDuration", "PT5S")) + end("late") + flow("b", "late"))
    graph, _ = check_process(xml, source="t.bpmn", scripts={FORMAT: Trace()})
    assert graph is not None
    walk = Walk(graph)
    assert sorted((item.element, item.schedule.due.second) for item in walk.state.timers.values()) == [
        ("b", 5),
        ("x", 10),
    ]
    assert check_process(xml, source="t.bpmn")[0] is None
