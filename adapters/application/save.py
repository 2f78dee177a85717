"""Save an outcome: dossier, tasks, documents, jobs, subscriptions and leaves together, or not at all."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from adapters.application import placing, trail, visits
from adapters.application.application import Application
from adapters.application.assigning import assigned, take_part
from adapters.application.calling_off import settle
from adapters.application.repeats import Ended
from adapters.database import dossiers, incidents, jobs, messages, parcels, turns
from adapters.database import visits as stored_visits
from adapters.database.store import Transaction
from adapters.database.trail import StoredLeaf
from engine.acts.move import listened_for
from engine.bpmn.parts import places
from engine.consent import told
from engine.dispatch import Dispatch
from engine.dossier import Dossier
from engine.outcome import Awaited, JobRequest, Outcome

DELIVERY = "message-delivery"
"""The type of job that gives a waiting message to a subscription."""


def save(
    app: Application, tx: Transaction, before: Dossier | None, outcome: Outcome, now: datetime
) -> list[StoredLeaf]:
    """Save what the engine decided, refusals included; gives the leaves as stored, the act's own first."""
    outcome = assigned(app, tx, before, outcome, now)
    after = outcome.dossier
    if after is not None:
        dossiers.save(tx, before, outcome, now)
        take_part(app, tx, before, outcome, now)
        incidents.drop(tx, after.code, outcome.resolved)
        jobs.mend(tx, after.code, outcome.resolved)
        if after.finished is not None:
            jobs.mend_dossier(tx, after.code)
        incidents.put(tx, after.code, outcome.raised, now)
        jobs.cancel_jobs(tx, after.code, outcome.cancelled_jobs)
        jobs.add_jobs(tx, after.code, outcome.jobs, places(after.state) if outcome.jobs else {})
        for number in outcome.forgotten:
            dossiers.unsubscribe(tx, after.code, number)
        if before is not None and before.process_version != after.process_version:
            dossiers.rename_subscriptions(tx, after.code, listened_for(after.state))
        for awaited in outcome.awaited:
            dossiers.subscribe(tx, after.code, awaited, now)
        if outcome.handed_over is not None:
            jobs.hand_over(tx, after.code, outcome.handed_over, now)
            stored_visits.keep(tx, after.code, outcome.handed_over)
            stored_visits.close_receipts(tx, after.code, outcome.handed_over, now)
        for dispatch in outcome.dispatches:
            add_dispatch(app, tx, dispatch, now)
            outcome = replace(outcome, leaves=(*outcome.leaves, *visits.begin(app, tx, dispatch, now)))
        moved = visits.follow(app, tx, after.code, outcome.leaves, now)
        outcome = replace(outcome, leaves=(*outcome.leaves, *moved, *settle(tx, after, outcome, now)))
        if after.suspended is not None:
            jobs.suspend(tx, after.code)
        elif before is not None and before.suspended is not None:
            jobs.resume(tx, after.code)
    revision = after.revision if after is not None else None  # a refusal changed nothing
    leaves = trail.append(app, tx, outcome.leaves, now, revision=revision, ended=_ended(outcome))
    turns.give(tx, outcome.given, now)
    if after is not None:
        placing.place(app, tx, before, outcome, now)
        resumed = before is not None and before.suspended is not None and after.suspended is None
        announce(tx, after.code, listened_for(after.state) if resumed else outcome.awaited, now)
    return leaves


def _ended(outcome: Outcome) -> Ended | None:
    """What ends with the outcome."""
    after = outcome.dossier
    if after is None or not (outcome.closed or after.finished):
        return None
    tasks = frozenset(f"{after.code}.{number}" for number in outcome.closed)
    return Ended(dossier=after.code, tasks=None if after.finished else tasks)


def announce(tx: Transaction, code: str, awaited: Iterable[Awaited], now: datetime) -> None:
    """Ask for the messages that wait already for what the dossier begins to await.

    Under the trail's lock, as a message begins to wait: whichever is second sees the first.
    """
    for item in awaited:
        if item.kind == "message" and messages.waiting(tx, item.name, item.key, now, limit=1):
            payload = {"subscription": item.number}
            request = JobRequest(number=0, element=item.element, type=DELIVERY, payload=payload, due=now)
            jobs.add_job(tx, code, request)


def add_dispatch(app: Application, tx: Transaction, dispatch: Dispatch, now: datetime) -> None:
    """Add what was decided to go out; by post, the parcel with it."""
    jobs.add_dispatch(tx, _dispatch_row(dispatch, now))
    if dispatch.request.consent is not None:
        parcels.add(tx, dispatch.key, app.carriers.default, dispatch.request.consent.payer)


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
        "consent": told(request.consent) if request.consent else None,
        "label": dispatch.label,
        "state": dispatch.state.value,
        "attempts": 0,
        "created": now,
        "updated": now,
    }
