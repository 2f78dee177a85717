"""Extension elements: read by the element that they stand on, refused or named."""

from __future__ import annotations

from collections.abc import Callable

from lxml import etree

from engine.bpmn.document import CAMUNDA, ZEEBE, Element, child, name_of
from engine.bpmn.problems import Problems
from engine.bpmn.vendor.assignment import read_assignment, read_unit
from engine.bpmn.vendor.attributes import read_attributes
from engine.bpmn.vendor.calls import read_called_element, read_in, read_out, read_version_tag
from engine.bpmn.vendor.decisions import read_called_decision
from engine.bpmn.vendor.forms import read_form
from engine.bpmn.vendor.jobs import read_headers, read_task_definition
from engine.bpmn.vendor.loops import read_loop
from engine.bpmn.vendor.mappings import read_mapping, read_parameters
from engine.bpmn.vendor.messages import read_subscription
from engine.bpmn.vendor.place import PRESENTATION, Extensions, Place
from engine.bpmn.vendor.properties import read_properties
from engine.bpmn.vendor.schedule import read_priority, read_schedule, read_term
from engine.bpmn.vendor.scripts import read_script
from engine.bpmn.vendor.shapes import check_once, check_shape


def read_extensions(element: Element, owner: str, problems: Problems) -> Extensions:
    """Everything that foreign attributes and extension elements say on `element`."""
    place = Place(element=element, owner=owner, kind=name_of(element), problems=problems, found=Extensions())
    read_attributes(place)
    extension = child(element, "extensionElements")
    for item in extension if extension is not None else ():
        _read_element(item, place)
    read_term(place)
    read_unit(place)
    return place.found


def _read_element(item: Element, place: Place) -> None:
    if not isinstance(item.tag, str):
        return
    space, local = etree.QName(item).namespace, name_of(item)
    read = _ELEMENTS.get((space, local))
    if read is not None and place.kind in read[0]:
        check_shape(item, place)
        before = place.found.said()
        read[1](item, place)
        check_once(item, before, place)
    elif space is not None and space.startswith(PRESENTATION):
        return
    elif space in (CAMUNDA, ZEEBE):
        place.refuse(
            item,
            "extension-unsupported",
            f"extension {local} on {place.kind} is not supported",
            "remove it, or say the same with what Hoso executes",
        )
    elif (item.prefix or "") == "hoso" or "hoso" in (space or "").lower():
        place.refuse(
            item, "hoso-attribute", f"extension hoso:{local} is unknown", f'write a property with name="hoso:{local}"'
        )
    else:
        place.note(
            item, "extension-unknown", f"extension {local} of {space} is not read", "remove it if it should do anything"
        )


def _note_without_effect(item: Element, place: Place) -> None:
    why = _WITHOUT_EFFECT[name_of(item)]
    place.note(item, "extension-without-effect", f"{name_of(item)} has no effect: {why}", "remove it")


def _pass(item: Element, place: Place) -> None:
    """Says nothing that Hoso does not do anyway."""


_THROWS = frozenset({"intermediateThrowEvent", "endEvent"})
_CATCHES = frozenset({"startEvent", "intermediateCatchEvent", "boundaryEvent"})
_ACTIVITIES = frozenset(
    {"task", "manualTask", "userTask", "serviceTask", "scriptTask", "businessRuleTask", "sendTask", "receiveTask"}
    | {"subProcess", "transaction", "adHocSubProcess", "callActivity"}
    | {"globalTask", "globalManualTask", "globalScriptTask"}
)
_GATEWAYS = frozenset(
    {"exclusiveGateway", "parallelGateway", "inclusiveGateway", "complexGateway", "eventBasedGateway"}
)
_DRAWN = frozenset(
    {"definitions", "process", "lane", "laneSet", "participant", "collaboration", "message", "messageFlow"}
    | {"signal", "error", "escalation", "category", "textAnnotation", "group", "association", "sequenceFlow"}
    | {"dataObject", "dataObjectReference", "dataStore", "dataStoreReference"}
)
# Elements that leave the course of a process as it is, and what becomes of them.
_WITHOUT_EFFECT = {
    "jobPriorityDefinition": "job priorities are not applied",
    "failedJobRetryTimeCycle": "what programs do is tried again by the retries of its job",
    "potentialStarter": "who may start a dossier is a role's matter",
}
_EVENTS = _CATCHES | _THROWS
_MAPPED = _ACTIVITIES | _EVENTS
_ANYWHERE = _MAPPED | _GATEWAYS | _DRAWN
_LOOP = frozenset({"multiInstanceLoopCharacteristics"})
_JOBS = _THROWS | {"serviceTask", "scriptTask", "businessRuleTask", "sendTask", "adHocSubProcess"}
_CALL = frozenset({"callActivity"})
_USER, _SERVICE = frozenset({"userTask"}), frozenset({"serviceTask"})
_ELEMENTS: dict[tuple[str | None, str], tuple[frozenset[str], Callable[[Element, Place], None]]] = {
    (ZEEBE, "userTask"): (_USER, _pass),
    (ZEEBE, "assignmentDefinition"): (_USER, read_assignment),
    (ZEEBE, "formDefinition"): (_USER, read_form),
    (ZEEBE, "taskSchedule"): (_USER, read_schedule),
    (ZEEBE, "priorityDefinition"): (_USER, read_priority),
    (ZEEBE, "taskDefinition"): (_SERVICE | _THROWS | {"sendTask"}, read_task_definition),
    (ZEEBE, "taskHeaders"): (_SERVICE, read_headers),
    (ZEEBE, "ioMapping"): (_MAPPED, read_mapping),
    (ZEEBE, "script"): (frozenset({"scriptTask"}), read_script),
    (ZEEBE, "calledDecision"): (frozenset({"businessRuleTask"}), read_called_decision),
    (ZEEBE, "loopCharacteristics"): (_LOOP, read_loop),
    (ZEEBE, "subscription"): (frozenset({"message"}), read_subscription),
    (ZEEBE, "jobPriorityDefinition"): (_JOBS | {"process"}, _note_without_effect),
    (CAMUNDA, "failedJobRetryTimeCycle"): (_ACTIVITIES | _EVENTS | _GATEWAYS | _LOOP, _note_without_effect),
    (CAMUNDA, "potentialStarter"): (frozenset({"process"}), _note_without_effect),
    (ZEEBE, "versionTag"): (frozenset({"process"}), read_version_tag),
    (ZEEBE, "calledElement"): (_CALL, read_called_element),
    (CAMUNDA, "in"): (_CALL, read_in),
    (CAMUNDA, "out"): (_CALL, read_out),
    (ZEEBE, "properties"): (_ANYWHERE, read_properties),
    (CAMUNDA, "properties"): (_ANYWHERE, read_properties),
    (CAMUNDA, "inputOutput"): (_MAPPED, read_parameters),
}
