"""Arithmetic and comparison of dates, times and durations (DMN 1.5 §10.3.2.13, tables 52-54 and 57-62).

Every operation that the tables leave out, and every result out of range, is Undefined.
"""

from decimal import Decimal, DecimalException
from typing import Never

from engine.feel.calendar import days_between, from_ordinal, ordinal, plus_months
from engine.feel.errors import Undefined
from engine.feel.numbers import CONTEXT, Operation, quotient
from engine.feel.temporal import (
    DAY,
    MAX_MONTHS,
    MAX_NANOSECONDS,
    SECOND,
    UTC,
    Date,
    DateTime,
    DaysDuration,
    Temporal,
    Time,
    YearsDuration,
)
from engine.feel.timeline import date_time_at, instant, shown, since_midnight, time_at, time_offset

Duration = DaysDuration | YearsDuration

_KINDS: dict[type, str] = {
    Date: "date",
    Time: "time",
    DateTime: "date and time",
    DaysDuration: "days and time duration",
    YearsDuration: "years and months duration",
    Decimal: "number",
    str: "string",
    bool: "boolean",
    type(None): "null",
}


def add(left: object, right: object) -> Temporal:
    """`left + right`: two durations of a kind, or a date or time and a duration, either way round."""
    match left, right:
        case YearsDuration(), YearsDuration():
            return _months(left.months + right.months)
        case DaysDuration(), DaysDuration():
            return _nanoseconds(left.nanoseconds + right.nanoseconds)
        case ((Date() | Time() | DateTime()), (YearsDuration() | DaysDuration())):
            return _moved(left, right)
        case ((YearsDuration() | DaysDuration()), (Date() | Time() | DateTime())):
            return _moved(right, left)
    _refuse("+", left, right)


def subtract(left: object, right: object) -> Temporal:
    """`left - right`: two durations of a kind, a duration from a date or time, or the time between two of these.

    Between dates and dates and times a date is its midnight in UTC. Both values have a zone or neither has one.
    """
    match left, right:
        case YearsDuration(), YearsDuration():
            return _months(left.months - right.months)
        case DaysDuration(), DaysDuration():
            return _nanoseconds(left.nanoseconds - right.nanoseconds)
        case ((Date() | Time() | DateTime()), (YearsDuration() | DaysDuration())):
            return _moved(left, negate(right))
        case Date(), Date():
            return _nanoseconds(days_between(right, left) * DAY)
        case ((Date() | DateTime()), (Date() | DateTime())):
            return _between(_at_midnight(left), _at_midnight(right))
        case Time(), Time():
            _alike(left, right)
            return _nanoseconds(_time_value(left) - _time_value(right))
    _refuse("-", left, right)


def multiply(left: object, right: object) -> Duration:
    """`left * right`: a duration and a number, either way round; what is left of a month or nanosecond is dropped."""
    match left, right:
        case ((YearsDuration() | DaysDuration()), Decimal()):
            return _scaled(left, right, CONTEXT.multiply)
        case Decimal(), (YearsDuration() | DaysDuration()):
            return _scaled(right, left, CONTEXT.multiply)
    _refuse("*", left, right)


def divide(left: object, right: object) -> Duration | Decimal:
    """`left / right`: a duration by a number, which is a duration, or by a duration of its kind, a number."""
    match left, right:
        case ((YearsDuration() | DaysDuration()), Decimal()):
            return _scaled(left, right, quotient)
        case YearsDuration(), YearsDuration():
            return _calculated(Decimal(left.months), Decimal(right.months), quotient)
        case DaysDuration(), DaysDuration():
            return _calculated(Decimal(left.nanoseconds), Decimal(right.nanoseconds), quotient)
    _refuse("/", left, right)


def negate(value: object) -> Duration:
    """`-value` of a duration."""
    match value:
        case YearsDuration():
            return YearsDuration(-value.months)
        case DaysDuration():
            return DaysDuration(-value.nanoseconds)
    raise Undefined(f"a {_kind(value)} has no negative")


