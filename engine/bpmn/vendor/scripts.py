"""What a script task computes, as Camunda says it."""

from __future__ import annotations

from engine.bpmn.document import CAMUNDA, Element
from engine.bpmn.vendor.place import Place, known_attributes


def read_script(item: Element, place: Place) -> None:
    """Camunda 8: `zeebe:script`, always in FEEL."""
    known_attributes(item, place, "expression", "resultVariable")
    text = (item.get("expression") or "").strip()
    if not text:
        place.refuse(item, "script-empty", "the script has no expression", "write FEEL")
        return
    place.found.script = text
    read_result(place, item.get("resultVariable"), item)


def read_result_attribute(place: Place) -> None:
    """Camunda 7: `camunda:resultVariable`."""
    read_result(place, place.element.get(f"{{{CAMUNDA}}}resultVariable"), place.element)


def read_result(place: Place, name: str | None, at: Element) -> None:
    """The variable to which a result goes."""
    name = (name or "").strip()
    if name and not name.isidentifier():
        place.refuse(at, "result-variable", f"result variable {name!r} is no name", "name it in letters and digits")
    elif name:
        place.found.result_variable = name
