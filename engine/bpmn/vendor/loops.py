"""Over what a task with multiple instances runs, as Camunda says it."""

from __future__ import annotations

from engine.bpmn.document import CAMUNDA, Element
from engine.bpmn.expressions import compile_at
from engine.bpmn.vendor.place import Place, known_attributes


def read_loop(item: Element, place: Place) -> None:
    """Camunda 8: `zeebe:loopCharacteristics`."""
    known_attributes(item, place, "inputCollection", "inputElement", "outputCollection", "outputElement")
    found, owner = place.found, place.owner
    if text := (item.get("inputCollection") or "").strip():
        found.collection = compile_at(text, item, owner, place.problems)
        found.loops = True
    found.item = _name(item, "inputElement", item.get("inputElement"), place)
    found.results = _name(item, "outputCollection", item.get("outputCollection"), place)
    if text := (item.get("outputElement") or "").strip():
        found.result = compile_at(text, item, owner, place.problems)
    if bool(item.get("outputElement")) != bool(item.get("outputCollection")):
        message = "outputCollection and outputElement belong together, and one of them is missing"
        place.refuse(item, "loop-output", message, "give both, or none")


def read_loop_attributes(place: Place) -> None:
    """Camunda 7: `camunda:collection` (a variable's name, or FEEL after `=`) and `camunda:elementVariable`."""
    element = place.element
    if text := (element.get(f"{{{CAMUNDA}}}collection") or "").strip():
        place.found.collection = compile_at(text, element, place.owner, place.problems)
        place.found.loops = True
    place.found.item = _name(element, "elementVariable", element.get(f"{{{CAMUNDA}}}elementVariable"), place)


def _name(item: Element, what: str, text: str | None, place: Place) -> str | None:
    name = (text or "").strip()
    if not name or name.isidentifier():
        return name or None
    place.refuse(item, "loop-name", f"{what} {name!r} is no name", "name it in letters and digits")
    return None
