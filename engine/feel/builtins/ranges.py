"""How points and ranges lie to each other (DMN 1.5 §10.3.4.9, after Allen's interval algebra)."""

from dataclasses import dataclass

from engine.feel.builtins.registry import builtin
from engine.feel.errors import Undefined
from engine.feel.invoke import Call
from engine.feel.values import Range, ordered


@dataclass(frozen=True, slots=True)
class End:
    """An end of a range; `far` is -1 or 1 where it lies at infinity, and then it has no value."""

    value: object
    closed: bool
    far: int = 0


@dataclass(frozen=True, slots=True)
class Span:
    """A range whose ends are known."""

    low: End
    high: End


def span(value: Range) -> Span:
    """A range by its ends; Undefined for one whose end is not known, and for `(!= 5)`, which is no stretch."""
    if value.operator == "!=":
        raise Undefined("a range of all but one value has no place among others")
    if value.operator is None and (value.low is None or value.high is None):
        raise Undefined("an end of the range is null")
    return Span(
        End(value.low, value.low_closed, -1 if value.low is None else 0),
        End(value.high, value.high_closed, 1 if value.high is None else 0),
    )


def _point(value: object) -> End:
    return End(value, closed=True)


def _order(left: End, right: End) -> int:
    """-1, 0 or 1 by the values of two ends alone; Undefined where these have no order."""
    if left.far or right.far:
        return (left.far > right.far) - (left.far < right.far)
    order = ordered(left.value, right.value)
    if order is None:
        raise Undefined("the values have no common order")
    return order


def _precedes(left: End, right: End) -> bool:
    """Whether all up to the end `left` of a range lies before the start `right` of another."""
    order = _order(left, right)
    return order < 0 or (order == 0 and not (left.closed and right.closed))


def _reaches(high: End, low: End) -> bool:
    """Whether a range that ends with `high` shares a value with one that starts with `low`, as far as these tell."""
    return not _precedes(high, low)


def _starts_no_later(left: End, right: End) -> bool:
    order = _order(left, right)
    return order < 0 or (order == 0 and (left.closed or not right.closed))


def _ends_no_earlier(left: End, right: End) -> bool:
    order = _order(left, right)
    return order > 0 or (order == 0 and (left.closed or not right.closed))


def _meets(left: End, right: End) -> bool:
    return left.closed and right.closed and _order(left, right) == 0


def _same(left: End, right: End) -> bool:
    return left.closed == right.closed and _order(left, right) == 0


@builtin("before", "range1: range, range2: range", "boolean")
def before_ranges(call: Call, left: Range, right: Range) -> bool:
    """Whether all of the one lies before all of the other."""
    return _precedes(span(left).high, span(right).low)


@builtin("before", "point: Any, range: range", "boolean")
def before_range(call: Call, point: object, right: Range) -> bool:
    """Whether the point lies before the range."""
    return _precedes(_point(point), span(right).low)


@builtin("before", "range: range, point: Any", "boolean")
def before_point(call: Call, left: Range, point: object) -> bool:
    """Whether the range lies before the point."""
    return _precedes(span(left).high, _point(point))


@builtin("before", "point1: Any, point2: Any", "boolean")
def before_points(call: Call, left: object, right: object) -> bool:
    """Whether one point lies before the other."""
    return _order(_point(left), _point(right)) < 0


@builtin("after", "range1: range, range2: range", "boolean")
def after_ranges(call: Call, left: Range, right: Range) -> bool:
    """Whether all of the one lies after all of the other."""
    return before_ranges(call, right, left)


@builtin("after", "point: Any, range: range", "boolean")
def after_range(call: Call, point: object, right: Range) -> bool:
    """Whether the point lies after the range."""
    return before_point(call, right, point)


@builtin("after", "range: range, point: Any", "boolean")
def after_point(call: Call, left: Range, point: object) -> bool:
    """Whether the range lies after the point."""
    return before_range(call, point, left)


@builtin("after", "point1: Any, point2: Any", "boolean")
def after_points(call: Call, left: object, right: object) -> bool:
    """Whether one point lies after the other."""
    return before_points(call, right, left)


@builtin("meets", "range1: range, range2: range", "boolean")
def meets(call: Call, left: Range, right: Range) -> bool:
    """Whether the one ends with the very value with which the other starts."""
    return _meets(span(left).high, span(right).low)


