"""The tree that the library gets: only what decides how tokens move, copied from our own checked tree.

Everything else (data, documentation, diagrams, extensions, and with them every text that it would run as Python) stays
out. What the library cannot read although BPMN gives it one meaning is written as what it means: a task with several
flows out of it as that task and a gateway (BPMN 2.0 §8.3.13), a scope without start or end events with them (§13.2).
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field

from lxml import etree

from engine.bpmn.document import MODEL, Element, child, children, name_of, reference, text_of

INSTANCES = "hosoInstances"
"""The name that says how many instances a walk lets a multi-instance activity have."""
ALWAYS = "true"
_REFERENCES = ("sourceRef", "targetRef", "attachedToRef", "messageRef", "signalRef", "errorRef", "escalationRef")
_PLAIN = ("id", "name", "default", "errorCode", "escalationCode", "loopMaximum")
_FLAGS = {"cancelActivity": "true", "triggeredByEvent": "false", "isSequential": "false", "testBefore": "false"}
_GATEWAYS = ("exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway", "complexGateway")
_TASKS = (
    *("task", "userTask", "manualTask", "serviceTask", "scriptTask", "businessRuleTask", "sendTask", "receiveTask"),
    *("callActivity", "subProcess", "transaction", "adHocSubProcess"),
)
_EVENTS = ("startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent")
_NODES = (*_GATEWAYS, *_TASKS, *_EVENTS)
_SCOPES = ("subProcess", "transaction", "adHocSubProcess")
_ROOTS = ("message", "signal", "error", "escalation")


@dataclass(slots=True, kw_only=True)
class Prepared:
    """The library's tree, and the ids that were added to it: gateways behind tasks, starts and ends of scopes.

    They have a colon, which no id of a file has (XML Schema, ID). `always` are the ends of flows that got a
    condition which always holds.
    """

    root: Element
    added: set[str] = field(default_factory=set)
    always: set[tuple[str, str]] = field(default_factory=set)


def prepare(root: Element, processes: Container[str]) -> Prepared:
    """The tree for the library with these processes, made from a tree that our own checks passed."""
    prepared = Prepared(root=etree.Element(f"{{{MODEL}}}definitions", nsmap={"bpmn": MODEL}))
    definitions = {
        item.get("id") or "": item
        for item in root.iter(etree.Element)
        if str(item.tag).startswith(f"{{{MODEL}}}") and name_of(item).endswith("EventDefinition")
    }
    for item in children(root, *_ROOTS):
        copy = _copy(prepared.root, item)
        if name_of(item) in ("error", "escalation"):
            # As our kernel: one without a code goes by its name.
            code = item.get("errorCode") or item.get("escalationCode") or item.get("name") or item.get("id") or ""
            copy.set(f"{name_of(item)}Code", code)
    for process in children(root, "process"):
        if process.get("id") not in processes:
            continue
        copy = _copy(prepared.root, process)
        copy.set("isExecutable", "true")
        _lanes(copy, process)
        _scope(copy, process, definitions, prepared)
    return prepared


def _copy(parent: Element, item: Element) -> Element:
    """The element with the attributes that matter, under `parent`."""
    copy = etree.SubElement(parent, item.tag)
    for name in _PLAIN:
        if (value := item.get(name)) is not None:
            copy.set(name, value.strip())
    for name in _REFERENCES:
        if value := item.get(name):
            copy.set(name, reference(value, item))
    if value := item.get("calledElement"):
        copy.set("calledElement", reference(value, item))
    for name, default in _FLAGS.items():
        if (value := item.get(name)) is not None:
            copy.set(name, "true" if value.strip() in ("true", "1") else "false" if value.strip() else default)
    return copy


def _lanes(copy: Element, container: Element) -> None:
    for lane_set in children(container, "laneSet", "childLaneSet"):
        inner = etree.SubElement(copy, lane_set.tag)
        for lane in children(lane_set, "lane"):
            one = _copy(inner, lane)
            for node in children(lane, "flowNodeRef"):
                etree.SubElement(one, node.tag).text = reference(text_of(node), node)
            _lanes(one, lane)


def _scope(copy: Element, container: Element, definitions: dict[str, Element], prepared: Prepared) -> None:
    nodes = {item.get("id") or "": item for item in children(container, *_NODES)}
    for item in nodes.values():
        node = _copy(copy, item)
        _parts(node, item, definitions)
        if name_of(item) in _SCOPES:
            _scope(node, item, definitions, prepared)
    flows = [_flow(item) for item in _in_listed_order(container, nodes)]
    for node_id, item in nodes.items():
        flows += _behind(copy, item, [flow for flow in flows if flow.get("sourceRef") == node_id], prepared)
    flows += _borders(copy, nodes.values(), flows, prepared.added)
    copy.extend(flows)


def _flow(item: Element) -> Element:
    holder = etree.Element("holder")
    flow = _copy(holder, item)
    condition = child(item, "conditionExpression")
    if condition is not None:
        etree.SubElement(flow, condition.tag).text = text_of(condition)
    return flow


def _in_listed_order(container: Element, nodes: dict[str, Element]) -> list[Element]:
    """The flows so that those of one node stand in the order in which it lists them: conditions are tried in it."""
    place = {
        reference(text_of(item), item): index
        for node in nodes.values()
        for index, item in enumerate(children(node, "outgoing"))
    }
    flows = list(children(container, "sequenceFlow"))
    return sorted(flows, key=lambda flow: place.get(flow.get("id") or "", len(flows)))


def _parts(node: Element, item: Element, definitions: dict[str, Element]) -> None:
    """What sets an event off, and how often an activity is done."""
    for part in children(item):
        name = name_of(part)
        definition = part
        if name == "eventDefinitionRef":
            definition = definitions[reference(text_of(part), part)]
        if name_of(definition).endswith("EventDefinition"):
            _copy(node, definition)
        elif name == "standardLoopCharacteristics":
            loop = _copy(node, part)
            if (condition := child(part, "loopCondition")) is not None:
                etree.SubElement(loop, condition.tag).text = text_of(condition)
        elif name == "multiInstanceLoopCharacteristics":
            etree.SubElement(_copy(node, part), f"{{{MODEL}}}loopCardinality").text = INSTANCES


def _behind(copy: Element, item: Element, flows: list[Element], prepared: Prepared) -> Iterator[Element]:
    """The gateway that several flows out of a node stand for, with the flow to it (BPMN 2.0 §8.3.13, §13.2.1)."""
    name, node_id, added = name_of(item), item.get("id") or "", prepared.added
    if name == "inclusiveGateway" and len(flows) > 1:
        prepared.always.update(_always(node_id, flows, item.get("default")))
    if name in (*_GATEWAYS, "startEvent") or len(flows) < 2:
        return
    conditional = item.get("default") or any(len(flow) for flow in flows)
    gateway = etree.SubElement(copy, f"{{{MODEL}}}{'inclusive' if conditional else 'parallel'}Gateway")
    gateway.set("id", _add(f"{node_id}:split", added))
    if default := item.get("default"):
        gateway.set("default", default)
    if conditional:
        prepared.always.update(_always(f"{node_id}:split", flows, item.get("default")))
    for flow in flows:
        flow.set("sourceRef", f"{node_id}:split")
    yield _between(node_id, f"{node_id}:split", added)


def _always(source: str, flows: Iterable[Element], default: str | None) -> Iterator[tuple[str, str]]:
    """Flows without condition are always taken; the library wants that said. Gives their ends."""
    for flow in flows:
        if not len(flow) and flow.get("id") != default:
            etree.SubElement(flow, f"{{{MODEL}}}conditionExpression").text = ALWAYS
            yield source, flow.get("targetRef") or ""


def _borders(copy: Element, nodes: Iterable[Element], flows: list[Element], added: set[str]) -> Iterator[Element]:
    """Start and end events where the scope leaves them out (BPMN 2.0 §10.5.2, §10.5.3)."""
    inner = [node for node in nodes if node.get("triggeredByEvent") not in ("true", "1")]
    sources, targets = ({flow.get(end) for flow in flows} for end in ("sourceRef", "targetRef"))
    scope = copy.get("id")
    if not any(name_of(node) == "startEvent" for node in inner):
        start = etree.SubElement(copy, f"{{{MODEL}}}startEvent")
        start.set("id", _add(f"{scope}:start", added))
        for node in inner:
            if name_of(node) != "boundaryEvent" and node.get("id") not in targets:
                yield _between(f"{scope}:start", node.get("id") or "", added)
    for node in inner:
        if name_of(node) != "endEvent" and node.get("id") not in sources:
            end = etree.SubElement(copy, f"{{{MODEL}}}endEvent")
            end.set("id", _add(f"{node.get('id')}:end", added))
            yield _between(node.get("id") or "", f"{node.get('id')}:end", added)


def _between(source: str, target: str, added: set[str]) -> Element:
    flow = etree.Element(f"{{{MODEL}}}sequenceFlow")
    flow.set("id", _add(f"{source}:to:{target}", added))
    flow.set("sourceRef", source)
    flow.set("targetRef", target)
    return flow


def _add(name: str, added: set[str]) -> str:
    added.add(name)
    return name
