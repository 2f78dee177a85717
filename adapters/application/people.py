"""Units, officers and their access tokens."""

import base64
import hashlib
import re
from datetime import timedelta
from typing import Any

from adapters.application import views
from adapters.application.answer import CREATED, Answer, Request, once, refuse
from adapters.application.application import Application
from adapters.application.trail import append
from adapters.database import people, trail
from adapters.database.store import Transaction
from engine.errors import Kind, Refusal, not_found
from engine.officer import ADMINISTRATOR, Officer
from engine.outcome import SYSTEM, LeafDraft

ID = re.compile(r"[a-z0-9-]{1,40}")
TOKEN_DAYS = 30


def add_unit(app: Application, officer: Officer, request: Request, id: str, name: str, parent: str | None) -> Answer:
    """Add a unit to the tree; without a parent it comes below the administrator's own."""

    def act(tx: Transaction) -> Answer:
        trail.head(tx, lock=True)  # one such act at a time
        above = parent or officer.unit
        known = {unit["id"] for unit in people.units(tx)}
        refusal = officer.lacks(ADMINISTRATOR, "add units") or _refuses_id("unit", id, known)
        if refusal is None and above not in known:
            refusal = not_found("unit", above, "list them: hoso unit list")
        if refusal:
            return refuse(refusal)
        people.add_unit(tx, id, name, above)
        details = {"id": id, "name": name, "parent": above}
        append(app, tx, [LeafDraft(actor=officer.id, act="unit-added", subject=id, details=details)], app.clock())
        return Answer(status=CREATED, body=details)

    return once(app, request, act)


def add_officer(
    app: Application, officer: Officer, request: Request, new: Officer, *, with_token: bool = False
) -> Answer:
    """Appoint an officer; with a token, it is shown this once."""

    def act(tx: Transaction) -> Answer:
        trail.head(tx, lock=True)  # one such act at a time
        found = people.find_officer(tx, new.id)
        refusal = officer.lacks(ADMINISTRATOR, "add officers") or _refuses_id(
            "officer", new.id, {found.id} if found else set()
        )
        if refusal is None and new.unit not in {unit["id"] for unit in people.units(tx)}:
            refusal = not_found("unit", new.unit, "list them: hoso unit list")
        if refusal:
            return refuse(refusal)
        made = appoint(app, tx, officer.id, new, with_token=with_token)
        return Answer(status=CREATED, body=made, told_once=frozenset({"token"}))

    return once(app, request, act)


def appoint(app: Application, tx: Transaction, actor: str, new: Officer, *, with_token: bool) -> dict[str, Any]:
    """Add an officer, with the leaf that says who did."""
    people.add_officer(tx, new)
    details = {"id": new.id, "name": new.name, "position": new.position, "unit": new.unit, "roles": sorted(new.roles)}
    append(app, tx, [LeafDraft(actor=actor, act="officer-added", subject=new.id, details=details)], app.clock())
    return {**details, "active": True, **(new_token(app, tx, new.id, "first") if with_token else {})}


def new_token(app: Application, tx: Transaction, officer: str, label: str, days: int = TOKEN_DAYS) -> dict[str, Any]:
    """Make an access token of 256 bits; only its hash is kept."""
    token = "hs_" + base64.urlsafe_b64encode(app.entropy(32)).decode().rstrip("=")
    now = app.clock()
    expires = now + timedelta(days=days)
    people.add_token(tx, token_hash(token), officer, label, now, expires)
    details = {"officer": officer, "label": label, "expires": views.moment(expires)}
    append(app, tx, [LeafDraft(actor=SYSTEM, act="token-created", subject=officer, details=details)], now)
    return {"token": token, "expires": views.moment(expires)}


def token_hash(token: str) -> str:
    """What the database keeps of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def sign_in(app: Application, token: str) -> Officer | None:
    """The officer whose token this is, if it is still good."""
    if not token.startswith("hs_") or len(token) > 100:
        return None
    with app.store.read() as tx:
        row = people.find_token(tx, token_hash(token))
        if row is None or row["expires"] <= app.clock():
            return None
        officer = people.find_officer(tx, row["officer"])
    return officer if officer is not None and officer.active else None


def _refuses_id(what: str, id: str, known: set[str]) -> Refusal | None:
    if not ID.fullmatch(id):
        message = f"{what} id {id!r}: expected lower-case letters, digits and dashes, at most 40"
        return Refusal(kind=Kind.INVALID, code=f"{what}-id", message=message, remedy="choose another id")
    if id in known:
        message = f"{what} {id} exists already"
        return Refusal(kind=Kind.CONFLICT, code=f"{what}-exists", message=message, remedy="choose another id")
    return None
