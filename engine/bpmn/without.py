"""What can be reached although certain steps are never done: a forward walk that stops there.

It errs on one side: where branches run side by side within a subprocess, one that ends counts as the end of it, so that
more is reached than can be.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from engine.bpmn.graph import (
    Activity,
    AdHocSubProcess,
    BoundaryEvent,
    CallActivity,
    CatchEvent,
    EventNode,
    Graph,
    Node,
    ParallelGateway,
    SubProcess,
    begins,
    inner,
)


def reached_without(graph: Graph, steps: Collection[str]) -> frozenset[str]:
    """The ids of what a dossier can come to, or into, while none of the steps was completed."""
    return frozenset(_Walk(graph, frozenset(steps)).entered)


class _Walk:
    def __init__(self, graph: Graph, stops: frozenset[str]) -> None:
        self.graph, self.stops = graph, stops
        self.entered: set[str] = set()
        self._left: set[str] = set()
        self._arrived: dict[str, set[str]] = {}
        self._holders: dict[str, list[Node]] = {}
        for node in graph.nodes.values():
            if isinstance(node, SubProcess | CallActivity):
                self._holders.setdefault(inner(node), []).append(node)
        self._ahead = [node.id for node in _starting(graph, graph.process_id)]
        while self._ahead:
            self._enter(graph.nodes[self._ahead.pop()])

    def _enter(self, node: Node) -> None:
        if node.id not in self.entered:
            self.entered.add(node.id)
            if isinstance(node, Activity):
                self._ahead += [event.id for event in node.boundaries]
            if isinstance(node, SubProcess | CallActivity):
                self._ahead += [each.id for each in _starting(self.graph, inner(node))]
        if node.id not in self._left and self._leaves(node):
            self._leave(node)

    def _leaves(self, node: Node) -> bool:
        if node.id in self.stops:
            return False
        if isinstance(node, ParallelGateway):
            return len(self._arrived.get(node.id, ())) >= len(node.incoming)
        if isinstance(node, AdHocSubProcess) or not isinstance(node, SubProcess | CallActivity):
            return True
        return any(each.id in self._left and not each.outgoing for each in self.graph.within(inner(node)))

    def _leave(self, node: Node) -> None:
        self._left.add(node.id)
        for flow in node.outgoing:
            self._arrived.setdefault(flow.target, set()).add(flow.id)
            self._ahead.append(flow.target)
        if isinstance(node, EventNode) and (target := self.graph.link(node)):
            self._ahead.append(target)
        if not node.outgoing:  # what holds it may be done, too
            self._ahead += [holder.id for holder in self._holders.get(node.scope, ()) if holder.id in self.entered]


def _starting(graph: Graph, scope: str) -> Iterator[Node]:
    """Where tokens of a scope begin; event subprocesses may, at any time."""
    nodes = graph.within(scope) or tuple(filter(None, (graph.nodes.get(scope),)))
    for node in nodes:
        stands = isinstance(node, BoundaryEvent | CatchEvent) or (isinstance(node, Activity) and node.for_compensation)
        if begins(node) or (not node.incoming and not stands):
            yield node
