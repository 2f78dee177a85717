"""A decision model's XML as a tree: DMN 1.1 to 1.6, whose elements differ in their namespace alone."""

from __future__ import annotations

from collections.abc import Iterator

from engine.dmn.problems import DmnError, Problems
from engine.xml import Element, Limits, Unreadable, bound, line_of, local_name, namespace_of, parse

__all__ = ["MODELS", "Element", "child", "children", "is_feel", "line_of", "local_name", "root_of", "text_of"]

MODELS = frozenset(
    {
        "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
        "http://www.omg.org/spec/DMN/20180521/MODEL/",
        "https://www.omg.org/spec/DMN/20191111/MODEL/",
        "https://www.omg.org/spec/DMN/20211108/MODEL/",
        "https://www.omg.org/spec/DMN/20230324/MODEL/",
        "https://www.omg.org/spec/DMN/20240513/MODEL/",
    }
)
_FEEL = frozenset(
    {
        "http://www.omg.org/spec/FEEL/20140401",
        "http://www.omg.org/spec/DMN/20180521/FEEL",
        "https://www.omg.org/spec/DMN/20191111/FEEL",
        "https://www.omg.org/spec/DMN/20211108/FEEL",
        "https://www.omg.org/spec/DMN/20230324/FEEL",
        "https://www.omg.org/spec/DMN/20240513/FEEL",
    }
)
_LIMITS = Limits(octets=1024 * 1024, elements=100_000)


def root_of(content: bytes, source: str) -> Element:
    """The `definitions` of a file; raises DmnError when it is no decision model that may be read."""
    problems = Problems()
    try:
        root = parse(content, _LIMITS)
        if local_name(root) == "definitions" and namespace_of(root) in MODELS:
            bound(root, _LIMITS)
            return root
        message = f"the root is {local_name(root)}, not definitions of DMN 1.1 to 1.6"
        problems.add(source, line_of(root), None, "not-dmn", message, "save it as DMN 1.5 from the modeler")
    except Unreadable as error:
        problems.add(source, error.line, None, error.code, error.message, error.remedy)
    raise DmnError(problems.found())


def children(element: Element, *names: str) -> Iterator[Element]:
    """The element's DMN children of these names, or all of its DMN children."""
    for each in element:
        if isinstance(each.tag, str) and namespace_of(each) in MODELS and (not names or local_name(each) in names):
            yield each


def child(element: Element, name: str) -> Element | None:
    """The first DMN child of that name."""
    return next(children(element, name), None)


def text_of(element: Element | None) -> str:
    """The element's own text, stripped; empty where there is no element."""
    return "" if element is None else (element.text or "").strip()


def is_feel(namespace: str | None) -> bool:
    """Whether this URI, or Camunda's short word, names FEEL as language; no word at all does."""
    return not namespace or namespace.rstrip("/") in _FEEL or namespace.lower() == "feel"
