"""Facts of the proleptic Gregorian calendar over all of FEEL's years, each in constant time.

A day's ordinal counts as Python's `date.toordinal` does: 1 is the first of January of year 1, earlier days are zero
and negative.
"""

from engine.feel.errors import Undefined
from engine.feel.temporal import MAX_YEAR, Date, DateTime

_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

# The cycle of 400 years is counted from the first of March of year 0, so that a leap day ends its year.
_CYCLE = 146_097
_SHIFT = 306


def date_of(year: int, month: int, day: int) -> Date:
    """The date of these numbers; Undefined if there is none, or if it lies outside FEEL's years."""
    if not -MAX_YEAR <= year <= MAX_YEAR:
        raise Undefined(f"the year lies outside -{MAX_YEAR}..{MAX_YEAR}")
    if not 1 <= month <= 12:
        raise Undefined("there is no such month; expected 1 to 12")
    if not 1 <= day <= days_in_month(year, month):
        raise Undefined("the month has no such day")
    return Date(year, month, day)


def is_leap(year: int) -> bool:
    """Whether the year has 366 days."""
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def days_in_month(year: int, month: int) -> int:
    """28 to 31."""
    return 29 if month == 2 and is_leap(year) else _DAYS[month - 1]


def ordinal(date: Date) -> int:
    """The number of the day."""
    year = date.year - (date.month <= 2)
    cycle, of_cycle = divmod(year, 400)
    of_year = (153 * ((date.month - 3) % 12) + 2) // 5 + date.day - 1
    return cycle * _CYCLE + of_cycle * 365 + of_cycle // 4 - of_cycle // 100 + of_year - _SHIFT + 1


def from_ordinal(number: int) -> Date:
    """The day of this number; Undefined outside FEEL's years."""
    date = day_numbered(number)
    if not -MAX_YEAR <= date.year <= MAX_YEAR:
        raise Undefined(f"the year lies outside -{MAX_YEAR}..{MAX_YEAR}")
    return date


def day_numbered(number: int) -> Date:
    """The day of this number, also past FEEL's years, as a step on the way to what must not lie there."""
    cycle, rest = divmod(number - 1 + _SHIFT, _CYCLE)
    # A leap day comes every 4 years (1461 days), not every 100 (36,524), yet every 400.
    of_cycle = (rest - rest // 1460 + rest // 36_524 - rest // 146_096) // 365
    of_year = rest - (365 * of_cycle + of_cycle // 4 - of_cycle // 100)
    month = (5 * of_year + 2) // 153
    day = of_year - (153 * month + 2) // 5 + 1
    return Date(cycle * 400 + of_cycle + (month >= 10), month + 3 if month < 10 else month - 9, day)


def days_between(start: Date, end: Date) -> int:
    """Days from `start` to `end`; negative if `end` is the earlier."""
    return ordinal(end) - ordinal(start)


def day_of_week(date: Date) -> int:
    """1 for Monday to 7 for Sunday (ISO 8601)."""
    return (ordinal(date) - 1) % 7 + 1


def day_of_year(date: Date) -> int:
    """1 to 366."""
    return ordinal(date) - ordinal(Date(date.year, 1, 1)) + 1


def week_of_year(date: Date) -> int:
    """1 to 53: weeks begin on Monday, and belong to the year of their Thursday (ISO 8601)."""
    thursday = day_numbered(ordinal(date) - day_of_week(date) + 4)
    return (day_of_year(thursday) - 1) // 7 + 1


def last_day_of_month(date: Date) -> Date:
    """The last day of the date's month."""
    return Date(date.year, date.month, days_in_month(date.year, date.month))


def plus_months(date: Date, months: int) -> Date:
    """The same day so many months on, or the month's last if it is shorter; Undefined outside FEEL's years."""
    year, month = divmod(date.year * 12 + date.month - 1 + months, 12)
    return date_of(year, month + 1, min(date.day, days_in_month(year, month + 1)))


def months_between(start: Date | DateTime, end: Date | DateTime) -> int:
    """Whole months from the day of `start` to that of `end`, toward zero.

    The time of day does not count: the engines that other agencies run agree on that, the standard leaves it open.
    """
    first, second = day_of(start), day_of(end)
    months = (second.year - first.year) * 12 + second.month - first.month
    if months > 0 and second.day < first.day:
        return months - 1
    if months < 0 and second.day > first.day:
        return months + 1
    return months


def day_of(value: Date | DateTime) -> Date:
    """The day of a date, or of a date and time as written."""
    return value.date if isinstance(value, DateTime) else value
