"""The second reading: what the library reads in the file must be what we read in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.bpmn.graph import (
    Activity,
    EventNode,
    ExclusiveGateway,
    Graph,
    InclusiveGateway,
    Node,
    ReceiveTask,
    SendTask,
)
from engine.bpmn.lane import Lane
from engine.bpmn.second_engine.prepared import ALWAYS, Prepared
from engine.bpmn.triggers import Message, Signal

_SAME = {"manualTask": "task", "transaction": "subProcess"}
_SHOWN = 5


class Unreadable(Exception):
    """The library does not read the process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A process as the library read it: its specification and those of its scopes."""

    process: Any
    scopes: Mapping[str, Any]
    kinds: Mapping[type, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What both readings must agree on, as text that a reader of the model knows."""

    elements: frozenset[str]
    flows: frozenset[str]
    lanes: frozenset[str]
    messages: frozenset[str]

    def differs(self, other: Facts) -> str:
        """What only one of the two readings has; empty when they are the same."""
        parts = []
        for name in ("elements", "flows", "lanes", "messages"):
            ours, theirs = getattr(self, name), getattr(other, name)
            if ours != theirs:
                parts.append(f"{name}: only ours {_some(ours - theirs)}, only SpiffWorkflow's {_some(theirs - ours)}")
        return "; ".join(parts)


def _some(texts: frozenset[str]) -> str:
    shown = sorted(texts)[:_SHOWN]
    return ", ".join(shown) + (f" and {len(texts) - _SHOWN} more" if len(texts) > _SHOWN else "") or "nothing"


def read(prepared: Prepared, process: str) -> Read:
    """Let the library read a process; raises Unreadable with what it said."""
    from engine.bpmn.second_engine.spiff import Parser

    try:
        parser = Parser()
        parser.add_bpmn_xml(prepared.root)
        found = Read(
            process=parser.get_spec(process), scopes=parser.get_subprocess_specs(process), kinds=Parser.kinds()
        )
    except Exception as error:  # a wall: the library raises whatever a file makes it meet
        raise Unreadable(f"{type(error).__name__}: {error}") from error
    return found


def ours(graph: Graph) -> Facts:
    """What we read."""
    nodes = list(graph.nodes.values())
    return Facts(
        elements=frozenset(f"{node.id} ({_SAME.get(node.kind, node.kind)})" for node in nodes),
        flows=frozenset(
            _flow(flow.source, flow.target, _condition(node, flow.id, flow.condition.text if flow.condition else None))
            for node in nodes
            for flow in node.outgoing
        ),
        lanes=frozenset(_lanes(graph)),
        messages=frozenset(f"{node.id}: {name}" for node in nodes for name in _messages(node)),
    )


def _flow(source: str, target: str, condition: str | None) -> str:
    return f"{source} -> {target}" + (f" if {condition.strip()}" if condition else "")


def _condition(node: Node, flow: str, text: str | None) -> str | None:
    """The condition that counts: not that of a default."""
    if not isinstance(node, Activity | ExclusiveGateway | InclusiveGateway) or node.default == flow:
        return None
    return text


def _lanes(graph: Graph) -> Iterator[str]:
    """Each element of the process itself with the name of its innermost lane."""
    names: dict[str, Lane] = {node: lane for lane in graph.lanes for node in lane.nodes}
    for node, lane in names.items():
        if node in graph.nodes and graph.nodes[node].scope == graph.process_id and lane.name:
            yield f"{node} in {lane.name}"


def _messages(node: Node) -> Iterator[str]:
    if isinstance(node, SendTask | ReceiveTask):
        yield f"message {node.message.name}"
    for trigger in node.triggers if isinstance(node, EventNode) else ():
        match trigger:
            case Message():
                yield f"message {trigger.message.name}"
            case Signal():
                yield f"signal {trigger.name}"


def theirs(found: Read, prepared: Prepared, graph: Graph) -> Facts:
    """What the library read."""
    elements, flows, lanes, messages = set[str](), set[str](), set[str](), set[str]()
    for scope, spec in {graph.process_id: found.process, **found.scopes}.items():
        for task in list(spec.task_specs.values()):
            element = getattr(task, "bpmn_id", None)
            if element is None or task.name.endswith(" [child]") or element in prepared.added:
                continue
            elements.add(f"{element} ({_kind(task, spec, found.kinds)})")
            flows.update(_flow(element, target, text) for target, text in _ways(task, prepared))
            messages.update(f"{owner}: {name}" for owner, name in _heard(task))
            if scope == graph.process_id and task.lane:
                lanes.add(f"{element} in {task.lane}")
    return Facts(
        elements=frozenset(elements), flows=frozenset(flows), lanes=frozenset(lanes), messages=frozenset(messages)
    )


def _kind(task: Any, spec: Any, kinds: Mapping[type, str]) -> str:
    within = getattr(task, "task_spec", None)
    name = kinds.get(type(spec.task_specs[within] if within else task), type(task).__name__)
    return _SAME.get(name, name)


def _ways(task: Any, prepared: Prepared) -> Iterator[tuple[str, str | None]]:
    """Where flows lead to from a task, through what was added behind it, with their conditions."""
    for target, text in _outputs(task):
        element = getattr(target, "bpmn_id", None) or target.name.removesuffix(".BoundaryEventSplit")
        if element in prepared.added and element.endswith(":split"):
            yield from _ways(target, prepared)
        elif element not in prepared.added and not _inner(target):
            yield element, None if text == ALWAYS and (task.bpmn_id, element) in prepared.always else text


def _inner(target: Any) -> bool:
    """Whether it is the library's own, not one of the model."""
    return getattr(target, "bpmn_id", None) is None and not target.name.endswith(".BoundaryEventSplit")


def _outputs(task: Any) -> Iterator[tuple[Any, str | None]]:
    conditions = getattr(task, "cond_task_specs", None)
    if conditions is None:
        yield from ((target, None) for target in task.outputs)
        return
    for condition, name in conditions:
        yield task._wf_spec.get_task_spec_from_name(name), condition.args[0] if condition is not None else None


def _heard(task: Any) -> Iterator[tuple[str, str]]:
    """The messages and signals of a task; a gateway that waits has those of the events behind it."""
    if (sends := getattr(task, "sends", None)) is not None:
        yield task.bpmn_id, f"message {sends}"
    definition = getattr(task, "event_definition", None)
    if definition is None:
        return
    owners = [(task.bpmn_id, definition)]
    if type(task).__name__ == "EventBasedGateway":
        owners = [
            (target.bpmn_id, each) for target, each in zip(task.outputs, definition.event_definitions, strict=True)
        ]
    for owner, each in owners:
        kind = type(each).__name__
        if kind in ("MessageEventDefinition", "Sent"):
            yield owner, f"message {each.name}"
        elif kind == "SignalEventDefinition":
            yield owner, f"signal {each.name}"
