"""The conversion functions of numbers and strings (DMN 1.5 §10.3.4.1)."""

import re
from decimal import Decimal

from engine.feel.builtins.registry import builtin
from engine.feel.builtins.strings import looked_at
from engine.feel.builtins.text_of import text_of
from engine.feel.errors import Undefined
from engine.feel.invoke import Call
from engine.feel.numbers import number_from_text

_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,9})?")


@builtin("number", "from: string", "number")
def number(call: Call, text: str) -> Decimal:
    """The number that a text shows with a decimal point, such as `-1234.5` or `1e3`."""
    looked_at(call, text)
    found = number_from_text(text) if _NUMBER.fullmatch(text) else None
    if found is None:
        raise Undefined("the text is no number, or out of range")
    return found


@builtin("number", "from: string, grouping separator: string?, decimal separator: string?", "number")
def number_with_separators(call: Call, text: str, grouping: str | None, point: str | None) -> Decimal:
    """The same where digits are grouped by a space, comma or point, and the decimal separator is a comma or point."""
    if grouping not in (None, " ", ",", "."):
        raise Undefined("the grouping separator is neither a space nor a comma nor a point")
    if point not in (None, ",", "."):
        raise Undefined("the decimal separator is neither a comma nor a point")
    if grouping is not None and grouping == (point or "."):
        raise Undefined("the grouping separator is the decimal separator")
    looked_at(call, text)
    plain = text.replace(grouping, "") if grouping else text
    if point == ",":
        if "." in plain:
            raise Undefined("the text is no number")
        plain = plain.replace(",", ".")
    return number(call, plain)


@builtin("string", "from: Any", "string")
def string(call: Call, value: object) -> str | None:
    """Any value but a function as text; null stays null."""
    return None if value is None else text_of(call, value)
