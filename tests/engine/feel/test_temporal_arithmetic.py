"""Arithmetic and comparison of dates, times and durations."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.feel.errors import Undefined
from engine.feel.iso8601 import temporal_from, text_of
from engine.feel.temporal import DateTime, Temporal
from engine.feel.temporal_arithmetic import add, divide, multiply, negate, order, same, subtract
from tests.engine.feel import temporals

OPERATIONS = {"+": add, "-": subtract, "*": multiply, "/": divide}


def value_of(text: str) -> object:
    """A number, or what a literal `@"…"` means."""
    try:
        return temporal_from(text)
    except Undefined:
        return Decimal(text)


@pytest.mark.parametrize(
    "sum",
    [
        "2023-01-31 + P1M = 2023-02-28",
        "2023-12-31 + P1D = 2024-01-01",
        "2023-12-31 + PT23H59M = 2023-12-31",
        "2024-03-01 - PT1S = 2024-02-29",
        "P2Y + 2024-02-29 = 2026-02-28",
        "0001-01-01 - P1D = 0000-12-31",
        "2023-01-31T23:30:00 + PT45M = 2023-02-01T00:15:00",
        "2023-01-31T23:30:00+07:00 + PT45M = 2023-02-01T00:15:00+07:00",
        "2023-01-31T23:30:00.5Z - P1M = 2022-12-31T23:30:00.5Z",
        "PT1H + 2024-03-31T01:30:00@Europe/Paris = 2024-03-31T03:30:00@Europe/Paris",
        "2024-10-27T02:30:00@Europe/Paris + PT2H = 2024-10-27T03:30:00@Europe/Paris",
        "2024-03-30T02:30:00@Europe/Paris + P1M = 2024-04-30T02:30:00@Europe/Paris",
        "999999999-12-31T23:00:00@America/New_York + PT59M = 999999999-12-31T23:59:00@America/New_York",
        "23:30:00 + PT45M = 00:15:00",
        "00:15:00@Asia/Ho_Chi_Minh - P3DT45M = 23:30:00@Asia/Ho_Chi_Minh",
        "-PT1H + 00:15:00+07:00 = 23:15:00+07:00",
        "P1Y + P2M = P1Y2M",
        "P1Y - P14M = -P2M",
        "P1D + -PT1H = PT23H",
        "PT1H - P1D = -PT23H",
        "2024-03-01 - 2024-02-28 = P2D",
        "2024-02-28 - 2024-03-01 = -P2D",
        "999999999-12-31 - -999999999-01-01 = P730484999633D",
        "2024-03-01T06:00:00 - 2024-02-29T12:00:00 = PT18H",
        "2024-03-01T06:00:00+07:00 - 2024-02-29T23:00:00Z = PT0S",
        "2024-03-31T12:00:00@Europe/Paris - 2024-03-30T12:00:00@Europe/Paris = PT23H",
        "2024-03-01T07:00:00@Asia/Ho_Chi_Minh - 2024-03-01 = PT0S",
        "2024-03-02 - 2024-03-01T00:00:00Z = P1D",
        "08:00:00 - 09:30:00 = -PT1H30M",
        "08:00:00+07:00 - 03:00:00+01:00 = -PT1H",
        "08:00:00@Asia/Ho_Chi_Minh - 01:00:00Z = PT0S",
        "PT1H * 1.5 = PT1H30M",
        "-2 * PT45M = -PT1H30M",
        "P5M * 0.5 = P2M",
        "-P5M * 0.5 = -P2M",
        "1e-6000 * P1D = PT0S",
        "P1Y / 5 = P2M",
        "-P1Y / 5 = -P2M",
        "P1D / 3 = PT8H",
        "PT1S / 3 = PT0.333333333S",
        "P3Y / P18M = 2",
        "P1D / -PT16H = -1.5",
    ],
)
def test_sums_that_have_an_answer(sum: str) -> None:
    left, operator, right, _, answer = sum.split()
    assert OPERATIONS[operator](value_of(left), value_of(right)) == value_of(answer)


@pytest.mark.parametrize(
    "sum",
    [
        "2024-01-01 + 2024-01-01",
        "2024-01-01 + 1",
        "2024-01-01 + 08:00:00",
        "2024-01-01T08:00:00 + 2024-01-01",
        "08:00:00 + 08:00:00",
        "08:00:00 + P1M",
        "08:00:00 - P1M",
        "P1M + P1D",
        "P1D - P1M",
        "P1D - 2024-01-01",
        "P1M - 08:00:00",
        "1 - P1D",
        "2024-01-01 - 08:00:00",
        "2024-01-01T08:00:00 - 08:00:00",
        "2024-01-01T08:00:00 - 2024-01-01",
        "2024-01-01 - 2024-01-01T08:00:00",
        "2024-01-01T08:00:00Z - 2024-01-01T08:00:00",
        "2024-01-01T08:00:00 - 2024-01-01T08:00:00@Asia/Ho_Chi_Minh",
        "08:00:00 - 08:00:00Z",
        "P1D * P1D",
        "2024-01-01 * 2",
        "08:00:00 / 2",
        "2 / P1D",
        "P1Y / P1D",
        "P1D / 0",
        "P1Y / 0",
        "P1D / PT0S",
        "P0M / P0Y",
        "P1D * 1e6000",
        "P1D / 1e-6000",
        "P1Y * 1e10",
        "P1000000000Y + P1M",
        "P100000000000000D + P10000000000000D",
        "999999999-12-31 + P1D",
        "-999999999-01-01 - PT1S",
        "999999999-12-01 + P1M",
        "999999999-12-31T23:59:59 + PT1S",
        "999999999-12-31T23:59:59@Asia/Ho_Chi_Minh + PT1S",
        "2024-01-01 + P1000000000Y",
    ],
)
def test_sums_that_have_none(sum: str) -> None:
    left, operator, right = sum.split()
    with pytest.raises(Undefined):
        OPERATIONS[operator](value_of(left), value_of(right))


@given(
    st.sampled_from(sorted(OPERATIONS)),
    temporals.temporals,
    temporals.temporals | st.booleans() | st.text() | st.none(),
)
def test_every_pair_has_an_answer_or_is_undefined(operator: str, left: Temporal, right: object) -> None:
    for first, second in ((left, right), (right, left)):
        try:
            value = OPERATIONS[operator](first, second)
        except Undefined:
            continue
        if not isinstance(value, Decimal):
            assert same(temporal_from(text_of(value)), value)


@given(
    temporals.days_durations | temporals.years_durations,
    st.decimals(allow_nan=False, allow_infinity=False),
    st.sampled_from([multiply, divide]),
)
def test_any_number_scales_a_duration_or_is_undefined(duration: Temporal, number: Decimal, operation: object) -> None:
    try:
        value = operation(duration, number)  # type: ignore[operator]
    except Undefined:
        return
    assert type(value) is type(duration)


@given(temporals.date_times, temporals.days_durations)
def test_what_is_added_can_be_taken_away(start: DateTime, duration: Temporal) -> None:
    try:
        end = add(start, duration)
    except Undefined:
        return
    # A local time that the zone's clocks leave out comes back as the one that they show instead.
    assert order(subtract(end, duration), start) == 0
    assert subtract(end, start) == duration


def test_an_hour_after_the_first_pass_is_the_second() -> None:
    """Clocks in Paris show 02:30 twice on that day; the hour between is not lost."""
    first = temporal_from("2024-10-27T02:30:00@Europe/Paris")
    second = add(first, temporal_from("PT1H"))
    assert text_of(second) == text_of(first)
    assert order(first, second) == -1
    assert same(first, second) is False
    assert add(second, temporal_from("PT1H")) == temporal_from("2024-10-27T03:30:00@Europe/Paris")


@pytest.mark.parametrize("text", ["P1Y2M", "-P1DT2H", "P0M", "PT0S"])
def test_durations_have_a_negative(text: str) -> None:
    duration = temporal_from(text)
    assert add(negate(duration), duration) == subtract(duration, duration)


@pytest.mark.parametrize("text", ["2024-01-01", "08:00:00", "2024-01-01T08:00:00"])
def test_nothing_else_has_a_negative(text: str) -> None:
    with pytest.raises(Undefined):
        negate(temporal_from(text))


@pytest.mark.parametrize(
    ("left", "right", "expected", "equal"),
    [
        ("2024-01-01", "2024-01-02", -1, False),
        ("-0001-01-01", "0001-01-01", -1, False),
        ("08:00:00", "07:59:59", 1, False),
        ("08:00:00+07:00", "01:00:00Z", 0, True),
        ("08:00:00+07:00", "08:00:00+08:00", 1, False),
        ("08:00:00@Asia/Ho_Chi_Minh", "08:00:00+07:00", 0, True),
        ("08:00:00", "08:00:00Z", 0, False),
        ("2024-01-01T08:00:00+07:00", "2024-01-01T01:00:00Z", 0, True),
        ("2024-07-01T08:00:00@Europe/Paris", "2024-07-01T08:00:00+02:00", 0, True),
        ("2024-01-01T08:00:00@Europe/Paris", "2024-01-01T08:00:00@Asia/Ho_Chi_Minh", 1, False),
        ("2024-01-01T08:00:00", "2024-01-01T08:00:00Z", 0, False),
        ("2024-01-01T08:00:00", "2024-01-01T09:00:00+07:00", -1, False),
        ("P1Y", "P13M", -1, False),
        ("P1Y", "P12M", 0, True),
        ("P1D", "PT24H", 0, True),
        ("PT0.1S", "PT0.2S", -1, False),
        ("P1D", "P1M", None, None),
        ("2024-01-01", "2024-01-01T00:00:00Z", None, None),
        ("2024-01-01T08:00:00", "08:00:00", None, None),
        ("2024-01-01", "20240101", None, None),
    ],
)
def test_order_and_equality(left: str, right: str, expected: int | None, equal: bool | None) -> None:
    first, second = value_of(left), value_of(right)
    assert order(first, second) == expected
    assert order(second, first) == (None if expected is None else -expected)
    assert same(first, second) is equal
    assert same(second, first) is equal


@pytest.mark.parametrize("day", ["", "2024-01-01T"])
def test_equality_knows_no_fractions_of_a_second_but_order_does(day: str) -> None:
    first, second = temporal_from(f"{day}08:00:00.1"), temporal_from(f"{day}08:00:00.9")
    assert same(first, second) is True
    assert order(first, second) == -1
