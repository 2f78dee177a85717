"""Read BPMN 2.0 XML into graphs. Bad input gives problems, never an exception.

A node that cannot be executed stays in the graph as a bare `Node`, so that the rules about structure see the whole
shape; its problem keeps the process from being deployed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from engine.bpmn.collaboration import check_collaborations
from engine.bpmn.document import MODEL, Element, child, children, line_of, name_of, parse, reference, text_of
from engine.bpmn.expressions import compile_at, speaks_feel
from engine.bpmn.graph import Activity, BoundaryEvent, CallActivity, Flow, Graph, Node, SubProcess
from engine.bpmn.lane import Lane
from engine.bpmn.lanes import read_lanes
from engine.bpmn.nodes import Source, read_node
from engine.bpmn.nodes.source import data_of
from engine.bpmn.problems import Problem, Problems
from engine.bpmn.references import check_ids, check_references
from engine.bpmn.roots import Roots, check_roots, read_roots
from engine.bpmn.scripts import Language
from engine.bpmn.triggers import Compensation
from engine.bpmn.vendor import read_extensions
from engine.feel import Expression

_DRAWING = {"documentation", "extensionElements", "laneSet", "textAnnotation", "association", "group"}
_DRAWN = (
    *(
        "definitions",
        "collaboration",
        "participant",
        "messageFlow",
        "laneSet",
        "textAnnotation",
        "association",
        "group",
    ),
    *("category", "dataObject", "dataObjectReference", "dataStoreReference", "dataStore"),
    *("signal", "error", "escalation", "itemDefinition", "timerEventDefinition", "standardLoopCharacteristics"),
    *("script", "condition", "loopCondition", "loopCardinality", "completionCondition"),
)
NO_SCRIPTS: Mapping[str, Language] = MappingProxyType({})
_DATA = {"dataObject", "dataObjectReference", "dataStoreReference"}
# Parts of a subprocess that are read, or named, where the subprocess itself is.
_NO_NODES = {
    *("incoming", "outgoing", "multiInstanceLoopCharacteristics", "standardLoopCharacteristics", "completionCondition"),
    *("dataInputAssociation", "dataOutputAssociation", "property"),
}
_PROCESS_PARTS = {
    *("auditing", "monitoring", "ioSpecification", "supportedInterfaceRef", "ioBinding", "supports"),
    *("performer", "humanPerformer", "potentialOwner", "resourceRole", "correlationSubscription"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The executable processes of a file, and what is wrong with it. With an error none of them may run."""

    graphs: tuple[Graph, ...]
    problems: tuple[Problem, ...]


def read_process(xml: bytes, *, source: str = "process.bpmn") -> Reading:
    """Read every executable process of the file; `source` is the file's name in problems."""
    problems = Problems(source)
    root = parse(xml, problems)
    graphs = read_tree(root, problems) if root is not None else ()
    return Reading(graphs=graphs, problems=problems.found())


def read_tree(root: Element, problems: Problems, scripts: Mapping[str, Language] = NO_SCRIPTS) -> tuple[Graph, ...]:
    """Read a parsed file; findings go to `problems`. `scripts` are the languages of script tasks beside FEEL."""
    ids = check_ids(root, problems)
    check_references(root, ids, problems)
    check_roots(root, problems)
    check_collaborations(root, problems)
    roots = read_roots(root, problems)
    _check_elsewhere(root, problems)
    graphs = []
    for process in children(root, "process"):
        if (process.get("isExecutable") or "false").strip() in ("true", "1"):
            graphs.append(_Reader(roots, ids, problems, scripts).graph(process))
    return tuple(graphs)


def _check_elsewhere(root: Element, problems: Problems) -> None:
    """What is said beyond BPMN on elements that are only drawn, or parts of others: refused or named there too."""
    for element in root.iter(*(f"{{{MODEL}}}{name}" for name in _DRAWN)):
        owner = element.get("id") or ""
        for name in read_extensions(element, owner, problems).properties:
            message = f"property hoso:{name} is unknown on {name_of(element)}"
            problems.error(line_of(element), owner, "property-unknown", message, "remove it")


