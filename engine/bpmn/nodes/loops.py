"""Multiple instances of a task: how many, over what, until when."""

from __future__ import annotations

import re

from engine.bpmn.document import Element, attributes, children, name_of, text_of
from engine.bpmn.expressions import compile_at, speaks_feel
from engine.bpmn.graph import MultiInstance
from engine.bpmn.nodes.source import Source
from engine.bpmn.vendor import Extensions, read_extensions
from engine.feel import Expression

COUNTER = "loopCounter"
_PARTS = ("documentation", "extensionElements", "loopCardinality", "completionCondition")
_ATTRIBUTES = {"id": None, "isSequential": ("true", "false", "1", "0"), "behavior": ("All",)}
_PATH = re.compile(r"\s*=?\s*(?P<name>[^\W\d]\w*)(?:\.[^\W\d]\w*)*\s*")


def read_loop(source: Source) -> MultiInstance | None:
    """The multiple instances of a task (BPMN 2.0 §10.3.8); None where it has none, or with a problem."""
    element = next(children(source.element, "multiInstanceLoopCharacteristics"), None)
    if element is None or not _plain(source, element):
        return None
    found = read_extensions(element, source.id, source.problems)
    parts = {name_of(part): part for part in children(element, "loopCardinality", "completionCondition")}
    cardinality = _compiled(source, parts.get("loopCardinality"))
    if ("loopCardinality" in parts) == found.loops:
        has = "both a collection and a cardinality" if found.loops else "neither a collection nor a cardinality"
        source.refuse("loop-count", f"the multiple instances have {has}", "give one of them", element)
        return None
    return MultiInstance(
        sequential=(element.get("isSequential") or "false").strip() in ("true", "1"),
        collection=found.collection,
        cardinality=cardinality,
        item=found.item,
        results=found.results,
        element=found.result,
        until=_compiled(source, parts.get("completionCondition")),
        own=_own(found),
    )


def _own(found: Extensions) -> frozenset[str]:
    """The names that stay within an instance; the variable of `outputElement` is one of them, as in Camunda 8."""
    path = _PATH.fullmatch(found.result.text) if found.result is not None else None
    names = (COUNTER, found.item, path["name"] if path else None)
    return frozenset(name for name in names if name)


def _plain(source: Source, element: Element) -> bool:
    """Whether there is no behaviour beyond `All`, and nothing of BPMN's data flow; else problems."""
    odd = [name_of(part) for part in children(element) if name_of(part) not in _PARTS]
    for space, name, value in attributes(element):
        allowed = _ATTRIBUTES.get(name, ()) if space is None else None
        if allowed is not None and value.strip() not in allowed:
            odd.append(f"{name}={value!r}")
    for what in odd:
        message = f"{what} of multiple instances is not executed yet"
        source.refuse("loop-unsupported", message, "remove it; inputs come by a collection", element)
    return not odd


def _compiled(source: Source, part: Element | None) -> Expression | None:
    if part is None or not speaks_feel(part, source.id, source.problems):
        return None
    return compile_at(text_of(part), part, source.id, source.problems)
