"""Visits as dossiers make them: one begins with the appointment of what lies ready, and moves with it.

A visit is never overwritten: it ends as moved, and another one takes its place. Callers hold the dossier's lock.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from adapters.application.application import Application
from adapters.database import jobs
from adapters.database import visits as stored
from adapters.database.store import Transaction
from engine.delivery import State as Dispatched
from engine.dispatch import Dispatch
from engine.outcome import SYSTEM, LeafDraft
from engine.visits import APPOINTMENT_MOVED, LONGEST_AHEAD, State, read_time
from signing.record import time_text

Row = Mapping[Any, Any]
SET, MOVED, MISSED = "visit-set", "visit-moved", "visit-missed"


def begin(app: Application, tx: Transaction, dispatch: Dispatch, now: datetime) -> tuple[LeafDraft, ...]:
    """The visit that a process sets with what it lays ready; none where its `appointment` is no time."""
    at = read_time(dispatch.request.recipient.get("appointment", ""))
    if dispatch.request.channel != "counter" or at is None:
        return ()
    row = {"key": dispatch.key, "code": dispatch.code, "dossier": dispatch.request.dossier}
    return (put(app, tx, row, None, at, now=now),)


def follow(
    app: Application, tx: Transaction, code: str, leaves: Iterable[LeafDraft], now: datetime
) -> tuple[LeafDraft, ...]:
    """The visits of a dossier move with the appointment that an officer's message brings it.

    Not with what Hoso tells by itself: the visit moved before that, and may have moved again.
    """
    told = [each for each in leaves if each.act == "message-received" and each.actor != SYSTEM]
    return tuple(moved for each in told for moved in _follow(app, tx, code, each, now))


def _follow(app: Application, tx: Transaction, code: str, told: LeafDraft, now: datetime) -> Iterator[LeafDraft]:
    data = told.details.get("data")
    given = data.get("appointment") if isinstance(data, Mapping) else None
    at = read_time(given) if told.details.get("name") == APPOINTMENT_MOVED and isinstance(given, str) else None
    if at is None or not now < at <= now + LONGEST_AHEAD:
        return
    for row in jobs.dispatches_of(tx, code):
        visit = stored.current(tx, row["key"]) if row["state"] == Dispatched.READY.value else None
        if visit is not None and visit["at"] != at:
            yield put(app, tx, row, visit, at, officer=told.actor, now=now)


def put(
    app: Application,
    tx: Transaction,
    dispatch: Row,
    before: Row | None,
    at: datetime,
    *,
    now: datetime,
    place: str | None = None,
    reason: str | None = None,
    officer: str | None = None,
) -> LeafDraft:
    """Set a visit, in the place of the one before; gives its leaf, for the caller to append."""
    if before is not None and before["state"] == State.SET.value:
        stored.end(tx, before["id"], State.MOVED)
    values = {
        "dispatch": dispatch["key"],
        "dossier": dispatch["dossier"],
        "at": at,
        "place": place or (before["place"] if before else app.agency.address or app.agency.name),
        "state": State.SET.value,
        "moved_from": before["id"] if before else None,
        "reason": reason,
        "officer": officer,
        "made": now,
    }
    number = stored.add(tx, values)
    details: dict[str, object] = {"dispatch": dispatch["code"], "visit": number, "at": time_text(at)}
    if before is not None:
        details |= {"from": time_text(before["at"]), **({"reason": reason} if reason else {})}
    return leaf(dispatch, SET if before is None else MOVED, officer, details)


def leaf(dispatch: Row, act: str, officer: str | None, details: Mapping[str, object]) -> LeafDraft:
    """The leaf of something that happened to a visit; it names nobody who comes."""
    code = dispatch["dossier"]
    return LeafDraft(actor=officer or SYSTEM, act=act, subject=code, dossier=code, details=details)
