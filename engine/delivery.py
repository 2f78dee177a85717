"""What becomes of a dispatch: its states, and by which events a mail moves from one to the next; parcels: `parcels`.

`sent` means that a relay took it, not that it arrived: only a delivery report, or a hand-over, says `delivered`. What
is known first stays: a later report that says otherwise is noted, and moves nothing.
"""

from collections.abc import Mapping
from enum import StrEnum


class State(StrEnum):
    """What is known of a dispatch. `sent` means that a relay or a carrier took it, not that it arrived."""

    CREATED = "created"
    SENDING = "sending"
    SENT = "sent"
    SENT_UNCONFIRMED = "sent-unconfirmed"  # the line was lost after the final dot: it went, or it did not
    PREPARED = "prepared"  # a parcel: label made, not yet handed to the carrier
    HANDED_OVER = "handed-over"  # both sides signed for it
    IN_TRANSIT = "in-transit"
    ATTEMPT_1 = "attempt-1"  # the recipient was not there, once
    ATTEMPT_2 = "attempt-2"  # twice: it comes back
    RETURNED = "returned"
    LOST = "lost"
    READY = "ready"  # waits at the counter
    DELIVERED = "delivered"
    TEMPORARY_FAILURE = "temporary-failure"  # put off until nobody tries any more: a later sending may succeed
    PERMANENT_FAILURE = "permanent-failure"  # this recipient, or this mail, is refused for good
    TECHNICAL_FAILURE = "technical-failure"  # our own relay does not take it from us
    CANCELLED = "cancelled"  # its dossier was cancelled before it left


class Event(StrEnum):
    """What happens to a mail. The first are seen while it is sent, the others told by a delivery report (RFC 3464)."""

    BEGUN = "begun"  # a try begins
    TAKEN = "taken"  # the relay took it
    UNCONFIRMED = "unconfirmed"  # the final dot was written, and no answer read
    EXHAUSTED = "exhausted"  # put off (4xx) as often as we try
    REFUSED = "refused"  # refused for good (5xx)
    BROKEN = "broken"  # our relay refuses us, whatever the recipient
    DELIVERED = "delivered"  # report: it lies in the recipient's mailbox
    RELAYED = "relayed"  # report: handed on to a system that gives no reports
    DELAYED = "delayed"  # report: under way, and tried again by whoever has it
    BOUNCED = "bounced"  # report: failed for good (status 5.x.x)
    EXPIRED = "expired"  # report: given up after trying in vain (status 4.x.x)


REPORTS = frozenset({Event.DELIVERED, Event.RELAYED, Event.DELAYED, Event.BOUNCED, Event.EXPIRED})
FAILURES = frozenset({State.TEMPORARY_FAILURE, State.PERMANENT_FAILURE, State.TECHNICAL_FAILURE})
OVER = FAILURES | {State.DELIVERED, State.CANCELLED, State.RETURNED, State.LOST}
"""States that nothing moves any more."""

# A report of a mail that we know not to have sent yet is one of a copy whose answer was lost: it went.
_BY_REPORT: Mapping[Event, State] = {
    Event.DELIVERED: State.DELIVERED,
    Event.RELAYED: State.SENT,
    Event.DELAYED: State.SENT,
    Event.BOUNCED: State.PERMANENT_FAILURE,
    Event.EXPIRED: State.TEMPORARY_FAILURE,
}
_BY_TRY: Mapping[Event, State] = {
    Event.BEGUN: State.SENDING,
    Event.TAKEN: State.SENT,
    Event.UNCONFIRMED: State.SENT_UNCONFIRMED,
    Event.EXHAUSTED: State.TEMPORARY_FAILURE,
    Event.REFUSED: State.PERMANENT_FAILURE,
    Event.BROKEN: State.TECHNICAL_FAILURE,
}
MOVES: Mapping[tuple[State, Event], State] = {
    **{(State.CREATED, event): State.SENDING for event in (Event.BEGUN,)},
    **{(State.SENDING, event): state for event, state in {**_BY_TRY, **_BY_REPORT}.items()},
    # A copy may lie with the recipient already: a further one that is refused takes that back as little as a new try.
    (State.SENT_UNCONFIRMED, Event.TAKEN): State.SENT,
    **{(State.SENT_UNCONFIRMED, event): state for event, state in _BY_REPORT.items()},
    **{(State.SENT, event): state for event, state in _BY_REPORT.items()},
}
"""Every move that there is; an event that is not here leaves the state as it is."""
_SAYS: Mapping[Event, frozenset[State]] = {
    Event.DELIVERED: frozenset({State.DELIVERED}),
    Event.RELAYED: frozenset({State.SENT, State.DELIVERED}),
    Event.DELAYED: frozenset({State.SENT, *OVER}),  # it was true when it was written
    Event.BOUNCED: FAILURES,
    Event.EXPIRED: FAILURES,
}


def moved(state: State, event: Event) -> State:
    """The state after the event: the same one where the event says nothing new, or comes too late."""
    return MOVES.get((state, event), state)


def contradicts(state: State, report: Event) -> bool:
    """Whether the report says otherwise than what was known before it, and stays: to be noted, and no more."""
    return (state, report) not in MOVES and state not in _SAYS[report]
