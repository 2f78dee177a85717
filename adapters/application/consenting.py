"""What officers do with consents to post: record, revoke, decide on an address, list; each one transaction."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from adapters.application import places, tracking, views
from adapters.application.answer import CREATED, Answer, Request, once, refuse
from adapters.application.application import Application
from adapters.application.consents import GIVEN, NewConsent, allows, begun, codes, leaf, record
from adapters.application.sight import dossier_in_sight
from adapters.application.trail import append
from adapters.database import consents as stored
from adapters.database import handovers, jobs
from adapters.database.store import Transaction
from engine.acts.erase import refuses_erased
from engine.acts.intervene import attempt
from engine.consent import Consent, Location, Standing, refuses_address, refuses_revocation, refuses_time, same_address
from engine.delivery import State
from engine.dossier import Dossier
from engine.errors import Refusal, not_found
from engine.officer import Officer
from engine.outcome import LeafDraft
from engine.parcels import Event
from signing.canonical import canonical, sha256_hex
from signing.record import time_text

REVOKED = "consent-revoked"
CONFIRMED, REFUSED = "address-confirmed", "address-refused"


def give(app: Application, officer: Officer, request: Request, code: str, new: NewConsent) -> Answer:
    """Record that somebody agreed to post; answered with what is proposed for the address."""
    places.ready()

    def act(tx: Transaction) -> Answer:
        dossier = _locked(tx, officer, code)
        if isinstance(dossier, Refusal):
            return refuse(dossier)
        now, procedure = app.clock(), allows(tx, dossier)
        if isinstance(procedure, Refusal):
            return _refused(app, tx, officer, dossier, GIVEN, procedure)
        gone = stored.ended(stored.revocations(tx, code))
        if refusal := refuses_time(new.at, new.address, gone, now):
            return _refused(app, tx, officer, dossier, GIVEN, refusal)
        location = begun(new.address, new.commune)
        if isinstance(location, Refusal):
            return refuse(location)
        # By a clock that is fast it would outlive a revocation.
        number = record(app, tx, dossier, replace(new, at=min(new.at, now)), procedure, location, officer.id, now)
        return Answer(status=CREATED, body=_shown(tx, code, number, app))

    return once(app, request, act)


def revoke(app: Application, officer: Officer, request: Request, code: str, number: int | None, reason: str) -> Answer:
    """Revoke a consent, or all that were given so far; parcels that were not handed over are called off."""

    def act(tx: Transaction) -> Answer:
        dossier = _locked(tx, officer, code)
        if isinstance(dossier, Refusal):
            return refuse(dossier)
        consent = None if number is None else _find(tx, code, number)
        if isinstance(consent, Refusal):
            return refuse(consent)
        under = _under(tx, code, consent.address if consent else None, lock=True)
        judged = _judged(tx, code, number, under)
        if refusal := refuses_revocation(code, [row["state"] for row in judged]):
            return _refused(app, tx, officer, dossier, REVOKED, refusal)
        now = app.clock()
        row = {"dossier": code, "consent": number, "at": now, "officer": officer.id, "reason": reason}
        stored.revoke(tx, row)
        called_off = _call_off(app, tx, under, number, now)
        details: dict[str, object] = {"consent": number, "called_off": called_off}
        append(app, tx, [leaf(REVOKED, officer.id, code, details)], now)
        return Answer(body={"dossier": code, "consent": number, "at": time_text(now), "called_off": called_off})

    return once(app, request, act)


def decide_address(
    app: Application, officer: Officer, request: Request, code: str, number: int, commune: str | None
) -> Answer:
    """Confirm that the address of a consent lies in that commune; None: refuse the address."""
    places.ready()

    def act(tx: Transaction) -> Answer:
        dossier = _locked(tx, officer, code)
        if isinstance(dossier, Refusal):
            return refuse(dossier)
        consent = _find(tx, code, number)
        if isinstance(consent, Refusal):
            return refuse(consent)
        under = _under(tx, code, consent.address)
        if refusal := refuses_address(consent, [row["state"] for row in under]):
            return _refused(app, tx, officer, dossier, CONFIRMED, refusal)
        location = _decided(consent, commune)
        if isinstance(location, Refusal):
            return refuse(location)
        now = app.clock()
        stored.decide_address(tx, number, location, officer.id, now)
        append(app, tx, [_leaf_of_location(officer.id, code, consent, location)], now)
        return Answer(body=_shown(tx, code, number, app))

    return once(app, request, act)


def list_consents(app: Application, officer: Officer, code: str, after: int, limit: int) -> Answer:
    """A page of a dossier's consents, the oldest first, each with what is proposed for its address."""
    places.ready()
    with app.store.read() as tx:
        dossier = dossier_in_sight(tx, officer, code, part=None)
        if isinstance(dossier, Refusal):
            return refuse(dossier)
        found, gone = stored.rows(tx, code, after=after, limit=limit), stored.revocations(tx, code)
        items = [_view(row, gone, app, tx) for row in found]
    return Answer(body={"items": items, "next": str(items[-1]["id"]) if len(items) == limit else None})


