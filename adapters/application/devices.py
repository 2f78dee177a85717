"""Officers' devices: a first token is bound to one and replaced, tokens are renewed by use, ended, listed.

An answer that is lost locks nobody out: the token that asked stays good until the new one is used (`people.sign_in`).
"""

from datetime import datetime, timedelta
from typing import Any

from adapters.application import people, views
from adapters.application.answer import CREATED, Answer, Request, once, refuse
from adapters.application.application import Application
from adapters.application.trail import append
from adapters.database import devices
from adapters.database.store import Transaction
from engine import policy
from engine.errors import Kind, Refusal, not_found
from engine.officer import Officer
from engine.outcome import LeafDraft
from signing.canonical import parse_canonical

AFTER = timedelta(microseconds=1)  # a successor is younger, however fast it comes
SKEW = timedelta(minutes=5)  # leaves stand in the order of the log, not quite in that of their times


def bind(app: Application, officer: Officer, request: Request, name: str, token: str) -> Answer:
    """Give the caller's device its name and a new token; the one that asked (its hash) ends when that is used."""

    def act(tx: Transaction) -> Answer:
        device, now = _own(app, tx), app.clock()
        asked = devices.find_token(tx, token, now)
        if asked is None:  # signed out, or revoked, while this waited for the device
            message = f"device {device} was signed out in the same moment"
            return refuse(
                Refusal(kind=Kind.CONFLICT, code="device-signed-out", message=message, remedy="sign in again")
            )
        bound = max(now, asked["created"])
        devices.end_tokens(tx, device, but=token)
        devices.bind(tx, device, name, bound)
        return _successor(app, tx, officer, "device-bound", {"device": device, "name": name}, bound + AFTER)

    return once(app, request, act)


def renew(app: Application, officer: Officer, request: Request, token: str) -> Answer:
    """A new token for the caller's bound device; the one that asked ends soon after that is used."""

    def act(tx: Transaction) -> Answer:
        device, now = _own(app, tx), app.clock()
        row = devices.find_token(tx, token, now)
        if row is None or row["bound"] is None:
            message = f"device {device} is not bound: only a bound device's token is renewed"
            remedy = "bind it: hoso login --token -"
            return refuse(Refusal(kind=Kind.CONFLICT, code="device-unbound", message=message, remedy=remedy))
        devices.forget_expired(tx, device, now)
        return _successor(app, tx, officer, "token-renewed", {"device": device}, max(now, row["created"] + AFTER))

    return once(app, request, act)


def sign_out(app: Application, officer: Officer, request: Request) -> Answer:
    """End the tokens of the caller's device; the device stays known, and its certificates good."""

    def act(tx: Transaction) -> Answer:
        device = _own(app, tx)
        devices.end_tokens(tx, device)
        draft = LeafDraft(actor=officer.id, act="signed-out", subject=device, details={"officer": officer.id})
        append(app, tx, [draft], app.clock())
        return Answer(body={"device": device})

    return once(app, request, act)


def listed(app: Application, officer: Officer, of: str, after: str, limit: int) -> Answer:
    """A page of an officer's devices: one's own, or for administrators and auditors anybody's."""
    with app.store.read() as tx:
        if refusal := _refuses_another(app, tx, officer, of):
            return refuse(refusal)
        if app.organisations.get(tx).person(of) is None:
            return refuse(not_found("officer", of, "list them: hoso officer list"))
        rows = devices.devices(tx, of, after=after, limit=limit)
    items = [view(row, app.clock(), current=app.device) for row in rows]
    return Answer(body={"items": items, "next": items[-1]["id"] if len(items) == limit else None})


def acts(app: Application, officer: Officer, id: str, since: datetime | None, before: int | None, limit: int) -> Answer:
    """A page of what was done on a device since a time, the latest first; `before`: the cursor.

    Of a dossier out of the caller's sight it is told that there was an act, and not on which dossier.
    """
    with app.store.read() as tx:
        row = devices.find_device(tx, id)
        if row is None or _refuses_another(app, tx, officer, row["officer"]):
            return refuse(unknown(id))
        rows = devices.leaves_on(tx, id, before=before, limit=limit)
    found = [_act(leaf.encoded, dossier, seen=unit is None or officer.sees(unit)) for leaf, dossier, unit in rows]
    oldest = views.moment(since - SKEW) if since else ""
    ended = len(found) < limit or found[-1]["time"] < oldest
    items = [item for item in found if since is None or item["time"] >= views.moment(since)]
    return Answer(body={"items": items, "next": None if ended else str(found[-1]["index"])})


def unknown(id: str) -> Refusal:
    """There is no such device, or it is another's."""
    return not_found("device", id, "list yours: hoso device list")


def view(row: devices.Row, now: datetime, *, current: str | None) -> dict[str, Any]:
    """A device as its officer sees it."""
    return {
        "id": row["id"],
        "officer": row["officer"],
        "name": row["name"],
        "state": _state(row, now),
        "current": row["id"] == current,
        **{name: views.moment(row[name]) for name in ("created", "bound", "seen", "revoked", "expires")},
    }


def _state(row: devices.Row, now: datetime) -> str:
    if row["revoked"] is not None:
        return "revoked"
    if row["expires"] is None or row["expires"] <= now:
        return "signed-out"
    return "bound" if row["bound"] is not None else "unbound"


def _act(encoded: bytes, dossier: str | None, *, seen: bool) -> dict[str, Any]:
    told = parse_canonical(encoded)
    assert isinstance(told, dict)
    act = {name: told[name] for name in ("index", "time", "actor", "act")}
    return {**act, "subject": told["subject"] if seen else None, "dossier": dossier if seen else None}


def _own(app: Application, tx: Transaction) -> str:
    """The caller's device, locked."""
    assert app.device is not None
    devices.find_device(tx, app.device, lock=True)
    return app.device


def _refuses_another(app: Application, tx: Transaction, officer: Officer, of: str) -> Refusal | None:
    return None if of == officer.id else policy.refuses(officer, "see others' devices", people.unit_of(app, tx, of))


def _successor(
    app: Application, tx: Transaction, officer: Officer, act: str, told: dict[str, Any], created: datetime
) -> Answer:
    """A new token of the device, told this once, and the leaf of the act that brought it."""
    expires = created.replace(microsecond=0) + timedelta(days=people.TOKEN_DAYS)
    token = people.add_token(app, tx, officer.id, told["device"], created, expires)
    details = {**told, "officer": officer.id, "expires": views.moment(expires)}
    append(app, tx, [LeafDraft(actor=officer.id, act=act, subject=told["device"], details=details)], app.clock())
    body = {**told, "token": token, "since": views.moment(created), "expires": views.moment(expires)}
    return Answer(status=CREATED, body=body, told_once=frozenset({"token"}))
