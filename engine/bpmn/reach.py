"""What can still come: from where in a scope which flows into a gateway can be reached (BPMN 2.0 §13.4.3)."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.graph import Activity, EventNode, Flow, Graph, Node


def reached(graph: Graph, start: str, gateway: str) -> frozenset[str]:
    """The ids of the flows into `gateway` that a token at `start` may come by, without passing the gateway first."""
    known = graph.reached.get((start, gateway))
    if known is None:
        known = graph.reached[start, gateway] = frozenset(_walked(graph, start, gateway))
    return known


def _walked(graph: Graph, start: str, gateway: str) -> Iterator[str]:
    seen, ahead = {start}, [start]
    while ahead:
        for flow, target in ways(graph, graph.nodes[ahead.pop()]):
            if target == gateway:
                if flow is not None:
                    yield flow.id
            elif target not in seen:
                seen.add(target)
                ahead.append(target)


def ways(graph: Graph, node: Node) -> Iterator[tuple[Flow | None, str]]:
    """Where a token may go from a node: along its flows, by its boundary events, through its link."""
    for flow in node.outgoing:
        yield flow, flow.target
    if isinstance(node, Activity):
        for event in node.boundaries:
            yield None, event.id
    if isinstance(node, EventNode) and (target := graph.link(node)):
        yield None, target
