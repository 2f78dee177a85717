"""The functions of strings (DMN 1.5 §10.3.4.3) that need no patterns, and Camunda's. Positions count code points."""

from base64 import b64encode
from decimal import Decimal

from engine.feel.builtins.registry import builtin
from engine.feel.errors import Undefined
from engine.feel.invoke import Call
from engine.feel.values import read

# What XML and JSON call white space, and what `trim` and `is blank` look for.
_SPACE = " \t\n\r\f\v"


def looked_at(call: Call, *texts: str) -> None:
    """Take the fuel for reading through these texts."""
    call.spend(sum(map(len, texts)) // 64)


def encoded(text: str) -> bytes:
    """The text in UTF-8; Undefined where it holds half of a surrogate pair."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise Undefined("the string holds half of a surrogate pair") from None


@builtin("substring", "string: string, start position: number, length?: number", "string")
def substring(call: Call, text: str, start: Decimal, length: Decimal | None) -> str:
    """At most `length` characters from a position on, which counts from 1, or from -1 at the end backwards."""
    looked_at(call, text)
    if not 1 <= start.copy_abs() < len(text) + 1:
        raise Undefined("the start position lies outside the string; expected 1 to its length, or -1 backwards")
    first = int(start) - 1 if start > 0 else len(text) + int(start)
    if length is None:
        return text[first:]
    if length < 0:
        raise Undefined("the length is negative")
    return text[first : first + int(min(length, Decimal(len(text))))]


@builtin("string length", "string: string", "number")
def string_length(call: Call, text: str) -> Decimal:
    """The number of its code points."""
    return Decimal(len(text))


@builtin("upper case", "string: string", "string")
def upper_case(call: Call, text: str) -> str:
    """The string in capitals."""
    looked_at(call, text)
    result = text.upper()  # at most three times as long
    call.room_for_text(len(result))
    return result


@builtin("lower case", "string: string", "string")
def lower_case(call: Call, text: str) -> str:
    """The string in small letters."""
    looked_at(call, text)
    result = text.lower()
    call.room_for_text(len(result))
    return result


@builtin("substring before", "string: string, match: string", "string")
def substring_before(call: Call, text: str, match: str) -> str:
    """What stands before the first `match`; empty if there is none."""
    looked_at(call, text, match)
    before, found, _ = text.partition(match) if match else ("", "", "")
    return before if found else ""


@builtin("substring after", "string: string, match: string", "string")
def substring_after(call: Call, text: str, match: str) -> str:
    """What stands after the first `match`; empty if there is none."""
    looked_at(call, text, match)
    return text.partition(match)[2] if match else text


@builtin("contains", "string: string, match: string", "boolean")
def contains(call: Call, text: str, match: str) -> bool:
    """Whether `match` stands in the string."""
    looked_at(call, text, match)
    return match in text


@builtin("starts with", "string: string, match: string", "boolean")
def starts_with(call: Call, text: str, match: str) -> bool:
    """Whether the string begins with `match`."""
    looked_at(call, match)
    return text.startswith(match)


@builtin("ends with", "string: string, match: string", "boolean")
def ends_with(call: Call, text: str, match: str) -> bool:
    """Whether the string ends with `match`."""
    looked_at(call, match)
    return text.endswith(match)


@builtin("string join", "list: list<string>, delimiter?: string?", "string")
def string_join(call: Call, parts: list[object], delimiter: str | None) -> str:
    """The strings of a list, nulls left out, with `delimiter` in between."""
    texts = [text for text in map(read, parts) if isinstance(text, str)]
    between = delimiter or ""
    call.spend(len(parts))
    call.room_for_text(sum(map(len, texts)) + len(between) * max(0, len(texts) - 1))
    return between.join(texts)


@builtin("string join", "list: list<string>, delimiter: string?, prefix: string?, suffix: string?", "string")
def string_join_within(
    call: Call, parts: list[object], delimiter: str | None, prefix: str | None, suffix: str | None
) -> str:
    """The same between a prefix and a suffix (Camunda 8)."""
    joined = string_join(call, parts, delimiter)
    call.room_for_text(len(joined) + len(prefix or "") + len(suffix or ""))
    return f"{prefix or ''}{joined}{suffix or ''}"


@builtin("trim", "string: string", "string")
def trim(call: Call, text: str) -> str:
    """The string without white space at its ends (Camunda 8)."""
    looked_at(call, text)
    return text.strip(_SPACE)


@builtin("is blank", "string: string", "boolean")
def is_blank(call: Call, text: str) -> bool:
    """Whether the string is empty or white space alone (Camunda 8)."""
    looked_at(call, text)
    return not text.strip(_SPACE)


@builtin("to base64", "value: string", "string")
def to_base64(call: Call, text: str) -> str:
    """The string's UTF-8 in base 64 (Camunda 8)."""
    data = encoded(text)
    call.room_for_text((len(data) + 2) // 3 * 4)
    return b64encode(data).decode("ascii")
