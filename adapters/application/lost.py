"""A device is lost: it ends, the certificates that may lie on it are suspended until administrators let them sign
again (`reinstating`), or revoke them.

Locks: device, then certificates, then the log's head.
"""

from datetime import datetime

from adapters.application import people as offices
from adapters.application import views
from adapters.application.answer import Answer, Request, once, refuse
from adapters.application.application import Application
from adapters.application.devices import unknown
from adapters.application.foundations import CERTIFICATE
from adapters.application.trail import append
from adapters.database import devices, trail
from adapters.database.store import Transaction
from engine import policy
from engine.errors import Kind, Refusal
from engine.officer import Officer
from engine.outcome import LeafDraft


def revoke(
    app: Application, officer: Officer, request: Request, id: str, reason: str, since: datetime | None = None
) -> Answer:
    """End a device of one's own, or for administrators anybody's. `since`: when it was lost, for the trail."""

    def act(tx: Transaction) -> Answer:
        row = devices.find_device(tx, id, lock=True)
        if row is None or _refuses_another(app, tx, officer, row["officer"]):
            return refuse(unknown(id))
        if row["revoked"] is not None:
            message = f"device {id} was revoked at {views.moment(row['revoked'])}"
            remedy = "see what was done on it: hoso device acts"
            return refuse(Refusal(kind=Kind.CONFLICT, code="device-revoked", message=message, remedy=remedy))
        # Where nobody ever signed in, nothing can lie.
        used = row["seen"] is not None or row["bound"] is not None
        suspended = devices.may_lie_on(tx, id, row["officer"]) if used else []
        now = app.clock()
        devices.revoke_device(tx, id, now)
        lost = {"officer": row["officer"], "name": row["name"], "reason": reason, "since": views.moment(since)}
        drafts = [LeafDraft(actor=officer.id, act="device-revoked", subject=id, details=lost)]
        for fingerprint in suspended:
            devices.suspend(tx, fingerprint, now)
            details = {"fingerprint": fingerprint, "officer": row["officer"], "device": id}
            drafts.append(
                LeafDraft(actor=officer.id, act="certificate-suspended", subject=fingerprint, details=details)
            )
        leaves = append(app, tx, drafts, now)
        trail.keep_about(tx, [(CERTIFICATE, of, leaf.index) for of, leaf in zip(suspended, leaves[1:], strict=True)])
        return Answer(body={"id": id, **lost, "revoked": views.moment(now), "suspended": suspended})

    return once(app, request, act)


def _refuses_another(app: Application, tx: Transaction, officer: Officer, of: str) -> Refusal | None:
    if of == officer.id:
        return None
    return policy.refuses(officer, "revoke others' devices", offices.unit_of(app, tx, of))
