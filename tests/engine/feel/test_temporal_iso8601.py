"""Texts of dates, times and durations: what is read, what is refused, and that what is written reads back."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine.feel.errors import Undefined
from engine.feel.iso8601 import date_from, date_time_from, duration_from, temporal_from, text_of, time_from
from engine.feel.temporal import DAY, SECOND, Date, DateTime, DaysDuration, Temporal, Time, YearsDuration, Zone
from tests.engine.feel.temporals import temporals


@given(temporals)
@example(Date(0, 1, 1))
@example(DateTime(Date(-999_999_999, 1, 1), Time(0, 0, 0, 1, Zone(offset=-64_800))))
def test_what_is_written_reads_back(value: Temporal) -> None:
    assert temporal_from(text_of(value)) == value


_LETTERS = st.text("0123456789-+:.TPYMDHSZz@/ Europe٣\n", max_size=200)


@given(st.text(max_size=200) | _LETTERS | st.builds(lambda value, tail: text_of(value) + tail, temporals, _LETTERS))
def test_any_text_gives_a_value_or_undefined(text: str) -> None:
    for read in (date_from, time_from, date_time_from, duration_from, temporal_from):
        try:
            value = read(text)
        except Undefined:
            continue
        assert temporal_from(text_of(value)) == value


@pytest.mark.parametrize("text", ["secret", "2024-02-29 secret", "08:05:09@secret", "08:05:09+secret", "Psecret"])
def test_what_is_refused_is_not_told(text: str) -> None:
    for read in (date_from, time_from, date_time_from, duration_from, temporal_from):
        with pytest.raises(Undefined) as error:
            read(text)
        assert "secret" not in str(error.value)


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2024-02-29", Date(2024, 2, 29)),
        ("0007-01-02", Date(7, 1, 2)),
        ("-0044-03-15", Date(-44, 3, 15)),
        ("12024-02-29", Date(12_024, 2, 29)),
        ("-123456789-11-30", Date(-123_456_789, 11, 30)),
    ],
)
def test_dates_that_are_read(text: str, date: Date) -> None:
    assert date_from(text) == date
    assert date_time_from(text) == DateTime(date, Time(0, 0, 0))
    assert text_of(date) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "24-02-29",
        "024-02-29",
        "02024-02-29",
        "1234567890-01-01",
        "+2024-02-29",
        "-0000-01-01",
        "2023-02-29",
        "2024-2-29",
        "2024-02-9",
        "2024/02/29",
        "20240229",
        "2024-00-10",
        "2024-10-00",
        "2024-02-29T",
        "2024-02-29Z",
        " 2024-02-29",
        "2024-02-29\n",
        "２０２４-02-29",
        "-" * 101,
    ],
)
def test_dates_that_are_refused(text: str) -> None:
    for read in (date_from, date_time_from, temporal_from):
        with pytest.raises(Undefined):
            read(text)


@pytest.mark.parametrize(
    ("text", "time", "written"),
    [
        ("08:05:09", Time(8, 5, 9), "08:05:09"),
        ("08:05:09.250", Time(8, 5, 9, 250_000_000), "08:05:09.25"),
        ("08:05:09.0000000019", Time(8, 5, 9, 1), "08:05:09.000000001"),
        ("08:05:59.9999999999999999999999999999999999999999", Time(8, 5, 59, 999_999_999), "08:05:59.999999999"),
        ("24:00:00", Time(0, 0, 0), "00:00:00"),
        ("24:00:00.0Z", Time(0, 0, 0, 0, Zone(offset=0)), "00:00:00Z"),
        ("08:05:09z", Time(8, 5, 9, 0, Zone(offset=0)), "08:05:09Z"),
        ("08:05:09-00:00", Time(8, 5, 9, 0, Zone(offset=0)), "08:05:09Z"),
        ("08:05:09+07:00", Time(8, 5, 9, 0, Zone(offset=25_200)), "08:05:09+07:00"),
        ("08:05:09-18:00", Time(8, 5, 9, 0, Zone(offset=-64_800)), "08:05:09-18:00"),
        ("08:05:09-07:06:30", Time(8, 5, 9, 0, Zone(offset=-25_590)), "08:05:09-07:06:30"),
        ("08:05:09@Asia/Ho_Chi_Minh", Time(8, 5, 9, 0, Zone(name="Asia/Ho_Chi_Minh")), "08:05:09@Asia/Ho_Chi_Minh"),
        ("08:05:09@Etc/GMT+7", Time(8, 5, 9, 0, Zone(name="Etc/GMT+7")), "08:05:09@Etc/GMT+7"),
    ],
)
def test_times_that_are_read(text: str, time: Time, written: str) -> None:
    assert time_from(text) == temporal_from(text) == time
    assert text_of(time) == written
    assert date_time_from(f"2024-02-28T{text}") == DateTime(Date(2024, 2, 29 if text.startswith("24") else 28), time)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "08:05",
        "8:05:09",
        "08:5:09",
        "08:05:9",
        "08:05:09.",
        "08:05:09,5",
        "08:05:60",
        "08:60:00",
        "25:00:00",
        "24:00:01",
        "24:00:00.05",
        "24:01:00",
        "08:05:09+7",
        "08:05:09+7:00",
        "08:05:09+0700",
        "08:05:09+07",
        "08:05:09+07:60",
        "08:05:09+18:00:01",
        "08:05:09+19:00",
        "08:05:09+07:00@Asia/Ho_Chi_Minh",
        "08:05:09Z@Etc/UTC",
        "08:05:09@",
        "08:05:09@asia/ho_chi_minh",
        "08:05:09@Asia/Nowhere",
        "08:05:09@../zones",
        "08:05:09@Asia",
        "08:05:09@+07:00",
        "08:05:09T",
        "08:05:09 ",
        "08:05:0٣",
    ],
)
def test_times_that_are_refused(text: str) -> None:
    for read in (time_from, temporal_from):
        with pytest.raises(Undefined):
            read(text)
    with pytest.raises(Undefined):
        date_time_from(f"2024-02-29T{text}")


@pytest.mark.parametrize(
    "text", ["2024-02-29 08:05:09", "2024-02-2908:05:09", "2024-02-29t08:05:09", "08:05:09", "2024-02-30T08:05:09"]
)
def test_dates_and_times_that_are_refused(text: str) -> None:
    with pytest.raises(Undefined):
        date_time_from(text)


def test_midnight_after_the_last_day_is_out_of_range() -> None:
    with pytest.raises(Undefined):
        date_time_from("999999999-12-31T24:00:00")


@pytest.mark.parametrize(
    ("text", "nanoseconds", "written"),
    [
        ("P0D", 0, "PT0S"),
        ("-PT0S", 0, "PT0S"),
        ("PT0.S", 0, "PT0S"),
        ("P3D", 3 * DAY, "P3D"),
        ("PT30H", 30 * 3600 * SECOND, "P1DT6H"),
        ("-P1DT90M", -(DAY + 5400 * SECOND), "-P1DT1H30M"),
        ("PT61.5S", 61 * SECOND + SECOND // 2, "PT1M1.5S"),
        ("PT0.0000000019S", 1, "PT0.000000001S"),
        ("P1DT0S", DAY, "P1D"),
    ],
)
def test_days_durations_that_are_read(text: str, nanoseconds: int, written: str) -> None:
    assert duration_from(text) == temporal_from(text) == DaysDuration(nanoseconds)
    assert text_of(DaysDuration(nanoseconds)) == written


@pytest.mark.parametrize(
    ("text", "months", "written"),
    [
        ("P0Y", 0, "P0M"),
        ("-P0M", 0, "P0M"),
        ("P18M", 18, "P1Y6M"),
        ("-P2Y", -24, "-P2Y"),
        ("P1Y24M", 36, "P3Y"),
        ("P11M", 11, "P11M"),
        ("P1000000000Y", 12_000_000_000, "P1000000000Y"),
    ],
)
def test_years_durations_that_are_read(text: str, months: int, written: str) -> None:
    assert duration_from(text) == temporal_from(text) == YearsDuration(months)
    assert text_of(YearsDuration(months)) == written


@pytest.mark.parametrize(
    "text",
    [
        "",
        "P",
        "-P",
        "PT",
        "P1",
        "P1YT",
        "P1DT",
        "P1Y2D",
        "P1M1DT1H",
        "P1H",
        "P1W",
        "P1M1Y",
        "PT1S1H",
        "P-1D",
        "+P1D",
        "P1.5D",
        "PT.5S",
        "PT1,5S",
        "p1d",
        "P1D ",
        "P٣D",
        "P1000000000Y1M",
        "P99999999999999999999D",
        "PT" + "9" * 99 + "S",
    ],
)
def test_durations_that_are_refused(text: str) -> None:
    for read in (duration_from, temporal_from):
        with pytest.raises(Undefined):
            read(text)
