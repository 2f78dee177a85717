"""Loops: their conditions are true or false, their items are those of their collection (BPMN 2.0.2 §10.3.8)."""

from __future__ import annotations

from engine.bpmn.constraints.items import equivalent, item_of
from engine.bpmn.constraints.model import Model, flag
from engine.bpmn.document import Element, children, name_of, text_of
from engine.feel import FeelError, compile_expression

_CONDITIONS = ("completionCondition", "loopCondition")
_ENDS = (
    ("loopDataInputRef", "inputDataItem"),
    ("loopDataOutputRef", "outputDataItem"),
)


def check_loops(model: Model) -> None:
    """Standard loops, multiple instances and the completion of ad-hoc subprocesses."""
    for part in model.each(*_CONDITIONS):
        _check_boolean(part, model)
    for definition in model.each("complexBehaviorDefinition"):
        for part in children(definition, "condition"):
            _check_boolean(part, model)
    for loop in model.each("multiInstanceLoopCharacteristics"):
        for collection, member in _ENDS:
            _check_member(loop, collection, member, model)


def _check_boolean(part: Element, model: Model) -> None:
    """A condition that reads no data and gives something else than true or false is none."""
    try:
        condition = compile_expression(text_of(part))
        value = None if condition.names else condition.evaluate({})
    except FeelError:
        return  # said where the expression is read
    if value is not None and not isinstance(value, bool):
        message = f"the {name_of(part)} {text_of(part)!r} is neither true nor false"
        model.breaks(part, "10.3.8", "condition-not-boolean", message, "write a comparison")


def _check_member(loop: Element, collection: str, member: str, model: Model) -> None:
    collections = [item_of(item, model) for item in model.named(loop, collection)]
    members = [item_of(item, model) for item in children(loop, member)]
    for data in model.named(loop, collection):
        item = item_of(data, model)
        if not flag(data if item is None else item, "isCollection"):
            message = f"{data.get('id')}, its {collection}, is no collection"
            model.breaks(loop, "10.3.8", "loop-collection", message, "set isCollection on it and its item")
    for whole, part in zip(collections, members, strict=False):
        if whole is not None and part is not None and not equivalent(whole, part):
            message = f"the {member} is not of the item of its {collection}"
            model.breaks(loop, "10.3.8", "loop-item", message, "give both the same structure")