@builtin("met by", "range1: range, range2: range", "boolean")
def met_by(call: Call, left: Range, right: Range) -> bool:
    """Whether the one starts with the very value with which the other ends."""
    return meets(call, right, left)


@builtin("overlaps", "range1: range, range2: range", "boolean")
def overlaps(call: Call, left: Range, right: Range) -> bool:
    """Whether they share a value."""
    one, other = span(left), span(right)
    return _reaches(one.high, other.low) and _reaches(other.high, one.low)


@builtin("overlaps before", "range1: range, range2: range", "boolean")
def overlaps_before(call: Call, left: Range, right: Range) -> bool:
    """Whether the one starts first, reaches into the other, and ends no later."""
    one, other = span(left), span(right)
    return (
        not _starts_no_later(other.low, one.low)
        and _reaches(one.high, other.low)
        and _ends_no_earlier(other.high, one.high)
    )


@builtin("overlaps after", "range1: range, range2: range", "boolean")
def overlaps_after(call: Call, left: Range, right: Range) -> bool:
    """Whether the other overlaps before the one."""
    return overlaps_before(call, right, left)


@builtin("finishes", "range1: range, range2: range", "boolean")
def finishes(call: Call, left: Range, right: Range) -> bool:
    """Whether both end alike and the one starts no earlier."""
    one, other = span(left), span(right)
    return _same(one.high, other.high) and _starts_no_later(other.low, one.low)


@builtin("finishes", "point: Any, range: range", "boolean")
def finishes_point(call: Call, point: object, right: Range) -> bool:
    """Whether the range ends with the point."""
    return _meets(span(right).high, _point(point))


@builtin("finished by", "range1: range, range2: range", "boolean")
def finished_by(call: Call, left: Range, right: Range) -> bool:
    """Whether the other finishes the one."""
    return finishes(call, right, left)


@builtin("finished by", "range: range, point: Any", "boolean")
def finished_by_point(call: Call, left: Range, point: object) -> bool:
    """Whether the range ends with the point."""
    return finishes_point(call, point, left)


@builtin("includes", "range1: range, range2: range", "boolean")
def includes(call: Call, left: Range, right: Range) -> bool:
    """Whether all of the other lies in the one."""
    one, other = span(left), span(right)
    return _starts_no_later(one.low, other.low) and _ends_no_earlier(one.high, other.high)


@builtin("includes", "range: range, point: Any", "boolean")
def includes_point(call: Call, left: Range, point: object) -> bool:
    """Whether the point lies in the range."""
    one, there = span(left), _point(point)
    return _reaches(there, one.low) and _reaches(one.high, there)


@builtin("during", "range1: range, range2: range", "boolean")
def during(call: Call, left: Range, right: Range) -> bool:
    """Whether all of the one lies in the other."""
    return includes(call, right, left)


@builtin("during", "point: Any, range: range", "boolean")
def during_point(call: Call, point: object, right: Range) -> bool:
    """Whether the point lies in the range."""
    return includes_point(call, right, point)


@builtin("starts", "range1: range, range2: range", "boolean")
def starts(call: Call, left: Range, right: Range) -> bool:
    """Whether both start alike and the one ends no later."""
    one, other = span(left), span(right)
    return _same(one.low, other.low) and _ends_no_earlier(other.high, one.high)


@builtin("starts", "point: Any, range: range", "boolean")
def starts_point(call: Call, point: object, right: Range) -> bool:
    """Whether the range starts with the point."""
    return _meets(_point(point), span(right).low)


@builtin("started by", "range1: range, range2: range", "boolean")
def started_by(call: Call, left: Range, right: Range) -> bool:
    """Whether the other starts the one."""
    return starts(call, right, left)


@builtin("started by", "range: range, point: Any", "boolean")
def started_by_point(call: Call, left: Range, point: object) -> bool:
    """Whether the range starts with the point."""
    return starts_point(call, point, left)


@builtin("coincides", "range1: range, range2: range", "boolean")
def coincides(call: Call, left: Range, right: Range) -> bool:
    """Whether both start and end alike."""
    one, other = span(left), span(right)
    return _same(one.low, other.low) and _same(one.high, other.high)


@builtin("coincides", "point1: Any, point2: Any", "boolean")
def coincides_points(call: Call, left: object, right: object) -> bool:
    """Whether both points are one."""
    return _order(_point(left), _point(right)) == 0
