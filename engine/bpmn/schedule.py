"""When a user task is due, when it is to be followed up, how urgent it is: as modelled, and what FEEL gives for it.

A day is a day of the offices: what is due on it is due at 17:00, what is followed up on it is so from its midnight on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time
from decimal import Decimal

from engine.bpmn.timer_values import duration_of, moment_of
from engine.bpmn.timers import TimerError, parse_date, parse_duration, whole_second
from engine.calendar import END_OF_DAY, VIETNAM
from engine.feel import Expression, Value
from engine.feel.errors import Undefined
from engine.feel.temporal import Date, DateTime, DaysDuration, Time, YearsDuration

FIRST_PRIORITY, DEFAULT_PRIORITY, LAST_PRIORITY = 0, 50, 100
LONGEST_TERM = 250
"""Working days: about a year."""

_FIRST_YEAR, _LAST_YEAR = 1900, 9998  # which every zone and every clock can show
_BEGIN_OF_DAY = time(0, 0)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_LOCAL = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?", re.ASCII)


class Unreadable(ValueError):
    """A value is no time, no priority, no term; the message does not hold it, since it may be a dossier's content."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """What a user task says of its times. Texts are FEEL texts here; `term` counts working days in place of `due`."""

    due: Expression | None = None
    follow_up: Expression | None = None
    priority: Expression | None = None
    term: Expression | None = None


def due_at(value: Value, opened: datetime) -> datetime:
    """The moment (UTC, whole seconds) by which a task is to be done; raises Unreadable.

    `value` is a date, a date and time, a duration from `opened`, or the ISO 8601 text of one of them.
    """
    return _read(value, opened, END_OF_DAY)


def follow_up_at(value: Value, opened: datetime) -> datetime:
    """The moment from which a task is to be looked at; read as `due_at`, but a day is meant from its midnight on."""
    return _read(value, opened, _BEGIN_OF_DAY)


def priority_of(value: Value) -> int:
    """The priority, a whole number; beyond 0 and 100 it is the nearer of them. Raises Unreadable."""
    return max(FIRST_PRIORITY, min(LAST_PRIORITY, _whole(value)))


def term_of(value: Value) -> int:
    """A term in working days, from 0 (the same day) to 250; raises Unreadable."""
    days = _whole(value)
    if not 0 <= days <= LONGEST_TERM:
        raise Unreadable(f"expected 0 to {LONGEST_TERM} working days")
    return days


def _whole(value: Value) -> int:
    number = value
    if isinstance(number, str) and number.isascii() and number.isdigit() and len(number) < 10:
        return int(number)
    # Whole and small: `int` of a number with a large exponent would be a number of as many digits.
    if isinstance(number, Decimal) and abs(number) < 1_000_000_000 and number == number.to_integral_value():
        return int(number)
    raise Unreadable("expected a whole number")


def _read(value: Value, opened: datetime, day_at: time) -> datetime:
    try:
        found = whole_second(_moment(value, opened.astimezone(UTC), day_at))
    except (TimerError, Undefined, ValueError, OverflowError):
        raise Unreadable("expected a date, a date and time, or a duration") from None
    if not _FIRST_YEAR <= found.year <= _LAST_YEAR:
        raise Unreadable(f"expected a year from {_FIRST_YEAR} to {_LAST_YEAR}")
    return found


def _moment(value: Value, opened: datetime, day_at: time) -> datetime:
    if isinstance(value, str):
        return _written(value.strip(), opened, day_at)
    if isinstance(value, Date):
        return moment_of(DateTime(value, Time(day_at.hour, day_at.minute, 0)))
    if isinstance(value, DateTime):
        return moment_of(value)
    if isinstance(value, DaysDuration | YearsDuration):
        return duration_of(value).after(opened)
    raise Unreadable("expected a date, a date and time, or a duration")


def _written(text: str, opened: datetime, day_at: time) -> datetime:
    """ISO 8601 text; without a zone it is the time of the offices."""
    if text.startswith("P"):
        return parse_duration(text).after(opened)
    if _DAY.fullmatch(text):
        return datetime.combine(datetime.fromisoformat(text), day_at, VIETNAM)
    if _LOCAL.fullmatch(text):
        return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)
    return parse_date(text)