class _Reader:
    """Reads one process with all that stands within it and all that it calls."""

    def __init__(self, roots: Roots, ids: Collection[str], problems: Problems, scripts: Mapping[str, Language]) -> None:
        self._roots = roots
        self._ids = ids
        self._problems = problems
        self._scripts = scripts
        self._nodes: dict[str, Node] = {}
        self._flows: dict[str, Flow] = {}
        self._lanes: list[Lane] = []
        self._read: set[str] = set()

    def graph(self, process: Element) -> Graph:
        """The graph of an executable process."""
        process_id, problems = process.get("id") or "", self._problems
        if not process_id:
            problems.error(line_of(process), None, "no-id", "the executable process has no id", "give it one")
        extensions = read_extensions(process, process_id, problems)
        for name in extensions.properties:
            message = f"property hoso:{name} is unknown on process"
            problems.error(line_of(process), process_id, "property-unknown", message, "remove it")
        if process.get("processType") == "Public":
            message = "a public process shows only what others see of it and cannot be executable (BPMN 2.0 §10.2)"
            problems.error(line_of(process), process_id, "process-public", message, 'set processType="Private" or none')
        self._scope(process, {})
        self._called()
        return Graph(
            process_id=process_id,
            name=process.get("name") or process_id,
            line=line_of(process),
            nodes=MappingProxyType(_with_handlers(_with_boundaries(self._nodes, problems), process, problems)),
            flows=MappingProxyType(self._flows),
            lanes=tuple(self._lanes),
            properties=data_of(process),
            version_tag=extensions.version_tag,
            declared=tuple(
                item.get("name") or "" for item in children(process, "property", "dataObject", "dataObjectReference")
            ),
        )

    def _scope(self, container: Element, roles: Mapping[str, str]) -> None:
        """Everything that stands directly in a process or subprocess, then what stands within that."""
        scope, problems = container.get("id") or "", self._problems
        self._read.add(scope)
        lanes, own = read_lanes(container, problems)
        self._lanes += lanes
        roles = {**roles, **own}
        elements = {item.get("id", ""): item for item in _flow_nodes(container, scope, problems)}
        flows = {flow.id: flow for flow in _read_flows(container, elements, self._ids, problems)}
        self._flows |= flows
        ends = _ends(container, flows.values(), self._ids)
        for node_id, element in elements.items():
            role = roles.get(node_id) or roles.get(scope)
            source = Source(
                element=element,
                id=node_id,
                scope=scope,
                roots=self._roots,
                role=role,
                problems=problems,
                scripts=self._scripts,
            )
            node = read_node(source) or Node(**source.base)
            self._nodes[node_id] = _connected(node, element, ends, problems)
            if isinstance(node, SubProcess):
                self._scope(element, {node_id: role} if role else {})
        _check_lane_nodes(lanes, self._nodes, self._ids, problems)

    def _called(self) -> None:
        """The processes and global tasks that are called, each once."""
        while missing := [
            node.called
            for node in self._nodes.values()
            if isinstance(node, CallActivity) and not node.elsewhere and node.called not in self._read
        ]:
            element = self._roots.callable[missing[0]]
            if name_of(element) == "process":
                self._scope(element, {})
                continue
            self._read.add(missing[0])
            source = Source(
                element=element,
                id=missing[0],
                scope=missing[0],
                roots=self._roots,
                role=None,
                problems=self._problems,
                scripts=self._scripts,
            )
            self._nodes[missing[0]] = read_node(source) or Node(**source.base)


def _with_handlers(nodes: dict[str, Node], process: Element, problems: Problems) -> dict[str, Node]:
    """Activities know what compensates them: an association leads there from their boundary event (§10.7.1)."""
    for association in process.getroottree().iter(f"{{{MODEL}}}association"):  # of called processes as well
        ends = [nodes.get(reference(association.get(name) or "", association)) for name in ("sourceRef", "targetRef")]
        event, handler = ends
        if not isinstance(event, BoundaryEvent) or not isinstance(handler, Activity):
            continue
        if not any(isinstance(trigger, Compensation) for trigger in event.triggers):
            continue
        if not handler.for_compensation:
            message = f"{handler.id} compensates {event.attached_to}, but is not for compensation"
            problems.error(handler.line, handler.id, "handler", message, "mark it as for compensation")
        host = nodes.get(event.attached_to)
        if isinstance(host, Activity):
            nodes[host.id] = replace(host, handler=handler.id)
    return nodes


def _flow_nodes(process: Element, process_id: str, problems: Problems) -> Iterable[Element]:
    for item in children(process):
        name, line = name_of(item), line_of(item)
        if name in _DATA:
            message = f"{name} is drawn only: data lies in the dossier's data"
            problems.warning(line, item.get("id"), "data-drawn-only", message, "remove it, or keep it as a picture")
        elif name in _NO_NODES:
            continue
        elif name in _PROCESS_PARTS:
            problems.error(line, process_id, "part-unsupported", f"{name} is not executed yet", "remove it")
        elif name in _DRAWING or name == "sequenceFlow":
            continue
        elif not item.get("id"):
            problems.error(line, None, "no-id", f"the {name} has no id", "give it one")
        else:
            yield item


def _read_flows(
    process: Element, elements: Mapping[str, Element], ids: Collection[str], problems: Problems
) -> Iterable[Flow]:
    for item in children(process, "sequenceFlow"):
        flow_id, line = item.get("id"), line_of(item)
        if not flow_id:
            problems.error(line, None, "no-id", "the sequenceFlow has no id", "give it one")
            continue
        ends = [reference(item.get(name) or "", item) for name in ("sourceRef", "targetRef")]
        for end in ends:
            if end not in elements and end in ids:
                message = f"the flow's end {end!r} is no flow node of this process"
                problems.error(line, flow_id, "flow-end", message, "connect two flow nodes of one process")
        read_extensions(item, flow_id, problems)
        if (item.get("isImmediate") or "true").strip() not in ("true", "1"):
            message = "isImmediate is false, which an executable process forbids (BPMN 2.0 table 8.60)"
            problems.error(line, flow_id, "flow-not-immediate", message, "remove the attribute")
        condition = _read_condition(item, flow_id, problems)
        name = item.get("name") or ""
        if all(end in elements for end in ends):
            yield Flow(id=flow_id, name=name, line=line, source=ends[0], target=ends[1], condition=condition)


