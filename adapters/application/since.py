"""What happened to a dossier since somebody looked at it, told to who comes late: from its trail, newest last."""

from dataclasses import replace
from typing import Any

from adapters.application import views
from adapters.application.answer import Answer, Request, refuse
from adapters.application.application import Application
from adapters.application.trail import append
from adapters.database import dossiers, trail
from adapters.database.store import Transaction
from adapters.database.trail import StoredLeaf
from engine.dossier import Dossier
from engine.errors import Kind, Refusal
from engine.officer import Officer
from engine.outcome import LeafDraft
from engine.task import Task

Json = dict[str, Any]
MOST_TOLD = 20
MOST_READ = 200  # leaves of a dossier in which the end of a task is looked for


def refuses_stale(app: Application, tx: Transaction, dossier: Dossier, request: Request) -> Refusal | None:
    """Why nothing is done over another view: the client named the revisions that it saw (If-Match), and it is none."""
    if request.seen is None or dossier.revision in request.seen:
        return None
    seen = max(request.seen, default=None)
    saw = "none of its revisions" if seen is None else f"revision {seen}"
    message = f"dossier {dossier.code} is at revision {dossier.revision} now, you saw {saw}"
    remedy = f"look at it again (hoso dossier show {dossier.code}), then repeat"
    refusal = Refusal(kind=Kind.STALE, code="stale-view", message=message, remedy=remedy, revision=dossier.revision)
    return refusal if seen is None else with_changes(app, tx, refusal, dossier, seen)


def looked_at(
    app: Application, tx: Transaction, officer: Officer, dossier: Dossier, number: int, request: Request, act: str
) -> Task | Answer:
    """The open task as the client saw it, or the answer that refuses the act on it."""
    answer = stale(app, tx, officer, dossier, request, act, f"{dossier.code}.{number}")
    task = answer or open_task(tx, dossier, number)
    return refuse(task) if isinstance(task, Refusal) else task


def stale(
    app: Application, tx: Transaction, officer: Officer, dossier: Dossier, request: Request, act: str, subject: str
) -> Answer | None:
    """The answer that refuses an act over another view, with its attempt in the trail; None when the view holds."""
    refusal = refuses_stale(app, tx, dossier, request)
    if refusal is None:
        return None
    details = {"act": act, "subject": subject, "code": refusal.code, "message": refusal.message}
    draft = LeafDraft(actor=officer.id, act="act-refused", subject=subject, dossier=dossier.code, details=details)
    append(app, tx, [draft], app.clock())
    return refuse(refusal)


def with_changes(app: Application, tx: Transaction, refusal: Refusal, dossier: Dossier, seen: int) -> Refusal:
    """The refusal with what changed after that revision: who, when, which act, which step."""
    found = trail.leaves_since(tx, dossier.code, seen, limit=MOST_TOLD)
    named = tuple(_named(app, tx, _told(leaf)) for leaf in found)
    return replace(refusal, problems=named, revision=dossier.revision)


def open_task(tx: Transaction, dossier: Dossier, number: int) -> Task | Refusal:
    """The open task of that number; of one that is over, who did that and when; else that there is none."""
    found = dossier.open_task(number)
    id = f"{dossier.code}.{number}"
    row = dossiers.find_task(tx, id) if isinstance(found, Refusal) else None
    if row is None or row["state"] == "open":
        return found
    event = _last(tx, dossier.code, id, frozenset({"task-completed"})) if row["state"] == "completed" else None
    how = event["message"] if event else "called off: its dossier went another way"
    return Refusal(
        kind=Kind.CONFLICT,
        code="task-closed",
        message=f"task {id} was {how}",
        remedy=f"see where the dossier stands: hoso dossier show {dossier.code}",
        problems=(event,) if event else (),
    )


def _last(tx: Transaction, code: str, task: str, acts: frozenset[str]) -> Json | None:
    """The last such act on the task, if it is not too long ago."""
    told = map(_told, reversed(trail.leaves_since(tx, code, None, limit=MOST_READ)))
    return next((event for event in told if event["task"] == task and event["act"] in acts), None)


def _named(app: Application, tx: Transaction, event: Json) -> Json:
    return {**event, "actor_name": app.organisations.get(tx).name_of(str(event["actor"]))}


def _told(leaf: StoredLeaf) -> Json:
    """A line of the dossier's history, without what was typed in beside the decision."""
    event = views.event(leaf, {})
    typed = event["details"].get("data")
    decision = typed.get("decision") if isinstance(typed, dict) else None
    names = ("index", "time", "actor", "act", "subject", "task", "element", "element_name")
    told = {name: event[name] for name in names}
    how = f"{event['act'].rpartition('-')[2]} by {event['actor']} at {event['time']}"
    message = how + (f" (decision={decision})" if isinstance(decision, str) else "")
    step = {name: event["details"][name] for name in ("task", "element", "name") if name in event["details"]}
    typed_in = {"data": {"decision": decision}} if isinstance(decision, str) else {}
    return {**told, "message": message, "details": {**step, **typed_in}}
