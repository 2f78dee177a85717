"""Whose a part of a process is, called processes included (BPMN 2.0.2 §10.8)."""

from __future__ import annotations

from collections.abc import Collection

from engine.bpmn.graph import CallActivity, Graph


def roles_around(graph: Graph, element: str) -> frozenset[str]:
    """The role of the innermost lane around an element; where no lane of a called process says it, those of its calls.

    None at all: nobody in particular.
    """
    calls: dict[str, list[str]] = {}
    for node in graph.nodes.values():
        if isinstance(node, CallActivity):
            calls.setdefault(node.called, []).append(node.id)
    found, ahead, seen = set[str](), [element], set[str]()
    while ahead:
        at = ahead.pop()
        if at in seen:
            continue
        seen.add(at)
        if role := graph.role_of(at):
            found.add(role)
        else:
            ahead += calls.get(_outermost(graph, at), ())
    return frozenset(found)


def open_to(roles: Collection[str], around: Collection[str]) -> bool:
    """Whether who has these roles may act where those are around (`roles_around`): any of them, or nobody's at all."""
    return not around or any(role in around for role in roles)


def _outermost(graph: Graph, element: str) -> str:
    """The process or global task in which an element stands."""
    while element in graph.nodes and graph.nodes[element].scope != element:
        element = graph.nodes[element].scope
    return element
