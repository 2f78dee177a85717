"""People move a running process by hand; nothing is lost, nothing begins where it cannot live."""

from __future__ import annotations

import pytest

from engine.bpmn import EventRefused, start, step
from engine.bpmn.effects import Completed, TaskCancelled
from engine.bpmn.events import Modified, TaskCompleted
from tests.engine.bpmn.models import NOW, chain, deploy, end, start_event, user

BODY = start_event() + user("a") + user("b") + end() + chain("s", "a", "b", "e")
INNER = start_event("s1") + user("x") + user("y") + end("e1") + chain("s1", "x", "y", "e1")
NESTED = start_event() + f'<bpmn:subProcess id="sub">{INNER}</bpmn:subProcess>' + end() + chain("s", "sub", "e")


def test_a_token_is_moved() -> None:
    """The open task ends, another one opens, with the data that were given; the process goes on from there."""
    graph = deploy(BODY)
    state = start(graph, {}, now=NOW).state
    (task,) = state.open_tasks
    moved = step(graph, state, Modified(cancel=(task,), begin=(("b", None),), data={"why": "skipped"}), now=NOW)
    assert list(moved.state.open_tasks.values()) == ["b"]
    assert moved.state.data == {"why": "skipped"}
    assert TaskCancelled(task=task, element="a") in moved.effects
    last = step(graph, moved.state, TaskCompleted(task=next(iter(moved.state.open_tasks))), now=NOW)
    assert last.effects[-1] == Completed()


def test_within_a_subprocess() -> None:
    """A token moves within its subprocess, which does not end in between."""
    graph = deploy(NESTED)
    state = start(graph, {}, now=NOW).state
    (task,) = state.open_tasks
    moved = step(graph, state, Modified(cancel=(task,), begin=(("y", None),)), now=NOW).state
    assert list(moved.open_tasks.values()) == ["y"]
    assert step(graph, moved, TaskCompleted(task=next(iter(moved.open_tasks))), now=NOW).effects[-1] == Completed()


@pytest.mark.parametrize(
    ("event", "code"),
    [
        (Modified(cancel=(99,)), "no-such-thing"),
        (Modified(cancel=(1,)), "no-such-thing"),
        (Modified(begin=(("nothing", None),)), "no-such-element"),
        (Modified(begin=(("s", None),)), "no-such-element"),
        (Modified(begin=(("x", None),)), "no-such-scope"),
        (Modified(begin=(("a", 77),)), "no-such-scope"),
        (Modified(begin=(("sub", None),)), "no-such-element"),
    ],
)
def test_what_cannot_be_is_refused(event: Modified, code: str) -> None:
    """The refusal says what lives, and the state stays as it was."""
    graph = deploy(BODY + f'<bpmn:subProcess id="sub" triggeredByEvent="true">{TRIGGERED}</bpmn:subProcess>')
    state = start(graph, {}, now=NOW).state
    with pytest.raises(EventRefused) as refusal:
        step(graph, state, event, now=NOW)
    assert refusal.value.code == code


def test_what_begins_does_not_end_in_the_same_act() -> None:
    """A token that would begin within what ends would be lost: refused, and the state stays as it was."""
    graph = deploy(NESTED)
    state = start(graph, {}, now=NOW).state
    (sub,) = (key for key, thing in state.things.items() if thing.element == "sub")
    with pytest.raises(EventRefused, match=f"y would begin in {sub}, which ends") as refusal:
        step(graph, state, Modified(cancel=(sub,), begin=(("y", None),)), now=NOW)
    assert refusal.value.code == "no-such-scope"
    again = step(graph, state, Modified(cancel=(sub,), begin=(("sub", None),)), now=NOW).state
    assert list(again.open_tasks.values()) == ["x"]


CONDITION = '<bpmn:condition xsi:type="bpmn:tFormalExpression">never = true</bpmn:condition>'
TRIGGERED = (
    f'<bpmn:startEvent id="s2"><bpmn:conditionalEventDefinition>{CONDITION}</bpmn:conditionalEventDefinition>'
    f"</bpmn:startEvent>" + user("x") + end("e2") + chain("s2", "x", "e2")
)
