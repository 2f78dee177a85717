"""Process files for the tests: the body of a process, wrapped as a modeler would."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from engine.bpmn import Graph, Problem, State, Step, check_process, start, step
from engine.bpmn.effects import Effect
from engine.bpmn.events import Event

WAITING = ("task", "job", "event", "gateway", "done")
NOW = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)
_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" xmlns:camunda="http://camunda.org/schema/1.0/bpmn"
  xmlns:modeler="http://camunda.org/schema/modeler/1.0" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  id="definitions" targetNamespace="http://bpmn.io/schema/bpmn">
"""


def file(body: str, before: str = "") -> bytes:
    """A file with one executable process `p` of this body; `before` stands beside the process."""
    process = f'<bpmn:process id="p" name="P" isExecutable="true">{body}</bpmn:process>'
    return f"{_HEAD}{before}{process}</bpmn:definitions>".encode()


def flow(source: str, target: str, condition: str = "", name: str = "") -> str:
    """A sequence flow `source_target`."""
    inner = ""
    if condition:
        text = condition.replace("<", "&lt;")
        inner = f'<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">{text}</bpmn:conditionExpression>'
    ends = f'sourceRef="{source}" targetRef="{target}"'
    return f'<bpmn:sequenceFlow id="{name or source + "_" + target}" {ends}>{inner}</bpmn:sequenceFlow>'


def chain(*nodes: str) -> str:
    """Flows from each node to the next."""
    return "".join(flow(a, b) for a, b in pairwise(nodes))


def user(name: str, extra: str = "", attributes: str = "") -> str:
    """A user task for the role `clerk`."""
    given = '<zeebe:assignmentDefinition candidateGroups="clerk" />'
    inner = f"<bpmn:extensionElements>{given}{extra}</bpmn:extensionElements>"
    return f'<bpmn:userTask id="{name}" name="{name}" {attributes}>{inner}</bpmn:userTask>'


def service(name: str, job_type: str = "work", extra: str = "") -> str:
    """A service task of that job type."""
    given = f'<zeebe:taskDefinition type="{job_type}" />{extra}'
    return f'<bpmn:serviceTask id="{name}"><bpmn:extensionElements>{given}</bpmn:extensionElements></bpmn:serviceTask>'


def script(name: str, text: str, attributes: str = 'scriptFormat="feel" camunda:resultVariable="r"') -> str:
    """A script task."""
    text = text.replace("&", "&amp;").replace("<", "&lt;")
    return f'<bpmn:scriptTask id="{name}" {attributes}><bpmn:script>{text}</bpmn:script></bpmn:scriptTask>'


def several(inner: str, attributes: str = "", name: str = "x", extra: str = "") -> str:
    """A user task with multiple instances."""
    loop = f"<bpmn:multiInstanceLoopCharacteristics {attributes}>{inner}</bpmn:multiInstanceLoopCharacteristics>"
    return user(name, extra).replace("</bpmn:userTask>", f"{loop}</bpmn:userTask>")


def zeebe_loop(attributes: str) -> str:
    """What Camunda 8 says of multiple instances."""
    return f"<bpmn:extensionElements><zeebe:loopCharacteristics {attributes} /></bpmn:extensionElements>"


def mapping(*lines: str) -> str:
    """A `zeebe:ioMapping` of lines such as `input a: =b + 1`."""
    parts = []
    for line in lines:
        kind, _, rest = line.partition(" ")
        target, _, source = rest.partition(": ")
        parts.append(f"<zeebe:{kind} source='{source}' target='{target}' />")
    return f"<zeebe:ioMapping>{''.join(parts)}</zeebe:ioMapping>"


def start_event(name: str = "s", inner: str = "") -> str:
    return f'<bpmn:startEvent id="{name}">{inner}</bpmn:startEvent>'


def end(name: str = "e", inner: str = "") -> str:
    return f'<bpmn:endEvent id="{name}">{inner}</bpmn:endEvent>'


def xor(name: str, attributes: str = "") -> str:
    return f'<bpmn:exclusiveGateway id="{name}" {attributes}/>'


def par(name: str, attributes: str = "") -> str:
    return f'<bpmn:parallelGateway id="{name}" {attributes}/>'


def timer(kind: str, text: str) -> str:
    """A timer event definition."""
    return (
        f'<bpmn:timerEventDefinition><bpmn:{kind} xsi:type="bpmn:tFormalExpression">{text}</bpmn:{kind}>'
        "</bpmn:timerEventDefinition>"
    )


def message(name: str = "m", key: str = "") -> str:
    """A message to stand before the process."""
    inner = (
        f'<bpmn:extensionElements><zeebe:subscription correlationKey="{key}" /></bpmn:extensionElements>' if key else ""
    )
    return f'<bpmn:message id="{name}" name="{name}-name">{inner}</bpmn:message>'


def on_message(name: str = "m") -> str:
    return f'<bpmn:messageEventDefinition messageRef="{name}" />'


def catch(name: str, inner: str) -> str:
    return f'<bpmn:intermediateCatchEvent id="{name}">{inner}</bpmn:intermediateCatchEvent>'


def throw(name: str, inner: str) -> str:
    return f'<bpmn:intermediateThrowEvent id="{name}">{inner}</bpmn:intermediateThrowEvent>'


def boundary(name: str, host: str, inner: str, interrupting: bool = True) -> str:
    cancel = str(interrupting).lower()
    return (
        f'<bpmn:boundaryEvent id="{name}" attachedToRef="{host}" cancelActivity="{cancel}">{inner}</bpmn:boundaryEvent>'
    )


def deploy(body: str, before: str = "") -> Graph:
    """The process ready to run; fails the test with its problems if it is refused."""
    graph, problems = check_process(file(body, before), source="test.bpmn")
    assert graph is not None, "\n".join(map(str, problems))
    return graph


def problems_of(body: str, before: str = "") -> tuple[Problem, ...]:
    """What is found in the process."""
    return check_process(file(body, before), source="test.bpmn")[1]


def errors_of(body: str, before: str = "") -> list[tuple[str | None, str]]:
    """The errors found: element and code."""
    return [(problem.element, problem.code) for problem in problems_of(body, before) if problem.severity == "error"]


class Walk:
    """A process being run, for tests: keeps state, clock and the last effects; every step goes through a store."""

    def __init__(
        self,
        graph: Graph,
        data: Mapping[str, object] | None = None,
        message: str | None = None,
        signal: str | None = None,
    ) -> None:
        self.graph = graph
        self.now = NOW
        self._take(start(graph, data or {}, now=self.now, message=message, signal=signal))

    def _take(self, result: Step) -> None:
        self.state = State.decode(result.state.encode())
        self.effects: tuple[Effect, ...] = result.effects

    def send(self, event: Event, after: timedelta = timedelta()) -> Walk:
        self.now += after
        self._take(step(self.graph, self.state, event, now=self.now))
        return self

    def task(self, element: str) -> int:
        """The id of the open task of that element."""
        return next(key for key, at in self.state.open_tasks.items() if at == element)

    def timer(self, element: str) -> int:
        return next(key for key, item in self.state.timers.items() if item.element == element)

    @property
    def open(self) -> list[str]:
        """The elements that wait, sorted: tasks, jobs, events, and what cannot put its result into the data."""
        return sorted(item.element for item in self.state.things.values() if item.kind in WAITING)

    @property
    def incidents(self) -> list[tuple[str, str]]:
        return [(item.element, item.code) for item in self.state.incidents.values()]

    def seen(self, kind: type[Effect]) -> list[Effect]:
        return [effect for effect in self.effects if isinstance(effect, kind)]
