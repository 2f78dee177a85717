"""The properties of dates, times and durations, as `value.year` (DMN 1.5 §10.3.2.13, tables 65 and 66)."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from engine.feel import zones
from engine.feel.calendar import day_of_week
from engine.feel.errors import Undefined
from engine.feel.numbers import CONTEXT
from engine.feel.temporal import DAY, SECOND, Date, DateTime, DaysDuration, Temporal, Time, YearsDuration
from engine.feel.timeline import time_offset

Property = Decimal | str | DaysDuration | None
Reader = Callable[[Any], Property]


def property_of(value: Temporal, name: str) -> Property:
    """The property `name` of a date, time or duration; None for the zone or offset of a value that has none.

    The parts of a negative duration are negative. Undefined for a property that the value's type does not have.
    """
    if (read := _PROPERTIES[type(value)].get(name)) is None:
        expected = ", ".join(_PROPERTIES[type(value)])
        raise Undefined(f"the value has no such property; expected one of {expected}")
    return read(value)


def _seconds(second: int, nanosecond: int) -> Decimal:
    return (
        Decimal(second)
        if not nanosecond
        else CONTEXT.normalize(CONTEXT.scaleb(Decimal(second * SECOND + nanosecond), -9))
    )


def _part(total: int, unit: int, of: int | None = None) -> int:
    """Whole units of the total, with its sign; modulo `of` units."""
    count = abs(total) // unit
    if of is not None:
        count %= of
    return -count if total < 0 else count


def _date_time_offset(value: DateTime) -> DaysDuration | None:
    if value.time.zone is None:
        return None
    return DaysDuration(zones.offset_at(value.time.zone, value.date, value.time) * SECOND)


def _duration_seconds(value: DaysDuration) -> Decimal:
    second, nanosecond = divmod(abs(value.nanoseconds) % (60 * SECOND), SECOND)
    seconds = _seconds(second, nanosecond)
    return seconds.copy_negate() if value.nanoseconds < 0 and seconds else seconds


def _of_date(read: Reader) -> Reader:
    return lambda value: read(value.date)


def _of_time(read: Reader) -> Reader:
    return lambda value: read(value.time)


_DATE: dict[str, Reader] = {
    "year": lambda date: Decimal(date.year),
    "month": lambda date: Decimal(date.month),
    "day": lambda date: Decimal(date.day),
    "weekday": lambda date: Decimal(day_of_week(date)),
}
_CLOCK: dict[str, Reader] = {
    "hour": lambda time: Decimal(time.hour),
    "minute": lambda time: Decimal(time.minute),
    "second": lambda time: _seconds(time.second, time.nanosecond),
    "timezone": lambda time: time.zone.name if time.zone else None,
}
_PROPERTIES: dict[type, dict[str, Reader]] = {
    Date: _DATE,
    Time: _CLOCK | {"time offset": lambda time: DaysDuration(time_offset(time) * SECOND) if time.zone else None},
    DateTime: {
        **{name: _of_date(read) for name, read in _DATE.items()},
        **{name: _of_time(read) for name, read in _CLOCK.items()},
        "time offset": _date_time_offset,
    },
    DaysDuration: {
        "days": lambda value: Decimal(_part(value.nanoseconds, DAY)),
        "hours": lambda value: Decimal(_part(value.nanoseconds, 3600 * SECOND, 24)),
        "minutes": lambda value: Decimal(_part(value.nanoseconds, 60 * SECOND, 60)),
        "seconds": _duration_seconds,
    },
    YearsDuration: {
        "years": lambda value: Decimal(_part(value.months, 12)),
        "months": lambda value: Decimal(_part(value.months, 1, 12)),
    },
}
