"""Attributes of other namespaces: read, refused or named."""

from __future__ import annotations

from collections.abc import Callable

from engine.bpmn.document import CAMUNDA, MODEL, XSI, ZEEBE, attributes, line_of
from engine.bpmn.expressions import is_foreign
from engine.bpmn.problems import Mark
from engine.bpmn.vendor.assignment import read_assignment_attributes
from engine.bpmn.vendor.calls import read_call_attributes, read_tag_attribute
from engine.bpmn.vendor.decisions import read_decision_attributes
from engine.bpmn.vendor.forms import read_form_reference
from engine.bpmn.vendor.jobs import read_topic
from engine.bpmn.vendor.loops import read_loop_attributes
from engine.bpmn.vendor.place import PRESENTATION, Place
from engine.bpmn.vendor.schedule import read_schedule_attributes
from engine.bpmn.vendor.scripts import read_result_attribute

_TEMPLATE = {"modelerTemplate", "modelerTemplateVersion", "modelerTemplateIcon", "diagramRelationId"}
_READ_ATTRIBUTES = {
    "userTask": {"assignee", "candidateUsers", "candidateGroups", "formRef", "formRefBinding"}
    | {"dueDate", "followUpDate", "priority"},
    "serviceTask": {"type", "topic"},
    "scriptTask": {"resultVariable"},
    "businessRuleTask": {"decisionRef", "decisionRefBinding", "mapDecisionResult", "resultVariable"},
    "multiInstanceLoopCharacteristics": {"collection", "elementVariable"},
    "callActivity": {"calledElementBinding", "calledElementVersion", "calledElementVersionTag"},
    "process": {"versionTag"},
}
# Attributes of Camunda 7 that leave the course of a process as it is, and what becomes of them.
_WITHOUT_EFFECT = {
    "async": "every step is a transaction of its own",
    "asyncBefore": "every step is a transaction of its own",
    "asyncAfter": "every step is a transaction of its own",
    "exclusive": "steps of one dossier never run at the same time",
    "jobPriority": "job priorities are not applied",
    "taskPriority": "job priorities are not applied",
    "historyTimeToLive": "the trail is kept; it has no time to live",
    "isStartableInTasklist": "who may start a dossier is a role's matter",
    "candidateStarterUsers": "who may start a dossier is a role's matter",
    "candidateStarterGroups": "who may start a dossier is a role's matter",
    "errorMessage": "an error is known by its code",
    "initiator": "the submitter is kept with the dossier",
}


_READERS: dict[str, Callable[[Place], None]] = {
    "serviceTask": read_topic,
    "scriptTask": read_result_attribute,
    "businessRuleTask": read_decision_attributes,
    "multiInstanceLoopCharacteristics": read_loop_attributes,
    "callActivity": read_call_attributes,
    "process": read_tag_attribute,
}


def read_attributes(place: Place) -> None:
    """Read the attributes of other namespaces."""
    element, problems = place.element, place.problems
    for space, local, _ in attributes(element):
        if space in (None, MODEL, XSI) or (space in (CAMUNDA, ZEEBE) and local in _TEMPLATE):
            continue
        if space == CAMUNDA and local in _READ_ATTRIBUTES.get(place.kind, ()):
            continue
        _unread_attribute(place, str(space), local)
    if place.kind == "userTask":
        read_assignment_attributes(place)
        read_form_reference(place)
        read_schedule_attributes(place)
    elif place.kind in _READERS:
        _READERS[place.kind](place)
    if any(is_foreign(value) for space, name, value in attributes(element) if space is None and name != "name"):
        problems.error(
            line_of(element),
            place.owner,
            "expression-foreign-language",
            "an attribute holds a ${…} expression, which is not executed",
            "write plain text there, and FEEL where expressions belong",
        )


def _unread_attribute(place: Place, space: str, local: str) -> None:
    element, mark = place.element, Mark(attribute=local)
    prefix = next((prefix for prefix, uri in element.nsmap.items() if uri == space), None)
    if space.startswith(PRESENTATION):
        return
    if prefix == "hoso" or "hoso" in space.lower():
        place.refuse(
            element,
            "hoso-attribute",
            f"attribute hoso:{local} is unknown",
            f'write it as an extension property: name="hoso:{local}"',
            mark,
        )
    elif space == CAMUNDA and local in _WITHOUT_EFFECT:
        message = f"camunda:{local} has no effect: {_WITHOUT_EFFECT[local]}"
        place.note(element, "extension-without-effect", message, "remove it", mark)
    elif space in (CAMUNDA, ZEEBE):
        place.refuse(
            element,
            "extension-unsupported",
            f"attribute {prefix or space}:{local} on {place.kind} is not supported",
            "remove it, or say the same with what Hoso executes",
            mark,
        )
    else:
        place.note(
            element,
            "extension-unknown",
            f"attribute {local} of {space} is not read",
            "remove it if it should do anything",
            mark,
        )
