"""A value as text, as `string(…)` gives it (DMN 1.5 §10.3.4.1): a number in full, lists and contexts as literals."""

from decimal import Decimal

from engine.feel.builtins.growing import Growing
from engine.feel.errors import FeelError, Undefined
from engine.feel.functions import Function
from engine.feel.invoke import Call
from engine.feel.iso8601 import text_of as temporal_text
from engine.feel.lexer import KEYWORDS
from engine.feel.temporal import Date, DateTime, DaysDuration, Time, YearsDuration
from engine.feel.values import Range, read

# What a string literal cannot hold as it is: quotes, backslashes and line ends (DMN 1.5 §10.3.1.2, rules 33 and 63).
_ESCAPES = str.maketrans(
    {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    | {char: f"\\u{ord(char):04X}" for char in "\v\f\x85\u2028\u2029"}
)


def text_of(call: Call, value: object) -> str:
    """`value` as text: a string as it is, everything within a list, context or range as a literal of FEEL.

    Undefined for a function; FeelError `result-bound` or `depth-bound` past the bounds.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, Date | Time | DateTime | DaysDuration | YearsDuration):
        return temporal_text(value)
    pieces = Growing(call)
    _write(pieces, value, 0)
    return pieces.text()


def _write(pieces: Growing, value: object, depth: int) -> None:
    if depth > pieces.call.run.bounds.depth:
        message = f"a value is nested deeper than {pieces.call.run.bounds.depth} levels"
        raise FeelError("depth-bound", message, pieces.call.at)
    match value:
        case list():
            _write_list(pieces, value, depth)
        case dict():
            _write_context(pieces, value, depth)
        case Range():
            _write_range(pieces, value, depth)
        case _:
            pieces.add(_literal(value))


def _write_list(pieces: Growing, members: list[object], depth: int) -> None:
    pieces.add("[")
    for index, member in enumerate(members):
        if index:
            pieces.add(", ")
        _write(pieces, read(member), depth + 1)
    pieces.add("]")


def _write_context(pieces: Growing, entries: dict[object, object], depth: int) -> None:
    pieces.add("{")
    for index, (key, entry) in enumerate(entries.items()):
        pieces.add((", " if index else "") + _key(str(key)) + ": ")
        _write(pieces, read(entry), depth + 1)
    pieces.add("}")


def _key(name: str) -> str:
    return name if name.isidentifier() and name not in KEYWORDS else _quoted(name)


def _write_range(pieces: Growing, value: Range, depth: int) -> None:
    if value.operator is not None:
        pieces.add(f"({value.operator} ")
        _write(pieces, value.low if value.high is None else value.high, depth + 1)
        pieces.add(")")
        return
    pieces.add("[" if value.low_closed else "(")
    _write(pieces, value.low, depth + 1)
    pieces.add("..")
    _write(pieces, value.high, depth + 1)
    pieces.add("]" if value.high_closed else ")")


def _literal(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case Decimal():
            return number_text(value)
        case str():
            return _quoted(value)
        case Date() | Time() | DateTime() | DaysDuration() | YearsDuration():
            return f'@"{temporal_text(value)}"'
        case Function():
            raise Undefined("a function has no text")
    raise Undefined("the value has no text")


def number_text(number: Decimal) -> str:
    """A number without exponent, and zero without sign."""
    return format(number if number else number.copy_abs(), "f")


def _quoted(text: str) -> str:
    return f'"{text.translate(_ESCAPES)}"'
