"""What `hoso feel` and `hoso decision` share: the data they are given, the time, the fuel, and how they complain."""

import sys
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from adapters.cli.errors import REFUSED, USAGE, CommandFailed
from adapters.cli.input import parse_object, read_object
from adapters.cli.language import _
from adapters.cli.terminal import escape, width
from adapters.cli.times import VIETNAM
from engine.feel import DEFAULT_FUEL, FeelError, Value, compile_expression

DataFile = Annotated[
    Path | None, typer.Option("--data", metavar=_("FILE|-"), help=_("The data, a JSON object; - reads it from stdin."))
]
Names = Annotated[
    list[str] | None,
    typer.Option(
        "--name",
        metavar=_("NAME=FEEL"),
        help=_("One name of the data with its value in FEEL, such as ten='\"Lan\"' or so=3; repeat it."),
    ),
]
Now = Annotated[
    str | None,
    typer.Option(metavar=_("TIME"), help=_("What now() and today() answer: ISO 8601 with its zone (else the clock).")),
]
Fuel = Annotated[int, typer.Option(min=1, metavar=_("N"), help=_("How many operations it may take."))]

FUEL = DEFAULT_FUEL
_LARGEST = 4 * 1024 * 1024
_COLUMNS = 100


def given(file: Path | None, names: Iterable[str] | None, *, now: datetime) -> dict[str, object]:
    """The object of `--data` with the values of `--name` on top."""
    data: dict[str, object] = dict(_object(file)) if file else {}
    for text in names or ():
        name, value = _named(text, now)
        data[name] = value
    return data


def _object(file: Path) -> Mapping[str, object]:
    return parse_object(standard_input(), "stdin") if str(file) == "-" else read_object(file)


def standard_input() -> bytes:
    """All of stdin, which is bounded."""
    content = sys.stdin.buffer.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        message = _("stdin is larger than {limit} bytes").format(limit=_LARGEST)
        raise CommandFailed("file-too-large", message)
    return content


def _named(text: str, now: datetime) -> tuple[str, Value]:
    name, separator, value = text.partition("=")
    if not separator or not name.strip():
        message = _("--name {text}: expected NAME=FEEL").format(text=escape(repr(text)))
        raise CommandFailed("bad-name", message, remedy=_("such as --name so=3"), exit_code=USAGE)
    try:
        answer = compile_expression(value).answer({}, now=now)
    except FeelError as error:
        raise _not_a_value(name, error.message) from None
    if answer.problems:
        raise _not_a_value(name, answer.problems[0].message)
    return name.strip(), answer.value


def _not_a_value(name: str, message: str) -> CommandFailed:
    return CommandFailed(
        "bad-name",
        _("--name {name}: {message}").format(name=escape(name), message=escape(message)),
        remedy=_("the value is FEEL; text stands in double quotes, as in --name ten='\"Lan\"'"),
        exit_code=USAGE,
    )


def names_of(data: object) -> frozenset[str]:
    """Every key of the data, at whatever depth: the names with spaces and symbols that an expression may hold."""
    found: set[str] = set()
    waiting = [data]
    while waiting:
        value = waiting.pop()
        if isinstance(value, Mapping):
            found.update(value)
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
    return frozenset(found)


def asked_now(text: str | None) -> datetime:
    """The time of `--now`, in the zone that it names; else the clock's, in Vietnam's."""
    if text is None:
        return datetime.now(VIETNAM)
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        value = None
    if value is None or value.tzinfo is None:
        message = _("time {text}: expected ISO 8601 with its zone, such as 2026-11-21T08:30:00Z")
        raise CommandFailed("bad-time", message.format(text=escape(repr(text))), exit_code=USAGE)
    return value


def placed(line: int, column: int, message: str) -> str:
    """A message with its place in the expression."""
    where = _("line {line}, column {column}: {message}")
    return where.format(line=line, column=column, message=escape(message))


def refused(error: FeelError, text: str) -> CommandFailed:
    """An expression that was refused, or that hit a bound, with its line and a caret under the place."""
    message = placed(error.line, error.column, error.message)
    return CommandFailed(error.code, message, exit_code=REFUSED, details=caret(text, error.line, error.column))


def caret(text: str, line: int, column: int) -> list[str]:
    """The line of the text, cut to what fits around the column, and below it `^` under the column."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    shown = lines[line - 1] if line <= len(lines) else ""
    start = max(0, column - 1 - _COLUMNS * 2 // 3)
    before = ("…" if start else "") + escape(shown[start : column - 1])
    after = shown[column - 1 :]
    room = _COLUMNS - width(before)
    return [before + escape(after[:room]) + ("…" if len(after) > room else ""), " " * width(before) + "^"]
