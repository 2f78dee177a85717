"""A process file as a tree, parsed as hostile input (`engine.xml`)."""

from __future__ import annotations

from collections.abc import Iterator

from engine import xml as safe
from engine.bpmn.problems import Problems
from engine.xml import Element, line_of
from engine.xml import local_name as name_of

MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
DI = "http://www.omg.org/spec/BPMN/20100524/DI"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
ZEEBE = "http://camunda.org/schema/zeebe/1.0"
CAMUNDA = "http://camunda.org/schema/1.0/bpmn"
_LIMITS = safe.Limits(octets=8_000_000)
_MODEL = f"{{{MODEL}}}"

__all__ = [
    "CAMUNDA", "DI", "MODEL", "XSI", "ZEEBE", "Element", "attributes", "child", "children", "is_model", "line_of",
    "name_of", "parse", "reference", "text_of",
]  # fmt: skip


def parse(xml: bytes, problems: Problems) -> Element | None:
    """The root of the tree, or None with the reason among `problems`; never raises on bad input."""
    try:
        root = safe.parse(xml, _LIMITS)
        if root.tag != f"{{{MODEL}}}definitions":
            message = f"the root is {name_of(root)}, not definitions of BPMN 2.0"
            problems.error(line_of(root), None, "not-bpmn", message, f"save it as BPMN 2.0 ({MODEL})")
            return None
        safe.bound(root, _LIMITS)
    except safe.Unreadable as error:
        problems.error(error.line, None, error.code, error.message, error.remedy)
        return None
    return root


def is_model(element: Element) -> bool:
    """Whether the element is of the BPMN model's namespace."""
    tag = element.tag
    return isinstance(tag, str) and tag.startswith(_MODEL)


def children(element: Element, *names: str) -> Iterator[Element]:
    """The element's BPMN children of these names, or all BPMN children."""
    for child in element:
        if is_model(child) and (not names or name_of(child) in names):
            yield child


def child(element: Element, name: str) -> Element | None:
    """The first BPMN child of that name."""
    return next(children(element, name), None)


def attributes(element: Element) -> Iterator[tuple[str | None, str, str]]:
    """The element's attributes: namespace (None: BPMN's own), name, value."""
    for key, value in element.attrib.items():
        space, _, name = str(key).rpartition("}")
        yield space[1:] or None, name, str(value)


def text_of(element: Element) -> str:
    """The element's text, stripped."""
    return (element.text or "").strip()


def reference(text: str, element: Element) -> str:
    """The id in a QName such as `tns:message_1` (the prefix must be declared) or in a plain id."""
    prefix, colon, local = text.strip().partition(":")
    return local if colon and prefix in element.nsmap else text.strip()
