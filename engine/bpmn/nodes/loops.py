"""Multiple instances of a task: how many, over what, until when."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.bpmn.document import Element, attributes, children, name_of, reference, text_of
from engine.bpmn.expressions import compile_at, speaks_feel
from engine.bpmn.graph import MultiInstance, StandardLoop
from engine.bpmn.nodes.source import Source
from engine.bpmn.nodes.triggers import read_trigger
from engine.bpmn.triggers import Trigger
from engine.bpmn.vendor import Extensions, read_extensions
from engine.feel import Expression

COUNTER = "loopCounter"
_PARTS = ("documentation", "extensionElements", "loopCardinality", "completionCondition", "complexBehaviorDefinition")
_ATTRIBUTES = {
    "id": None,
    "isSequential": ("true", "false", "1", "0"),
    "behavior": ("All", "One", "None", "Complex"),
    "oneBehaviorEventRef": None,
    "noneBehaviorEventRef": None,
}
_PATH = re.compile(r"\s*=?\s*(?P<name>[^\W\d]\w*)(?:\.[^\W\d]\w*)*\s*")


def read_loop(source: Source) -> MultiInstance | StandardLoop | None:
    """How often an activity is done (BPMN 2.0 §10.3.8); None for once, or with a problem."""
    standard = next(children(source.element, "standardLoopCharacteristics"), None)
    return _standard(source, standard) if standard is not None else _multiple(source)


def _standard(source: Source, element: Element) -> StandardLoop:
    maximum = (element.get("loopMaximum") or "").strip()
    if maximum and not (maximum.isascii() and maximum.isdigit() and int(maximum[:9]) > 0):
        source.refuse("loop-maximum", f"loopMaximum is {maximum!r}", "write a number from 1", element)
        maximum = ""
    condition = _compiled(source, next(children(element, "loopCondition"), None))
    if not maximum and condition is None:
        source.refuse("loop-endless", "the loop has neither condition nor maximum", "give it one", element)
    return StandardLoop(
        condition=condition,
        maximum=int(maximum) if maximum else None,
        test_before=(element.get("testBefore") or "false").strip() in ("true", "1"),
    )


def _multiple(source: Source) -> MultiInstance | None:
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
        after_first=_thrown(source, element, "One", "oneBehaviorEventRef"),
        after_each=tuple(_after_each(source, element)),
    )


def _thrown(source: Source, element: Element, behaviour: str, name: str) -> Trigger | None:
    """The event that a behaviour throws (BPMN 2.0 table 10.29)."""
    if (element.get("behavior") or "All").strip() != behaviour:
        return None
    definition = source.roots.events.get(reference(element.get(name) or "", element))
    if definition is None:
        source.refuse("loop-behaviour", f"behaviour {behaviour} names no event definition", f"set {name}", element)
        return None
    return read_trigger(source, definition)


def _after_each(source: Source, element: Element) -> Iterator[tuple[Expression | None, Trigger]]:
    if (trigger := _thrown(source, element, "None", "noneBehaviorEventRef")) is not None:
        yield None, trigger
    if (element.get("behavior") or "All").strip() != "Complex":
        return
    for part in children(element, "complexBehaviorDefinition"):
        condition = _compiled(source, next(children(part, "condition"), None))
        for event in children(part, "event"):
            for definition in children(event):
                if name_of(definition).endswith("EventDefinition") and (found := read_trigger(source, definition)):
                    yield condition, found


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
