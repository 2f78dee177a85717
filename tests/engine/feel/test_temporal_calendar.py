"""The calendar agrees with Python's where Python has one, and goes on beyond."""

import datetime as python

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.feel.calendar import (
    date_of,
    day_of_week,
    day_of_year,
    days_between,
    days_in_month,
    from_ordinal,
    last_day_of_month,
    months_between,
    ordinal,
    plus_months,
    week_of_year,
)
from engine.feel.errors import Undefined
from engine.feel.iso8601 import date_from, date_time_from
from engine.feel.temporal import MAX_YEAR, Date
from tests.engine.feel.temporals import FIRST, LAST, dates, ordinals


@given(ordinals)
def test_the_day_of_a_number_has_that_number(number: int) -> None:
    assert ordinal(from_ordinal(number)) == number


@given(st.integers(FIRST, LAST - 1))
def test_the_next_number_is_the_next_day(number: int) -> None:
    today, tomorrow = from_ordinal(number), from_ordinal(number + 1)
    if today == last_day_of_month(today):
        assert tomorrow.day == 1
        assert tomorrow.month == today.month % 12 + 1
        assert tomorrow.year == today.year + (today.month == 12)
    else:
        assert tomorrow == Date(today.year, today.month, today.day + 1)


@given(st.dates())
def test_days_and_weeks_are_those_of_python(day: python.date) -> None:
    date = Date(day.year, day.month, day.day)
    assert ordinal(date) == day.toordinal()
    assert from_ordinal(day.toordinal()) == date
    assert day_of_week(date) == day.isoweekday()
    assert day_of_year(date) == day.timetuple().tm_yday
    assert week_of_year(date) == day.isocalendar().week


@given(dates)
def test_every_400_years_the_calendar_repeats(date: Date) -> None:
    """So do weeks, since 400 years are whole weeks: years that Python does not know follow from those that it does."""
    near = Date(2000 + date.year % 400, date.month, date.day)
    assert day_of_week(date) == day_of_week(near)
    assert day_of_year(date) == day_of_year(near)
    assert week_of_year(date) == week_of_year(near)
    assert (ordinal(date) - ordinal(near)) % 146_097 == 0


@pytest.mark.parametrize("number", [FIRST - 1, LAST + 1, -(10**30), 10**30])
def test_there_are_no_days_outside_the_years_of_feel(number: int) -> None:
    with pytest.raises(Undefined):
        from_ordinal(number)


@pytest.mark.parametrize(
    "numbers",
    [(2021, 2, 29), (1900, 2, 29), (2021, 4, 31), (2021, 1, 0), (2021, 0, 1), (2021, 13, 1), (MAX_YEAR + 1, 1, 1)],
)
def test_a_date_that_is_none_is_undefined(numbers: tuple[int, int, int]) -> None:
    with pytest.raises(Undefined):
        date_of(*numbers)


def test_leap_days_exist() -> None:
    assert date_of(2000, 2, 29) == Date(2000, 2, 29)
    assert date_of(0, 2, 29) == Date(0, 2, 29)
    assert date_of(-4, 2, 29) == Date(-4, 2, 29)


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2023-01-31", 1, "2023-02-28"),
        ("2024-01-31", 1, "2024-02-29"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2023-03-31", -1, "2023-02-28"),
        ("2023-11-15", 14, "2025-01-15"),
        ("0001-01-15", -1, "0000-12-15"),
        ("-0001-12-15", 1, "0000-01-15"),
    ],
)
def test_months_keep_the_day_or_take_the_last(start: str, months: int, end: str) -> None:
    assert plus_months(date_from(start), months) == date_from(end)


@given(dates, st.integers(-(10**11), 10**11))
def test_months_move_by_months(date: Date, months: int) -> None:
    try:
        moved = plus_months(date, months)
    except Undefined:
        assert not -MAX_YEAR <= date.year + (date.month - 1 + months) // 12 <= MAX_YEAR
        return
    assert (moved.year - date.year) * 12 + moved.month - date.month == months
    assert moved.day == min(date.day, days_in_month(moved.year, moved.month))


@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        ("2020-05-14", "2022-01-14", 20),
        ("2020-05-14", "2022-01-13", 19),
        ("2022-01-14", "2020-05-14", -20),
        ("2022-01-13", "2020-05-14", -19),
        ("2023-01-31", "2023-02-28", 0),
        ("2023-03-31", "2023-03-01", 0),
        ("-0001-06-01", "0001-06-01", 24),
        ("2020-05-14T08:00:00", "2020-06-14T07:59:59", 1),
        ("2020-05-14T08:00:00", "2020-06-14T08:00:00", 1),
        ("2020-06-14T07:59:59", "2020-05-14T08:00:00", -1),
        ("2020-06-14T08:00:00.5", "2020-05-14T08:00:00.5", -1),
    ],
)
def test_months_between_are_whole_ones(start: str, end: str, months: int) -> None:
    assert months_between(date_time_from(start), date_time_from(end)) == months


@given(dates, dates)
def test_months_between_leave_less_than_a_month(start: Date, end: Date) -> None:
    months = months_between(start, end)
    assert months == -months_between(end, start)
    assert days_between(plus_months(start, months), end) * (1 if end.year >= start.year else -1) <= 31
    if months > 0:
        assert ordinal(plus_months(start, months)) <= ordinal(end)
