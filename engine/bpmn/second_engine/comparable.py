"""On what the library is known to be wrong: a process with one of these is not compared, and says so.

Each was measured (SpiffWorkflow 3.2.0); a disagreement there would say nothing about the process.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from engine.bpmn.graph import (
    Activity,
    AdHocSubProcess,
    BoundaryEvent,
    CallActivity,
    CatchEvent,
    ComplexGateway,
    EndEvent,
    EventBasedGateway,
    EventNode,
    ExclusiveGateway,
    Graph,
    InclusiveGateway,
    MultiInstance,
    Node,
    ParallelGateway,
    StandardLoop,
    StartEvent,
    SubProcess,
    ThrowEvent,
    begins,
)
from engine.bpmn.reach import reached
from engine.bpmn.triggers import Cancel, Compensation, Condition, Error, Escalation, Link, Signal, Terminate, Timer

MOST_NODES = 250
"""Its parser calls itself for each element behind another."""
MOST_FLOWS = 1_000
MOST_AHEAD = 300
"""It draws the tree of everything that must come, in which each way has its own copy of what is behind a join."""
_ITS_NAMES = ("Root", "Start", "End", "StartEventSplit", "StartEventJoin")
_ITS_ENDINGS = (".BoundaryEventSplit", ".BoundaryEventJoin", ".EndJoin")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why an element keeps a process from being compared; `readable`: the library still reads it rightly."""

    node: Node | None
    text: str
    readable: bool = True


def reasons(graph: Graph) -> tuple[Reason, ...]:
    """Everything in the graph on which the library is no judge."""
    if len(graph.nodes) > MOST_NODES or len(graph.flows) > MOST_FLOWS:
        text = f"it cannot read more than {MOST_NODES} elements or {MOST_FLOWS} flows"
        return (Reason(node=None, text=text, readable=False),)
    return (*_of_graph(graph), *(reason for node in graph.nodes.values() for reason in _of_node(node, graph)))


def _of_graph(graph: Graph) -> Iterator[Reason]:
    ahead: dict[str, int] = {}
    for node in graph.nodes.values():
        if _ahead(graph, node, ahead) > MOST_AHEAD:
            yield Reason(node=node, text="what it foresees from here grows with every way through what follows")
            break
    for scope in dict.fromkeys(node.scope for node in graph.nodes.values()):
        starts = [node for node in graph.within(scope) if isinstance(node, StartEvent)]
        if len(starts) > 1:
            yield Reason(node=starts[1], text="it wants one start event in a scope", readable=False)
    thrown = {trigger for node in graph.nodes.values() for trigger in _thrown(node) if isinstance(trigger, Signal)}
    for node in graph.nodes.values():
        if isinstance(node, CatchEvent | BoundaryEvent) and thrown & set(node.triggers):
            yield Reason(node=node, text="it throws a signal before other branches listen for it")


def _ahead(graph: Graph, node: Node, known: dict[str, int]) -> int:
    """How many tasks the library foresees from a node on: without end where nothing chooses in a loop."""
    if node.id not in known:
        known[node.id] = MOST_AHEAD + 1  # what is met again while it is counted
        targets = [graph.nodes[flow.target] for flow in node.outgoing]
        if isinstance(node, ExclusiveGateway | InclusiveGateway | EventBasedGateway):
            known[node.id] = 1 + sum(1 + len(target.outgoing) for target in targets)
        else:
            known[node.id] = min(1 + sum(_ahead(graph, target, known) for target in targets), MOST_AHEAD + 1)
    return known[node.id]


def _of_join(node: Node, graph: Graph) -> Iterator[Reason]:
    if isinstance(node, ParallelGateway) and len(node.incoming) > 1 and _leads_to_itself(node, graph):
        yield Reason(node=node, text="it lets a parallel join go on without the flow that comes back from behind it")
    if isinstance(node, InclusiveGateway) and len(node.incoming) > 1 and any(map(_meets, _behind(node, graph))):
        yield Reason(node=node, text="its inclusive joins look back along one way only where ways met before")


def _leads_to_itself(join: Node, graph: Graph) -> bool:
    """Whether a flow into the join can only be reached from behind it: then no token ever goes on there."""
    first = [node.id for node in graph.within(join.scope) if not node.incoming and not isinstance(node, BoundaryEvent)]
    before = {flow for start in first for flow in reached(graph, start, join.id)}
    return any(flow.id not in before for flow in join.incoming)


def _meets(node: Node) -> bool:
    return (
        len(node.incoming) > 1
        or isinstance(node, BoundaryEvent)
        or bool(isinstance(node, Activity) and node.boundaries)
    )


def _behind(node: Node, graph: Graph) -> Iterator[Node]:
    """The nodes from which flows lead to a node."""
    seen, pending = {node.id}, [node]
    while pending:
        for flow in pending.pop().incoming:
            if flow.source not in seen:
                seen.add(flow.source)
                pending.append(graph.nodes[flow.source])
                yield graph.nodes[flow.source]


