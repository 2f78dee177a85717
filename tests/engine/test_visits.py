"""Visits of a day are spread over another one: in their order, by the counter's slots, the same when asked again."""

from collections import Counter
from datetime import date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from engine.calendar import VIETNAM
from engine.visits import Slots, read_time, spread

DAY, OTHER = date(2026, 11, 25), date(2026, 11, 27)


def at(text: str, day: date = DAY) -> datetime:
    return datetime.combine(day, time.fromisoformat(text), VIETNAM)


def times(found: list[datetime | None]) -> list[str]:
    return [f"{each:%H:%M}" if each else "-" for each in found]


def test_each_keeps_its_time_of_day_where_it_is_free() -> None:
    """Who finds it taken comes next; the lunch break is none of the counter's hours."""
    visits = [at("09:30"), at("09:30"), at("11:30")]
    assert times(spread(visits, [at("09:30", OTHER)], OTHER, Slots())) == ["09:45", "10:00", "13:00"]
    assert times(spread(visits, [], OTHER, Slots(at_once=2))) == ["09:30", "09:30", "13:00"]


def test_a_day_that_is_full_late_is_drawn_together_from_the_morning() -> None:
    """And who finds no slot at all is told so."""
    slots = Slots(minutes=60, hours=((time(8), time(11)),))
    assert times(spread([at("10:00"), at("10:00"), at("10:30")], [], OTHER, slots)) == ["08:00", "09:00", "10:00"]
    assert times(spread([at("10:00")] * 3, [at("08:20", OTHER)], OTHER, slots)) == ["09:00", "10:00", "-"]


def test_a_time_that_is_none_in_every_zone_is_none() -> None:
    """Nor is a day."""
    given = ("0001-01-01T00:00", "9999-12-31T23:59:59-12:00", "1999-12-31T23:59", "2026-11-25")
    assert [read_time(text) for text in given] == [None] * 4
    assert read_time("2026-11-25T09:30") == at("09:30")


minutes = st.integers(7 * 60, 18 * 60).map(lambda n: datetime.combine(DAY, time(n // 60, n % 60), VIETNAM))


@given(st.lists(minutes, max_size=45), st.lists(minutes, max_size=10), st.integers(1, 2), st.integers(0, 45))
def test_it_may_be_killed_anywhere(visits: list[datetime], there: list[datetime], at_once: int, done: int) -> None:
    """The order is kept, no slot holds more than it can; what is asked again after some were moved fits behind them."""
    visits, slots = sorted(visits), Slots(at_once=at_once)
    taken = [each + timedelta(days=2) for each in there]
    whole = spread(visits, taken, OTHER, slots)
    placed = [each for each in whole if each is not None]
    assert placed == sorted(placed)
    assert all(count <= at_once for count in Counter(placed).values())
    moved = [each for each in whole[:done] if each is not None]
    if None in whole[:done]:
        return
    rest = [each for each in spread(visits[done:], [*taken, *moved], OTHER, slots) if each is not None]
    assert [*moved, *rest] == sorted([*moved, *rest])


def test_what_is_no_time() -> None:
    """A process may write an appointment in words, or as a day; nobody can come then."""
    assert read_time("thứ Hai") is None
    assert read_time("2026-11-25") is None
    assert read_time("2026-11-25T09:30") == at("09:30")
    assert read_time("2026-11-25T02:30:00Z") == at("09:30")
