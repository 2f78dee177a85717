"""Timers: ISO 8601 dates, durations and recurrences.

Durations with years and months are added by calendar: 31 January + P1M is the last day of February, and the n-th
repetition is counted from the first anchor, so that it does not drift. Due times are whole seconds, never early.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Literal

TimerKind = Literal["timeDate", "timeDuration", "timeCycle"]

_DURATION = re.compile(
    r"P(?=.)(?:(?P<weeks>\d{1,6})W|(?:(?P<years>\d{1,6})Y)?(?:(?P<months>\d{1,6})M)?(?:(?P<days>\d{1,6})D)?"
    r"(?:T(?=.)(?:(?P<hours>\d{1,9})H)?(?:(?P<minutes>\d{1,9})M)?(?:(?P<seconds>\d{1,9}(?:[.,]\d{1,6})?)S)?)?)",
    re.ASCII,
)
_CYCLE = re.compile(r"R(?P<times>\d{0,6})/(?:(?P<start>[^/P]+)/)?(?P<period>P[^/]+)", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:\d\d)", re.ASCII)


class TimerError(ValueError):
    """A timer's text cannot be read as ISO 8601, or lies outside the calendar."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Duration:
    """An ISO 8601 duration: months are calendar months, the rest is exact."""

    months: int
    rest: timedelta

    def after(self, moment: datetime, times: int = 1) -> datetime:
        """The moment that lies `times` durations after `moment`; raises TimerError outside the calendar."""
        try:
            return _add_months(moment, self.months * times) + self.rest * times
        except (OverflowError, ValueError) as error:
            raise TimerError("the timer's due time lies outside the calendar") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When a timer fires: first at `due`; then, with `times` left (None: without end), every `period` from `anchor`."""

    due: datetime
    anchor: datetime
    period: str | None = None
    fired: int = 0
    times: int | None = 1

    def following(self) -> Schedule | None:
        """The schedule after one firing, or None when it was the last one."""
        fired = self.fired + 1
        if self.period is None or (self.times is not None and fired >= self.times):
            return None
        due = whole_second(parse_duration(self.period).after(self.anchor, fired))
        return Schedule(due=due, anchor=self.anchor, period=self.period, fired=fired, times=self.times)


def plan(kind: TimerKind, text: str, now: datetime) -> Schedule:
    """Read `text` as ISO 8601 of that kind and count from `now`; raises TimerError."""
    text = text.strip()
    if kind == "timeDate":
        return once(parse_date(text))
    if kind == "timeDuration":
        return once(parse_duration(text).after(now))
    return _plan_cycle(text, now)


def once(moment: datetime) -> Schedule:
    """Fire once, at that moment or the next whole second."""
    due = whole_second(moment)
    return Schedule(due=due, anchor=due)


def after_seconds(now: datetime, seconds: int) -> Schedule:
    """Fire once, that many seconds from `now`."""
    return once(Duration(months=0, rest=timedelta(seconds=seconds)).after(now))


def _plan_cycle(text: str, now: datetime) -> Schedule:
    match = _CYCLE.fullmatch(text)
    if match is None or (match["times"] and int(match["times"]) == 0):
        raise TimerError(
            f"{text!r} is not an ISO 8601 recurrence such as R3/PT1H, R/P1D or R3/2026-12-01T08:00:00Z/P1D"
        )
    period = parse_duration(match["period"])
    first = parse_date(match["start"]) if match["start"] else period.after(now)
    if not period.months and not period.rest:
        raise TimerError(f"{text!r} repeats without any time between")
    due = whole_second(first)
    times = int(match["times"]) if match["times"] else None
    return Schedule(due=due, anchor=due, period=match["period"], times=times)


def parse_duration(text: str) -> Duration:
    """Read an ISO 8601 duration such as P1Y2M, P2W or PT1H30M; raises TimerError."""
    match = _DURATION.fullmatch(text)
    if match is None:
        raise TimerError(f"{text!r} is not an ISO 8601 duration such as PT2H, P3D or P1M")
    part = {name: int(value) for name, value in match.groupdict("0").items() if name != "seconds"}
    micros = int(Decimal((match["seconds"] or "0").replace(",", ".")) * 1_000_000)
    try:
        rest = timedelta(
            weeks=part["weeks"], days=part["days"], hours=part["hours"], minutes=part["minutes"], microseconds=micros
        )
    except OverflowError as error:
        raise TimerError(f"{text!r} is longer than the calendar") from error
    return Duration(months=part["years"] * 12 + part["months"], rest=rest)


def parse_date(text: str) -> datetime:
    """Read an ISO 8601 date and time with its zone; raises TimerError."""
    if _DATE.fullmatch(text) is None:
        raise TimerError(f"{text!r} is not an ISO 8601 date and time with zone such as 2026-12-01T08:00:00+07:00")
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise TimerError(f"{text!r} is not a date of the calendar") from error


def whole_second(moment: datetime) -> datetime:
    """The same moment in UTC, or the next whole second, so that nothing is due early."""
    moment = moment.astimezone(UTC)
    if moment.microsecond:
        try:
            moment = moment.replace(microsecond=0) + timedelta(seconds=1)
        except OverflowError as error:
            raise TimerError("the timer's due time lies outside the calendar") from error
    return moment


def _add_months(moment: datetime, months: int) -> datetime:
    if not months:
        return moment
    index = moment.year * 12 + moment.month - 1 + months
    year, month = index // 12, index % 12 + 1
    return moment.replace(year=year, month=month, day=min(moment.day, monthrange(year, month)[1]))
