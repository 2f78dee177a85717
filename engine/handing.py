"""Handing parcels over: what may be said of one before it is handed over, and where what exists once lies."""

import re
from datetime import datetime
from enum import StrEnum

from engine.delivery import State
from engine.errors import Kind, Refusal
from engine.item_codes import read_item_code

CARRIER = re.compile(r"[a-z0-9-]{1,40}")
"""What a carrier is called."""
MOST_ORIGINALS, LONGEST_TITLE = 20, 200


class Place(StrEnum):
    """Where a paper lies that exists once."""

    OFFICE = "office"
    CARRIER = "carrier"
    RECIPIENT = "recipient"
    LOST = "lost"


_ELSEWHERE = {
    State.HANDED_OVER: Place.CARRIER,
    State.IN_TRANSIT: Place.CARRIER,
    State.ATTEMPT_1: Place.CARRIER,
    State.ATTEMPT_2: Place.CARRIER,
    State.DELIVERED: Place.RECIPIENT,
    State.LOST: Place.LOST,
}


def place_of(state: State) -> Place:
    """Where the papers of a parcel in that state lie."""
    return _ELSEWHERE.get(state, Place.OFFICE)


def refuses_marking(dispatch: str, state: State, signed: datetime | None) -> Refusal | None:
    """Why what is in or on a parcel cannot be told otherwise any more; `signed`: when the office signed its record."""
    if state is not State.PREPARED:
        message, remedy = f"parcel {dispatch} is {state.value}, expected prepared", "it is too late to change it"
        return Refusal(kind=Kind.CONFLICT, code="parcel-not-prepared", message=message, remedy=remedy)
    if signed is not None:
        message = f"parcel {dispatch} stands in a record of the hand-over that is signed"
        remedy = "withdraw the record first: hoso dispatch handover withdraw"
        return Refusal(kind=Kind.CONFLICT, code="parcel-listed", message=message, remedy=remedy)
    return None


def read_item(carrier: str, text: str) -> str | Refusal:
    """The item code as it is kept."""
    if not CARRIER.fullmatch(carrier):
        message = f"{carrier[:60]!r} names no carrier, expected 1 to 40 of a-z, 0-9 and -"
        remedy = "write it as in the list of carriers, such as vnpost"
        return Refusal(kind=Kind.INVALID, code="carrier-name", message=message, remedy=remedy)
    found = read_item_code(text)
    if found is None:
        message = f"{text[:60]!r} is no item code, or its check digit (S10) is wrong"
        return Refusal(
            kind=Kind.INVALID, code="item-code-wrong", message=message, remedy="read it from the label again"
        )
    return found
