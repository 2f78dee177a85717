"""Whose turn it is: the same state always gives the same officer, and work is shared out evenly."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.bpmn.graph import Strategy
from engine.people.choosing import choose

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
PEOPLE = ["an", "binh", "chi", "dung"]


@given(
    st.sets(st.sampled_from(PEOPLE), min_size=1), st.sampled_from(["least-loaded", "least-recent"]), st.integers(1, 20)
)
def test_work_is_shared_out_evenly(able: set[str], strategy: Strategy, tasks: int) -> None:
    """Of those who are able, nobody gets two more than another, whichever way it is given."""
    load, last = dict.fromkeys(able, 0), dict[str, datetime]()
    for number in range(tasks):
        chosen = choose(strategy, able, load, last)
        assert chosen is not None
        assert chosen.officer in able
        assert chosen.why
        load[chosen.officer] += 1
        last[chosen.officer] = NOW + timedelta(minutes=number)
    assert max(load.values()) - min(load.values()) <= 1


@pytest.mark.parametrize(
    ("strategy", "load", "last", "officer"),
    [
        ("least-loaded", {"an": 2, "binh": 1}, {}, "chi"),
        ("least-loaded", {"an": 1, "binh": 1, "chi": 1}, {"an": NOW, "binh": NOW - timedelta(1), "chi": NOW}, "binh"),
        ("least-loaded", {}, {}, "an"),
        ("least-recent", {"chi": 9}, {"an": NOW, "binh": NOW}, "chi"),
        ("least-recent", {}, {"an": NOW, "binh": NOW - timedelta(1), "chi": NOW}, "binh"),
        ("queue", {}, {}, None),
    ],
)
def test_ties_are_broken_by_the_other_measure_then_by_id(
    strategy: Strategy, load: dict[str, int], last: dict[str, datetime], officer: str | None
) -> None:
    """Fewest in hand, then longest without one, then the id; a task that waits in its queue is given to nobody."""
    chosen = choose(strategy, ["chi", "binh", "an"], load, last)
    assert (chosen.officer if chosen else None) == officer


def test_where_nobody_is_able_nobody_is_chosen() -> None:
    """Then it waits in its queue."""
    assert choose("least-loaded", [], {}, {}) is None
