"""Data of events: one for each definition that carries some, of its item, in its order (BPMN 2.0.2 §10.5.1)."""

from __future__ import annotations

from engine.bpmn.constraints.events import EVENTS
from engine.bpmn.constraints.items import carried, carries, equivalent, item_of
from engine.bpmn.constraints.model import Model
from engine.bpmn.document import Element, children, name_of


def check_payloads(model: Model) -> None:
    """Every event that declares data."""
    for event in model.each(*EVENTS):
        declared = list(children(event, "dataInput", "dataOutput"))
        if declared:
            _check(event, declared, model)


def _check(event: Element, declared: list[Element], model: Model) -> None:
    kinds = [(name_of(item).removesuffix("EventDefinition"), item) for item in model.definitions(event)]
    carriers = [(kind, item) for kind, item in kinds if carries(kind)]
    if len(declared) != len(carriers):
        message = f"the event declares {len(declared)} data, but {len(carriers)} of its definitions carry some"
        remedy = "declare one for each definition, in their order"
        model.breaks(event, "10.5.1", "event-data", message, remedy)
        return
    for data, (kind, definition) in zip(declared, carriers, strict=True):
        item = carried(kind, definition, model)
        if not equivalent(item_of(data, model), item):
            message = f"{data.get('id')} is not of the item that the event's {kind} carries"
            model.breaks(data, "10.5.1", "event-item", message, "give both the same item")
