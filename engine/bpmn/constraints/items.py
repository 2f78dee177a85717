"""Items: what data is made of, and when two of them are the same."""

from __future__ import annotations

from engine.bpmn.constraints.model import Model
from engine.bpmn.document import Element, children, reference

# How an event's payload names its item.
_ITEM = {"message": "itemRef", "signal": "structureRef", "error": "structureRef", "escalation": "structureRef"}


def equivalent(one: Element | None, other: Element | None) -> bool:
    """Whether two item definitions are the same one, or of the same named structure."""
    if one is None or other is None or one is other:
        return one is other
    structures = {reference(item.get("structureRef") or "", item) for item in (one, other)}
    return len(structures) == 1 and "" not in structures


def item_of(data: Element, model: Model) -> Element | None:
    """The item definition of a data input, output or object."""
    return model.at(data, "itemSubjectRef")


def item_of_message(message: Element | None, model: Model) -> Element | None:
    """The item that a message carries."""
    return model.at(message, "itemRef") if message is not None else None


def carried(kind: str, definition: Element, model: Model) -> Element | None:
    """The item that a message, signal, error or escalation event carries."""
    payload = model.at(definition, f"{kind}Ref")
    return model.at(payload, _ITEM[kind]) if payload is not None else None


def carries(kind: str) -> bool:
    """Whether events of this kind carry data."""
    return kind in _ITEM


def inputs_of(element: Element) -> list[Element]:
    """The data inputs of an activity or callable element."""
    return [item for part in children(element, "ioSpecification") for item in children(part, "dataInput")]


def outputs_of(element: Element) -> list[Element]:
    """The data outputs of an activity or callable element."""
    return [item for part in children(element, "ioSpecification") for item in children(part, "dataOutput")]


def sets_of(element: Element, name: str) -> int:
    """How many `inputSet` or `outputSet` an activity has."""
    return sum(1 for part in children(element, "ioSpecification") for _ in children(part, name))
