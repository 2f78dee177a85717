"""What docs/reference/feel.md repeats of the engine, so that it cannot go stale: the built-in functions, the bounds."""

import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

from engine.feel import BOUNDS, DEFAULT_FUEL
from engine.feel.builtins import BUILTINS
from engine.feel.functions import Function, Parameter, Signature
from engine.feel.types import ANY

PAGE = Path("docs/reference/feel.md")
REMEDY = "run: python -m tests.docs --write"
_BEGIN = "<!-- Written by `python -m tests.docs --write` from the functions' own docstrings. -->"
_END = "<!-- End of what is written. -->"

# A module of the engine → the heading of its functions; several may share one.
_GROUPS = {
    "conversions": "Conversions",
    "booleans": "Booleans and null",
    "strings": "Strings",
    "matching": "Strings: patterns",
    "numbers": "Numbers",
    "lists": "Lists",
    "aggregates": "Lists: sums and the like",
    "sorting": "Lists",
    "contexts": "Contexts",
    "temporals": "Dates and times",
    "ranges": "Ranges",
    "range_constructor": "Ranges",
}


def functions() -> str:
    """The built-in functions as tables, one for each group."""
    groups: dict[str, list[str]] = {heading: [] for heading in _GROUPS.values()}
    for function in BUILTINS.values():
        for module, row in _rows(function):
            groups.setdefault(_GROUPS.get(module, module), []).append(row)
    head = "| function | gives | meaning |\n|---|---|---|\n"
    return "\n\n".join(f"### {heading}\n\n{head}" + "\n".join(rows) for heading, rows in groups.items() if rows)


def _rows(function: Function) -> Iterator[tuple[str, str]]:
    """For each form its module and its row; a form without docstring means what the one before does."""
    meaning = ""
    for form in function.signatures:
        meaning = next(iter((form.body.__doc__ or meaning).splitlines()), "").replace("Undefined", "no answer")
        result = "" if form.result == ANY else f"`{form.result}`"
        yield form.body.__module__.rpartition(".")[2], f"| `{_call(function.name, form)}` | {result} | {meaning} |"


def _call(name: str, form: Signature) -> str:
    parameters = [_parameter(each) for each in form.parameters]
    if form.variadic:
        parameters[-1] += "…"
    return f"{name}({', '.join(parameters)})"


def _parameter(parameter: Parameter) -> str:
    kind = "" if parameter.type == ANY else f": {parameter.type}"
    return parameter.name + ("?" if parameter.optional else "") + kind


def written(text: str) -> str:
    """The page with the functions of today."""
    found = re.search(f"{re.escape(_BEGIN)}.*?{re.escape(_END)}", text, re.DOTALL)
    if not found:
        return text
    return text[: found.start()] + f"{_BEGIN}\n\n{functions()}\n\n{_END}" + text[found.end() :]


def bound_rows() -> list[str]:
    """The beginnings of the rows that the page has for the bounds."""
    bounds = [(field.name, getattr(BOUNDS, field.name)) for field in fields(BOUNDS)]
    return [f"| {name} | {value:,} |" for name, value in (*bounds, ("fuel", DEFAULT_FUEL))]


def problems(root: Path) -> Iterator[tuple[Path, str]]:
    """What of the page is not as the engine is."""
    text = (root / PAGE).read_text(encoding="utf-8") if (root / PAGE).is_file() else ""
    if _BEGIN not in text or written(text) != text:
        yield PAGE, f"does not tell the built-in functions as they are; {REMEDY}"
    for row in bound_rows():
        if row not in text:
            yield PAGE, f"lacks the row that begins: {row}"
