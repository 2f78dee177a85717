"""Move a running process by hand: end what lives somewhere, let tokens enter somewhere else."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from engine.bpmn.events import EventRefused, Modified, given
from engine.bpmn.graph import BoundaryEvent, Node, StartEvent, SubProcess, inner
from engine.bpmn.state import ROOT, Token
from engine.bpmn.work import Work

MOST_NAMED = 20
"""What a refusal names of all that lives; it stands in the trail."""


def modify(work: Work, event: Modified) -> None:
    """Do what the event says; raises EventRefused before anything changed."""
    for key in event.cancel:
        if key not in work.things or key == ROOT:
            known = _named([f"{key} ({thing.element})" for key, thing in work.things.items() if key != ROOT])
            raise EventRefused("no-such-thing", f"nothing that can be ended lives as {key}; there are {known}")
    begun = [Token(element=element, scope=_scope(work, element, scope)) for element, scope in event.begin]
    for token in begun:
        _check_stays(work, token, event.cancel)
    work.merge(ROOT, given(event.data))
    for token in begun:
        work.send(token)
    for key in event.cancel:
        if key in work.things:  # else it lived within another one that is ended
            work.cancel(key)


def _check_stays(work: Work, token: Token, ended: Collection[int]) -> None:
    """What begins does not end in the same act; raises EventRefused."""
    at = token.scope
    while at:
        if at in ended:
            message = f"{token.element} would begin in {token.scope}, which ends with {at}; end what is within instead"
            raise EventRefused("no-such-scope", message)
        at = work.things[at].parent


def _scope(work: Work, element: str, scope: int | None) -> int:
    """The live scope in which the element begins."""
    node = work.graph.nodes.get(element)
    by_event = isinstance(node, SubProcess) and node.triggered_by_event
    if node is None or by_event or isinstance(node, StartEvent | BoundaryEvent):
        kind = "n event subprocess" if by_event else f" {node.kind}" if node else ""
        what = f"is a{kind}; begin what stands behind its event" if node else "is not in the process"
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
    known = _named([str(key) for key in live])
    raise EventRefused("no-such-scope", f"{element} stands in {node.scope}, which lives as: {known}; say in which")


def _named(live: Sequence[str]) -> str:
    more = f" and {len(live) - MOST_NAMED} more" if len(live) > MOST_NAMED else ""
    return f"{', '.join(live[:MOST_NAMED])}{more}" or "none"


def _around(work: Work, element: str) -> str:
    node: Node | None = work.graph.nodes.get(element)
    return element if node is None else inner(node)
