"""Time stamps of accepted signatures, kept with leaves of their own.

An approval counts as accepted at once (B-B); its stamp comes when the authority answers, and results wait for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from adapters.application.application import Application
from adapters.application.submission import keep_trust
from adapters.application.trail import append
from adapters.database import acts, definitions, jobs
from adapters.database.store import Transaction
from engine.dispatch import UNSTAMPED
from engine.outcome import SYSTEM, LeafDraft
from signing.canonical import sha256_hex
from signing.consulted import consulted
from signing.record import time_text
from signing.stamped import VerifiedStamped
from signing.verify import Trust

STAMPED = "signature-stamped"
UNAVAILABLE = "stamp-unavailable"  # the authority is away


@dataclass(frozen=True, slots=True, kw_only=True)
class Unstamped:
    """An accepted record that has no stamp yet: its row, and the bytes that are verified with the stamp."""

    row: Mapping[str, Any]
    record: bytes
    manifest: bytes
    signature: bytes


def find(app: Application, record: str) -> Unstamped | None:
    """The record, if it still wants a stamp."""
    with app.store.read() as tx:
        row = acts.find_record(tx, record)
        if row is None or row["stamp"] is not None:
            return None
        contents = definitions.get_contents(tx, {row[part] for part in ("sha256", "manifest", "signature")})
    record_, manifest, signature = (contents[row[part]] for part in ("sha256", "manifest", "signature"))
    return Unstamped(row=row, record=record_, manifest=manifest, signature=signature)


def keep(
    app: Application, tx: Transaction, found: Unstamped, token: bytes, proof: VerifiedStamped, trust: Trust
) -> None:
    """Keep the stamp with what it was judged by, tell the trail, and wake what waited for it. One stamp a record."""
    now, row = app.clock(), found.row
    known = acts.find_record(tx, row["sha256"])
    if known is None or known["stamp"] is not None:
        return
    _wake(tx, row["dossier"], now)
    draft = LeafDraft(
        actor=SYSTEM,
        act=STAMPED,
        subject=sha256_hex(found.signature),
        dossier=row["dossier"],
        details={"time": time_text(proof.proven), "record": row["sha256"]},
        objects=keep_objects(
            tx, row["dossier"], token, consulted(trust, (*proof.verified.signature.path, *proof.stamp.path))
        ),
    )
    leaf = append(app, tx, [draft], now)[0]  # before the record's row, as every act does: none waits crosswise
    stamp = sha256_hex(token)
    acts.stamp_record(tx, row["sha256"], stamp=stamp, stamped=proof.proven, leaf=leaf.index)


def _wake(tx: Transaction, dossier: str | None, now: datetime) -> None:
    """Wake the result that waited, and other stamps that were not to be had. Jobs come before the head, as always."""
    if dossier is not None:
        jobs.wake(tx, UNSTAMPED, now, dossier=dossier)
    jobs.wake(tx, UNAVAILABLE, now, dossier=None)


def keep_objects(tx: Transaction, dossier: str | None, token: bytes, kept: Trust) -> dict[str, object]:
    """Keep a stamp and what it was judged by; gives them as a leaf names them."""
    definitions.put_content(tx, sha256_hex(token), token, of=dossier or definitions.FOR_GOOD)
    return {"stamp": sha256_hex(token), **keep_trust(tx, kept)}
