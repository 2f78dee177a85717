"""Save an outcome: dossier, tasks, documents, jobs, subscriptions and leaves together, or not at all."""

from datetime import datetime

from adapters.application import trail
from adapters.application.application import Application
from adapters.database import dossiers, jobs
from adapters.database.store import Transaction
from adapters.database.trail import StoredLeaf
from engine.dispatch import Dispatch
from engine.dossier import Dossier
from engine.outcome import Outcome


def save(
    app: Application, tx: Transaction, before: Dossier | None, outcome: Outcome, now: datetime
) -> list[StoredLeaf]:
    """Save what the engine decided, refusals included; gives the leaves as stored, the act's own first."""
    after = outcome.dossier
    if after is not None:
        dossiers.save(tx, before, outcome, now)
        for number in outcome.cancelled_jobs:
            jobs.cancel_job(tx, after.code, number)
        for request in outcome.jobs:
            jobs.add_job(tx, after.code, request)
        for number in outcome.forgotten:
            dossiers.unsubscribe(tx, after.code, number)
        for awaited in outcome.awaited:
            dossiers.subscribe(tx, after.code, awaited)
        if outcome.handed_over is not None:
            jobs.hand_over(tx, after.code, outcome.handed_over, now)
        for dispatch in outcome.dispatches:
            jobs.add_dispatch(tx, _dispatch_row(dispatch, now))
    return trail.append(app, tx, outcome.leaves, now) if outcome.leaves else []


def _dispatch_row(dispatch: Dispatch, now: datetime) -> dict[str, object]:
    request = dispatch.request
    return {
        "key": dispatch.key,
        "code": dispatch.code,
        "dossier": request.dossier,
        "document": request.document.name,
        "sha256": request.document.sha256,
        "channel": request.channel,
        "recipient": dict(request.recipient),
        "consent": dict(request.consent) if request.consent else None,
        "label": dispatch.label,
        "state": dispatch.state.value,
        "attempts": 0,
        "created": now,
        "updated": now,
    }
