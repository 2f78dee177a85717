"""Small edits of a BPMN file, by which a broken model becomes its repaired twin. Elements are named by their ids."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

from lxml import etree

MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
_XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
_SPACES = (
    f'xmlns="{MODEL}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"'
)
TIMER = '<timerEventDefinition><timeDuration xsi:type="tFormalExpression">PT1S</timeDuration></timerEventDefinition>'
ROOT = "definitions"

Element = Any  # lxml has no types of its own
Edit = Callable[[Element], None]


def find(root: Element, what: str) -> Element:
    """The one element with this id, or of this kind; `id/kind` is the one of that kind within it."""
    within, slash, kind = what.partition("/")
    around = find(root, within) if slash else root
    if not slash:
        kind = what
        if found := [item for item in root.iter() if item.get("id") == what]:
            assert len(found) == 1, f"{len(found)} elements have id {what}"
            return found[0]
    found = list(around.iter(f"{{{MODEL}}}{kind}"))
    assert len(found) == 1, f"{len(found)} elements for {what}"
    return found[0]


def remove(*names: str) -> Edit:
    """Remove these elements."""

    def edit(root: Element) -> None:
        for name in names:
            element = find(root, name)
            element.getparent().remove(element)

    return edit


def drop(name: str, *attributes: str) -> Edit:
    """Remove attributes."""

    def edit(root: Element) -> None:
        for attribute in attributes:
            del find(root, name).attrib[attribute]

    return edit


def put(name: str, /, **attributes: str) -> Edit:
    """Give an element these attributes."""

    def edit(root: Element) -> None:
        element = find(root, name)
        for attribute, value in attributes.items():
            element.set(attribute, value)

    return edit


def write(name: str, text: str) -> Edit:
    """Give an element this text, as a formal expression if it is one of those that may be informal."""

    def edit(root: Element) -> None:
        element = find(root, name)
        element.text = text
        if etree.QName(element).localname in ("condition", "activationCondition"):
            element.set(_XSI_TYPE, "tFormalExpression")

    return edit


def formal(name: str) -> Edit:
    """Make an expression a formal one."""
    return lambda root: find(root, name).set(_XSI_TYPE, "tFormalExpression")


def place(name: str, xml: str, at: int | None = None) -> Edit:
    """Put this XML into an element, at its end unless told otherwise."""

    def edit(root: Element) -> None:
        element = find(root, name)
        for index, part in enumerate(etree.fromstring(f"<x {_SPACES}>{xml}</x>")):
            element.insert(len(element) if at is None else at + index, part)

    return edit


def swap(name: str, xml: str) -> Edit:
    """Replace an element by this XML."""

    def edit(root: Element) -> None:
        element = find(root, name)
        element.getparent().replace(element, etree.fromstring(f"<x {_SPACES}>{xml}</x>")[0])

    return edit


def retag(name: str, kind: str) -> Edit:
    """Make an element one of another kind."""

    def edit(root: Element) -> None:
        find(root, name).tag = f"{{{MODEL}}}{kind}"

    return edit


def unlist(name: str, flow: str) -> Edit:
    """Take a flow from the lists of an element; `*` from all lists."""

    def edit(root: Element) -> None:
        around = root if name == "*" else find(root, name)
        for item in list(around.iter(f"{{{MODEL}}}incoming", f"{{{MODEL}}}outgoing")):
            if (item.text or "").strip() == flow:
                item.getparent().remove(item)

    return edit


def disconnect(*flows: str) -> Edit:
    """Remove sequence flows, from the lists of their ends as well."""

    def edit(root: Element) -> None:
        for flow in flows:
            remove(flow)(root)
            unlist("*", flow)(root)

    return edit


def connect(*ends: str) -> Edit:
    """Draw sequence flows from each to the next, and list them."""

    def edit(root: Element) -> None:
        for source, target in pairwise(ends):
            flow, start, goal = f"new{source}{target}", find(root, source), find(root, target)
            part = etree.SubElement(start.getparent(), f"{{{MODEL}}}sequenceFlow")
            part.attrib.update({"id": flow, "sourceRef": source, "targetRef": target})
            for element, kind in ((start, "outgoing"), (goal, "incoming")):
                item = etree.Element(f"{{{MODEL}}}{kind}")
                item.text = flow
                own = [index for index, child in enumerate(element) if etree.QName(child).localname in _BEFORE[kind]]
                element.insert(own[-1] + 1 if own else 0, item)

    return edit


_BEFORE = {"incoming": ("extensionElements", "incoming"), "outgoing": ("extensionElements", "incoming", "outgoing")}


def repaired(xml: bytes, *edits: Edit) -> bytes:
    """The file after these edits."""
    root = etree.fromstring(xml)
    for edit in edits:
        edit(root)
    return etree.tostring(root)