def _interrupted(node: Node, graph: Graph) -> bool:
    """Whether several instances of a subprocess can be interrupted, as a whole or with what is around them."""
    if not isinstance(node, SubProcess | CallActivity) or node.loop is None:
        return False
    at: Node | None = node
    while isinstance(at, Activity):
        if any(event.interrupting for event in at.boundaries) or any(
            _ends_all(each) for each in graph.within(at.scope)
        ):
            return True
        at = graph.nodes.get(at.scope)
    return False


def _mixed(node: Node) -> bool:
    """Whether flows are taken always, and others by a choice with a default (BPMN 2.0.2 §13.3.1, §10.6.3)."""
    if not isinstance(node, Activity | InclusiveGateway) or node.default is None:
        return False
    others = [flow.condition is None for flow in node.outgoing if flow.id != node.default]
    return any(others)


def _ends_all(node: Node) -> bool:
    return any(isinstance(trigger, Terminate | Error | Cancel) for trigger in _thrown(node))


def _thrown(node: Node) -> tuple[object, ...]:
    return node.triggers if isinstance(node, ThrowEvent | EndEvent) else ()


def _of_node(node: Node, graph: Graph) -> Iterator[Reason]:
    if node.id in _ITS_NAMES or node.id.endswith(_ITS_ENDINGS):
        yield Reason(node=node, text="it has elements of its own by that id", readable=False)
    yield from _of_join(node, graph)
    if isinstance(node, BoundaryEvent) and any(flow.target == node.attached_to for flow in node.outgoing):
        yield Reason(node=node, text="it never ends after an event that leads straight back to its own activity")
    elif isinstance(node, BoundaryEvent) and not node.interrupting and reached(graph, node.id, node.attached_to):
        yield Reason(
            node=node, text="it loses tokens where an event that does not interrupt leads back to its activity"
        )
    if _mixed(node):
        yield Reason(node=node, text="it takes no default flow beside one without condition")
    if _interrupted(node, graph):
        yield Reason(node=node, text="it raises where several instances of a subprocess are interrupted")
    if begins(node) and not isinstance(node, StartEvent):
        yield Reason(node=node, text="it starts processes at start events alone", readable=False)
    if isinstance(node, ComplexGateway):
        yield Reason(node=node, text="it does not know complex gateways", readable=False)
    if isinstance(node, EventNode):
        yield from _of_event(node)
    if isinstance(node, Activity):
        yield from _of_activity(node)
    if isinstance(node, AdHocSubProcess):
        yield Reason(node=node, text="it never reads how an ad-hoc subprocess is ordered and ends", readable=False)
    elif isinstance(node, SubProcess) and node.triggered_by_event and node.transaction:
        yield Reason(node=node, text="it does not read an event subprocess that is a transaction", readable=False)
    elif isinstance(node, SubProcess) and node.triggered_by_event:
        yield Reason(
            node=node, text="it goes on beside an interrupting event subprocess, and starts none within another"
        )
    if isinstance(node, CallActivity) and node.elsewhere is not None:
        yield Reason(node=node, text="it does not know processes of other bundles", readable=False)
    elif isinstance(node, CallActivity) and not graph.within(node.called):
        yield Reason(node=node, text="it calls nothing", readable=False)
    elif isinstance(node, CallActivity) and node.called in graph.nodes:
        yield Reason(node=node, text="it does not know global tasks", readable=False)


def _of_event(node: EventNode) -> Iterator[Reason]:
    if len(node.triggers) > 1:
        yield Reason(node=node, text="it takes several triggers otherwise", readable=False)
    for trigger in node.triggers:
        match trigger:
            case Link():
                yield Reason(node=node, text="it ends at a link instead of going on", readable=False)
            case Compensation():
                yield Reason(node=node, text="it compensates nothing", readable=False)
            case Condition():
                yield Reason(node=node, text="it looks at a condition only as its event is reached", readable=False)
            case Signal() if isinstance(node, EndEvent):
                yield Reason(node=node, text="a signal end event throws nothing in it", readable=False)
            case Timer() if trigger.definition.kind == "timeCycle":
                yield Reason(node=node, text="it repeats a timer otherwise")


def _of_activity(node: Activity) -> Iterator[Reason]:
    if node.for_compensation or node.handler:
        yield Reason(node=node, text="it compensates nothing", readable=False)
    if node.start_quantity > 1 or node.completion_quantity > 1:
        yield Reason(node=node, text="it ignores startQuantity and completionQuantity")
    if isinstance(node.loop, MultiInstance):
        if node.loop.after_first or node.loop.after_each:
            yield Reason(node=node, text="it ignores the behaviour of multiple instances")
        if node.loop.until is not None:
            yield Reason(node=node, text="its instances do not know how many are completed")
    if isinstance(node.loop, StandardLoop) and node.loop.condition and "loopCounter" in node.loop.condition.names:
        yield Reason(node=node, text="its loops have no loopCounter")
    caught = Counter(
        type(trigger)
        for event in node.boundaries
        for trigger in event.triggers
        if isinstance(trigger, Error | Escalation)
    )
    if any(count > 1 for count in caught.values()):
        yield Reason(node=node, text="it lets every boundary event catch that could")
