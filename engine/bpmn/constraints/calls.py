"""Calls: a call activity gives what is called its data; what offers an interface says how (BPMN 2.0.2 §10.3.6)."""

from __future__ import annotations

from engine.bpmn.constraints.items import equivalent, inputs_of, item_of, item_of_message, outputs_of
from engine.bpmn.constraints.model import Model
from engine.bpmn.document import Element, children, name_of, reference


def check_calls(model: Model) -> None:
    """Call activities, processes and global tasks."""
    for call in model.each("callActivity"):
        called = model.at(call, "calledElement")
        if called is not None:
            check_called(call, called, model, model)
    for element in children(model.root):
        if name_of(element) == "process" or name_of(element).startswith("global"):
            _check_interfaces(element, model)
            for binding in children(element, "ioBinding"):
                _check_binding(binding, model)


def check_called(call: Element, called: Element, model: Model, other: Model) -> None:
    """A call of a process of another file, the `other`."""
    _check_data(call, called, "inputs", inputs_of(call), inputs_of(called), model, other)
    _check_data(call, called, "outputs", outputs_of(call), outputs_of(called), model, other)


def _check_data(
    call: Element, called: Element, what: str, given: list[Element], wanted: list[Element], model: Model, other: Model
) -> None:
    remedy = f"give the call activity the {what} of {called.get('id')}"
    if len(given) != len(wanted):
        message = f"it has {len(given)} data {what}, but {called.get('id')} has {len(wanted)}"
        model.breaks(call, "10.3.6", "call-data", message, remedy)
        return
    for one, its in zip(given, wanted, strict=True):
        items = item_of(one, model), item_of(its, other)
        if items != (None, None) and not equivalent(*items):
            message = f"{one.get('id')} is not of the item of {its.get('id')} of {called.get('id')}"
            model.breaks(one, "10.3.6", "call-item", message, remedy)


def _check_interfaces(element: Element, model: Model) -> None:
    bound = {reference(item.get("operationRef") or "", item) for item in children(element, "ioBinding")}
    for interface in model.named(element, "supportedInterfaceRef"):
        for operation in children(interface, "operation"):
            if operation.get("id") not in bound:
                message = f"it offers operation {operation.get('id')} without an ioBinding"
                remedy = "bind the operation to a data input and output, or remove the interface"
                model.breaks(element, "10.3.6", "operation-unbound", message, remedy)


def _check_binding(binding: Element, model: Model) -> None:
    operation = model.at(binding, "operationRef")
    if operation is None:
        return
    for name, message_name in (("inputDataRef", "inMessageRef"), ("outputDataRef", "outMessageRef")):
        data, messages = model.at(binding, name), model.named(operation, message_name)
        if data is None or not messages:
            continue
        if not equivalent(item_of(data, model), item_of_message(messages[0], model)):
            message = f"{data.get('id')} is not of the item that message {messages[0].get('id')} carries"
            model.breaks(binding, "10.4.1", "binding-item", message, "give both the same item")
