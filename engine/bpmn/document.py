"""A process file as a tree, parsed as hostile input: no entities, no DTD, no network, bounded size and depth."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.bpmn.problems import Problems

MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
DI = "http://www.omg.org/spec/BPMN/20100524/DI"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
ZEEBE = "http://camunda.org/schema/zeebe/1.0"
CAMUNDA = "http://camunda.org/schema/1.0/bpmn"
MAX_BYTES = 8_000_000
MAX_DEPTH = 100

Element = etree._Element


def parse(xml: bytes, problems: Problems) -> Element | None:
    """The root of the tree, or None with the reason among `problems`; never raises on bad input."""
    if len(xml) > MAX_BYTES:
        problems.error(1, None, "too-large", f"the file has {len(xml)} bytes", f"keep it under {MAX_BYTES}")
        return None
    # Before the parser sees it, in every encoding that keeps ASCII letters apart by zeros at most.
    if b"<!DOCTYPE" in xml.replace(b"\0", b"").upper():
        _refuse_doctype(problems, 1 + xml[: max(0, xml.upper().find(b"<!DOCTYPE"))].count(b"\n"))
        return None
    try:
        root = etree.fromstring(xml, _parser())
    except (etree.XMLSyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        text = str(error).removesuffix(" (<string>, line 0)").split(" (<string>")[0]
        problems.error(line, None, "xml-broken", f"the XML does not parse: {text}", "save it again from the modeler")
        return None
    if root.getroottree().docinfo.internalDTD is not None:
        _refuse_doctype(problems, 1)
        return None
    return root if _shaped(root, problems) else None


def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


def _refuse_doctype(problems: Problems, line: int) -> None:
    problems.error(
        line, None, "doctype", "the file has a DOCTYPE", "remove it: a process needs none, and it can attack"
    )


def _shaped(root: Element, problems: Problems) -> bool:
    if root.tag != f"{{{MODEL}}}definitions":
        found = etree.QName(root).localname
        problems.error(
            line_of(root),
            None,
            "not-bpmn",
            f"the root is {found}, not definitions of BPMN 2.0",
            f"save it as BPMN 2.0 ({MODEL})",
        )
        return False
    depth = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > MAX_DEPTH:
            line = line_of(element)
            problems.error(line, None, "too-deep", f"elements are nested deeper than {MAX_DEPTH}", "flatten the model")
            return False
    return True


def line_of(element: Element) -> int:
    """The source line on which the element starts."""
    line = element.sourceline
    return line if isinstance(line, int) else 1


def is_model(element: Element) -> bool:
    """Whether the element is of the BPMN model's namespace."""
    return isinstance(element.tag, str) and element.tag.startswith(f"{{{MODEL}}}")


def name_of(element: Element) -> str:
    """The element's name without namespace."""
    return etree.QName(element).localname


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
        name = etree.QName(str(key))
        yield name.namespace, name.localname, str(value)


def text_of(element: Element) -> str:
    """The element's text, stripped."""
    return (element.text or "").strip()


def reference(text: str, element: Element) -> str:
    """The id in a QName such as `tns:message_1` (the prefix must be declared) or in a plain id."""
    prefix, colon, local = text.strip().partition(":")
    return local if colon and prefix in element.nsmap else text.strip()
