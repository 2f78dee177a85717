"""Tracks: which of Hoso's own jobs go first, and how many at once lean on the same provider.

A job is taken in the order of its time and its track's patience together: mail lets a timer pass that came half a
minute later, and no more, so that nothing waits for ever. A track whose provider is busy holds up no other track.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """Jobs of one urgency that lean on one provider.

    `patience`: how much longer than what moves dossiers they may wait. `most`: how many are done at once over all
    machines; None: as many as there are workers. `prompt`: they wait for nobody outside the database.
    """

    name: str
    types: frozenset[str]
    patience: timedelta = timedelta()
    most: int | None = None
    prompt: bool = False


MOVES = Track(
    name="moves",
    types=frozenset(
        {"timer", "start-timer", "message", "message-correlation", "message-delivery", "message-expiry", "signal"}
        | {"signal-delivery", "signal-start", "repeats", "dispatch-failure"}
    ),
    prompt=True,
)
TRACKS: Sequence[Track] = (
    MOVES,
    Track(name="stamps", types=frozenset({"stamp", "checkpoint-stamp"}), patience=timedelta(seconds=2), most=4),
    Track(name="witnesses", types=frozenset({"checkpoint-publish"}), patience=timedelta(seconds=2), most=1),
    Track(
        name="papers",
        types=frozenset({"hoso.letter", "hoso.number", "hoso.post", "hoso.counter", "handover"}),
        patience=timedelta(seconds=10),
    ),
    Track(
        name="parcels",
        types=frozenset({"hoso.parcel-order", "hoso.parcel-cancel"}),
        patience=timedelta(seconds=10),
        most=2,
    ),
    Track(name="mailbox", types=frozenset({"hoso.mailbox"}), patience=timedelta(seconds=10), most=1),
    Track(name="mail", types=frozenset({"hoso.email"}), patience=timedelta(seconds=30), most=4),
)
PROMPT = tuple(track for track in TRACKS if track.prompt)
STEADY = tuple(track for track in TRACKS if track.name not in {"mail", "mailbox", "parcels"})
"""All that waits for no mail server, which may take minutes for each mail, and for no carrier."""
_OF_TYPE: Mapping[str, Track] = {type: track for track in TRACKS for type in track.types}


def track_of(type: str) -> Track:
    """The track of a type of job; one that no program knows is taken at once, to be refused."""
    return _OF_TYPE.get(type, MOVES)
