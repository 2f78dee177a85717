"""FEEL values for people and programs: as FEEL writes them, as JSON, and their types.

What is written can be read again as FEEL, functions apart; control and invisible characters stand as its escapes.
"""

import unicodedata
from decimal import Decimal

from adapters.cli.terminal import width
from engine.feel import FeelError, Value, to_json
from engine.feel.functions import Function
from engine.feel.iso8601 import text_of
from engine.feel.lexer import KEYWORDS
from engine.feel.membership import type_of
from engine.feel.parser.cursor import words_of
from engine.feel.values import Range

LINE = 100
"""Columns past which a list or a context is written over several lines."""
_DIGITS = 60
_SHORT = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def type_name(value: Value) -> str:
    """The name of the value's type (DMN 1.5 §10.3.2.9), of lists, contexts and ranges without that of their members."""
    return "function" if isinstance(value, Function) else type_of(value).name


def written(value: Value, *, indent: str = "") -> str:
    """The value in FEEL, on one line where it is short; further lines begin with `indent`."""
    line = on_one_line(value)
    if not isinstance(value, list | dict) or not value or width(indent) + width(line) <= LINE:
        return line
    inner = indent + "  "
    if isinstance(value, dict):
        members = [f"{_key(key)}: {written(member, indent=inner)}" for key, member in value.items()]
    else:
        members = [written(member, indent=inner) for member in value]
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    return f"{opening}\n{inner}" + f",\n{inner}".join(members) + f"\n{indent}{closing}"


def on_one_line(value: Value) -> str:
    """The value in FEEL without line breaks."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case Decimal():
            return _number(value)
        case str():
            return quoted(value)
        case list():
            return "[" + ", ".join(map(on_one_line, value)) + "]"
        case dict():
            return "{" + ", ".join(f"{_key(key)}: {on_one_line(member)}" for key, member in value.items()) + "}"
        case Range():
            return _range(value)
        case Function():
            return "function(" + ", ".join(parameter.name for parameter in value.signatures[0].parameters) + ") …"
    return f'@"{text_of(value)}"'


def _number(value: Decimal) -> str:
    """Without an exponent, unless it is very long that way; zero has no sign."""
    plain = format(value if value else value.copy_abs(), "f")
    return plain if len(plain) <= _DIGITS else str(value)


def quoted(text: str) -> str:
    """A string of FEEL."""
    return '"' + "".join(map(_character, text)) + '"'


def _character(char: str) -> str:
    if char in _SHORT:
        return _SHORT[char]
    if unicodedata.category(char) in _INVISIBLE:
        return f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):06x}"
    return char


def _key(key: str) -> str:
    plain_name = key.isidentifier() and key not in KEYWORDS and words_of(key) == (key,)
    return key if plain_name else quoted(key)


def _range(value: Range) -> str:
    if value.operator is not None:
        end = value.high if value.operator.startswith("<") else value.low
        return f"({value.operator} {on_one_line(end)})"  # type: ignore[arg-type]
    low, high = on_one_line(value.low), on_one_line(value.high)  # type: ignore[arg-type]
    return f"{'[' if value.low_closed else '('}{low}..{high}{']' if value.high_closed else ')'}"


def plain(value: Value) -> object:
    """The value as JSON: dates as ISO 8601, and as FEEL what JSON has no word for (ranges, functions, huge numbers)."""
    if isinstance(value, list):
        return [plain(member) for member in value]
    if isinstance(value, dict):
        return {key: plain(member) for key, member in value.items()}
    try:
        return to_json(value)
    except FeelError:
        return on_one_line(value)
