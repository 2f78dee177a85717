"""What becomes of a parcel: each word of its carrier, and what the office itself saw, recorded once in one transaction.

`engine/parcels` decides what it means. The word is kept as it came, with a leaf that names its hash; one that comes
again does nothing, and one that contradicts what is known for good is noted, and moves nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from adapters.application.application import Application
from adapters.application.late import late_after
from adapters.application.mails import FAILED_MAIL, MESSAGE
from adapters.application.trail import append
from adapters.database import definitions, dossiers, jobs, parcels
from adapters.database.store import Transaction
from engine.delivery import State
from engine.errors import Kind, Refusal
from engine.outcome import SYSTEM, JobRequest, LeafDraft
from engine.parcels import ENDS, ON_THE_WAY, UNDELIVERED, Event, contradicts, moved
from signing.canonical import canonical, sha256_hex
from signing.record import time_text

DELIVERED = "hoso.dispatch-delivered"
"""The message by which a process may wait for a parcel to arrive; what failed is told as of mail (`mails.MESSAGE`)."""
CONTRADICTED = "parcel-contradicted"
OFFICE = "hoso"
"""The carrier of what the office itself saw."""


class Effect(StrEnum):
    """What a word about a parcel did."""

    MOVED = "moved"
    KNOWN = "known"  # nothing new; also one that came before
    CONTRADICTED = "contradicted"
    UNKNOWN = "unknown"  # the word means nothing to us


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """Something told of a parcel. `item`: the carrier's code, or the dispatch's own where the office speaks.

    `status` is the carrier's own word, at most 60 characters; `event` what it means, None where nothing that we know.
    `at`: when it happened. `raw`: the word as it came, any bytes; it is kept, with the dossier's data.
    """

    carrier: str
    item: str
    status: str
    event: Event | None
    at: datetime
    raw: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a word led to."""

    code: str
    dossier: str
    before: State
    state: State
    effect: Effect


def tell(app: Application, tx: Transaction, key: str, word: Word, *, actor: str = SYSTEM) -> Told | Refusal:
    """Record a word of the parcel with that key, in the caller's transaction, which holds no other dossier's lock.

    `actor`: the officer who told it.
    """
    found = jobs.find_dispatch(tx, key)
    if found is None or found["channel"] != "post":
        return _unknown(key)
    dossiers.load(tx, found["dossier"], lock=True, part=None)
    told, leaves = heard(app, tx, found["key"], word, actor=actor)
    if leaves:
        append(app, tx, leaves, app.clock())
    return told


def heard(app: Application, tx: Transaction, key: str, word: Word, *, actor: str) -> tuple[Told, Sequence[LeafDraft]]:
    """Record a word of the parcel with that key, whose dossier the caller has locked; the caller appends its leaves.

    Who hears of many parcels locks all their dossiers first, in the order of their codes, and appends all leaves last.
    """
    row, parcel = jobs.find_dispatch(tx, key, lock=True), parcels.find(tx, key)
    assert row is not None
    assert parcel is not None
    before, now = State(row["state"]), app.clock()
    effect, after = _judged(before, word, parcel["ended"])
    digest = sha256_hex(word.raw)
    definitions.put_content(tx, digest, word.raw, of=row["dossier"])
    if not parcels.add_event(tx, _event_row(row["key"], word, digest, effect, after, now)):
        told = Told(code=row["code"], dossier=row["dossier"], before=before, state=before, effect=Effect.KNOWN)
        return told, ()
    _move(app, tx, row, parcel, word, after, digest, now)
    if before != after:
        _tell_dossier(tx, row, after, now)
    told = Told(code=row["code"], dossier=row["dossier"], before=before, state=after, effect=effect)
    if word.event is None:
        return told, ()
    act = CONTRADICTED if effect is Effect.CONTRADICTED else f"parcel-{word.event}"
    return told, (_leaf(actor, row, act, word, digest, after),)


def _judged(before: State, word: Word, ended: datetime | None) -> tuple[Effect, State]:
    if word.event is None:
        return Effect.UNKNOWN, before
    if contradicts(before, word.event, word.at, ended):
        return Effect.CONTRADICTED, before
    after = moved(before, word.event)
    return Effect.KNOWN if after == before else Effect.MOVED, after


