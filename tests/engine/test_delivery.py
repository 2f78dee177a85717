"""What is known of a dispatch moves as the table says: first words stay, and taken is never told as delivered."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.delivery import FAILURES, MOVES, OVER, REPORTS, Event, State, contradicts, moved

TRIES = frozenset(Event) - REPORTS
STATES, EVENTS = st.sampled_from(State), st.sampled_from(Event)


@given(STATES, st.lists(EVENTS, max_size=8))
def test_what_is_over_stays(state: State, events: list[Event]) -> None:
    """Once delivered, failed or called off, no report and no try says otherwise."""
    for event in events:
        after = moved(state, event)
        assert after == state or state not in OVER
        state = after


@given(STATES, st.lists(st.sampled_from(sorted(Event)), max_size=12))
def test_only_a_report_says_delivered(state: State, events: list[Event]) -> None:
    """Taken, relayed, delayed: none of them is delivered."""
    begun = state
    for event in events:
        state = moved(state, event)
    assert state != State.DELIVERED or begun == State.DELIVERED or Event.DELIVERED in events


@given(st.lists(EVENTS, max_size=12))
def test_a_copy_that_may_lie_with_the_recipient_is_not_taken_back(events: list[Event]) -> None:
    """After a line lost behind the final dot no later refusal of the relay makes it a failure; a report does."""
    state = State.SENT_UNCONFIRMED
    for event in events:
        state = moved(state, event)
    assert state not in FAILURES or {Event.BOUNCED, Event.EXPIRED} & set(events)


@pytest.mark.parametrize(
    ("state", "report", "after", "late"),
    [
        (State.SENT, Event.DELIVERED, State.DELIVERED, False),
        (State.SENT, Event.BOUNCED, State.PERMANENT_FAILURE, False),
        (State.SENT, Event.EXPIRED, State.TEMPORARY_FAILURE, False),
        (State.SENT, Event.RELAYED, State.SENT, False),
        (State.SENT, Event.DELAYED, State.SENT, False),
        (State.SENT_UNCONFIRMED, Event.RELAYED, State.SENT, False),
        (State.SENDING, Event.DELIVERED, State.DELIVERED, False),
        (State.DELIVERED, Event.BOUNCED, State.DELIVERED, True),
        (State.DELIVERED, Event.DELIVERED, State.DELIVERED, False),
        (State.DELIVERED, Event.DELAYED, State.DELIVERED, False),
        (State.PERMANENT_FAILURE, Event.DELIVERED, State.PERMANENT_FAILURE, True),
        (State.PERMANENT_FAILURE, Event.EXPIRED, State.PERMANENT_FAILURE, False),
        (State.CANCELLED, Event.DELIVERED, State.CANCELLED, True),
        (State.CREATED, Event.DELIVERED, State.CREATED, True),
    ],
)
def test_reports(state: State, report: Event, after: State, late: bool) -> None:
    """What each says, and whether it comes too late to say otherwise."""
    assert (moved(state, report), contradicts(state, report)) == (after, late)


def test_no_move_leads_back() -> None:
    """What left is never again one that is still to be sent; a parcel's states are no mail's."""
    assert not [move for move in MOVES if MOVES[move] in (State.CREATED, State.PREPARED, State.READY)]
    assert {event for (state, event) in MOVES if MOVES[(state, event)] == State.SENDING} == {Event.BEGUN}
    assert not [state for state, _ in MOVES if state in OVER]
