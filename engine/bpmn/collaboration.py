"""Pools and message flows: drawn beside the process, checked so that the drawing is true (BPMN 2.0 §9.3, §9.4)."""

from __future__ import annotations

from engine.bpmn.document import Element, child, children, line_of, name_of, reference
from engine.bpmn.problems import Problems

_NEVER_SENDS = {"startEvent", "intermediateCatchEvent", "boundaryEvent"}
_NEVER_RECEIVES = {"endEvent", "intermediateThrowEvent"}
_PARTS = {"participant", "messageFlow", "textAnnotation", "association", "group", "documentation", "extensionElements"}


def check_collaborations(root: Element, problems: Problems) -> None:
    """Message flows must join different pools, at elements that send and receive messages."""
    owners = {
        element.get("id", ""): process.get("id", "")
        for process in children(root, "process")
        for element in process.iter()
        if element.get("id")
    }
    elements = {element.get("id", ""): element for element in root.iter() if element.get("id")}
    for collaboration in children(root, "collaboration"):
        pools = {
            item.get("id", ""): reference(item.get("processRef") or "", item)
            for item in children(collaboration, "participant")
        }
        for item in children(collaboration):
            if name_of(item) not in _PARTS:
                problems.error(
                    line_of(item), item.get("id"), "element-unsupported", f"{name_of(item)} is not read", "remove it"
                )
        for flow in children(collaboration, "messageFlow"):
            _check_flow(flow, pools, owners, elements, problems)


def _check_flow(
    flow: Element, pools: dict[str, str], owners: dict[str, str], elements: dict[str, Element], problems: Problems
) -> None:
    ends = [reference(flow.get(name) or "", flow) for name in ("sourceRef", "targetRef")]
    source, target = (elements.get(end) for end in ends)
    if source is None or target is None:
        return
    sides = [pools.get(end) or owners.get(end) or end for end in ends]
    if sides[0] == sides[1]:
        _refuse(flow, "message-flow-inside", "the message flow stays inside one pool", "use a sequence flow", problems)
    for end, element, sends in ((ends[0], source, True), (ends[1], target, False)):
        if not _fits(element, sends):
            verb = "send" if sends else "receive"
            message = f"the message flow's end {end} is a {name_of(element)} that cannot {verb} messages"
            _refuse(flow, "message-flow-end", message, "connect it to a pool, a task or a message event", problems)


def _refuse(flow: Element, code: str, message: str, remedy: str, problems: Problems) -> None:
    problems.error(line_of(flow), flow.get("id"), code, message, remedy)


def _fits(element: Element, sends: bool) -> bool:
    name = name_of(element)
    if name in (_NEVER_SENDS if sends else _NEVER_RECEIVES) or name.endswith("Gateway"):
        return False
    if name.endswith("Event"):
        return child(element, "messageEventDefinition") is not None or child(element, "eventDefinitionRef") is not None
    return name == "participant" or name.endswith(("ask", "ctivity", "rocess")) or name == "transaction"
