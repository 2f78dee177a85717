"""Link a process with the processes of other bundles that it calls: one immutable graph, in which each stands once.

The elements of a called process go by `key@version/id`; those of the process itself keep their ids. A call of a process
of the same file already runs a scope that stands elsewhere in the graph. A linked call is the same, so errors,
cancellation, compensation and recursion cross it as they do there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from engine.bpmn.calls import CalledProcess, Version, prefix, prefix_of
from engine.bpmn.graph import (
    Activity,
    BoundaryEvent,
    CallActivity,
    ComplexGateway,
    EventNode,
    ExclusiveGateway,
    Flow,
    Graph,
    InclusiveGateway,
    MultiInstance,
    Node,
    UserTask,
)
from engine.bpmn.triggers import Compensation, Trigger

Meant = Callable[[Version, CalledProcess], Version]
"""Which deployed process a call means that stands in this version of its caller."""
Run = tuple[str, tuple[str, ...]]
"""What a call runs: the id of the process in the linked graph, and the names of data that live there."""


def calls_of(graph: Graph) -> tuple[CallActivity, ...]:
    """The calls of processes of other bundles, in the order of the file."""
    return tuple(node for node in graph.nodes.values() if isinstance(node, CallActivity) and node.elsewhere is not None)


def startable(graph: Graph) -> bool:
    """Whether a call can start it: at a start event without trigger, or without any where nothing leads to (§13.1)."""
    return bool(graph.started_by()) or not graph.starts


def link(own: Version, graphs: Mapping[Version, Graph], meant: Meant) -> Graph:
    """The graph of `own` with all others of `graphs`: everything that its calls, and theirs, mean."""
    root = graphs[own]
    if not calls_of(root):
        return root
    ids = {version: "" if version == own else prefix(version) for version in (own, *sorted(graphs))}
    roots = {version: ids[version] + graphs[version].process_id for version in ids}

    def part(version: Version) -> _Part:
        def run_by(call: CalledProcess) -> Run:
            called = meant(version, call)
            return roots[called], graphs[called].properties

        return _Part(ids[version], run_by, graphs[version])

    parts = [part(version) for version in ids]
    return replace(
        root,
        nodes=MappingProxyType({id: node for part in parts for id, node in part.nodes().items()}),
        flows=MappingProxyType({id: flow for part in parts for id, flow in part.flows.items()}),
        lanes=tuple(
            replace(lane, id=part.id(lane.id), nodes=part.ids(lane.nodes))
            for part in parts
            for lane in part.graph.lanes
        ),
        decisions={part.id(name): model for part in parts for name, model in part.graph.decisions.items()},
        reached={},
        _links={},
        _kinds={},
        _within={},
    )


class _Part:
    """One process under its prefix."""

    def __init__(self, before: str, run_by: Callable[[CalledProcess], Run], graph: Graph) -> None:
        self._before = before
        self._run_by = run_by
        self.graph = graph
        self.flows = {self.id(flow.id): self._flow(flow) for flow in graph.flows.values()}

    def id(self, id: str) -> str:
        """The id in the linked graph."""
        return self._before + id if id else id

    def ids(self, ids: tuple[str, ...]) -> tuple[str, ...]:
        """The ids in the linked graph."""
        return tuple(map(self.id, ids))

    def nodes(self) -> dict[str, Node]:
        """The nodes, renamed throughout; an activity holds the same boundary events as the graph."""
        found = {self.id(node.id): self._node(node) for node in self.graph.nodes.values()}
        for id, node in found.items():
            if isinstance(node, Activity) and node.boundaries:
                events = tuple(found[self.id(event.id)] for event in node.boundaries)
                found[id] = replace(node, boundaries=events)  # type: ignore[arg-type]
        return found

    def _flow(self, flow: Flow) -> Flow:
        return replace(flow, id=self.id(flow.id), source=self.id(flow.source), target=self.id(flow.target))

    def _node(self, node: Node) -> Node:
        changes: dict[str, Any] = {
            "id": self.id(node.id),
            "scope": self.id(node.scope),
            "incoming": tuple(self.flows[self.id(flow.id)] for flow in node.incoming),
            "outgoing": tuple(self.flows[self.id(flow.id)] for flow in node.outgoing),
        }
        if isinstance(node, Activity | ExclusiveGateway | InclusiveGateway | ComplexGateway) and node.default:
            changes["default"] = self.id(node.default)
        if isinstance(node, Activity) and node.handler:
            changes["handler"] = self.id(node.handler)
        if isinstance(node, Activity) and isinstance(node.loop, MultiInstance):
            changes["loop"] = self._loop(node.loop)
        if isinstance(node, EventNode):
            changes["triggers"] = tuple(map(self._trigger, node.triggers))
        if isinstance(node, BoundaryEvent):
            changes["attached_to"] = self.id(node.attached_to)
        if isinstance(node, UserTask):
            changes["not_same_as"] = self.ids(node.not_same_as)
        if isinstance(node, CallActivity):
            changes |= self._call(node)
        return replace(node, **changes)

    def _loop(self, loop: MultiInstance) -> MultiInstance:
        return replace(
            loop,
            after_first=self._trigger(loop.after_first) if loop.after_first is not None else None,
            after_each=tuple((holds, self._trigger(trigger)) for holds, trigger in loop.after_each),
        )

    def _trigger(self, trigger: Trigger) -> Trigger:
        if isinstance(trigger, Compensation) and trigger.activity:
            return replace(trigger, activity=self.id(trigger.activity))
        return trigger

    def _call(self, node: CallActivity) -> dict[str, Any]:
        """What a call runs, and the names of the data that live there."""
        if node.elsewhere is None:
            return {"called": self.id(node.called)}
        root, properties = self._run_by(node.elsewhere)
        return {"called": root, "elsewhere": None, "properties": properties}


def renamed(old: Graph, new: Graph, mapping: Mapping[str, str]) -> dict[str, str]:
    """Where the elements and flows of called processes stand in a new graph that calls other versions of them.

    The calls say so, the outer ones first: what a call runs becomes what the call at its place runs, under the same
    ids. `mapping` says where calls go that change their ids.
    """
    before: dict[str, str] = {"": ""}
    found: dict[str, str] = {}
    waiting = [""]
    while waiting:
        part = waiting.pop()
        for node in old.nodes.values():
            if not isinstance(node, CallActivity) or prefix_of(node.id) != part:
                continue
            target = new.nodes.get(mapping.get(node.id, before[part] + node.id.removeprefix(part)))
            inner = prefix_of(node.called)
            if isinstance(target, CallActivity) and inner not in before:
                before[inner] = prefix_of(target.called)
                found[node.called] = target.called
                waiting.append(inner)
    for id in (*old.nodes, *old.flows):
        if (part := prefix_of(id)) and part in before:
            found[id] = before[part] + id.removeprefix(part)
    return found
