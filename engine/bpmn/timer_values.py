"""Timers as modelled: ISO 8601 text, or FEEL that gives such text or a date, a date and time, a duration."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from engine.bpmn.scope import Scope, because
from engine.bpmn.timers import Duration, Schedule, TimerError, TimerKind, once, plan
from engine.calendar import VIETNAM
from engine.feel import Expression, Value
from engine.feel.errors import Undefined
from engine.feel.temporal import Date, DateTime, DaysDuration, Time, YearsDuration, Zone
from engine.feel.zones import offset_at

_OFFICE = Zone(name=VIETNAM.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerDefinition:
    """A timer as modelled: its kind and either ISO text or FEEL."""

    kind: TimerKind
    text: str
    expression: Expression | None = None

    def schedule(self, scope: Scope) -> Schedule:
        """When the timer fires if it is armed now; raises TimerError or Stuck."""
        now = scope.now.astimezone(UTC)
        if self.expression is None:
            return plan(self.kind, self.text, now)
        answer = scope.answer(self.expression)
        try:
            return _planned(self.kind, answer.value, now)
        except (TimerError, Undefined):
            # Their messages may hold the value, which is a dossier's content.
            why = because(answer.problems)
            raise TimerError(f"the timer's expression {self.text!r} gives no {self.kind}{why}") from None


def _planned(kind: TimerKind, value: Value, now: datetime) -> Schedule:
    if isinstance(value, str):
        return plan(kind, value, now)
    if kind == "timeDate" and isinstance(value, Date):
        return once(moment_of(DateTime(value, Time(0, 0, 0))))
    if kind == "timeDate" and isinstance(value, DateTime):
        return once(moment_of(value))
    if kind == "timeDuration" and isinstance(value, DaysDuration | YearsDuration):
        return once(duration_of(value).after(now))
    raise TimerError("a value of another kind")


def moment_of(value: DateTime) -> datetime:
    """The moment in UTC; a time without zone, and a date, are those of the offices."""
    day, clock = value.date, value.time
    offset = timedelta(seconds=offset_at(clock.zone or _OFFICE, day, clock))
    try:
        shown = datetime(day.year, day.month, day.day, clock.hour, clock.minute, clock.second, tzinfo=UTC)
        return shown - offset + timedelta(microseconds=-(-clock.nanosecond // 1000))
    except (ValueError, OverflowError) as error:
        raise TimerError("the timer's due time lies outside the calendar") from error


def duration_of(value: DaysDuration | YearsDuration) -> Duration:
    """The duration; one that is negative has passed already."""
    if isinstance(value, YearsDuration):
        return Duration(months=value.months, rest=timedelta())
    try:
        return Duration(months=0, rest=timedelta(microseconds=-(-value.nanoseconds // 1000)))
    except OverflowError as error:
        raise TimerError("the duration is longer than the calendar") from error
