"""Ids and the references to them: each id once, each reference to something that is there."""

from __future__ import annotations

from engine.bpmn.document import DI, Element, is_model, line_of, name_of, reference, text_of
from engine.bpmn.problems import Mark, Problems

_ATTRIBUTES = (
    *("sourceRef", "targetRef", "attachedToRef", "default", "processRef", "messageRef", "signalRef", "errorRef"),
    *("escalationRef", "categoryValueRef", "dataObjectRef", "dataStoreRef", "activityRef"),
)
_CHILDREN = ("incoming", "outgoing", "flowNodeRef", "eventDefinitionRef", "participantRef", "messageFlowRef")


def check_ids(root: Element, problems: Problems) -> dict[str, Element]:
    """Every id of the model and its diagram with its element; an id given twice is an error (XML Schema, ID)."""
    found: dict[str, Element] = {}
    for element in root.iter():
        if not (is_model(element) or str(element.tag).startswith(f"{{{DI}}}")):
            continue
        name = element.get("id")
        if not name:
            continue
        if name in found:
            message = f"id {name!r} is given to {name_of(found[name])} on line {line_of(found[name])} too"
            problems.error(line_of(element), name, "duplicate-id", message, "give each element its own id")
        else:
            found[name] = element
    return found


def check_references(root: Element, ids: dict[str, Element], problems: Problems) -> None:
    """Every reference of the model must lead to an element of this file."""
    for element in root.iter():
        if not is_model(element):
            continue
        for name in _ATTRIBUTES:
            if (text := element.get(name)) is not None:
                _check(element, name, text, ids, problems)
        if name_of(element) in _CHILDREN:
            _check(element, name_of(element), text_of(element), ids, problems)


def _check(element: Element, name: str, text: str, ids: dict[str, Element], problems: Problems) -> None:
    if text and reference(text, element) in ids:
        return
    owner = element.get("id")
    parent = element.getparent()
    if owner is None and parent is not None:
        owner = parent.get("id")
    message = f"{name} of {name_of(element)} names {text!r}, which is not in this file"
    remedy, mark = "connect it to an element of this file", Mark(text=text) if text else None
    problems.error(line_of(element), owner, "dangling-reference", message, remedy, mark)
