"""Terms of parcels in working days, complaints in months, and what the words of carriers mean."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.calendar import VIETNAM, due, waited_since
from engine.parcel_words import GENERIC, meaning
from engine.parcels import Event, complaints_until

OFF = frozenset({date(2026, 11, 24), date(2027, 1, 1), *(date(2027, 2, day) for day in range(5, 12))})
BEGIN = datetime(2026, 11, 1, tzinfo=UTC)
MOMENTS = st.integers(0, 120 * 24 * 60).map(lambda minutes: BEGIN + timedelta(minutes=minutes))


@given(MOMENTS, MOMENTS, st.integers(0, 3))
def test_what_was_received_before_it_is_past_its_term(now: datetime, received: datetime, days: int) -> None:
    """`waited_since` is `due`, looked at from its end: whatever the days off."""
    past = due(received, days, cutoff=time.max, days_off=OFF) < now
    assert past == (received < waited_since(now, days, days_off=OFF))


@pytest.mark.parametrize(
    ("left", "until"),
    [
        (datetime(2026, 11, 21, 9, tzinfo=VIETNAM), date(2027, 5, 21)),
        (datetime(2026, 8, 31, 9, tzinfo=VIETNAM), date(2027, 2, 28)),
        (datetime(2027, 8, 31, 9, tzinfo=VIETNAM), date(2028, 2, 29)),
        (datetime(2026, 6, 30, 20, tzinfo=UTC), date(2027, 1, 1)),  # the first of July there
    ],
)
def test_complaints_are_taken_to_the_end_of_the_day(left: datetime, until: date) -> None:
    """Six months on, the same day or the month's last, in Vietnam."""
    found = complaints_until(left)
    assert found.astimezone(VIETNAM).date() == until
    assert (found + timedelta(seconds=1)).astimezone(VIETNAM).date() > until


def test_what_words_mean() -> None:
    """Whatever their case and spaces; a word that says two things, and one that nobody knows, mean nothing."""
    assert set(GENERIC.values()) == set(Event) - {Event.CALLED_OFF}
    assert meaning(GENERIC, "  Đã   PHÁT ") is Event.DELIVERED
    assert meaning(GENERIC, "in_transit") is Event.IN_TRANSIT
    assert [meaning(GENERIC, word) for word in ("chuyển hoàn", "called-off", "501", "")] == [None] * 4
    assert meaning({"501": Event.DELIVERED}, "501") is Event.DELIVERED
