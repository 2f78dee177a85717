"""XML of others as a tree, parsed as hostile input: no entities, no DTD, no network, bounded size, depth and count."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

Element = etree._Element


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How large a file may be."""

    octets: int
    depth: int = 100
    elements: int = 500_000
    prefixes: int = 500
    """Declarations of namespaces in force at a place; who asks what a prefix means goes through all of them."""


class Unreadable(Exception):
    """The file is no XML that may be read: the line, a stable code, what is wrong, the remedy.

    Codes: `too-large`, `doctype`, `xml-broken`, `too-deep`, `too-many`.
    """

    def __init__(self, line: int, code: str, message: str, remedy: str) -> None:
        super().__init__(line, code, message, remedy)
        self.line = line
        self.code = code
        self.message = message
        self.remedy = remedy


def parse(xml: bytes, limits: Limits) -> Element:
    """The root of the tree, without comments and processing instructions; raises Unreadable."""
    if len(xml) > limits.octets:
        raise Unreadable(1, "too-large", f"the file has {len(xml)} bytes", f"keep it under {limits.octets}")
    # Before the parser sees it, in every encoding that keeps ASCII letters apart by zeros at most.
    if b"<!DOCTYPE" in xml.replace(b"\0", b"").upper():
        raise _doctype(1 + xml[: max(0, xml.upper().find(b"<!DOCTYPE"))].count(b"\n"))
    try:
        root = etree.fromstring(xml, _parser())
    except (etree.XMLSyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        text = str(error).removesuffix(" (<string>, line 0)").split(" (<string>")[0]
        message = f"the XML does not parse: {text}"
        raise Unreadable(line, "xml-broken", message, "save it again from the modeler") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise _doctype(1)
    return root


def bound(root: Element, limits: Limits) -> None:
    """Make sure that the tree keeps within its depth, elements and prefixes; raises Unreadable."""
    depth = count = prefixes = 0
    for event, element in etree.iterwalk(root, events=("start", "end", "start-ns", "end-ns")):
        if event.endswith("-ns"):
            prefixes += 1 if event == "start-ns" else -1
            continue
        depth += 1 if event == "start" else -1
        count += event == "start"
        if depth > limits.depth:
            message = f"elements are nested deeper than {limits.depth}"
            raise Unreadable(line_of(element), "too-deep", message, "flatten the model")
        if count > limits.elements:
            message = f"the file has more than {limits.elements} elements"
            raise Unreadable(line_of(element), "too-many", message, "split the model")
        if prefixes > limits.prefixes:
            message = f"more than {limits.prefixes} declarations of namespaces are in force"
            raise Unreadable(line_of(element), "too-many", message, "declare each namespace once, at the root")


def line_of(element: Element) -> int:
    """The source line on which the element starts."""
    line = element.sourceline
    return line if isinstance(line, int) else 1


def local_name(element: Element) -> str:
    """The element's name without namespace."""
    tag: str = element.tag
    return tag.rpartition("}")[2]


def namespace_of(element: Element) -> str:
    """The element's namespace; empty where it has none."""
    return etree.QName(element).namespace or ""


def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


def _doctype(line: int) -> Unreadable:
    return Unreadable(line, "doctype", "the file has a DOCTYPE", "remove it: a process needs none, and it can attack")
