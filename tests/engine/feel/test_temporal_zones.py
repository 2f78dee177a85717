"""Zones by name come from the pinned database, for every year that FEEL knows; instants lose nothing."""

import datetime as python
import zoneinfo
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine.feel import zones
from engine.feel.errors import Undefined
from engine.feel.iso8601 import date_time_from, text_of
from engine.feel.temporal import DAY, SECOND, Date, DateTime, Time, Zone
from engine.feel.timeline import date_time_at, from_datetime, instant, shown_at, to_datetime
from tests.engine.feel import temporals

HANOI, PARIS = Zone(name="Asia/Ho_Chi_Minh"), Zone(name="Europe/Paris")
MIDNIGHT = Time(0, 0, 0)


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "/etc/passwd",
        "../zones",
        "Asia/../Asia/Tokyo",
        "Asia//Tokyo",
        "asia/tokyo",
        "Asia",
        "zones",
        "A" * 10_000,
    ],
)
def test_only_names_of_the_database_are_opened(name: str) -> None:
    """The attack: a name that leads to a file elsewhere, or many names that fill the cache."""
    with pytest.raises(Undefined):
        zones.named(name)


def test_every_listed_zone_opens() -> None:
    assert len(zones.names()) > 400
    for name in zones.names():
        zone = zones.named(name)
        assert abs(zones.offset_at(zone, Date(2024, 6, 1), MIDNIGHT)) <= 14 * 3600


def test_the_database_of_the_machine_is_not_read(tmp_path: Path) -> None:
    """A machine whose own database lacks a zone, or has other rules, gives the same answer."""
    zoneinfo.reset_tzpath(to=[str(tmp_path)])
    try:
        assert zones.offset_at(zones.named("Pacific/Apia"), Date(2011, 12, 31), MIDNIGHT) == 14 * 3600
    finally:
        zoneinfo.reset_tzpath()


@pytest.mark.parametrize(
    ("zone", "text", "offset"),
    [
        (HANOI, "2024-06-01T00:00:00", 7 * 3600),
        (HANOI, "999999999-06-01T00:00:00", 7 * 3600),
        (PARIS, "2024-07-01T00:00:00", 7200),
        (PARIS, "2024-01-01T00:00:00", 3600),
        (PARIS, "12024-07-01T00:00:00", 7200),
        (PARIS, "999999996-02-29T00:00:00", 3600),
        (PARIS, "0044-03-15T00:00:00", 561),
        (PARIS, "-999999999-07-01T00:00:00", 561),
        (PARIS, "2024-10-27T02:30:00", 7200),
        (PARIS, "2024-03-31T02:30:00", 3600),
        (Zone(offset=-5400), "2024-07-01T00:00:00", -5400),
        (Zone(3600, "Europe/Paris"), "2024-10-27T02:30:00", 3600),
        (Zone(3600, "Europe/Paris"), "2024-07-01T02:30:00", 7200),
    ],
)
def test_the_offset_is_that_of_the_moment(zone: Zone, text: str, offset: int) -> None:
    value = date_time_from(text)
    assert zones.offset_at(zone, value.date, value.time) == offset


@given(
    st.integers((temporals.FIRST + 1) * DAY, (temporals.LAST - 800_000) * DAY) | st.integers(0, 2**61), temporals.zones
)
@example(1_729_989_000 * SECOND, PARIS)
@example(1_729_992_600 * SECOND, PARIS)
def test_an_instant_comes_back(nanoseconds: int, zone: Zone | None) -> None:
    """Also within the hour that a zone's clocks show twice."""
    there = date_time_at(nanoseconds, zone)
    assert instant(there) == nanoseconds
    assert text_of(there.time).endswith(f"@{zone.name}" if zone and zone.name else "")


@given(temporals.dates, st.integers(0, DAY - 1))
def test_local_values_read_as_utc(date: Date, clock: int) -> None:
    value = shown_at(instant(DateTime(date, MIDNIGHT)) + clock, None)
    assert value.date == date
    assert instant(value) == instant(DateTime(value.date, Time(*_clock(value.time), Zone(offset=0))))


def _clock(time: Time) -> tuple[int, int, int, int]:
    return time.hour, time.minute, time.second, time.nanosecond


@given(
    st.datetimes(
        python.datetime(1950, 1, 1),  # noqa: DTZ001 - Hypothesis adds the zone
        python.datetime(2100, 1, 1),  # noqa: DTZ001
        timezones=st.sampled_from(temporals.NAMES).map(zones.rules),
        allow_imaginary=False,
    )
)
def test_instants_agree_with_python(moment: python.datetime) -> None:
    value = from_datetime(moment)
    since = moment - python.datetime(1970, 1, 1, tzinfo=python.UTC)
    assert instant(value) == since // python.timedelta(microseconds=1) * 1000
    assert value.time.zone is not None
    assert value.time.zone.name == moment.tzinfo.key  # type: ignore[union-attr]
    back = to_datetime(value)
    assert (back, back.utcoffset(), back.fold) == (moment, moment.utcoffset(), back.fold)
    assert back.replace(tzinfo=None) == moment.replace(tzinfo=None)


def test_pythons_offsets_and_local_times_become_ours() -> None:
    aware = python.datetime(2024, 2, 29, 8, 5, 9, 250_000, tzinfo=python.timezone(python.timedelta(hours=7)))
    assert text_of(from_datetime(aware)) == "2024-02-29T08:05:09.25+07:00"
    assert text_of(from_datetime(aware.astimezone(python.UTC))) == "2024-02-29T01:05:09.25Z"
    assert text_of(from_datetime(aware.replace(tzinfo=None))) == "2024-02-29T08:05:09.25"
    assert to_datetime(from_datetime(aware)) == aware
    assert to_datetime(from_datetime(aware.replace(tzinfo=None))) == aware.replace(tzinfo=None)


def test_python_has_no_year_ten_thousand() -> None:
    with pytest.raises(Undefined):
        to_datetime(date_time_from("10000-01-01"))
