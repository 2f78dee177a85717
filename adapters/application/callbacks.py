"""What a carrier calls back with: believed only of the carrier, each word once, in whatever order they come.

A word may name our reference before the answer to its order was recorded: then it is that answer.
"""

from collections.abc import Mapping
from datetime import datetime, time

from adapters.application import ordering, strays, tracking
from adapters.application.application import Application
from adapters.application.tracking import Word
from adapters.database import jobs, parcels
from adapters.database.store import Transaction
from adapters.dispatch.post import carrier as post
from adapters.dispatch.post.carrier import Carrier, CarrierWord, Forged
from engine.ordering import Ordering
from signing.canonical import canonical
from signing.record import time_text

LARGEST = 64 * 1024
ADOPTED = frozenset({Ordering.ASKED, Ordering.UNCLEAR, Ordering.CANCEL_ASKED, Ordering.CANCELLING})


def take(app: Application, name: str, headers: Mapping[str, str], body: bytes) -> int:
    """Take the words of a callback; gives how many they are, new or not. Raises Forged or Unreadable."""
    carrier = app.carriers.named(name)
    if carrier is None:
        raise Forged
    said = post.read_callback(carrier, headers, body)
    for each in said:
        _take(app, name, carrier, each, body if len(said) == 1 else _alone(each))
    return len(said)


def _take(app: Application, name: str, carrier: Carrier, said: CarrierWord, raw: bytes) -> None:
    with app.store.write() as tx:
        key = parcels.key_of_item(tx, name, said.item) or _adopted(app, tx, name, said)
        row = jobs.find_dispatch(tx, key) if key is not None else None
        word = _word(app, name, carrier, said, raw, row["created"] if row is not None else None)
        if row is None:
            strays.keep(app, tx, word)
        else:
            tracking.tell(app, tx, row["key"], word)


def _alone(said: CarrierWord) -> bytes:
    """One word of several, which may tell of other dossiers."""
    at = time_text(said.at) if said.at is not None else ""
    return canonical({"at": at, "item": said.item, "reference": said.reference or "", "status": said.status})


def _adopted(app: Application, tx: Transaction, name: str, said: CarrierWord) -> str | None:
    """The parcel whose order has no answer yet, and which the word names by our reference: now it has one."""
    found = ordering.locked(tx, said.reference) if said.reference is not None else None
    if found is None or found[0]["key"] != said.reference or found[1]["carrier"] != name:
        return None
    row, parcel = found
    if Ordering(parcel["ordering"]) not in ADOPTED or not ordering.adopt(app, tx, row, parcel, said.item, "callback"):
        return None
    return str(row["key"])


def _word(app: Application, name: str, carrier: Carrier, said: CarrierWord, raw: bytes, since: datetime | None) -> Word:
    now = app.clock()
    # One whose time nobody can read counts once a day, under that day.
    at = said.at if said.at is not None else datetime.combine(now.date(), time(), now.tzinfo)
    event = post.event_of(carrier, said.status) if said.at is not None else None
    event = strays.believed(event, at, since=since, now=now)
    return Word(
        carrier=name, item=said.item, status=said.status, event=event, at=at, raw=raw if said.raw is None else said.raw
    )
