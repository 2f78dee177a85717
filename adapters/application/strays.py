"""Words of items that nobody knows yet: they wait, bounded, until it is known of which parcel they tell."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from adapters.application import tracking
from adapters.application.application import Application
from adapters.application.tracking import Effect, Word
from adapters.database import definitions, erasing, jobs, parcels
from adapters.database.store import Transaction
from engine.parcels import Event
from signing.canonical import sha256_hex

MOST = 1000
"""Words that wait, of each carrier: beyond them the oldest go."""
SKEW = timedelta(days=1)
Row = Mapping[Any, Any]


def believed(event: Event | None, at: datetime, *, since: datetime | None, now: datetime) -> Event | None:
    """The event, where its time can be true: not a day ahead of us, nor a day before the parcel was there."""
    if at > now + SKEW or (since is not None and at < since - SKEW):
        return None
    return event


def keep(app: Application, tx: Transaction, word: Word) -> bool:
    """Keep a word of an unknown item, once; the carrier's oldest beyond the most goes. False: it was known."""
    now, digest = app.clock(), sha256_hex(word.raw)
    row = {
        "key": None,
        "carrier": word.carrier,
        "item": word.item,
        "status": word.status,
        "event": word.event.value if word.event else None,
        "at": word.at,
        "received": now,
        "raw": digest,
        "effect": Effect.UNKNOWN.value,
        "state": None,
    }
    definitions.put_content(tx, digest, word.raw, of=parcels.stray_owner(row))
    if not parcels.add_event(tx, row):
        return False
    for old in parcels.too_many_strays(tx, word.carrier, MOST):
        parcels.forget_event(tx, old["id"])
        erasing.disown(tx, parcels.stray_owner(old))
    return True


def match(app: Application, tx: Transaction, key: str, carrier: str, item: str) -> None:
    """What was told of this item is told of the parcel now; the caller holds the locks of its dossier and dispatch."""
    row = jobs.find_dispatch(tx, key)
    assert row is not None
    for stray in parcels.strays(tx, carrier, item):
        raw = definitions.get_content(tx, stray["raw"])
        assert raw is not None
        event = Event(stray["event"]) if stray["event"] else None
        word = Word(
            carrier=carrier,
            item=item,
            status=stray["status"],
            event=believed(event, stray["at"], since=row["created"], now=app.clock()),
            at=stray["at"],
            raw=raw,
        )
        parcels.forget_event(tx, stray["id"])
        tracking.tell(app, tx, key, word)
        definitions.leave(tx, parcels.stray_owner(stray))
