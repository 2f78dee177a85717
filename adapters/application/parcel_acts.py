"""What an office does about a parcel: calls it off, takes it back, sees to it in another way, complains of it.

Each is one transaction under the locks of its dossier and its dispatch. `tracking` moves the parcel, by the rules that
hold for its carrier, too.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from adapters.application import parcel_views
from adapters.application.answer import Answer, Request, once, refuse
from adapters.application.application import Application
from adapters.application.sight import dossier_in_sight
from adapters.application.tracking import OFFICE, Word, note, office_word, tell
from adapters.database import handovers, jobs, parcels
from adapters.database.parcels import Row
from adapters.database.store import Transaction
from engine import policy
from engine.delivery import State
from engine.dossier import Dossier
from engine.errors import Kind, Refusal, not_found
from engine.officer import Officer
from engine.parcels import UNDELIVERED, Event, complaints_until

SEE_TO = "see to parcels"
SETTLED, COMPLAINED = "parcel-settled", "parcel-complained"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A parcel under its locks: its dossier, its dispatch, and what is kept beside that."""

    dossier: Dossier
    row: Row
    parcel: Row


Act = Callable[[Transaction, Found], Refusal | None]


def cancel(app: Application, officer: Officer, request: Request, id: str, reason: str) -> Answer:
    """Call a parcel off that has not left the office; a carrier who has an order for it is asked to cancel that."""

    def act(tx: Transaction, found: Found) -> Refusal | None:
        if found.row["state"] != State.PREPARED.value:
            return _left(found.row["code"], found.row["state"])
        if handovers.signed_over(tx, [found.row["key"]]):
            return _left(found.row["code"], State.HANDED_OVER)
        _say(app, tx, officer, found, Event.CALLED_OFF, reason)
        return None

    return doing(app, officer, request, id, act)


def receive(app: Application, officer: Officer, request: Request, id: str, text: str) -> Answer:
    """A parcel that came back lies at the office again; what its carrier said otherwise is noted. Once received, it is.
    One that nobody knows to have left cannot come back.

    `id` may be what is written on the parcel: the dispatch's code, or its carrier's.
    """

    def act(tx: Transaction, found: Found) -> Refusal | None:
        if found.row["state"] == State.PREPARED.value:
            remedy = "it goes out by a record: hoso dispatch handover create; if it shall not: hoso dispatch cancel"
            return _here(found.row, remedy)
        told = parcels.events(tx, found.row["key"])
        if not any(each["carrier"] == OFFICE and each["event"] == Event.RETURNED for each in told):
            _say(app, tx, officer, found, Event.RETURNED, text)
        return None

    return doing(app, officer, request, id, act)


def settle(app: Application, officer: Officer, request: Request, id: str, text: str) -> Answer:
    """A parcel that came back, or was lost, was seen to in another way: handed out, say, or the paper made anew."""

    def act(tx: Transaction, found: Found) -> Refusal | None:
        if refusal := refuses_settling(found):
            return refusal
        parcels.change(tx, found.row["key"], settled=app.clock(), settlement=text)
        note(app, tx, found.row, SETTLED, officer.id, text)
        return None

    return doing(app, officer, request, id, act)


def complain(app: Application, officer: Officer, request: Request, id: str, reason: str) -> Answer:
    """Record a complaint about a parcel, within the term that counts from when it left."""

    def act(tx: Transaction, found: Found) -> Refusal | None:
        since = parcel_views.left(tx, found.row, found.parcel)
        if since is None:
            return _here(found.row, "nothing is late or lost yet")
        if app.clock() > complaints_until(since):
            return _too_late(found.row, since)
        note(app, tx, found.row, COMPLAINED, officer.id, reason)
        return None

    return doing(app, officer, request, id, act)


def doing(app: Application, officer: Officer, request: Request, id: str, act: Act) -> Answer:
    """Do the act under the parcel's locks, once; gives the dispatch as it stands after it."""

    def acting(tx: Transaction) -> Answer:
        found = locked(tx, officer, id)
        if isinstance(found, Refusal):
            return refuse(found)
        if refusal := act(tx, found):
            return refuse(refusal)
        row = jobs.find_dispatch(tx, found.row["key"])
        assert row is not None
        return Answer(body=parcel_views.whole(app, tx, row))

    return once(app, request, acting)


def locked(tx: Transaction, officer: Officer, id: str) -> Found | Refusal:
    """The parcel of that code, or that item, under its locks; within the officer's sight and their right."""
    key = parcels.find_key(tx, id)
    row = jobs.find_dispatch(tx, key) if key else None
    if row is None:
        return unknown(id)
    dossier = dossier_in_sight(tx, officer, row["dossier"], lock=True, part=None)
    if isinstance(dossier, Refusal):
        return unknown(id)
    if refusal := policy.refuses(officer, SEE_TO, dossier.unit):
        return refusal
    locked_row, parcel = jobs.find_dispatch(tx, row["key"], lock=True), parcels.find(tx, row["key"])
    assert locked_row is not None
    assert parcel is not None
    return Found(dossier=dossier, row=locked_row, parcel=parcel)


def refuses_settling(found: Found) -> Refusal | None:
    """Why nobody need see to the parcel any more, or None."""
    code, state = found.row["code"], State(found.row["state"])
    if state not in UNDELIVERED:
        message = f"parcel {code} is {state}; expected one that is {State.RETURNED} or {State.LOST}"
        remedy = f"if it lies at the office again: hoso dispatch receive {code}"
        return _conflict("parcel-not-back", message, remedy)
    if found.parcel["again"] is not None:
        return _conflict("parcel-settled", f"parcel {code} was sent again", f"see: hoso dispatch show {code}")
    if found.parcel["settled"] is not None:
        message = f"somebody sees to parcel {code} since {found.parcel['settled']:%Y-%m-%dT%H:%M:%SZ}"
        return _conflict("parcel-settled", message, f"see: hoso dispatch show {code}")
    return None


def unknown(id: str) -> Refusal:
    """No parcel of that code is within the officer's sight."""
    return not_found("parcel", id[:100], "list them: hoso dispatch list --channel post")


def _say(app: Application, tx: Transaction, officer: Officer, found: Found, event: Event, text: str) -> None:
    code, now = found.row["code"], app.clock()
    raw = office_word(code, officer.id, now, event=event.value, reason=text)
    word = Word(carrier=OFFICE, item=code, status=event.value, event=event, at=now, raw=raw)
    tell(app, tx, found.row["key"], word, actor=officer.id)


def _here(row: Row, remedy: str) -> Refusal:
    return _conflict("parcel-not-out", f"parcel {row['code']} has not left the office", remedy)


def _left(code: str, state: str) -> Refusal:
    message = f"parcel {code} is {state}; expected {State.PREPARED}"
    return _conflict("parcel-left", message, "ask its carrier to bring it back; what comes back: hoso dispatch receive")


def _too_late(row: Row, since: datetime) -> Refusal:
    message = f"complaints about parcel {row['code']} were taken until {complaints_until(since):%Y-%m-%d}"
    remedy = "settle it with the carrier without one; the law gives six months"
    return _conflict("complaint-late", message, remedy)


def _conflict(code: str, message: str, remedy: str) -> Refusal:
    return Refusal(kind=Kind.CONFLICT, code=code, message=message, remedy=remedy)
