"""Values become other values: numbers, texts, dates and times from parts, and what `is` tells apart."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.feel import FeelError, compile_expression
from tests.engine.feel.answers import holds, refusal, value


@pytest.mark.parametrize(
    "condition",
    [
        'number("1.000.000,01", ".", ",") = 1000000.01 and number("1 000.5", " ", ".") = 1000.5',
        'number("1,000.00", ",", null) = 1000 and number("1,5", null, ",") = 1.5 and number("-1e3") = -1000',
        'number(from: "1,0", grouping separator: ".", decimal separator: ",") = 1',
        'string(1e20) = "100000000000000000000" and string(1e-7) = "0.0000001" and string(-0.0) = "0.0"',
        'string("a\\"b") = "a\\"b" and string(true) = "true" and string(@"P1D") = "P1D"',
        'string([1, "a\\"b", null, @"2020-01-01"]) = "[1, \\"a\\\\\\"b\\", null, @\\"2020-01-01\\"]"',
        'string({a: 1, "b c": {d: [true]}}) = "{a: 1, \\"b c\\": {d: [true]}}" and string({}) = "{}"',
        'string([1..5)) = "[1..5)" and string((>= 5)) = "(>= 5)"',
        'date(2017, 12, 31) = @"2017-12-31" and date(from: @"2017-12-31T10:00:00") = @"2017-12-31"',
        'string(time(11, 59, 45.5, @"-PT2H1M")) = "11:59:45.5-02:01" and time(11, 59, 0, null) = @"11:59:00"',
        'string(time(@"2017-08-10")) = "00:00:00Z"',
        'string(time(from: @"2017-08-10T10:20:00@Asia/Dhaka")) = "10:20:00@Asia/Dhaka"',
        'date and time(date: @"2017-01-01", time: @"23:59:01") = @"2017-01-01T23:59:01"',
        'date and time(@"2017-01-01T10:00:00@Europe/Paris", @"23:59:01") = @"2017-01-01T23:59:01"',
        'duration(from: "P26M") = @"P2Y2M" and years and months duration(@"2011-12-22", @"2013-08-24") = @"P1Y8M"',
        'years and months duration(from: @"2011-12-22T10:00:00", to: @"2013-08-24") = @"P1Y8M"',
        'day of year(@"2019-09-17") = 260 and day of week(date: @"2019-09-17T10:00:00") = "Tuesday"',
        'month of year(@"2019-09-17") = "September" and week of year(@"2005-01-01") = 53',
        'last day of month(@"2020-02-01") = @"2020-02-29"',
        "is(1, 1.0) and is(null, null) and is([{a: 1}], [{a: 1}]) and is([1..2], [1..2]) and is(abs, abs)",
        'not(is(1, "1")) and not(is(@"10:00:00Z", @"10:00:00")) and not(is([1..2], [1..2)))',
        'is(@"10:00:00Z", @"10:00:00+00:00") and not(is(@"10:00:00Z", @"10:00:00@Etc/UTC"))',
        "not(not(true)) and get or else(null, 1) = 1",
        "is defined(0) and not(is defined(null)) and assert(1, true) = 1",
    ],
)
def test_conversions(condition: str) -> None:
    assert holds(condition)


@pytest.mark.parametrize("text", ["not(null)", "string(null)"])
def test_null_stays_null(text: str) -> None:
    assert value(text) is None


@pytest.mark.parametrize(
    "text",
    [
        'number("1,5")', 'number("NaN")', 'number("")', 'number("1", ",", ",")', 'number("1", ":", ".")',
        'number("1.5", null, ",")', 'number("1e9999")', 'number("1", ",")', "number(1)", "string(abs)", "string()",
        "date(2017, 13, 1)", "date(2017.5, 1, 1)", "date(1e30, 1, 1)", "date(1)", "date(null)", 'date("2017-1-1")',
        "time(24, 0, 0)", "time(1, 0, 60)", "time(1, 2)", 'time(1, 2, 3, @"PT19H")', 'time(1, 2, 3, @"P1Y")',
        'date and time(@"2017-01-01", null)', 'duration("P")', "now(1)", "today(1)", "day of week(null)",
        'month of year("foo")', "not(1)", "assert(1, null)", "is(1)",
    ],
)  # fmt: skip
def test_what_has_no_answer_is_reported(text: str) -> None:
    assert refusal(text).startswith(text[: text.index("(")])


def test_now_is_what_the_caller_says() -> None:
    moment = datetime(2026, 11, 22, 17, 30, tzinfo=UTC)
    answer = compile_expression("[string(now()), string(today())]").evaluate({}, now=moment)
    assert answer == ["2026-11-22T17:30:00Z", "2026-11-22"]


def test_a_text_of_a_value_is_bounded() -> None:
    with pytest.raises(FeelError) as caught:
        value("string(l)", l=["a" * 60] * 2_000)
    assert caught.value.code == "result-bound"
    nested: list[object] = []
    for _ in range(500):
        nested = [nested]
    with pytest.raises(FeelError) as caught:
        value("string(l)", l=nested)
    assert caught.value.code == "depth-bound"


PLAIN = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(-(10**9), 10**9), st.text(st.characters(codec="utf-8"), max_size=5)
    ),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["a", "b c", 'd"', "null"],
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)


@given(st.lists(PLAIN, max_size=3))
def test_the_text_of_a_list_reads_back(members: list[object]) -> None:
    """What `string` writes of plain data is an expression with the same value."""
    text = value("string(l)", l=members)
    assert isinstance(text, str)
    assert value(text) == value("l", l=members)
