"""Whose a part of the process is: the lane gives the role, also to what stands within a subprocess."""

from __future__ import annotations

import pytest

from engine.acts.start import starter_role
from engine.bpmn.graph import Graph, UserTask
from engine.bpmn.roles import roles_around
from engine.process import ProcessDefinition
from tests.engine.bpmn.models import catch, chain, deploy, end, flow, message, on_message, start_event

TASK = '<bpmn:userTask id="{0}"/>'
INNER = start_event("i1") + TASK.format("inner") + catch("c", on_message()) + end("i9")
INNER += chain("i1", "inner", "c", "i9")
SUB = f'<bpmn:subProcess id="sub">{INNER}</bpmn:subProcess>'


def lanes(*rows: str) -> str:
    """A lane set of rows such as `clerk: a b`."""
    parts = []
    for number, row in enumerate(rows):
        name, _, nodes = row.partition(": ")
        refs = "".join(f"<bpmn:flowNodeRef>{node}</bpmn:flowNodeRef>" for node in nodes.split())
        parts.append(f'<bpmn:lane id="l{number}" name="{name}">{refs}</bpmn:lane>')
    return f'<bpmn:laneSet id="ls">{"".join(parts)}</bpmn:laneSet>'


def definition(graph: Graph) -> ProcessDefinition:
    return ProcessDefinition(key="p", version=1, bundle_hash="0" * 64, graph=graph, forms={}, files={})


def test_what_stands_in_a_subprocess_is_of_its_lane() -> None:
    """Its tasks, and its messages: who has not the role may give none (BPMN 2.0 §10.8)."""
    graph = deploy(lanes("clerk: s e", "leader: sub") + start_event() + SUB + end() + chain("s", "sub", "e"), message())
    task = graph.nodes["inner"]
    assert isinstance(task, UserTask)
    assert (task.role, graph.role_of("inner"), graph.role_of("c")) == ("leader", "leader", "leader")
    assert (graph.role_of("s"), graph.role_of("sub"), graph.role_of("p")) == ("clerk", "leader", None)


def test_what_stands_in_a_called_process_is_of_the_lanes_of_its_calls() -> None:
    """Without lanes of its own a called process belongs to its callers: a message in it is not for everybody."""
    inner = start_event("q1") + catch("c", on_message()) + end("q9") + chain("q1", "c", "q9")
    inner = inner.replace('targetRef="q9"', 'targetRef="again"')
    inner += '<bpmn:callActivity id="again" calledElement="q"/>' + flow("again", "q9")
    calls = "".join(f'<bpmn:callActivity id="{name}" calledElement="q"/>' for name in "ab")
    body = start_event() + calls + end() + chain("s", "a", "b", "e")
    before = message() + f'<bpmn:process id="q">{inner}</bpmn:process>'
    one = deploy(lanes("clerk: s e", "leader: a b") + body, before)
    assert roles_around(one, "c") == {"leader"}
    two = deploy(lanes("clerk: s b e", "leader: a") + body, before)
    assert roles_around(two, "c") == {"clerk", "leader"}


@pytest.mark.parametrize(
    ("body", "role"),
    [
        (lanes("leader: a", "clerk: s e") + start_event() + TASK.format("a") + end() + chain("s", "a", "e"), "clerk"),
        (lanes("leader: b", "clerk: a") + TASK.format("a") + TASK.format("b") + flow("a", "b"), "clerk"),
        (start_event() + "<bpmn:task id='a'/>" + end() + chain("s", "a", "e"), None),
    ],
)
def test_who_starts_a_process_is_of_the_lane_where_it_begins(body: str, role: str | None) -> None:
    """That of its start event; without one, that of what nothing leads to; without lanes, anybody."""
    assert starter_role(definition(deploy(body))) == role
