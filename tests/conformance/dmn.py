"""The DMN Technology Compatibility Kit: every result node of every test case is one case."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

from lxml import etree

from engine.dmn import Model, compile_model
from engine.feel import iso8601
from tests.conformance.report import Report, Result

_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
_NUMBERS = {"decimal", "double", "integer", "int", "long", "float"}
_TEMPORAL: dict[str, Callable[[str], object]] = {
    "date": iso8601.date_from,
    "time": iso8601.time_from,
    "dateTime": iso8601.date_time_from,
    "duration": iso8601.duration_from,
    "dayTimeDuration": iso8601.duration_from,
    "yearMonthDuration": iso8601.duration_from,
}
# The suite gives results of exp, log, sqrt and the like to eight decimals, and its own runner compares as closely.
_CLOSE = Decimal("1e-8")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a result node asks: the value of `node` with these inputs; `invocable` names a service or BKM."""

    model: Path
    node: str
    invocable: str | None
    inputs: dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What must come: a value (null among them), and whether an error must be reported as well."""

    value: object
    error: bool


def evaluate(question: Question) -> tuple[object, bool]:
    """The engine's value, and whether it reported a problem."""
    model = _compiled(question.model)
    if question.invocable is None:
        evaluation = model.evaluate(question.node, question.inputs)
        return evaluation.value, bool(evaluation.problems)
    evaluation = model.invoke(question.invocable, question.inputs)
    value = evaluation.value
    # A service with several output decisions gives a context of them, of which the node asks for one.
    if isinstance(value, dict) and question.node in value and question.node != question.invocable:
        value = value[question.node]
    return value, bool(evaluation.problems)


@cache
def _compiled(path: Path) -> Model:
    others = {other.name: other.read_bytes() for other in sorted(path.parent.glob("*.dmn")) if other != path}
    return compile_model(path.read_bytes(), source=path.name, imports=others, strict=False)


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
    report.remarks += _weak(report.results)
    return report


def _weak(results: list[Result]) -> Iterator[str]:
    """A remark for each folder of which less than four fifths passed."""
    folders: dict[str, list[int]] = {}
    for result in results:
        share = folders.setdefault(result.name.split("/")[-4] if result.name.count("/") > 2 else result.name, [0, 0])
        share[0] += result.got is None
        share[1] += 1
    for name, (passed, total) in sorted(folders.items()):
        if passed < 0.8 * total:
            yield f"weak: {name}: {passed} of {total}"


def _judge(name: str, question: Question, expectation: Expectation) -> Result:
    expected = "an error" if expectation.error else repr(expectation.value)
    try:
        value, reported = evaluate(question)
    except Exception as error:  # a crash is a result of the case, not of the runner
        return Result(name=name, expected=expected, got=f"{type(error).__name__}: {error}")
    if not _same(value, expectation.value):
        return Result(name=name, expected=expected, got=repr(value))
    if expectation.error and not reported:
        return Result(name=name, expected=expected, got="null, but nothing was reported")
    return Result(name=name, expected=expected)


def _same(value: object, expected: object) -> bool:
    if isinstance(value, list) and isinstance(expected, list):
        return len(value) == len(expected) and all(map(_same, value, expected))
    if isinstance(value, dict) and isinstance(expected, dict):
        return value.keys() == expected.keys() and all(_same(value[key], expected[key]) for key in value)
    if isinstance(value, Decimal) and isinstance(expected, Decimal):
        return value == expected or abs(value - expected) <= _CLOSE
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


def _value(holder: etree._Element) -> object:
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


def _simple(element: etree._Element) -> object:
    if element.get(f"{_XSI}nil") == "true":
        return None
    kind, text = (element.get(f"{_XSI}type") or "").rpartition(":")[2], element.text or ""
    if kind in _NUMBERS:
        return Decimal(text.strip())
    if kind == "boolean":
        return text.strip() in ("true", "1")
    return _TEMPORAL[kind](text.strip()) if kind in _TEMPORAL else text
