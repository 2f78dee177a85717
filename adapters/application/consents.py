"""Consents to post: which one holds, and how what the data of a process tell becomes a record, once.

What officers do with them: `consenting`. Leaves hold no name and no address, which may have to be erased: the hash of
its text, codes, and what was agreed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from adapters.application import places, procedures
from adapters.application.application import Application
from adapters.application.trail import append
from adapters.application.work import Job
from adapters.database import consents as stored
from adapters.database import dossiers, jobs
from adapters.database.store import Transaction
from engine import dispatch as sending
from engine.consent import Consent, Location, Means, Said, refuses_data, said, same_address, standing_for
from engine.dossier import Dossier
from engine.errors import Refusal
from engine.outcome import SYSTEM, LeafDraft
from engine.parcels import Payer
from engine.procedure import Procedure
from signing.canonical import sha256_hex
from signing.record import time_text

GIVEN = "consent-given"
ENTERED_BY_OFFICERS = frozenset({"direct", "post"})
"""Channels by which an officer enters what a dossier begins with; by the others, applicants and programs do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewConsent:
    """A consent to record. `payer` None: as the procedure says. `commune`: the officer confirms that it lies there."""

    who: str
    at: datetime
    means: Means
    address: str
    payer: Payer | None = None
    commune: str | None = None


def of_job(app: Application, job: Job, dossier: Dossier, address: str) -> Consent | None:
    """The consent under which the job may post to the address.

    What the process's own data tell becomes a record here, once: unless somebody recorded a consent to this address,
    or revoked one after these data were given.
    """
    given = said(job["payload"]["input"].get("consent"), app.clock())
    if given is not None and same_address(given.address, address):
        places.ready()
        with app.store.write() as tx:
            locked = dossiers.load(tx, dossier.code, lock=True, part=None)
            if locked is not None and jobs.held(tx, job):
                _take(app, tx, locked, given, app.clock())
    with app.store.read() as tx:
        return current(tx, dossier.code, address)


def current(tx: Transaction, code: str, address: str) -> Consent | None:
    """The consent to post to that address, as it stands now: it may be revoked, or its address open."""
    return standing_for(stored.consents(tx, code), address)


def renewed(tx: Transaction, request: sending.Request) -> sending.Request:
    """The request with the consent as it stands now."""
    return replace(request, consent=current(tx, request.dossier, request.recipient.get("address", "")))


def _take(app: Application, tx: Transaction, dossier: Dossier, given: Said, now: datetime) -> None:
    procedure = allows(tx, dossier)
    known = current(tx, dossier.code, given.address)
    ended = refuses_data(given, stored.ended(stored.revocations(tx, dossier.code)))
    if isinstance(procedure, Refusal) or ended or (known is not None and known.revoked is None):
        return
    location = begun(given.address, given.commune if dossier.channel in ENTERED_BY_OFFICERS else None)
    new = NewConsent(who=given.who, at=given.at, means=given.means, address=given.address)
    # A commune that there is none of confirms nothing: a person decides.
    location = places.opened(given.address) if isinstance(location, Refusal) else location
    record(app, tx, dossier, new, procedure, location, None, now)


def allows(tx: Transaction, dossier: Dossier) -> Procedure | Refusal:
    """The dossier's procedure, if it lets anything go by post."""
    procedure = procedures.of(tx, dossier)
    if procedure is None:
        return sending.without_procedure(dossier.code)
    return procedure if isinstance(procedure, Refusal) else sending.excludes_channel("post", procedure) or procedure


def begun(address: str, commune: str | None) -> Location | Refusal:
    """The address as it is recorded: open, or confirmed by whoever named the commune."""
    location = places.opened(address)
    return location if commune is None else places.confirmed(location, commune)


def record(
    app: Application,
    tx: Transaction,
    dossier: Dossier,
    new: NewConsent,
    procedure: Procedure,
    location: Location,
    officer: str | None,
    now: datetime,
) -> int:
    """Record it, with its leaf (`officer` None: by the data of the process); gives its number."""
    payer = new.payer or procedure.post_payer
    row = {
        "dossier": dossier.code,
        "who": new.who,
        "at": new.at,
        "means": new.means.value,
        "address": new.address,
        "payer": payer.value,
        "officer": officer,
        "recorded": now,
    }
    number = stored.add(tx, row, location, officer, now)
    details = {
        "consent": number,
        "given": time_text(new.at),
        "means": new.means.value,
        "payer": payer.value,
        "address": sha256_hex(new.address.encode()),
        **codes(location),
    }
    append(app, tx, [leaf(GIVEN, officer or SYSTEM, dossier.code, details)], now)
    return number


def leaf(act: str, actor: str, code: str, details: Mapping[str, object]) -> LeafDraft:
    """A leaf about a consent."""
    return LeafDraft(actor=actor, act=act, subject=code, dossier=code, details=dict(details))


def codes(location: Location) -> dict[str, object]:
    """Where it lies, as leaves and answers tell it."""
    return {"old": location.old, "province": location.province, "commune": location.commune}
