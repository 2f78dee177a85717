"""Which decision a business rule task asks, as Camunda says it."""

from __future__ import annotations

from typing import cast, get_args

from engine.bpmn.document import CAMUNDA, Element
from engine.bpmn.expressions import is_foreign
from engine.bpmn.graph import ResultShape
from engine.bpmn.vendor.place import Place, known_attributes
from engine.bpmn.vendor.scripts import read_result, read_result_attribute

_BINDINGS = (None, "deployment", "latest")


def read_called_decision(item: Element, place: Place) -> None:
    """Camunda 8: `zeebe:calledDecision`."""
    known_attributes(item, place, "decisionId", "resultVariable", "bindingType")
    _read_name(item.get("decisionId"), item.get("bindingType"), item, place)
    read_result(place, item.get("resultVariable"), item)


def read_decision_attributes(place: Place) -> None:
    """Camunda 7: `camunda:decisionRef`, `decisionRefBinding`, `mapDecisionResult`, `resultVariable`."""
    element = place.element
    read_result_attribute(place)
    shape = element.get(f"{{{CAMUNDA}}}mapDecisionResult") or "resultList"
    name = element.get(f"{{{CAMUNDA}}}decisionRef")
    if name is None:
        return
    _read_name(name, element.get(f"{{{CAMUNDA}}}decisionRefBinding"), element, place)
    if shape in get_args(ResultShape):
        place.found.shape = cast(ResultShape, shape)
    else:
        known = ", ".join(get_args(ResultShape))
        place.refuse(element, "decision-result", f"camunda:mapDecisionResult is {shape!r}", f"write one of {known}")


def _read_name(name: str | None, binding: str | None, at: Element, place: Place) -> None:
    name = (name or "").strip()
    if binding not in _BINDINGS:
        message = f"a decision is bound by {binding!r}"
        place.refuse(at, "decision-binding", message, 'use "deployment": decisions travel in the bundle')
    if name.startswith("=") or is_foreign(name):
        message = f"the decision {name!r} is an expression, so that nobody can check that it is there"
        place.refuse(at, "decision-expression", message, "name the decision's id; choose between several by a gateway")
    else:
        place.found.decision = name or None
