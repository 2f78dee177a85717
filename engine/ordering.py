"""The order of a parcel at its carrier: what is done next about it, and what an answer makes of it.

An order that may have been taken is never sent again while nobody knows: the carrier is asked for it, by our own
reference, or people decide.
"""

from datetime import datetime, timedelta
from enum import StrEnum


class Ordering(StrEnum):
    """What is known of a parcel's order."""

    NONE = "none"
    ASKED = "asked"  # it is being sent, or what came of it is not recorded
    ORDERED = "ordered"
    REFUSED = "refused"  # the carrier does not take it
    UNCLEAR = "unclear"  # it may have been taken, and the carrier cannot be asked
    CANCEL_ASKED = "cancel-asked"  # the parcel was called off: the carrier is to be told
    CANCELLING = "cancelling"
    CANCELLED = "cancelled"
    CANCEL_REFUSED = "cancel-refused"  # the carrier has it already, it says
    CANCEL_UNCLEAR = "cancel-unclear"  # it may stand, and nobody knows under which item


class Step(StrEnum):
    """What a program does about an order."""

    NOTHING = "nothing"
    ORDER = "order"
    ASK = "ask"
    STOP = "stop"  # for people


WAITING = frozenset({Ordering.REFUSED, Ordering.UNCLEAR, Ordering.CANCEL_REFUSED, Ordering.CANCEL_UNCLEAR})
"""What waits for people."""
STANDS = frozenset({Ordering.ASKED, Ordering.ORDERED, Ordering.UNCLEAR})
"""Where the carrier has an order, or may have one."""
LEAVING = frozenset({Ordering.CANCEL_ASKED, Ordering.CANCELLING})
SETTLES = timedelta(minutes=2)
"""So long after an order was sent, a carrier that does not know it has not taken it."""


def next_step(ordering: Ordering, *, prepared: bool, has_item: bool, askable: bool) -> Step:
    """What is done about the order of a parcel: at most one is ever under way.

    One that may have been taken is looked for, wherever the parcel is by now.
    """
    if has_item or ordering not in (Ordering.NONE, Ordering.ASKED):
        return Step.NOTHING
    if ordering is Ordering.NONE:
        return Step.ORDER if prepared else Step.NOTHING
    return Step.ASK if askable else Step.STOP


def next_of_cancelling(*, has_item: bool, asked: datetime | None, askable: bool, now: datetime) -> Step | None:
    """How an order is found that is to be cancelled: NOTHING: it is known; None: an answer to it may still come."""
    if has_item:
        return Step.NOTHING
    if asked is None:
        return Step.STOP
    if not settled(asked, now):
        return None
    return Step.ASK if askable else Step.STOP


def settled(asked: datetime, now: datetime) -> bool:
    """Whether a carrier that took an order knows it by now."""
    return now >= asked + SETTLES
