"""How data becomes the value of an input: JSON has no dates, so text becomes one where the type says so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.feel import iso8601
from engine.feel.bounds import Run
from engine.feel.errors import Position, Undefined, shown
from engine.feel.membership import converted
from engine.feel.types import (
    ANY,
    DATE,
    DATE_TIME,
    DAYS_DURATION,
    TIME,
    YEARS_DURATION,
    ContextOf,
    ListOf,
    Restricted,
    Type,
)
from engine.feel.values import read

_READERS: Mapping[Type, Callable[[str], object]] = {
    DATE: iso8601.date_from,
    TIME: iso8601.time_from,
    DATE_TIME: iso8601.date_time_from,
    DAYS_DURATION: iso8601.duration_from,
    YEARS_DURATION: iso8601.duration_from,
}


def entered(name: str, value: object, kind: Type, run: Run, at: Position) -> Any:
    """The value of the input `name`; null, with a problem reported, where the data is not of its type."""
    try:
        return converted(_shaped(value, kind, run, at), kind, run, at)
    except Undefined:
        return run.report(f"the value given for `{shown(name)}` is no {kind}", at)


def _shaped(given: object, kind: Type, run: Run, at: Position) -> Any:
    """The value with text read as dates, times and durations where the type has them; no deeper than the type."""
    value = read(given)
    run.spend(1, at)
    match kind:
        case Restricted():
            return _shaped(value, kind.base, run, at)
        case ListOf() if isinstance(value, list) and kind.member != ANY:
            return [_shaped(item, kind.member, run, at) for item in value]
        case ContextOf() if isinstance(value, dict) and kind.entries:
            kinds = dict(kind.entries)
            return {key: _shaped(item, kinds[key], run, at) if key in kinds else item for key, item in value.items()}
    if isinstance(value, str) and not isinstance(kind, ListOf | ContextOf) and (reader := _READERS.get(kind)):
        try:
            return reader(value)
        except Undefined:
            return value
    return value
