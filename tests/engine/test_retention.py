"""Retention: counted by the calendar in Vietnam, read strictly, and never erased a day too early."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.procedure import ProcedureError, read_procedure
from engine.retention import Retention
from tests.adapters.application.world import procedure

BY = {"decided_by": "12/2026/QĐ-UBND"}


def rule(period: str) -> Retention:
    return Retention(period=period, **BY)


@pytest.mark.parametrize(
    ("ended", "period", "last"),
    [
        (datetime(2026, 11, 21, 8, tzinfo=UTC), "P10Y", date(2036, 11, 21)),
        (datetime(2026, 11, 21, 17, 30, tzinfo=UTC), "P10Y", date(2036, 11, 22)),  # past midnight in Vietnam
        (datetime(2028, 2, 29, 3, tzinfo=UTC), "P1Y", date(2029, 2, 28)),
        (datetime(2026, 1, 31, 3, tzinfo=UTC), "P1M", date(2026, 2, 28)),
        (datetime(2026, 11, 21, 3, tzinfo=UTC), "P2W", date(2026, 12, 5)),
        (datetime(2026, 11, 21, 3, tzinfo=UTC), "P1Y6M10D", date(2028, 5, 31)),
    ],
)
def test_it_is_kept_through_the_last_day(ended: datetime, period: str, last: date) -> None:
    """Calendar years and months from the local day on which it ended; over on the day after."""
    assert rule(period).last_day(ended) == last
    assert not rule(period).is_over(ended, last)
    assert rule(period).is_over(ended, last + timedelta(days=1))


def test_permanent_is_never_over() -> None:
    """In either language."""
    for word in ("permanent", "vĩnh viễn"):
        found = read_procedure(procedure("p", retention={"period": word, **BY})).retention
        assert found is not None
        assert (found.period, found.last_day(datetime(1950, 1, 1, tzinfo=UTC))) == ("permanent", None)
        assert found.ended_before(date(2900, 1, 1)) is None
    assert read_procedure(procedure("p")).retention is None


@given(
    st.integers(0, 100 * 365 * 24).map(lambda hours: datetime(1990, 1, 1, tzinfo=UTC) + timedelta(hours=hours)),
    st.sampled_from(["P1D", "P2W", "P1M", "P13M", "P1Y", "P1Y2M3D", "P70Y"]),
)
def test_what_is_over_ended_before(ended: datetime, period: str) -> None:
    """The moment by which an index looks leaves nothing out."""
    last = rule(period).last_day(ended)
    assert last is not None
    before = rule(period).ended_before(last + timedelta(days=1))
    assert before is not None
    assert ended < before < ended + timedelta(days=9)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"period": "P10Y"}, "decided_by"),
        ({"period": "10 năm", **BY}, "retention.period"),
        ({"period": "PT5H", **BY}, "retention.period"),
        ({"period": "P0D", **BY}, "retention.period"),
        ({"period": "P9999Y", **BY}, "retention.period"),
        ({"period": 10, **BY}, "retention.period"),
        ({"period": "P10Y", **BY, "on_decision": "no"}, "retention.on_decision"),
        ({"period": "P10Y", **BY, "onDecision": False}, "retention.onDecision"),
        ("P10Y", "retention"),
    ],
    ids=["no document", "words", "hours", "nothing", "too long", "a number", "no yes or no", "misspelt", "no object"],
)
def test_a_rule_is_read_strictly(given: object, field: str) -> None:
    """A misspelt one must not have anything erased."""
    with pytest.raises(ProcedureError, match=field):
        read_procedure(procedure("p", retention=given))