def _locked(tx: Transaction, officer: Officer, code: str) -> Dossier | Refusal:
    dossier = dossier_in_sight(tx, officer, code, lock=True, part=None)
    return dossier if isinstance(dossier, Refusal) else refuses_erased(dossier) or dossier


def _find(tx: Transaction, code: str, number: int) -> Consent | Refusal:
    found = [consent for consent in stored.consents(tx, code) if consent.number == number]
    return found[0] if found else not_found("consent", f"{number} of dossier {code}", f"see: hoso consent list {code}")


def _under(tx: Transaction, code: str, address: str | None, *, lock: bool = False) -> list[Mapping[Any, Any]]:
    """What was posted of the dossier to that address (None: to any), oldest first.

    `state`: what both sides signed for is handed over, though its parcel was not told yet.
    """
    rows = [row for row in jobs.dispatches_of(tx, code) if row["channel"] == "post"]
    keys = [row["key"] for row in rows]
    if lock:
        handovers.lock(tx, keys)
    left = handovers.signed_over(tx, keys)
    rows = [row for row in rows if address is None or same_address(row["recipient"].get("address", ""), address)]
    return [{**row, "state": _state(row, left)} for row in rows]


def _state(row: Mapping[Any, Any], left: Collection[str]) -> State:
    state = State(row["state"])
    return State.HANDED_OVER if state is State.PREPARED and row["key"] in left else state


def _judged(tx: Transaction, code: str, number: int | None, under: list[Mapping[Any, Any]]) -> list[Mapping[Any, Any]]:
    """What went under the consents that the revocation is about: that one, or all that hold and what has no record."""
    holding = [each.number for each in stored.consents(tx, code) if not each.revoked]
    about = {None, *holding} if number is None else {number}
    return [row for row in under if (row["consent"] or {}).get("number") in about]


def _call_off(
    app: Application, tx: Transaction, under: list[Mapping[Any, Any]], number: int | None, now: datetime
) -> list[str]:
    """Call off what is prepared; its dossier is told. All are locked before the first leaf: dispatch, then log head."""
    keys = sorted(row["key"] for row in under if row["state"] is State.PREPARED)
    rows = [row for key in keys if (row := jobs.find_dispatch(tx, key, lock=True)) is not None]
    for row in rows:
        raw = canonical({"revoked": time_text(now), "consent": "" if number is None else str(number)})
        word = tracking.Word(
            carrier=tracking.OFFICE, item=row["code"], status=REVOKED, event=Event.CALLED_OFF, at=now, raw=raw
        )
        tracking.tell(app, tx, row["key"], word)
    return [str(row["code"]) for row in rows]


def _refused(
    app: Application, tx: Transaction, officer: Officer, dossier: Dossier, act: str, refusal: Refusal
) -> Answer:
    append(app, tx, [attempt(dossier, act, officer, refusal)], app.clock())
    return refuse(refusal)


def _decided(consent: Consent, commune: str | None) -> Location | Refusal:
    if commune is not None:
        return places.confirmed(consent.location, commune)
    return Location(standing=Standing.REFUSED, old=consent.location.old)


def _leaf_of_location(actor: str, code: str, consent: Consent, location: Location) -> LeafDraft:
    hashed = sha256_hex(consent.address.encode())
    details = {"consent": consent.number, "address": hashed, **codes(location)}
    act = CONFIRMED if location.standing is Standing.CONFIRMED else REFUSED
    return leaf(act, actor, code, details)


def _shown(tx: Transaction, code: str, number: int, app: Application) -> dict[str, Any]:
    [row] = stored.rows(tx, code, after=number - 1, limit=1)
    return _view(row, stored.revocations(tx, code), app, tx)


def _view(
    row: Mapping[Any, Any], revocations: list[Mapping[Any, Any]], app: Application, tx: Transaction
) -> dict[str, Any]:
    consent = stored.as_consent(row, stored.ended(revocations))
    organisation = app.organisations.get(tx)
    location = {
        "standing": consent.location.standing.value,
        **codes(consent.location),
        "name": places.name(consent.location.commune),
        "officer": row["decider"],
        "time": views.moment(row["decided"]),
    }
    person = organisation.person(row["officer"]) if row["officer"] else None
    return {
        "id": consent.number,
        "dossier": consent.dossier,
        "who": consent.who,
        "at": views.moment(consent.at),
        "means": consent.means.value,
        "address": consent.address,
        "payer": consent.payer.value,
        "officer": row["officer"],
        "officer_name": person.name if person else "",
        "recorded": views.moment(row["recorded"]),
        "revoked": views.moment(consent.revoked),
        "reason": next((each["reason"] for each in revocations if each["at"] == consent.revoked), None),
        "location": location,
        "proposal": places.proposed(consent.address).body if consent.location.standing is Standing.OPEN else None,
    }
