"""Units, officers, their devices and access tokens."""

import base64
import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from adapters.application import views
from adapters.application.application import Application
from adapters.application.enacting import enact
from adapters.application.trail import append
from adapters.database import devices
from adapters.database.store import Transaction
from engine.errors import Refusal, Refused
from engine.officer import Officer
from engine.outcome import SYSTEM, LeafDraft
from engine.people.changes import Change, OfficerAdded, OfficerAppointed, PositionAdded
from engine.people.deciding import decide
from engine.people.officers import officer_at
from engine.people.organisation import Rank, day_of
from engine.people.rights import home

TOKEN_DAYS = 30
SEEN = timedelta(days=1)  # how old a device's last use may grow before it is written down again


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer:
    """An officer to be: in a position of their own in a unit, with roles there, from today on or from `since`."""

    id: str
    name: str
    position: str
    unit: str
    roles: frozenset[str]
    rank: Rank = "staff"
    since: date | None = None
    document: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """Whose token it is, on which device."""

    officer: Officer
    device: str
    token: str  # its hash


def find(app: Application, tx: Transaction, id: str) -> Officer | None:
    """The officer as of now."""
    return officer_at(app.organisations.get(tx), id, app.clock())


def unit_of(app: Application, tx: Transaction, id: str) -> str:
    """The unit whose administrators answer for this person."""
    return home(app.organisations.get(tx), id, app.clock())


def changes_for(new: Newcomer, today: date) -> list[Change]:
    """What makes them an officer: a person, a position of their own, the appointment."""
    own = PositionAdded(id=new.id, title=new.position, unit=new.unit, rank=new.rank, roles=new.roles)
    appointed = OfficerAppointed(officer=new.id, position=new.id, since=new.since or today, document=new.document)
    return [OfficerAdded(id=new.id, name=new.name), own, appointed]


def appoint(app: Application, tx: Transaction, actor: str, new: Newcomer, *, with_token: bool) -> dict[str, Any]:
    """Make somebody an officer, whoever may; with the leaves that say who did."""
    known, now = app.organisations.get(tx), app.clock()
    decided = decide(known, None, changes_for(new, day_of(now)), now)
    if isinstance(decided, Refusal):
        raise Refused(decided)
    enact(app, tx, actor, decided)
    details = {"id": new.id, "name": new.name, "position": new.position, "unit": new.unit, "roles": sorted(new.roles)}
    return {**details, "active": True, **(new_token(app, tx, new.id, "first") if with_token else {})}


def new_token(app: Application, tx: Transaction, officer: str, name: str, days: int = TOKEN_DAYS) -> dict[str, Any]:
    """Make an access token of 256 bits, of a new device of that name; only its hash is kept."""
    device = new_device(app, tx, officer, name)
    now = app.clock()
    expires = now + timedelta(days=days)
    token = add_token(app, tx, officer, device, now, expires)
    details = {"officer": officer, "device": device, "name": name, "expires": views.moment(expires)}
    append(app, tx, [LeafDraft(actor=SYSTEM, act="token-created", subject=officer, details=details)], now)
    return {"token": token, "device": device, "expires": views.moment(expires)}


def new_device(app: Application, tx: Transaction, officer: str, name: str) -> str:
    """Make a device; gives its id."""
    device = "d-" + base64.b32encode(app.entropy(10)).decode().lower()
    devices.add_device(tx, device, officer, name, app.clock())
    return device


def add_token(
    app: Application, tx: Transaction, officer: str, device: str, created: datetime, expires: datetime
) -> str:
    """Make a token of a device that is there."""
    token = "hs_" + base64.urlsafe_b64encode(app.entropy(32)).decode().rstrip("=")
    devices.add_token(tx, token_hash(token), officer, device, created, expires)
    return token


def token_hash(token: str) -> str:
    """What the database keeps of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def sign_in(app: Application, token: str) -> SignedIn | None:
    """The officer whose token this is, and the device, if it is still good; its first use ends its forerunners."""
    if not token.startswith("hs_") or len(token) > 100:
        return None
    now = app.clock()
    with app.store.read() as tx:
        row = devices.find_token(tx, token_hash(token), now)
        if row is None or row["revoked"] is not None or row["expires"] <= now:
            return None
        officer = find(app, tx, row["officer"])
    if officer is None:
        return None
    if row["older"] or row["seen"] is None or row["seen"] <= now - SEEN:
        with app.store.write() as tx:
            devices.used(tx, row, now)
    return SignedIn(officer=officer, device=row["device"], token=row["hash"])
