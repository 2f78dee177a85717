"""What becomes of a parcel: from its label to its end, by what the office and the carrier tell of it.

What carriers tell comes twice, late and in any order. So a parcel only ever goes forward: what tells of an earlier
part of the way moves nothing, and the first end that was told stays. What says otherwise is noted for people.
"""

import calendar
from collections.abc import Mapping
from datetime import datetime, time
from enum import StrEnum

from engine.calendar import VIETNAM
from engine.delivery import State


class Event(StrEnum):
    """What happens to a parcel, as the office sees it or its carrier tells."""

    HANDED_OVER = "handed-over"  # the record of the hand-over is signed by both sides
    IN_TRANSIT = "in-transit"  # the carrier has it, wherever
    MISSED = "missed"  # the carrier called on the recipient in vain; each such call once
    DELIVERED = "delivered"
    RETURNED = "returned"  # it lies at the office again
    LOST = "lost"
    CALLED_OFF = "called-off"


class Payer(StrEnum):
    """Who pays the carrier."""

    AGENCY = "agency"  # văn thư đi: free for the citizen
    RECIPIENT = "recipient"


ON_THE_WAY = (State.PREPARED, State.HANDED_OVER, State.IN_TRANSIT, State.ATTEMPT_1, State.ATTEMPT_2)
"""In the order in which they come; not each of them does."""
ENDS = frozenset({State.DELIVERED, State.RETURNED, State.LOST, State.CANCELLED})
UNDELIVERED = frozenset({State.RETURNED, State.LOST})
"""Ends after which somebody has to do something for the recipient."""
LATE_AFTER = 2
"""Working days after it left the office after which a parcel that has not arrived raises an alarm."""
WAITS = 1
"""Working days that a parcel may wait at the office for its carrier."""
COMPLAINT_MONTHS = 6
"""How long complaints are taken after a parcel left (TT 17/2017 [?]: read, not checked clause by clause)."""
_END: Mapping[Event, State] = {
    Event.DELIVERED: State.DELIVERED,
    Event.RETURNED: State.RETURNED,
    Event.LOST: State.LOST,
}
MOVES: Mapping[tuple[State, Event], State] = {
    (State.PREPARED, Event.CALLED_OFF): State.CANCELLED,
    (State.PREPARED, Event.HANDED_OVER): State.HANDED_OVER,
    # The carrier's own scan proves that it has the parcel, even where nobody has signed for it yet.
    **{(state, Event.IN_TRANSIT): State.IN_TRANSIT for state in (State.PREPARED, State.HANDED_OVER)},
    **{(state, Event.MISSED): State.ATTEMPT_1 for state in (State.PREPARED, State.HANDED_OVER, State.IN_TRANSIT)},
    (State.ATTEMPT_1, Event.MISSED): State.ATTEMPT_2,
    **{(state, event): end for state in ON_THE_WAY for event, end in _END.items()},
}
"""Every move that there is; an event that is not here leaves the state as it is."""


def moved(state: State, event: Event) -> State:
    """The state after the event: the same one where the event says nothing new, or comes too late."""
    return MOVES.get((state, event), state)


def contradicts(state: State, event: Event, at: datetime, ended: datetime | None) -> bool:
    """Whether the event says otherwise than what was known before it, and stays: to be noted, and no more.

    `at` is when it happened, `ended` when the parcel's way did; None while it goes on. What happened before its end
    may be told after it.
    """
    if state not in ENDS or (state, event) in MOVES:
        return False
    if event in _END:
        return _END[event] != state
    if state is State.CANCELLED:
        return event is not Event.CALLED_OFF
    return event is Event.CALLED_OFF or ended is None or at > ended


def complaints_until(left: datetime) -> datetime:
    """The last moment of a complaint: the end of the same day, local, six months on (of the month's last, where it is
    shorter).
    """
    day = left.astimezone(VIETNAM).date()
    years, month = divmod(day.month - 1 + COMPLAINT_MONTHS, 12)
    year = day.year + years
    last = calendar.monthrange(year, month + 1)[1]
    return datetime.combine(day.replace(year=year, month=month + 1, day=min(day.day, last)), time.max, VIETNAM)