def _read_condition(item: Element, flow_id: str, problems: Problems) -> Expression | None:
    part = child(item, "conditionExpression")
    if part is None:
        return None
    read_extensions(part, flow_id, problems)
    text = text_of(part)
    if not text:
        problems.error(
            line_of(part), flow_id, "condition-empty", "the flow's condition is empty", "write FEEL, or remove it"
        )
        return None
    return compile_at(text, part, flow_id, problems) if speaks_feel(part, flow_id, problems) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Flows:
    """The flows by their ends; `listed`: the nodes of this process list theirs, so all of them must (FlowNode).

    References to what is not among `ids`, the ids of the file, are reported where references are checked.
    """

    into: Mapping[str, list[Flow]]
    out_of: Mapping[str, list[Flow]]
    listed: bool
    ids: Collection[str]


def _ends(process: Element, flows: Iterable[Flow], ids: Collection[str]) -> _Flows:
    into: dict[str, list[Flow]] = {}
    out_of: dict[str, list[Flow]] = {}
    for flow in flows:
        into.setdefault(flow.target, []).append(flow)
        out_of.setdefault(flow.source, []).append(flow)
    listed = any(True for _ in process.iterdescendants(f"{{{MODEL}}}incoming", f"{{{MODEL}}}outgoing"))
    return _Flows(into=into, out_of=out_of, listed=listed, ids=ids)


def _connected(node: Node, element: Element, flows: _Flows, problems: Problems) -> Node:
    incoming = _in_listed_order(node, element, "incoming", flows, problems)
    outgoing = _in_listed_order(node, element, "outgoing", flows, problems)
    direction = element.get("gatewayDirection", "Unspecified")
    _check_direction(node, direction, len(incoming), len(outgoing), problems)
    return replace(node, incoming=incoming, outgoing=outgoing)


def _in_listed_order(node: Node, element: Element, name: str, ends: _Flows, problems: Problems) -> tuple[Flow, ...]:
    """The node's flows in the order in which it lists them (conditions are tried in it); the lists must be true."""
    flows = (ends.into if name == "incoming" else ends.out_of).get(node.id, [])
    listed = [reference(text_of(item), item) for item in children(element, name)]
    known = {flow.id for flow in flows}
    remedy = "save the model again from the modeler"
    for flow_id in listed:
        if flow_id not in known and flow_id in ends.ids:
            message = f"it lists {flow_id!r} as {name}, but that flow does not have it as its end"
            problems.error(node.line, node.id, "flow-lists", message, remedy)
    for flow in flows:
        if ends.listed and flow.id not in listed:
            problems.error(node.line, node.id, "flow-lists", f"it does not list flow {flow.id} as {name}", remedy)
    place = {flow_id: index for index, flow_id in enumerate(listed)}
    return tuple(sorted(flows, key=lambda flow: place.get(flow.id, len(place))))


def _check_direction(node: Node, direction: str, incoming: int, outgoing: int, problems: Problems) -> None:
    """BPMN 2.0 table 8.47: what a gateway's direction says of the number of its flows."""
    wrong = {
        "Converging": incoming < 2 or outgoing > 1,
        "Diverging": incoming > 1 or outgoing < 2,
        "Mixed": incoming < 2 or outgoing < 2,
    }.get(direction, False)
    if wrong:
        message = f"gatewayDirection is {direction} with {incoming} incoming and {outgoing} outgoing flows"
        problems.error(node.line, node.id, "gateway-direction", message, "correct the flows or remove the direction")


def _with_boundaries(nodes: Mapping[str, Node], problems: Problems) -> dict[str, Node]:
    events = [node for node in nodes.values() if isinstance(node, BoundaryEvent)]
    for event in events:
        host = nodes.get(event.attached_to)
        if host is None or (host.kind and not (isinstance(host, Activity) and host.scope == event.scope)):
            what = f"a {host.kind} of {host.scope}" if host is not None else "no flow node of the process"
            message = f"it is attached to {event.attached_to}, which is {what}, not an activity of {event.scope}"
            problems.error(event.line, event.id, "boundary-host", message, "attach it to a task beside it")
    attached: dict[str, list[BoundaryEvent]] = {}
    for event in events:
        attached.setdefault(event.attached_to, []).append(event)
    result = dict(nodes)
    for host_id, found in attached.items():
        host = nodes.get(host_id)
        if isinstance(host, Activity):
            result[host_id] = replace(host, boundaries=tuple(found))
    return result


def _check_lane_nodes(
    lanes: Iterable[Lane], nodes: Mapping[str, Node], ids: Collection[str], problems: Problems
) -> None:
    for lane in lanes:
        for node in lane.nodes:
            if node not in nodes and node in ids:
                message = f"lane {lane.name or lane.id} holds {node!r}, which is no flow node of the process"
                problems.error(lane.line, lane.id, "lane-node", message, "save the model again from the modeler")
