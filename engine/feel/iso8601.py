"""Dates, times and durations as text: what FEEL reads (DMN 1.5 §10.3.4.1) and what its `string()` writes.

The texts are those of XML Schema Part 2, and `@` with the name of a zone after a time. Whatever is written reads back
as the same value.
"""

import re
from decimal import Decimal

from engine.feel import zones
from engine.feel.calendar import date_of, from_ordinal, ordinal
from engine.feel.errors import Undefined
from engine.feel.temporal import (
    DAY,
    MAX_MONTHS,
    MAX_NANOSECONDS,
    SECOND,
    Date,
    DateTime,
    DaysDuration,
    Temporal,
    Time,
    YearsDuration,
    Zone,
)
from engine.feel.timeline import offset_zone, time_of

_LONGEST = 100

_DATE = re.compile(r"(?!-0000)(-?(?:[1-9][0-9]{4,8}|[0-9]{4}))-([0-9]{2})-([0-9]{2})")
_TIME = re.compile(r"([0-9]{2}):([0-9]{2}):([0-9]{2}(?:\.[0-9]+)?)(Z|z|[+-][0-9:]+|@.+)?", re.DOTALL)
_OFFSET = re.compile(r"([+-])([0-9]{2}):([0-5][0-9])(?::([0-5][0-9]))?")
_YEARS = re.compile(r"(-?)P(?=[0-9])(?:([0-9]+)Y)?(?:([0-9]+)M)?")
_DAYS = re.compile(
    r"(-?)P(?=[0-9T])(?:([0-9]+)D)?(?:T(?=[0-9])(?:([0-9]+)H)?(?:([0-9]+)M)?(?:([0-9]+)(?:\.([0-9]*))?S)?)?"
)
_MIDNIGHT_AFTER = re.compile(r"^24:00:00(?:\.0+)?(?![0-9.])")


def date_from(text: str) -> Date:
    """`2017-12-31`, a year of four to nine digits; Undefined for anything else."""
    if len(text) > _LONGEST or not (match := _DATE.fullmatch(text)):
        raise Undefined("the text is no date; expected one such as 2017-12-31")
    year, month, day = match.groups()
    return date_of(int(year), int(month), int(day))


def time_from(text: str) -> Time:
    """`13:20:00.5`, then perhaps `Z`, `+01:00` or `@Europe/Paris`; Undefined for anything else.

    `24:00:00` is midnight; digits after the ninth place of the seconds are dropped.
    """
    if len(text) > _LONGEST or not (match := _TIME.fullmatch(_MIDNIGHT_AFTER.sub("00:00:00", text, count=1))):
        raise Undefined(
            "the text is no time; expected one such as 13:20:00, 13:20:00+07:00 or 13:20:00@Asia/Ho_Chi_Minh"
        )
    hour, minute, second, zone = match.groups()
    return time_of(int(hour), int(minute), Decimal(second), _zone_from(zone) if zone else None)


def _zone_from(text: str) -> Zone:
    if text in ("Z", "z"):
        return Zone(offset=0)
    if text.startswith("@"):
        return zones.named(text[1:])
    if not (match := _OFFSET.fullmatch(text)):
        raise Undefined("the text is no offset from UTC; expected one such as +07:00")
    sign, hours, minutes, seconds = match.groups()
    offset = (int(hours) * 60 + int(minutes)) * 60 + int(seconds or 0)
    return offset_zone(-offset if sign == "-" else offset)


def date_time_from(text: str) -> DateTime:
    """A date, `T` and a time, or a date alone, which means its midnight; Undefined for anything else.

    `24:00:00` is the midnight of the next day.
    """
    if len(text) > _LONGEST:
        raise Undefined("the text is no date and time; expected one such as 2017-12-31T13:20:00")
    day, separator, clock = text.partition("T")
    date = date_from(day)
    if not separator:
        return DateTime(date, Time(0, 0, 0))
    time = time_from(clock)
    return DateTime(from_ordinal(ordinal(date) + 1) if clock.startswith("24") else date, time)


def duration_from(text: str) -> DaysDuration | YearsDuration:
    """`P1DT2H3M4.5S` or `P1Y2M`, perhaps after `-`, never a mixture; Undefined for anything else."""
    if len(text) <= _LONGEST:
        if match := _YEARS.fullmatch(text):
            return _years(*match.groups())
        if match := _DAYS.fullmatch(text):
            return _days(*match.groups())
    raise Undefined("the text is no duration; expected one such as P1Y2M or P1DT2H30M")


def _years(sign: str, years: str | None, months: str | None) -> YearsDuration:
    total = int(years or 0) * 12 + int(months or 0)
    if total > MAX_MONTHS:
        raise Undefined(f"the duration has more than {MAX_MONTHS} months")
    return YearsDuration(-total if sign else total)


def _days(
    sign: str, days: str | None, hours: str | None, minutes: str | None, seconds: str | None, fraction: str | None
) -> DaysDuration:
    clock = (int(hours or 0) * 60 + int(minutes or 0)) * 60 + int(seconds or 0)
    total = int(days or 0) * DAY + clock * SECOND + int((fraction or "")[:9].ljust(9, "0"))
    if total > MAX_NANOSECONDS:
        raise Undefined("the duration is too long; expected at most 2**63 seconds")
    return DaysDuration(-total if sign else total)


def temporal_from(text: str) -> Temporal:
    """The date, time, date and time, or duration of a literal `@"…"`; Undefined if the text is none of them."""
    if text.startswith(("P", "-P")):
        return duration_from(text)
    if text[2:3] == ":":
        return time_from(text)
    return date_time_from(text) if "T" in text else date_from(text)


def text_of(value: Temporal) -> str:
    """The value as `string()` writes it: `2017-12-31T13:20:00.5@Europe/Paris`, `P1DT2H`, `-P1Y2M`."""
    match value:
        case Date():
            return f"{'-' if value.year < 0 else ''}{abs(value.year):04d}-{value.month:02d}-{value.day:02d}"
        case Time():
            return f"{value.hour:02d}:{value.minute:02d}:{value.second:02d}{_fraction(value.nanosecond)}" + (
                _zone_text(value.zone) if value.zone else ""
            )
        case DateTime():
            return f"{text_of(value.date)}T{text_of(value.time)}"
        case DaysDuration():
            return _days_text(value.nanoseconds)
        case YearsDuration():
            years, months = divmod(abs(value.months), 12)
            parts = (f"{years}Y" if years else "") + (f"{months}M" if months else "")
            return f"{'-' if value.months < 0 else ''}P{parts or '0M'}"


def _fraction(nanosecond: int) -> str:
    return f".{nanosecond:09d}".rstrip("0") if nanosecond else ""


def _zone_text(zone: Zone) -> str:
    if zone.name is not None:
        return f"@{zone.name}"
    if not zone.offset:
        return "Z"
    minutes, second = divmod(abs(zone.offset), 60)
    hour, minute = divmod(minutes, 60)
    return f"{'-' if zone.offset < 0 else '+'}{hour:02d}:{minute:02d}" + (f":{second:02d}" if second else "")


def _days_text(nanoseconds: int) -> str:
    days, rest = divmod(abs(nanoseconds), DAY)
    seconds, nanosecond = divmod(rest, SECOND)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    clock = (f"{hour}H" if hour else "") + (f"{minute}M" if minute else "")
    if second or nanosecond:
        clock += f"{second}{_fraction(nanosecond)}S"
    text = (f"{days}D" if days else "") + (f"T{clock}" if clock else "")
    return f"{'-' if nanoseconds < 0 else ''}P{text or 'T0S'}"
