"""Events: what they refer to, what they must say before they can run, where they may stand."""

from __future__ import annotations

from engine.bpmn.constraints.model import Model, flag, parent_of
from engine.bpmn.document import Element, children, name_of, reference, text_of

EVENTS = ("startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent")
_ALWAYS_CANCELS = {
    "error": "an error ends its activity",
    "cancel": "a cancel ends its transaction",
    "compensate": "compensation comes after its activity",
}
_CODES = {"escalation": ("escalationRef", "escalationCode", "8.4.4"), "error": ("errorRef", "errorCode", "8.4.3")}


def check_events(model: Model) -> None:
    """Every event of what may run."""
    for event in model.each(*EVENTS):
        _check_references(event, model)
        if "message" in model.kinds(event):
            _check_messages(event, model)
        if name_of(event) in ("endEvent", "intermediateThrowEvent"):
            _check_codes(event, model)
    for event in model.each("boundaryEvent"):
        _check_boundary(event, model)
    for event in model.each("endEvent"):
        if "cancel" in model.kinds(event) and not _within_transaction(event):
            message = f"a cancel end event stands in a {parent_of(event)}, not in a transaction"
            model.breaks(event, "10.5.3", "cancel-outside", message, "put it into a transaction, or end otherwise")


def _within_transaction(event: Element) -> bool:
    """Whether it ends a transaction, from its own level or from that of an event subprocess in it."""
    around = event.getparent()
    while around is not None and (around.get("triggeredByEvent") or "false").strip() in ("true", "1"):
        around = around.getparent()
    return around is not None and name_of(around) == "transaction"


def _check_references(event: Element, model: Model) -> None:
    for item in children(event, "eventDefinitionRef"):
        definition = model.ids.get(reference(text_of(item), item))
        if definition is not None and definition.getparent() is not model.root:
            message = f"it refers to event definition {text_of(item)!r}, which belongs to one event only"
            remedy = "put the definition at the top of the file, or give the event its own"
            model.breaks(item, "10.5.1", "definition-not-shared", message, remedy)


def _check_messages(event: Element, model: Model) -> None:
    """A message event that runs names its message; an operation where the message is part of a service (§8.5).

    A message without item goes by its name alone, as every modeler for engines writes it: there is no service.
    """
    for definition in model.definitions(event):
        if name_of(definition) != "messageEventDefinition":
            continue
        message = model.at(definition, "messageRef")
        operations = len(list(children(definition, "operationRef"))) + bool(definition.get("operationRef"))
        if not definition.get("messageRef") and operations:  # without both the reader says so
            text = "the message event names an operation but no message"
            model.breaks(event, "10.5.5", "message-missing", text, "choose its message in the modeler")
        if message is not None and message.get("itemRef") and not operations:
            text = f"message {message.get('id')} carries an item, but the event names no operation that takes it"
            model.breaks(event, "10.5.5", "operation-missing", text, "name its operation, or remove the itemRef")


def _check_codes(event: Element, model: Model) -> None:
    for definition in model.definitions(event):
        kind = name_of(definition).removesuffix("EventDefinition")
        if kind not in _CODES:
            continue
        name, code, clause = _CODES[kind]
        found = model.at(definition, name)
        if found is None or not found.get(code):
            what = f"{kind} {found.get('id')} has no {code}" if found is not None else f"it names no {kind}"
            message = f"the {name_of(event)} throws, but {what}"
            model.breaks(event, clause, "code-missing", message, f"throw an {kind} that has one")


def _check_boundary(event: Element, model: Model) -> None:
    host = model.at(event, "attachedToRef")
    for kind in dict.fromkeys(model.kinds(event)):
        if kind in _ALWAYS_CANCELS and not flag(event, "cancelActivity", "true"):
            message = f"cancelActivity is false, but {_ALWAYS_CANCELS[kind]}"
            model.breaks(event, "10.5.4, table 10.92", "boundary-cancels", message, "remove the attribute")
        if kind == "cancel" and host is not None and name_of(host) != "transaction":
            message = f"a cancel event is attached to {host.get('id')}, which is a {name_of(host)}"
            model.breaks(event, "10.5.4", "cancel-host", message, "attach it to a transaction")
        if kind == "compensate" and model.outgoing(event):
            message = "a flow leads on from a compensation event, whose association leads to the handler"
            model.breaks(event, "10.5.4", "compensation-flow", message, "remove the flow")
