"""ISO 8601 by calendar: months, leap years, recurrences; whole seconds, never early."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.bpmn.scope import Scope
from engine.bpmn.timer_values import TimerDefinition
from engine.bpmn.timers import Schedule, TimerError, TimerKind, parse_duration, plan
from engine.feel import compile_expression

NOW = datetime(2026, 1, 31, 10, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("P1M", "2026-02-28T10:00:00Z"),
        ("P1M1D", "2026-03-01T10:00:00Z"),
        ("P2Y1M", "2028-02-29T10:00:00Z"),
        ("P2W", "2026-02-14T10:00:00Z"),
        ("P1DT12H", "2026-02-01T22:00:00Z"),
        ("PT90M", "2026-01-31T11:30:00Z"),
        ("PT0.5S", "2026-01-31T10:00:01Z"),
        ("PT0S", "2026-01-31T10:00:00Z"),
        ("P1Y2M3DT4H5M6S", "2027-04-03T14:05:06Z"),
    ],
)
def test_a_duration_is_added_by_calendar(text: str, due: str) -> None:
    """Months before days, the last day of a shorter month, fractions rounded up."""
    assert plan("timeDuration", text, NOW).due == datetime.fromisoformat(due)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "P",
        "PT",
        "1H",
        "-PT1H",
        "P1H",
        "PT1D",
        "P1W2D",
        "PT1H ",
        "P1.5D",
        "PT1,S",
        "P٣D",
        "P1DT",
        "pt1h",
        "P999999Y",
    ],
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    """Near misses and what leaves the calendar raise TimerError, nothing else."""
    with pytest.raises(TimerError):
        parse_duration(text).after(NOW)


@pytest.mark.parametrize("text", ["R0/PT1H", "R3", "R3/PT0S", "PT1H", "R-1/PT1H", "R3/2026-01-01/PT1H", "R3/PT1H/PT1H"])
def test_what_is_no_recurrence_is_refused(text: str) -> None:
    """A cycle must repeat, and have time between."""
    with pytest.raises(TimerError):
        plan("timeCycle", text, NOW)


def dues(schedule: Schedule | None, most: int = 10) -> list[str]:
    """The due times of a schedule."""
    found = []
    while schedule is not None and len(found) < most:
        found.append(schedule.due.isoformat())
        schedule = schedule.following()
    return found


def test_a_cycle_counts_from_its_anchor_and_does_not_drift() -> None:
    """Monthly from the 31st falls on each month's last day, not on the 28th for ever."""
    schedule = plan("timeCycle", "R4/2026-01-31T10:00:00Z/P1M", NOW)
    assert [due[:10] for due in dues(schedule)] == ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]
    assert len(dues(plan("timeCycle", "R/PT1H", NOW), 25)) == 25


def test_a_date_needs_its_zone() -> None:
    """08:00+07:00 is 01:00 UTC; a local time would be another moment on another machine."""
    assert plan("timeDate", "2026-12-01T08:00:00+07:00", NOW).due == datetime(2026, 12, 1, 1, tzinfo=UTC)
    for text in ("2026-12-01T08:00:00", "2026-12-01", "2026-13-01T08:00:00Z", "tomorrow"):
        with pytest.raises(TimerError):
            plan("timeDate", text, NOW)


@given(st.integers(0, 10**6), st.integers(0, 500), st.integers(0, 10**6), st.integers(0, 999_999))
def test_due_times_are_whole_seconds_and_never_early(days: int, months: int, seconds: int, micros: int) -> None:
    """Whatever the moment of arming, the timer is due at a whole second that is not before the exact time."""
    now = NOW + timedelta(microseconds=micros)
    text = f"P{months}M{days % 10_000}DT{seconds}S"
    due, exact = plan("timeDuration", text, now).due, parse_duration(text).after(now)
    assert due.microsecond == 0
    assert timedelta() <= due - exact < timedelta(seconds=1)


def due_of(kind: TimerKind, text: str, data: dict[str, object] | None = None) -> str:
    """When a timer in FEEL is due."""
    timer = TimerDefinition(kind=kind, text=text, expression=compile_expression(text))
    return timer.schedule(Scope(element="t", data=data or {}, now=NOW)).due.isoformat()


@pytest.mark.parametrize(
    ("kind", "text", "due"),
    [
        ("timeDuration", '=duration("PT2H")', "2026-01-31T12:00:00+00:00"),
        ("timeDuration", '=@"P1M"', "2026-02-28T10:00:00+00:00"),
        ("timeDuration", '=@"PT0.5S"', "2026-01-31T10:00:01+00:00"),
        ("timeDuration", '=@"-PT2H"', "2026-01-31T08:00:00+00:00"),
        ("timeDate", '=@"2026-12-01T08:00:00+07:00"', "2026-12-01T01:00:00+00:00"),
        ("timeDate", '=@"2026-12-01T08:00:00@Europe/Paris"', "2026-12-01T07:00:00+00:00"),
        ("timeDate", '=@"2026-12-01T08:00:00"', "2026-12-01T01:00:00+00:00"),
        ("timeDate", '=today() + duration("P3D")', "2026-02-02T17:00:00+00:00"),
        ("timeDate", '=now() + duration("PT1H")', "2026-01-31T11:00:00+00:00"),
        ("timeDate", "=string(due)", "2026-02-01T00:00:00+00:00"),
        ("timeCycle", '="R3/" + wait', "2026-01-31T11:00:00+00:00"),
    ],
)
def test_a_timer_takes_the_values_of_feel(kind: TimerKind, text: str, due: str) -> None:
    """Dates, times and durations as they are; a time without zone, and a date, are those of Vietnamese offices."""
    assert due_of(kind, text, {"due": "2026-02-01T00:00:00Z", "wait": "PT1H"}) == due


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("timeDate", '=@"PT1H"'),
        ("timeDuration", '=@"2026-01-01"'),
        ("timeCycle", '=@"PT1H"'),
        ("timeDate", '=@"999999999-01-01"'),
        ("timeDate", '=@"0001-01-01T00:00:00"'),
        ("timeDuration", '=@"P999999999Y"'),
        ("timeDuration", '=@"P999999999D"'),
        ("timeDate", '=@"12:00:00"'),
        ("timeDate", "=null"),
        ("timeDuration", "=3"),
    ],
)
def test_a_value_that_is_no_time_of_its_kind_is_refused(kind: TimerKind, text: str) -> None:
    """TimerError and nothing else, also outside the calendar."""
    with pytest.raises(TimerError):
        due_of(kind, text)


def test_why_a_timer_has_no_value_is_told_without_data() -> None:
    """The names that the data does not have are the model's."""
    with pytest.raises(TimerError, match="there is no `due`") as error:
        due_of("timeDate", "=due + secret", {"secret": "s3cret"})
    assert "s3cret" not in str(error.value)
