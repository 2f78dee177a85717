"""FEEL values: how data enters, how values compare, how they leave.

Numbers, strings, booleans, null, dates, times, durations, ranges, functions, lists and contexts exist: whatever else
stands in the data is refused, so that no attribute or method of a Python object can be reached.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from engine.feel import iso8601, temporal_arithmetic
from engine.feel.bounds import Run
from engine.feel.errors import START, FeelError, Position
from engine.feel.functions import Function
from engine.feel.numbers import number_from_data
from engine.feel.temporal import Date, DateTime, DaysDuration, Temporal, Time, YearsDuration


@dataclass(frozen=True, slots=True)
class Range:
    """The values between two ends (DMN 1.5 §10.3.2.7); an end that is None is not known.

    With `operator` it was written `(< 5)`, `(>= 5)`, `(= 5)`, `(!= 5)`; then an end that is None lies at infinity.
    """

    low: object
    high: object
    low_closed: bool = True
    high_closed: bool = True
    operator: str | None = None


Value: TypeAlias = bool | Decimal | str | Temporal | Range | Function | list["Value"] | dict[str, "Value"] | None

TEMPORAL = (Date, Time, DateTime, DaysDuration, YearsDuration)
_MAX_SAFE_INTEGER = 2**53 - 1
_FEEL = frozenset((type(None), str, bool, dict, list, Range, Function, *TEMPORAL))


def read(value: object) -> object:
    """One value of the data as a FEEL value; the members of lists and contexts are read when they are reached."""
    kind = type(value)
    if kind in _FEEL:
        return value
    if isinstance(value, int | float | Decimal):
        if (number := number_from_data(value)) is None:
            raise FeelError("number-range", "a number of the data is not finite or past 34 digits and exponent 6144")
        return number
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, list | tuple):
        return list(value)
    if isinstance(value, str):
        return str(value)
    raise FeelError("not-data", f"the data holds a {kind.__name__}; expected what JSON can hold")


def equal(left: object, right: object, run: Run, at: Position, depth: int = 0) -> bool | None:
    """FEEL's `=`: null equals only null, values of different types have no answer (null) (DMN 1.5 §10.3.2.13)."""
    run.spend(1, at)
    if left is None or right is None:
        return left is right
    kind = type(left)
    if kind is not type(right):
        return None
    if isinstance(left, list) and isinstance(right, list):
        return _equal_lists(left, right, run, at, _deeper(depth, run, at))
    if isinstance(left, dict) and isinstance(right, dict):
        return _equal_contexts(left, right, run, at, _deeper(depth, run, at))
    if isinstance(left, Range) and isinstance(right, Range):
        return _equal_ranges(left, right, run, at, _deeper(depth, run, at))
    if isinstance(left, TEMPORAL) and isinstance(right, TEMPORAL):
        return temporal_arithmetic.same(left, right)
    return left == right


def ordered(left: object, right: object) -> int | None:
    """-1, 0 or 1 as `left` is less than, equal to or greater than `right`; None where the two have no order.

    Numbers, strings (by code point), and dates, times and durations have an order, each among themselves.
    """
    kind = type(left)
    if kind is type(right) and (kind is Decimal or kind is str):
        return -1 if left < right else int(left > right)  # type: ignore[operator]
    if isinstance(left, TEMPORAL) and isinstance(right, TEMPORAL):
        return temporal_arithmetic.order(left, right)
    return None


def _equal_lists(left: list[object], right: list[object], run: Run, at: Position, depth: int) -> bool:
    if len(left) != len(right):
        return False
    return all(equal(read(a), read(b), run, at, depth) is True for a, b in zip(left, right, strict=True))


def _equal_contexts(left: dict[str, object], right: dict[str, object], run: Run, at: Position, depth: int) -> bool:
    if left.keys() != right.keys():
        return False
    return all(equal(read(a), read(right[key]), run, at, depth) is True for key, a in left.items())


def _equal_ranges(left: Range, right: Range, run: Run, at: Position, depth: int) -> bool:
    if (left.operator, left.low_closed, left.high_closed) != (right.operator, right.low_closed, right.high_closed):
        return False
    return all(equal(a, b, run, at, depth) is True for a, b in ((left.low, right.low), (left.high, right.high)))


def finished(value: object, run: Run) -> Value:
    """A result on its way out: every member read, its depth and number of members bounded."""
    kind = type(value)
    if value is None or kind is bool or kind is str or kind is Decimal:
        return value  # type: ignore[return-value]
    return _copied(value, run, [run.bounds.items], 0)


def _copied(value: object, run: Run, left: list[int], depth: int) -> Value:
    left[0] -= 1
    if left[0] < 0:
        raise FeelError("result-bound", f"the result has more than {run.bounds.items} members; make it smaller")
    value = read(value)
    if isinstance(value, list):
        depth = _deeper(depth, run, START)
        return [_copied(item, run, left, depth) for item in value]
    if isinstance(value, dict):
        depth = _deeper(depth, run, START)
        return {_key(key): _copied(item, run, left, depth) for key, item in value.items()}
    return value  # type: ignore[return-value]


def _key(key: object) -> str:
    if not isinstance(key, str):
        raise FeelError("not-data", f"a context of the data has a {type(key).__name__} as key; expected text")
    return key


def _deeper(depth: int, run: Run, at: Position) -> int:
    if depth >= run.bounds.depth:
        raise FeelError("depth-bound", f"a value is nested deeper than {run.bounds.depth} levels", at)
    return depth + 1


def to_json(value: Value) -> object:
    """`value` as plain JSON: whole numbers within ±(2^53 - 1) become int, other numbers the nearest float.

    Dates, times and durations become their ISO 8601 text. A number that no float can hold raises FeelError
    `number-range` (JSON knows no infinity), a range or a function FeelError `not-data`.
    """
    if isinstance(value, TEMPORAL):
        return iso8601.text_of(value)
    if isinstance(value, Range | Function):
        kind = type(value).__name__.lower()
        raise FeelError("not-data", f"the result holds a {kind}, which JSON cannot hold; make it a list or a context")
    if isinstance(value, Decimal):
        return _json_number(value)
    if isinstance(value, list):
        return [to_json(item) for item in value]
    if isinstance(value, dict):
        return {key: to_json(item) for key, item in value.items()}
    return value


def _json_number(value: Decimal) -> int | float:
    if -_MAX_SAFE_INTEGER <= value <= _MAX_SAFE_INTEGER and value == value.to_integral_value():
        return int(value)
    number = float(value)
    if number in (float("inf"), float("-inf")):
        raise FeelError("number-range", "the number is too large for JSON; expected at most about 1.8e308")
    return number
