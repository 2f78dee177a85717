"""Dates, times and durations as FEEL knows them (DMN 1.5 §10.3.2.3.4-8): plain values, years from -999,999,999 on.

Seconds count to the nanosecond. The calendar is the proleptic Gregorian one; there are no leap seconds. The values
check nothing: `calendar.date_of`, `timeline.time_of`, `iso8601` and `temporal_arithmetic` make only what exists.
"""

from dataclasses import dataclass

SECOND = 1_000_000_000
"""Nanoseconds of a second."""
DAY = 86_400 * SECOND
"""Nanoseconds of a day."""

MAX_YEAR = 999_999_999
MAX_MONTHS = 12_000_000_000
"""Of a years and months duration: more than lies between the first and the last date."""
MAX_NANOSECONDS = 2**63 * SECOND
"""Of a days and time duration."""
MAX_OFFSET = 18 * 3600
"""Of a zone, in seconds to either side."""


@dataclass(frozen=True, slots=True)
class Zone:
    """An offset from UTC in seconds, or the name of a zone of the IANA database.

    Both are given only for the second pass of an hour that the zone's clocks repeat: there the name alone means the
    first pass, and `offset` holds.
    """

    offset: int | None = None
    name: str | None = None


UTC = Zone(offset=0)


@dataclass(frozen=True, slots=True)
class Date:
    """A day of the calendar; `year` may be zero or negative."""

    year: int
    month: int
    day: int


@dataclass(frozen=True, slots=True)
class Time:
    """A time of day, local where it has no zone."""

    hour: int
    minute: int
    second: int
    nanosecond: int = 0
    zone: Zone | None = None


@dataclass(frozen=True, slots=True)
class DateTime:
    """A date and time."""

    date: Date
    time: Time


@dataclass(frozen=True, slots=True)
class DaysDuration:
    """A days and time duration, in nanoseconds; may be negative."""

    nanoseconds: int


@dataclass(frozen=True, slots=True)
class YearsDuration:
    """A years and months duration, in months; may be negative."""

    months: int


Temporal = Date | Time | DateTime | DaysDuration | YearsDuration
