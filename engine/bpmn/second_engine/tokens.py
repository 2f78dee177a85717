"""Where the library tells tokens apart otherwise than BPMN does: what a walk must know of it to be fair."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.bpmn.graph import (
    BoundaryEvent,
    EndEvent,
    EventBasedGateway,
    ExclusiveGateway,
    Graph,
    ParallelGateway,
    ThrowEvent,
)
from engine.bpmn.reach import reached
from engine.bpmn.state import State
from engine.bpmn.triggers import Cancel, Error, Terminate


def several(state: State) -> bool:
    """Whether more than one thing lives in one scope."""
    return any(thing.kind == "scope" and thing.alive > 1 for thing in state.things.values())


def forks(graph: Graph, elements: Iterable[str]) -> bool:
    """Whether a token may become several there: beside others, in a later round, the library loses one of them."""
    for element in elements:
        node = graph.nodes[element]
        if isinstance(node, BoundaryEvent) and not node.interrupting:
            return True
        if len(node.outgoing) > 1 and not isinstance(node, ExclusiveGateway | EventBasedGateway):
            return True
    return False


def starved(graph: Graph, state: State) -> bool:
    """Whether a parallel join in a loop waits for what cannot come any more: the library lets it go on."""
    for scope, joins in state.joins.items():
        here = [thing.element for thing in state.things.values() if thing.parent == scope] + [*joins]
        for element, held in joins.items():
            node = graph.nodes[element]
            if isinstance(node, ParallelGateway) and reached(graph, element, element):
                coming = {flow for at in here if at != element for flow in reached(graph, at, element)}
                if any(flow.id not in held and flow.id not in coming for flow in node.incoming):
                    return True
    return False


def once_if_it_ends(graph: Graph, passed: Iterable[str]) -> Iterator[str]:
    """The end and throw events; the library passes every token that came to one though the first ends the others."""
    ended = set[str]()
    for each in passed:
        node = graph.nodes.get(each)
        if isinstance(node, EndEvent | ThrowEvent) and each not in ended:
            if any(isinstance(trigger, Error | Terminate | Cancel) for trigger in node.triggers):
                ended.add(each)
            yield each
