"""A parcel only goes forward, whatever is told of it, how often and in which order; its first end stays."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.delivery import State
from engine.item_codes import check_digit, read_item_code, s10_code
from engine.parcels import ENDS, MOVES, ON_THE_WAY, Event, contradicts, moved

NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
ORDER = {state: place for place, state in enumerate([*ON_THE_WAY, *ENDS])}


def told(events: list[Event], state: State = State.PREPARED) -> State:
    for event in events:
        state = moved(state, event)
    return state


@given(st.lists(st.sampled_from(Event), max_size=12))
def test_it_only_goes_forward(events: list[Event]) -> None:
    """No event takes a parcel back to a state it has left, and after an end none moves it."""
    state = State.PREPARED
    for event in events:
        after = moved(state, event)
        assert ORDER[after] >= ORDER[state]
        assert after == state or state not in ENDS
        state = after


@pytest.mark.parametrize(
    "events",
    [
        [Event.HANDED_OVER, Event.IN_TRANSIT, Event.MISSED, Event.MISSED],
        [Event.HANDED_OVER, Event.IN_TRANSIT, Event.MISSED],
        [Event.HANDED_OVER, Event.IN_TRANSIT],
    ],
)
def test_on_the_way_the_order_does_not_matter(events: list[Event]) -> None:
    """What is told of the same way ends in the same state, in whatever order it arrives."""
    assert {told(list(order)) for order in permutations(events)} == {told(events)}


def test_the_ways() -> None:
    """Delivered, returned after two calls, lost; called off only while nobody else has it."""
    way = [Event.HANDED_OVER, Event.IN_TRANSIT]
    assert told([*way, Event.DELIVERED]) is State.DELIVERED
    assert told([*way, Event.MISSED, Event.MISSED]) is State.ATTEMPT_2
    assert told([*way, Event.MISSED, Event.MISSED, Event.MISSED, Event.RETURNED]) is State.RETURNED
    assert told([*way, Event.LOST]) is State.LOST
    assert told([Event.CALLED_OFF, *way]) is State.CANCELLED
    assert told([*way, Event.CALLED_OFF]) is State.IN_TRANSIT
    assert {before for before, event in MOVES if event is Event.CALLED_OFF} == {State.PREPARED}


@pytest.mark.parametrize(
    ("state", "event", "hours", "said"),
    [
        (State.DELIVERED, Event.RETURNED, -1, True),
        (State.DELIVERED, Event.LOST, 1, True),
        (State.DELIVERED, Event.DELIVERED, 1, False),
        (State.DELIVERED, Event.MISSED, -1, False),
        (State.DELIVERED, Event.MISSED, 1, True),
        (State.DELIVERED, Event.HANDED_OVER, -1, False),
        (State.LOST, Event.DELIVERED, 1, True),
        (State.RETURNED, Event.IN_TRANSIT, -1, False),
        (State.RETURNED, Event.IN_TRANSIT, 1, True),
        (State.CANCELLED, Event.IN_TRANSIT, -1, True),
        (State.CANCELLED, Event.CALLED_OFF, 1, False),
    ],
)
def test_what_comes_after_the_end(state: State, event: Event, hours: int, said: bool) -> None:
    """What was true before the end is no contradiction, another end always is, and so is a way after a calling off."""
    assert contradicts(state, event, NOON + timedelta(hours=hours), NOON) is said


@given(st.sampled_from(ON_THE_WAY), st.sampled_from(Event))
def test_on_the_way_nothing_contradicts(state: State, event: Event) -> None:
    """Before an end nothing is known for good."""
    assert not contradicts(state, event, NOON, None)


def test_the_check_digit() -> None:
    """The digits of S10's own rule: 47312482 has 9, and RR123456785VN is right."""
    assert (check_digit("47312482"), check_digit("12345678")) == (9, 5)
    assert s10_code("RR", "12345678") == "RR123456785VN"
    assert [check_digit(digits) for digits in ("00000000", "00000010", "00000030")] == [5, 2, 6]


@given(st.integers(0, 10**8 - 1), st.integers(1, 9))
def test_a_misread_digit_is_found(serial: int, step: int) -> None:
    """Every S10 code that we make is read again; with another check digit it is not."""
    code = s10_code("EB", f"{serial:08d}")
    assert read_item_code(f" {code[:2].lower()} {code[2:]}") == code
    assert read_item_code(f"{code[:10]}{(int(code[10]) + step) % 10}VN") is None


@pytest.mark.parametrize(
    ("text", "code"),
    [("VTP1234567", "VTP1234567"), ("ghn-77/12", "GHN-77/12"), ("", None), ("A1", None), ("<b>1234", None)],
)
def test_other_codes(text: str, code: str | None) -> None:
    """A carrier's own code is taken as it is printed; what no label carries is refused."""
    assert read_item_code(text) == code