def note(
    app: Application, tx: Transaction, row: Mapping[Any, Any], act: str, officer: str, reason: str, **codes: str
) -> bool:
    """Record what an officer did about a parcel and that moves it nowhere, with its leaf; False where it is known.

    `act` as the leaf calls it; of the reason, which may name people, it has the hash alone. The caller holds the locks
    of the dossier and the dispatch.
    """
    now, state = app.clock(), State(row["state"])
    raw = office_word(row["code"], officer, now, reason=reason, **codes)
    word = Word(carrier=OFFICE, item=row["code"], status=act.removeprefix("parcel-"), event=None, at=now, raw=raw)
    digest = sha256_hex(raw)
    definitions.put_content(tx, digest, raw, of=row["dossier"])
    if not parcels.add_event(tx, _event_row(row["key"], word, digest, Effect.KNOWN, state, now)):
        return False
    leaf = _leaf(officer, row, act, word, digest, state)
    append(app, tx, [replace(leaf, details={**leaf.details, **codes})], now)
    return True


def office_word(code: str, officer: str, at: datetime, **told: str) -> bytes:
    """The bytes of what an officer says of a parcel: kept with the dossier's data, named by their hash in the leaf."""
    return canonical({"dispatch": code, "officer": officer, "time": time_text(at), **told})


def _move(
    app: Application,
    tx: Transaction,
    row: Mapping[Any, Any],
    parcel: Mapping[Any, Any],
    word: Word,
    after: State,
    raw: str,
    now: datetime,
) -> None:
    attempts = row["attempts"] + (word.event is Event.MISSED)
    jobs.change_dispatch(tx, row["key"], state=after.value, attempts=attempts, updated=now)
    signed = word.event is Event.HANDED_OVER and word.carrier == OFFICE  # its time goes before what a carrier says
    if signed or (word.event is Event.HANDED_OVER and parcel["handed_over"] is None):
        parcels.change(tx, row["key"], handed_over=word.at)
    left = row["state"] == State.PREPARED.value and after is not State.PREPARED
    if (left or signed) and after in ON_THE_WAY:
        parcels.change(tx, row["key"], late_after=late_after(app, word.at))
    if after in ENDS and parcel["ended"] is None:
        proof = raw if after is State.DELIVERED else None
        parcels.change(tx, row["key"], ended=word.at, late_after=None, proof=proof)
    if after is State.CANCELLED and row["state"] != after.value and word.carrier == OFFICE:
        parcels.call_off(tx, row["key"], now)  # a carrier that calls it off need not be told


def _tell_dossier(tx: Transaction, row: Mapping[Any, Any], after: State, now: datetime) -> None:
    """The dossier learns how its parcel ended, where its process waits for that."""
    if after not in ENDS:
        return
    data = {"dispatch": row["code"], "state": after.value, "channel": "post"}
    message = MESSAGE if after in UNDELIVERED | {State.CANCELLED} else DELIVERED
    payload = {"message": message, "data": data}
    jobs.add_job(tx, row["dossier"], JobRequest(number=0, element="", type=FAILED_MAIL, payload=payload, due=now))


def _event_row(key: str, word: Word, raw: str, effect: Effect, after: State, now: datetime) -> Mapping[str, object]:
    return {
        "key": key,
        "carrier": word.carrier,
        "item": word.item,
        "status": word.status,
        "event": word.event.value if word.event else None,
        "at": word.at,
        "received": now,
        "raw": raw,
        "effect": effect.value,
        "state": after.value,
    }


def _leaf(actor: str, row: Mapping[Any, Any], act: str, word: Word, raw: str, after: State) -> LeafDraft:
    """It names no address and no person: the evidence is kept longer than these."""
    details = {
        "channel": "post",
        "document": row["document"],
        "dispatch": row["code"],
        "carrier": word.carrier,
        "item": word.item,
        "status": word.status,
        "told": time_text(word.at),
        "state": after.value,
    }
    return LeafDraft(
        actor=actor, act=act, subject=row["dossier"], dossier=row["dossier"], details=details, objects={"word": raw}
    )


def _unknown(key: str) -> Refusal:
    message = f"no parcel was prepared under {key[:100]!r}"
    return Refusal(kind=Kind.NOT_FOUND, code="parcel-unknown", message=message, remedy="see: hoso dispatch list")
