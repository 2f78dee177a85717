"""What goes into an element and comes out of it: texts, FEEL after `=`, lists and maps of both."""

from __future__ import annotations

import json
from collections.abc import Iterator

from lxml import etree

from engine.bpmn import translation
from engine.bpmn.document import Element, name_of
from engine.bpmn.expressions import compile_at, is_foreign, literal_or_feel
from engine.bpmn.vendor.place import Place
from engine.feel import Expression

_DEEPEST = 8  # parts of a target
# Events that wait or start bring data out; there is nothing that inputs could be given to.
_WITHOUT_INPUTS = ("startEvent", "intermediateCatchEvent", "boundaryEvent")


def read_mapping(item: Element, place: Place) -> None:
    """Camunda 8: `zeebe:ioMapping`."""
    for mapping in _elements(item):
        target = (mapping.get("target") or "").strip()
        into = targets(mapping, name_of(mapping) == "input", target, place)
        if into is not None:
            add(into, target, literal_or_feel(mapping.get("source") or "", mapping, place.owner, place.problems))


def read_parameters(item: Element, place: Place) -> None:
    """Camunda 7: `camunda:inputOutput`."""
    for parameter in _elements(item):
        target = (parameter.get("name") or "").strip()
        into = targets(parameter, name_of(parameter) == "inputParameter", target, place)
        text = _feel(parameter, place) if into is not None else None
        if into is not None and text is not None:
            add(into, target, compile_at(text, parameter, place.owner, place.problems))


Found = list[tuple[str, Expression]]


def targets(item: Element, inward: bool, target: str, place: Place) -> Found | None:
    """The list to which a mapping belongs; None, with a problem, where it cannot stand."""
    what = "input" if inward else "output"
    if inward and place.kind in _WITHOUT_INPUTS:
        place.refuse(item, "input-on-event", f"a {place.kind} takes no inputs", "map what it brings with an output")
        return None
    found = place.found.inputs if inward else place.found.outputs
    parts = target.split(".")
    if not all(part.isidentifier() for part in parts) or len(parts) > _DEEPEST or target in dict(found):
        message = f"{what} target {target!r} is no name or is given twice"
        place.refuse(item, f"{what}-target", message, "name it like a.b")
        return None
    return found


def add(into: Found, target: str, expression: Expression | None) -> None:
    """Add a mapping whose expression compiled."""
    if expression is not None:
        into.append((target, expression))


def _feel(item: Element, place: Place) -> str | None:
    """The FEEL for a parameter, a list's value or a map's entry; None with a problem."""
    parts = list(_elements(item))
    if not parts:
        return _written(item, place)
    if len(parts) > 1 or name_of(parts[0]) not in ("list", "map"):
        _refuse_script(parts[0], place)
        return None
    members = [(member.get("key"), _feel(member, place)) for member in _elements(parts[0])]
    if any(text is None for _, text in members):
        return None
    if name_of(parts[0]) == "list":
        return f"[{', '.join(str(text) for _, text in members)}]"
    return "{" + ", ".join(f"{json.dumps(key or '', ensure_ascii=False)}: {text}" for key, text in members) + "}"


def _written(item: Element, place: Place) -> str | None:
    """Plain text as a FEEL string, FEEL within parentheses; it is compiled alone first, so that it stays within."""
    text = (item.text or "").strip()
    if name_of(item) == "script":
        _refuse_script(item, place)
        return None
    if not text.startswith("=") and not is_foreign(text):
        return json.dumps(text, ensure_ascii=False)
    if compile_at(text, item, place.owner, place.problems) is None:
        return None
    return f"({text.removeprefix('=')}\n)"


def _refuse_script(item: Element, place: Place) -> None:
    feel = translation.expression(item.text or "")
    message = f"{name_of(item)} in a parameter is not executed"
    place.refuse(item, "parameter-script", message, f"write `={feel}`" if feel else "write text or =FEEL")


def _elements(item: Element) -> Iterator[Element]:
    return (child for child in item if isinstance(child.tag, str) and etree.QName(child).localname)
