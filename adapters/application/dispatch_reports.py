"""Delivery reports (RFC 3464): what becomes of a mail after the relay took it.

A report says something of a dispatch that it names by its key or its code, never by an address. It moves the dispatch
as `engine/delivery` allows, and is kept with its leaf whatever it says: what was known first stays.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from adapters.application.application import Application
from adapters.application.trail import append
from adapters.database import definitions, dossiers, jobs
from adapters.database.store import Transaction
from engine.delivery import Event, State, contradicts, moved
from engine.errors import Kind, Refusal
from engine.outcome import SYSTEM, LeafDraft
from signing.canonical import sha256_hex
from signing.record import time_text

STATUS = re.compile(r"[245]\.[0-9]{1,3}\.[0-9]{1,3}")
CONTRADICTED = "dispatch-contradicted"
TOLD: Mapping[Event, str] = {
    Event.DELIVERED: "dispatch-delivered",
    Event.RELAYED: "dispatch-relayed",
    Event.DELAYED: "dispatch-delayed",
    Event.BOUNCED: "dispatch-bounced",
    Event.EXPIRED: "dispatch-bounced",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """What a report led to. `contradicted`: it came too late to say otherwise, and moved nothing."""

    code: str
    dossier: str
    before: State
    state: State
    contradicted: bool


def report(
    app: Application, key_or_code: str, event: Event, at: datetime, proof: bytes, *, status: str = ""
) -> Reported | Refusal:
    """Record a delivery report in one transaction: `reported` says how."""
    with app.store.write() as tx:
        return reported(app, tx, key_or_code, event, at, proof, status=status)


def reported(
    app: Application, tx: Transaction, key_or_code: str, event: Event, at: datetime, proof: bytes, *, status: str = ""
) -> Reported | Refusal:
    """Move the dispatch, keep the report and append its leaf, in the caller's transaction.

    `proof` is the report as it came; `status` its code (RFC 3463, such as `5.1.1`; anything else is left out), `at` the
    time that it names. A dispatch that is not known, or is no mail, is refused. One report given twice is two leaves.
    """
    found = _mail(tx, key_or_code)
    if isinstance(found, Refusal):
        return found
    dossier = dossiers.load(tx, found["dossier"], lock=True, part=None)
    row = jobs.find_dispatch(tx, found["key"], lock=True)
    if dossier is None or row is None:
        return _unknown(key_or_code)
    before, status = State(row["state"]), status if STATUS.fullmatch(status) else ""
    never = row["copies"] == 0  # not a byte of it has left: whatever the report means, it is not this mail
    after, late = (before, True) if never else (moved(before, event), contradicts(before, event))
    now = app.clock()
    note = _note(event, status, before if late else None)
    jobs.change_dispatch(tx, row["key"], state=after.value, updated=now, note=note)
    digest = sha256_hex(proof)
    definitions.put_content(tx, digest, proof, of=row["dossier"])
    details = {"report": event.value, "status": status, "reported": time_text(at), "state": after.value}
    append(app, tx, [_leaf(row, CONTRADICTED if late else TOLD[event], details, digest)], now)
    return Reported(code=row["code"], dossier=row["dossier"], before=before, state=after, contradicted=late)


def _note(event: Event, status: str, known: State | None) -> str:
    """What people read of it; the code at its end is the reason in their own language."""
    said = f"delivery report: {event.value}{f' ({status})' if status else ''}"
    if known is None:
        return f"{said}   [report-{event.value}]"
    return f"{said}, after it was known to be {known.value}   [report-late]"


def _leaf(row: Mapping[Any, Any], act: str, details: Mapping[str, object], report: str) -> LeafDraft:
    named = {"channel": row["channel"], "document": row["document"], "dispatch": row["code"]}
    return LeafDraft(
        actor=SYSTEM,
        act=act,
        subject=row["dossier"],
        dossier=row["dossier"],
        details={**named, **details},
        objects={"report": report},
    )


def _mail(tx: Transaction, key_or_code: str) -> Mapping[Any, Any] | Refusal:
    row = jobs.find_dispatch(tx, key_or_code)
    return row if row is not None and row["channel"] == "email" else _unknown(key_or_code)


def _unknown(key_or_code: str) -> Refusal:
    message = f"no mail went out under {key_or_code[:100]!r}"
    return Refusal(kind=Kind.NOT_FOUND, code="dispatch-unknown", message=message, remedy="see: hoso dispatch list")
