"""Sign in at the identity provider, with the server as its client: the officer's machine learns no secret of it.

Nobody is asked for a password here: there is none. The provider is asked outside any transaction.
"""

import base64
import hashlib
from dataclasses import replace
from datetime import timedelta

from adapters.application import people, views
from adapters.application.answer import CREATED, Answer, refuse
from adapters.application.application import Application
from adapters.application.trail import append
from adapters.database import devices
from adapters.database.store import Transaction
from adapters.oidc.provider import DENIED, EXPIRED, PENDING, SLOW_DOWN, IdentityProvider, Known
from engine.errors import Kind, Refusal
from engine.officer import Officer
from engine.outcome import LeafDraft
from engine.people.officers import officer_at


def ways(app: Application) -> Answer:
    """How one may sign in here."""
    offered = ["token"] if app.identity is None else ["token", "device-flow"]
    return Answer(body={"ways": offered, "issuer": app.identity.issuer if app.identity else None})


def begin(app: Application, name: str) -> Answer:
    """Begin to sign in on a device of that name; raises ProviderError."""
    provider = app.identity
    if provider is None:
        return refuse(_not_offered())
    secret = "hp_" + base64.urlsafe_b64encode(app.entropy(32)).decode().rstrip("=")
    hash = people.token_hash(secret)
    begun = provider.begin(_nonce(hash))
    now = app.clock()
    expires = now + timedelta(seconds=begun.expires_in)
    kept = {"hash": hash, "device_code": begun.device_code, "device_name": name, "interval": begun.interval}
    with app.store.write() as tx:
        devices.add_sign_in(tx, {**kept, "expires": expires}, now)
    body = {
        "secret": secret,
        "user_code": begun.user_code,
        "verification_uri": begun.address,
        "verification_uri_complete": begun.address_with_code,
        "interval": begun.interval,
        "expires": views.moment(expires),
    }
    return Answer(status=CREATED, body=body)


def ask(app: Application, secret: str) -> Answer:
    """Whether the officer has signed in: `state` tells; with `signed-in` come token and device.

    Raises ProviderError and IdTokenError.
    """
    provider = app.identity
    if provider is None:
        return refuse(_not_offered())
    hash = people.token_hash(secret)
    with app.store.write() as tx:
        found = devices.ask_again(tx, hash, app.clock())
    if found is None:
        return Answer(body={"state": EXPIRED})
    row, due = found
    if not due:
        return Answer(body={"state": SLOW_DOWN, "interval": row["interval"]})
    state = provider.ask(row["device_code"], _nonce(hash))
    with app.store.write() as tx:
        if isinstance(state, Known):
            return _signed_in(app, tx, provider, row, state.subject)
        if state in (DENIED, EXPIRED):
            devices.end_sign_in(tx, hash)
            return Answer(body={"state": state})
        interval = devices.slow_down(tx, row) if state == SLOW_DOWN else row["interval"]
        return Answer(body={"state": PENDING if state == PENDING else SLOW_DOWN, "interval": interval})


def _signed_in(app: Application, tx: Transaction, provider: IdentityProvider, row: devices.Row, subject: str) -> Answer:
    if not devices.end_sign_in(tx, row["hash"]):
        return Answer(body={"state": EXPIRED})  # another asked in the same moment, and got the token
    linked = f"{provider.issuer} {subject}"
    officer = _officer(app, tx, linked)
    if officer is None:
        message = f"{provider.issuer} knows you as {subject}, to which no officer is linked who holds a position today"
        remedy = f"ask an administrator to link the subject to you: {linked}"
        return refuse(Refusal(kind=Kind.FORBIDDEN, code="not-an-officer", message=message, remedy=remedy))
    return Answer(body={"state": "signed-in", **_new_device(app, tx, officer, row["device_name"])})


def _officer(app: Application, tx: Transaction, linked: str) -> Officer | None:
    organisation = app.organisations.get(tx)
    person = next((each for each in organisation.people if each.subject == linked), None)
    return officer_at(organisation, person.id, app.clock()) if person else None


def _new_device(app: Application, tx: Transaction, officer: Officer, name: str) -> dict[str, object]:
    now = app.clock()
    device = people.new_device(app, tx, officer.id, name)
    devices.bind(tx, device, name, now)
    expires = now + timedelta(days=people.TOKEN_DAYS)
    token = people.add_token(app, tx, officer.id, device, now, expires)
    told = {"device": device, "name": name, "officer": officer.id, "expires": views.moment(expires)}
    draft = LeafDraft(actor=officer.id, act="device-bound", subject=device, details=told)
    append(replace(app, device=device), tx, [draft], now)
    return {**told, "token": token, "since": views.moment(now)}


def _nonce(hash: str) -> str:
    """What the ID token must repeat; told from what is kept anyway."""
    return hashlib.sha256(f"nonce {hash}".encode()).hexdigest()


def _not_offered() -> Refusal:
    message = "this server has no identity provider"
    remedy = "sign in with an access token: hoso login --token -"
    return Refusal(kind=Kind.CONFLICT, code="sign-in-not-offered", message=message, remedy=remedy)
