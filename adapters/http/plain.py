"""Plain JSON: what every part behind this door can keep: two databases, canonical JSON, a signed record.

Refused here, once: NUL (PostgreSQL keeps none), lone surrogates (no UTF-8 has them), numbers that are no exact double
(RFC 8785 §3.2.2.3), and what is nested too deep.
"""

import math
from collections.abc import Mapping
from typing import Any

from signing.canonical import MAX_DEPTH, canonical
from signing.errors import SigningError

MAX_EXACT = 2**53 - 1
MAX_DATA = 200_000  # bytes of a form's data as canonical JSON; a record that may be signed has 256 KiB


def plain(value: Any, depth: int = MAX_DEPTH - 4) -> Any:
    """The value itself; raises ValueError, which does not repeat it."""
    if depth < 0:
        raise ValueError("nested too deep")
    if isinstance(value, str):
        _text(value)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        if not (math.isfinite(value) if isinstance(value, float) else abs(value) <= MAX_EXACT):
            raise ValueError("a number beyond 2^53, or none at all")
    elif isinstance(value, dict):
        for key, item in value.items():
            plain(key, depth)
            plain(item, depth - 1)
    elif isinstance(value, list):
        for item in value:
            plain(item, depth - 1)
    return value


def small(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """The data itself, if a record can hold it."""
    try:
        size = len(canonical(data))
    except SigningError as error:
        raise ValueError(error.message) from error
    if size > MAX_DATA:
        raise ValueError(f"{size} bytes, expected at most {MAX_DATA}")
    return data


def _text(value: str) -> None:
    if "\x00" in value:
        raise ValueError("a text with the character NUL")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValueError("a text with half a surrogate pair") from None
