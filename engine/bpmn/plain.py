"""Plain JSON, which is all that a state holds."""

from __future__ import annotations

import math
from collections.abc import Mapping

_MAX_DEPTH = 64
_MOST = 2**53 - 1  # whole numbers that every reader of JSON keeps (RFC 8785 §3.2.2.3)
_SCALARS = frozenset((bool, type(None)))
_MAPPINGS = (dict, Mapping)  # an abstract class is asked last: that takes long


def plain_json(value: object, depth: int = 0) -> object:
    """`value` copied as plain JSON with sorted keys; raises ValueError on what JSON cannot hold."""
    if depth > _MAX_DEPTH:
        raise ValueError(f"data is nested deeper than {_MAX_DEPTH}")
    kind = type(value)  # exactly: a subclass could be anything
    if kind is str:
        return _text(value)  # type: ignore[arg-type]
    if kind in _SCALARS:
        return value
    if isinstance(value, _MAPPINGS):
        return _sorted(plain_fields(value, depth + 1))
    if isinstance(value, list | tuple):
        return [plain_json(item, depth + 1) for item in value]
    return _number(value)


def plain_fields(fields: Mapping[str, object], depth: int = 1) -> dict[str, object]:
    """Fields by name, each as plain JSON, in the order in which they are; raises ValueError as `plain_json`."""
    found = dict(fields)
    for name, item in found.items():
        if type(name) is not str:
            raise ValueError("data has a key that is not text")
        if not name.isascii():
            _text(name)
        if type(item) is not str or not item.isascii():
            found[name] = plain_json(item, depth)
    return found


def _sorted(fields: dict[str, object]) -> dict[str, object]:
    """By name, so that an expression which walks a context sees the same order before and after a store."""
    names = sorted(fields)
    return fields if names == [*fields] else {name: fields[name] for name in names}


def _text(text: str) -> str:
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise ValueError("data holds half of a surrogate pair, which is no text") from None
    return text


def _number(value: object) -> object:
    if type(value) is int:
        if not -_MOST <= value <= _MOST:
            raise ValueError("data holds a whole number beyond 2^53 - 1, which JSON does not keep")
        return value
    if type(value) is float:
        if not math.isfinite(value):
            raise ValueError("data holds a number that is not finite")
        return value
    raise ValueError(f"data holds a {type(value).__name__}, which is not JSON")
