"""A device is lost: it ends, the certificates that may lie on it are suspended until an administrator who is not
their officer lets them sign again, or revokes them.

Locks: device, then certificates, then the log's head.
"""

from datetime import datetime

from adapters.application import people as offices
from adapters.application import views
from adapters.application.answer import Answer, Request, once, refuse
from adapters.application.application import Application
from adapters.application.devices import unknown
from adapters.application.trail import append
from adapters.database import devices, people
from adapters.database.store import Transaction
from engine import policy
from engine.errors import Kind, Refusal, not_found
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
        append(app, tx, drafts, now)
        return Answer(body={"id": id, **lost, "revoked": views.moment(now), "suspended": suspended})

    return once(app, request, act)


def reinstate(app: Application, officer: Officer, request: Request, fingerprint: str, reason: str) -> Answer:
    """Let a suspended certificate sign again: its key did not lie on the lost device, or is safe there."""

    def act(tx: Transaction) -> Answer:
        found = people.find_certificate(tx, fingerprint, lock="change")
        unit = offices.unit_of(app, tx, found["officer"]) if found else None
        refusal = policy.refuses(officer, "reinstate certificates", unit) or _refuses(officer, fingerprint, found)
        if refusal:
            return refuse(refusal)
        assert found is not None
        devices.suspend(tx, fingerprint, None)
        details = {"fingerprint": fingerprint, "officer": found["officer"], "reason": reason}
        draft = LeafDraft(actor=officer.id, act="certificate-reinstated", subject=fingerprint, details=details)
        append(app, tx, [draft], app.clock())
        return Answer(body=details)

    return once(app, request, act)


def _refuses_another(app: Application, tx: Transaction, officer: Officer, of: str) -> Refusal | None:
    if of == officer.id:
        return None
    return policy.refuses(officer, "revoke others' devices", offices.unit_of(app, tx, of))


def _refuses(officer: Officer, fingerprint: str, found: people.Row | None) -> Refusal | None:
    if found is None or found["revoked"] is not None:
        return not_found("certificate", fingerprint[:16], "list the bound ones: hoso certificate list")
    if found["suspended"] is None:
        message = f"certificate {fingerprint[:16]} is not suspended"
        remedy = "nothing is to be done"
        return Refusal(kind=Kind.CONFLICT, code="certificate-not-suspended", message=message, remedy=remedy)
    if found["officer"] == officer.id:
        message = f"certificate {fingerprint[:16]} is {officer.id}'s own"
        remedy = "ask another administrator"
        return Refusal(kind=Kind.FORBIDDEN, code="own-certificate", message=message, remedy=remedy)
    return None
