"""Move a running process by hand: end what lives somewhere, let tokens enter somewhere else."""

from __future__ import annotations

from engine.bpmn.events import EventRefused, Modified
from engine.bpmn.graph import BoundaryEvent, Node, StartEvent, inner
from engine.bpmn.state import ROOT, Token
from engine.bpmn.work import Work


def modify(work: Work, event: Modified) -> None:
    """Do what the event says; raises EventRefused before anything changed."""
    for key in event.cancel:
        if key not in work.things or key == ROOT:
            known = ", ".join(f"{key} ({thing.element})" for key, thing in work.things.items() if key != ROOT) or "none"
            raise EventRefused("no-such-thing", f"nothing that can be ended lives as {key}; there are {known}")
    begun = [Token(element=element, scope=_scope(work, element, scope)) for element, scope in event.begin]
    work.merge(ROOT, event.data)
    for token in begun:
        work.send(token)
    for key in event.cancel:
        if key in work.things:  # else it lived within another one that is ended
            work.cancel(key)


def _scope(work: Work, element: str, scope: int | None) -> int:
    """The live scope in which the element begins."""
    node = work.graph.nodes.get(element)
    if node is None or isinstance(node, StartEvent | BoundaryEvent):
        what = "is not in the process" if node is None else f"is a {node.kind}; begin what stands behind it"
        raise EventRefused("no-such-element", f"{element} {what}")
    live = [
        key
        for key, thing in work.things.items()
        if thing.kind == "scope" and _around(work, thing.element) == node.scope
    ]
    if scope is None and len(live) == 1:
        return live[0]
    if scope in live:
        return scope
    known = ", ".join(map(str, live)) or "none"
    raise EventRefused("no-such-scope", f"{element} stands in {node.scope}, which lives as: {known}; say in which")


def _around(work: Work, element: str) -> str:
    node: Node | None = work.graph.nodes.get(element)
    return element if node is None else inner(node)
