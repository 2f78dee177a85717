"""Tasks that speak to services: their data is what their messages carry (BPMN 2.0.2 §10.3.3)."""

from __future__ import annotations

from engine.bpmn.constraints.items import equivalent, inputs_of, item_of, item_of_message, outputs_of, sets_of
from engine.bpmn.constraints.model import Model
from engine.bpmn.document import Element, children, name_of

_REMEDY = "declare the item that the message carries, once"


def check_activities(model: Model) -> None:
    """Service, send and receive tasks, and the resources that perform a task."""
    for task in model.each("serviceTask"):
        _check_service(task, model)
    for task in model.each("sendTask"):
        _check_message(task, "input", inputs_of(task), model)
    for task in model.each("receiveTask"):
        _check_message(task, "output", outputs_of(task), model)
    for role in model.each("performer", "humanPerformer", "potentialOwner", "resourceRole"):
        _check_resource(role, model)


def _check_service(task: Element, model: Model) -> None:
    operation = model.at(task, "operationRef")
    if operation is None:
        return
    for kind, message_name, found in (
        ("input", "inMessageRef", inputs_of(task)),
        ("output", "outMessageRef", outputs_of(task)),
    ):
        messages = model.named(operation, message_name)
        if not messages:
            continue
        if sets_of(task, f"{kind}Set") != 1 or len(found) != 1:
            sets = sets_of(task, f"{kind}Set")
            message = f"its operation has one {message_name}, but the task {sets} {kind} sets with {len(found)} data"
            model.breaks(task, "10.3.3", "service-data", message, _REMEDY)
        elif not equivalent(item_of(found[0], model), item_of_message(messages[0], model)):
            message = f"{found[0].get('id')} is not of the item that message {messages[0].get('id')} carries"
            model.breaks(found[0], "10.3.3", "service-item", message, _REMEDY)


def _check_message(task: Element, kind: str, found: list[Element], model: Model) -> None:
    sets = sets_of(task, f"{kind}Set")
    if sets > 1 or len(found) > 1:
        message = f"the {name_of(task)} has {sets} {kind} sets with {len(found)} data; its one message carries one"
        model.breaks(task, "10.3.3", "message-data", message, _REMEDY)
    message_element = model.at(task, "messageRef")
    item = item_of_message(message_element, model)
    if len(found) == 1 and message_element is not None and not equivalent(item_of(found[0], model), item):
        text = f"{found[0].get('id')} is not of the item that message {message_element.get('id')} carries"
        model.breaks(found[0], "10.3.3", "message-item", text, _REMEDY)


def _check_resource(role: Element, model: Model) -> None:
    named = list(children(role, "resourceRef"))
    bindings = list(children(role, "resourceParameterBinding"))
    if named and list(children(role, "resourceAssignmentExpression")):
        message = f"the {name_of(role)} has a resource and an expression that assigns one"
        model.breaks(role, "10.3.1", "resource-twice", message, "keep one of them")
    if bindings and not named:
        message = f"the {name_of(role)} binds parameters of no resource"
        model.breaks(role, "10.3.1", "resource-missing", message, "name the resource")
