"""The properties of dates, times and durations."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.feel.errors import Undefined
from engine.feel.iso8601 import duration_from, temporal_from
from engine.feel.properties import property_of
from engine.feel.temporal import SECOND, DaysDuration, Temporal
from tests.engine.feel import temporals

NUMBERS = {
    "2024-02-29": {"year": 2024, "month": 2, "day": 29, "weekday": 4},
    "-0044-03-15": {"year": -44, "month": 3, "day": 15},
    "2024-03-03T08:05:09.250": {"year": 2024, "weekday": 7, "hour": 8, "minute": 5, "second": "9.25"},
    "08:05:09.000000001": {"hour": 8, "minute": 5, "second": "9.000000001"},
    "23:59:10": {"second": 10},
    "P1Y14M": {"years": 2, "months": 2},
    "-P14M": {"years": -1, "months": -2},
    "P3DT25H61M1.5S": {"days": 4, "hours": 2, "minutes": 1, "seconds": "1.5"},
    "-P1DT2H3M4.5S": {"days": -1, "hours": -2, "minutes": -3, "seconds": "-4.5"},
    "-P1D": {"days": -1, "hours": 0, "minutes": 0, "seconds": 0},
}


@pytest.mark.parametrize(
    ("text", "name", "number"), [(text, name, number) for text, all in NUMBERS.items() for name, number in all.items()]
)
def test_numbers(text: str, name: str, number: int | str) -> None:
    value = property_of(temporal_from(text), name)
    assert isinstance(value, Decimal)
    assert str(value) == str(number)


@pytest.mark.parametrize(
    ("text", "offset", "timezone"),
    [
        ("2024-07-01T08:00:00", None, None),
        ("2024-07-01T08:00:00-01:30", "-PT1H30M", None),
        ("2024-07-01T08:00:00@Europe/Paris", "PT2H", "Europe/Paris"),
        ("2024-01-01T08:00:00@Europe/Paris", "PT1H", "Europe/Paris"),
        ("08:00:00", None, None),
        ("08:00:00Z", "PT0S", None),
        ("08:00:00@Asia/Ho_Chi_Minh", "PT7H", "Asia/Ho_Chi_Minh"),
    ],
)
def test_zones(text: str, offset: str | None, timezone: str | None) -> None:
    value = temporal_from(text)
    assert property_of(value, "time offset") == (None if offset is None else duration_from(offset))
    assert property_of(value, "timezone") == timezone


@given(temporals.days_durations)
def test_the_parts_of_a_duration_make_it_up(duration: DaysDuration) -> None:
    total = 0
    for name, seconds in {"days": 86_400, "hours": 3600, "minutes": 60, "seconds": 1}.items():
        part = property_of(duration, name)
        assert isinstance(part, Decimal)
        total += int(part * SECOND) * seconds
    assert total == duration.nanoseconds


@given(temporals.temporals, st.text(max_size=10) | st.sampled_from(["__class__", "year", "days", "months", "offset"]))
def test_a_name_is_a_property_or_undefined(value: Temporal, name: str) -> None:
    """No attribute of the value itself can be reached."""
    try:
        read = property_of(value, name)
    except Undefined:
        return
    assert read is None or isinstance(read, Decimal | str | DaysDuration)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("2024-01-01", "hour"),
        ("08:00:00", "day"),
        ("P1Y", "days"),
        ("P1D", "months"),
        ("P1D", "nanoseconds"),
        ("P1Y", ""),
    ],
)
def test_what_a_type_does_not_have(text: str, name: str) -> None:
    with pytest.raises(Undefined):
        property_of(temporal_from(text), name)
