"""The DMN Technology Compatibility Kit: every result node of every test case is one case."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from lxml import etree

from tests.conformance.report import Report, Result

_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
_NUMBERS = {"decimal", "double", "integer", "int", "long", "float"}
_TEMPORAL = {"date", "time", "dateTime", "duration", "dayTimeDuration", "yearMonthDuration"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Temporal:
    """A date, time or duration as the suite writes it."""

    kind: str
    text: str


TestValue = None | bool | Decimal | str | Temporal | list["TestValue"] | dict[str, "TestValue"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a result node asks: the value of `node` with these inputs; `invocable` names a service or BKM."""

    model: Path
    kind: str
    node: str
    invocable: str | None
    inputs: dict[str, TestValue]


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What must come: a value (null among them), and whether an error is expected as well."""

    value: TestValue
    error: bool


class Failed(Exception):
    """The decision could not be evaluated; the suite calls that an error result."""


class NoDecisionEngine(Exception):
    """There is nothing to ask."""


def evaluate(question: Question) -> TestValue:
    """The engine's answer; raises Failed where it gives an error."""
    raise NoDecisionEngine("no decision engine yet")


def run(folder: Path) -> Report:
    """Every test file under the folder; two shares are told: nodes that expect a value, and the others."""
    report = Report()
    shares = {True: [0, 0], False: [0, 0]}
    for path in sorted(folder.rglob("*.xml")):
        for name, question, expectation in _read(path, folder):
            result = _judge(name, question, expectation)
            report.results.append(result)
            share = shares[expectation.value is not None]
            share[0] += result.got is None
            share[1] += 1
    for valued, words in ((True, "expecting a value"), (False, "expecting null or an error")):
        passed, total = shares[valued]
        percent = 100 * passed / total if total else 0.0
        report.remarks.append(f"{words}: {passed} of {total} passed ({percent:.1f} %)")
    return report


def _judge(name: str, question: Question, expectation: Expectation) -> Result:
    expected = "an error" if expectation.error else repr(expectation.value)
    try:
        value = evaluate(question)
        got = None if _same(value, expectation.value) else repr(value)
    except Failed as error:
        got = None if expectation.error or expectation.value is None else f"error: {error}"
    except Exception as error:  # a crash is a result of the case, not of the runner
        got = f"{type(error).__name__}: {error}"
    return Result(name=name, expected=expected, got=got)


def _same(value: TestValue, expected: TestValue) -> bool:
    if isinstance(value, list) and isinstance(expected, list):
        return len(value) == len(expected) and all(map(_same, value, expected))
    if isinstance(value, dict) and isinstance(expected, dict):
        return value.keys() == expected.keys() and all(_same(value[key], expected[key]) for key in value)
    return type(value) is type(expected) and value == expected


def _read(path: Path, folder: Path) -> Iterator[tuple[str, Question, Expectation]]:
    """Each result node of a test file: its name in the report, what it asks, what it expects."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    root = etree.parse(str(path), parser).getroot()
    model = path.parent / (_text(root, "modelName") or f"{path.parent.name}.dmn")
    for case in root.iterchildren("{*}testCase"):
        inputs = {item.get("name", ""): _value(item) for item in case.iterchildren("{*}inputNode")}
        for node in case.iterchildren("{*}resultNode"):
            question = Question(
                model=model,
                kind=node.get("type") or case.get("type") or "decision",
                node=node.get("name", ""),
                invocable=case.get("invocableName"),
                inputs=inputs,
            )
            expected = next(node.iterchildren("{*}expected"), None)
            value = _value(expected) if expected is not None else None
            name = f"{path.relative_to(folder).with_suffix('')}/{case.get('id')}/{question.node}"
            yield name, question, Expectation(value=value, error=node.get("errorResult") == "true")


def _text(element: etree._Element, name: str) -> str | None:
    found = next(element.iterchildren("{*}" + name), None)
    return (found.text or "").strip() if found is not None else None


def _value(holder: etree._Element) -> TestValue:
    """The value that an inputNode, expected, item or component holds: components, a list, or a simple value."""
    components = list(holder.iterchildren("{*}component"))
    if components:
        return {item.get("name", ""): _value(item) for item in components}
    items = next(holder.iterchildren("{*}list"), None)
    if items is not None:
        nil = items.get(f"{_XSI}nil") == "true"
        return None if nil else [_value(item) for item in items.iterchildren("{*}item")]
    simple = next(holder.iterchildren("{*}value"), None)
    return _simple(simple) if simple is not None else None


def _simple(element: etree._Element) -> TestValue:
    if element.get(f"{_XSI}nil") == "true":
        return None
    kind, text = (element.get(f"{_XSI}type") or "").rpartition(":")[2], element.text or ""
    if kind in _NUMBERS:
        return Decimal(text.strip())
    if kind == "boolean":
        return text.strip() in ("true", "1")
    return Temporal(kind=kind, text=text.strip()) if kind in _TEMPORAL else text
