"""The functions of dates, times and durations (DMN 1.5 §10.3.4.1, §10.3.4.7, §10.3.4.8, §10.3.4.10)."""

from collections.abc import Callable
from decimal import Decimal
from typing import TypeVar

from engine.feel import calendar
from engine.feel.builtins.registry import builtin
from engine.feel.errors import Undefined
from engine.feel.invoke import Call
from engine.feel.iso8601 import date_from, date_time_from, duration_from, time_from
from engine.feel.temporal import SECOND, Date, DateTime, DaysDuration, Time, YearsDuration
from engine.feel.timeline import from_datetime, offset_zone, time_of

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_LARGEST = Decimal(10**12)

Body = TypeVar("Body", bound=Callable[..., object])


def whole(number: Decimal) -> int:
    """A part of a date as an integer; Undefined for a fraction, and past any year."""
    if number.copy_abs() > _LARGEST or number != int(number):
        raise Undefined("a part of the date or time is no integer, or too large")
    return int(number)


@builtin("date", "from: string", "date")
def date_of_text(call: Call, text: str) -> Date:
    """The date written in a text."""
    return date_from(text)


@builtin("date", "from: date", "date")
def date_itself(call: Call, date: Date) -> Date:
    """The date as it is."""
    return date


@builtin("date", "from: date and time", "date")
def date_of_date_time(call: Call, moment: DateTime) -> Date:
    """The date that the calendar shows at the time's own zone."""
    return moment.date


@builtin("date", "year: number, month: number, day: number", "date")
def date_of_parts(call: Call, year: Decimal, month: Decimal, day: Decimal) -> Date:
    """The date of these numbers."""
    return calendar.date_of(whole(year), whole(month), whole(day))


@builtin("time", "from: string", "time")
def time_of_text(call: Call, text: str) -> Time:
    """The time written in a text."""
    return time_from(text)


@builtin("time", "from: time", "time")
def time_itself(call: Call, time: Time) -> Time:
    """The time as it is."""
    return time


@builtin("time", "from: date and time", "time")
def time_of_date_time(call: Call, moment: DateTime) -> Time:
    """The time with its zone; that of a date is midnight in UTC."""
    return moment.time


@builtin("time", "hour: number, minute: number, second: number, offset?: days and time duration?", "time")
def time_of_parts(call: Call, hour: Decimal, minute: Decimal, second: Decimal, offset: DaysDuration | None) -> Time:
    """The time of these numbers, local without an offset from UTC; the seconds may have a fraction."""
    zone = None
    if offset is not None:
        if offset.nanoseconds % SECOND:
            raise Undefined("the offset from UTC is no whole number of seconds")
        zone = offset_zone(offset.nanoseconds // SECOND)
    return time_of(whole(hour), whole(minute), second, zone)


@builtin("date and time", "from: string", "date and time")
def date_time_of_text(call: Call, text: str) -> DateTime:
    """The date and time written in a text; a date alone means its midnight."""
    return date_time_from(text)


@builtin("date and time", "date: date, time: time", "date and time")
def date_time_of_date(call: Call, date: Date, time: Time) -> DateTime:
    """The date at this time."""
    return DateTime(date, time)


@builtin("date and time", "date: date and time, time: time", "date and time")
def date_time_of_date_time(call: Call, moment: DateTime, time: Time) -> DateTime:
    """The date of a date and time, at another time and in its zone."""
    return DateTime(moment.date, time)


@builtin("date and time", "from: date and time", "date and time")
def date_time_itself(call: Call, moment: DateTime) -> DateTime:
    """The date and time as it is; of a date its midnight in UTC."""
    return moment


@builtin("duration", "from: string")
def duration_of_text(call: Call, text: str) -> DaysDuration | YearsDuration:
    """The duration written in a text."""
    return duration_from(text)


@builtin("years and months duration", "from: date, to: date", "years and months duration")
@builtin("years and months duration", "from: date and time, to: date and time", "years and months duration")
def years_and_months_between(call: Call, start: Date | DateTime, end: Date | DateTime) -> YearsDuration:
    """The whole months from one date to another; negative if that lies before."""
    return YearsDuration(calendar.months_between(start, end))


@builtin("now", "", "date and time")
def now(call: Call) -> DateTime:
    """The time that the caller of the evaluation gave."""
    return from_datetime(call.run.now)


@builtin("today", "", "date")
def today(call: Call) -> Date:
    """The date of `now()`."""
    return now(call).date


def _of_date(name: str, result: str) -> Callable[[Body], Body]:
    """Declare a function of a date, or of the date of a date and time."""

    def declare(body: Body) -> Body:
        builtin(name, "date: date", result)(body)
        builtin(name, "date: date and time", result)(lambda call, moment: body(call, moment.date))
        return body

    return declare


@_of_date("day of year", "number")
def day_of_year(call: Call, date: Date) -> Decimal:
    """1 to 366."""
    return Decimal(calendar.day_of_year(date))


@_of_date("day of week", "string")
def day_of_week(call: Call, date: Date) -> str:
    """`Monday` to `Sunday`."""
    return _DAYS[calendar.day_of_week(date) - 1]


@_of_date("month of year", "string")
def month_of_year(call: Call, date: Date) -> str:
    """`January` to `December`."""
    return _MONTHS[date.month - 1]


@_of_date("week of year", "number")
def week_of_year(call: Call, date: Date) -> Decimal:
    """1 to 53, by ISO 8601."""
    return Decimal(calendar.week_of_year(date))


@_of_date("last day of month", "date")
def last_day_of_month(call: Call, date: Date) -> Date:
    """The last day of the date's month (Camunda 8)."""
    return calendar.last_day_of_month(date)