def order(left: object, right: object) -> int | None:
    """-1, 0 or 1 as `left` lies before, with or after `right`; None where the two cannot be ordered.

    A local value is read in the zone of the other one, so that 0 may stand where `same` says False.
    """
    if (values := _values(left, right)) is None:
        return None
    first, second = values
    return (first > second) - (first < second)


def same(left: object, right: object) -> bool | None:
    """FEEL's `=`; None for values of different kinds. A local value never equals one with a zone.

    Times of day and dates and times are the same when they are so to the second: DMN's `=` knows no fractions of it.
    """
    if (values := _values(left, right)) is None:
        return None
    first, second = values
    if isinstance(left, Time | DateTime) and isinstance(right, Time | DateTime):
        return _zoned(left) == _zoned(right) and first // SECOND == second // SECOND
    return first == second


def _values(left: object, right: object) -> tuple[int, int] | None:
    match left, right:
        case Date(), Date():
            return ordinal(left), ordinal(right)
        case Time(), Time():
            if _zoned(left) != _zoned(right):
                return since_midnight(left), since_midnight(right)
            return _time_value(left), _time_value(right)
        case DateTime(), DateTime():
            if _zoned(left) != _zoned(right):
                return shown(left), shown(right)
            return instant(left), instant(right)
        case DaysDuration(), DaysDuration():
            return left.nanoseconds, right.nanoseconds
        case YearsDuration(), YearsDuration():
            return left.months, right.months
    return None


def _moved(start: Date | Time | DateTime, by: Duration) -> Date | Time | DateTime:
    match start, by:
        case Date(), YearsDuration():
            return plus_months(start, by.months)
        case Date(), DaysDuration():
            return from_ordinal(ordinal(start) + by.nanoseconds // DAY)
        case DateTime(), YearsDuration():
            return DateTime(plus_months(start.date, by.months), start.time)
        case DateTime(), DaysDuration():
            return date_time_at(instant(start) + by.nanoseconds, start.time.zone)
        case Time(), DaysDuration():
            return time_at(since_midnight(start) + by.nanoseconds, start.zone)
    raise Undefined("a time of day cannot move by years and months")


def _between(left: DateTime, right: DateTime) -> DaysDuration:
    _alike(left, right)
    return _nanoseconds(instant(left) - instant(right))


def _at_midnight(value: Date | DateTime) -> DateTime:
    return DateTime(value, Time(0, 0, 0, 0, UTC)) if isinstance(value, Date) else value


def _time_value(time: Time) -> int:
    return since_midnight(time) - time_offset(time) * SECOND


def _zoned(value: Time | DateTime) -> bool:
    return (value.time if isinstance(value, DateTime) else value).zone is not None


def _alike(left: Time | DateTime, right: Time | DateTime) -> None:
    if _zoned(left) != _zoned(right):
        raise Undefined("only one of the two has a time zone; give both one, or neither")


def _scaled(duration: Duration, by: Decimal, operation: Operation) -> Duration:
    if isinstance(duration, YearsDuration):
        return _months(_calculated(Decimal(duration.months), by, operation))
    return _nanoseconds(_calculated(Decimal(duration.nanoseconds), by, operation))


def _calculated(left: Decimal, right: Decimal, operation: Operation) -> Decimal:
    try:
        return operation(left, right)
    except DecimalException:
        raise Undefined("the result is not a number, as after a division by zero, or out of range") from None


def _months(months: int | Decimal) -> YearsDuration:
    if not -MAX_MONTHS <= months <= MAX_MONTHS:
        raise Undefined(f"the duration would have more than {MAX_MONTHS} months")
    return YearsDuration(int(months))


def _nanoseconds(nanoseconds: int | Decimal) -> DaysDuration:
    if not -MAX_NANOSECONDS <= nanoseconds <= MAX_NANOSECONDS:
        raise Undefined("the duration would be too long; expected at most 2**63 seconds")
    return DaysDuration(int(nanoseconds))


def _refuse(operator: str, left: object, right: object) -> Never:
    raise Undefined(f"`{operator}` has no answer for a {_kind(left)} and a {_kind(right)}")


def _kind(value: object) -> str:
    return _KINDS.get(type(value), "value of another type")
