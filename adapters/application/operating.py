"""See to the jobs of programs: which wait, fail, are held by whom; and let one try again.

What is shown of a job holds nothing of what it works with. A job whose failing is an incident of its dossier is mended
there: the incident, not the job, is what the process waits for.
"""

from typing import Any

from adapters.application.answer import Answer, Request, once, refuse
from adapters.application.application import Application
from adapters.application.trail import append
from adapters.application.views import moment
from adapters.database import dossiers, job_list, scope
from adapters.database.job_list import Row
from adapters.database.store import Transaction
from adapters.database.tables import OWN_QUEUE
from engine import policy
from engine.dossier import Dossier
from engine.errors import Kind, Refusal, not_found
from engine.officer import AUDITOR, Officer
from engine.outcome import LeafDraft

RETRIED, DISMISSED = "job-retried", "job-dismissed"
ASKED_ANEW = frozenset({"checkpoint-publish", "hoso.mailbox"})
"""Types of which one job is asked for again by itself, where it failed."""
UNFINISHED = ("open", "suspended", "failed")
SEE, RETRY, DISMISS = "see jobs", "retry jobs", "dismiss jobs"


def list_jobs(
    app: Application,
    officer: Officer,
    *,
    state: str | None = None,
    type: str | None = None,
    dossier: str | None = None,
    after: int = 0,
    limit: int = 50,
) -> Answer:
    """A page of the jobs within the officer's sight, by number; unless a state is named, those that are not over."""
    if refusal := policy.refuses(officer, SEE):
        return refuse(refusal)
    asked: dict[str, Any] = {"states": (state,) if state else UNFINISHED, "type": type, "dossier": dossier}
    with app.store.read() as tx:
        common = _sees_common(app, tx, officer)
        rows = job_list.listed(tx, officer, **asked, common=common, after=after, limit=limit)
        items = [_shown(app, row) for row in rows]
    return Answer(body={"items": items, "next": items[-1]["id"] if len(items) == limit else None})


def show_job(app: Application, officer: Officer, id: int) -> Answer:
    """A job: whose, how often it was tried, why it failed, when it is tried next, who holds it."""
    if refusal := policy.refuses(officer, SEE):
        return refuse(refusal)
    with app.store.read() as tx:
        row = job_list.find(tx, id)
        if row is None or not _sees(app, tx, officer, row):
            return refuse(_unknown(id))
        return Answer(body=_shown(app, row))


def retry(app: Application, officer: Officer, request: Request, id: int) -> Answer:
    """Let a job try again now, as if it were new: a dead letter, or one that waits for its next try."""

    def act(tx: Transaction) -> Answer:
        found = _locked(app, tx, officer, RETRY, id)
        if isinstance(found, Refusal):
            return refuse(found)
        row, dossier = found
        if refusal := (_rests(dossier, row) if dossier else None) or _refuses(app, row, waiting=True):
            return refuse(refusal)
        job_list.take_up(tx, id, app.clock())
        return _told(app, tx, officer, row, RETRIED)

    return once(app, request, act)


def dismiss(app: Application, officer: Officer, request: Request, id: int, reason: str) -> Answer:
    """Let a dead letter that nobody waits for be: it is not done any more."""

    def act(tx: Transaction) -> Answer:
        found = _locked(app, tx, officer, DISMISS, id)
        if isinstance(found, Refusal):
            return refuse(found)
        row, _dossier = found
        if refusal := _refuses(app, row, waiting=False):
            return refuse(refusal)
        job_list.dismiss(tx, id)
        return _told(app, tx, officer, row, DISMISSED, reason=reason)

    return once(app, request, act)


def _told(app: Application, tx: Transaction, officer: Officer, row: Row, act: str, **more: str) -> Answer:
    details = {"id": row["id"], "type": row["type"], "element": row["element"], "state": row["state"], **more}
    subject = row["dossier"] or f"job {row['id']}"
    draft = LeafDraft(actor=officer.id, act=act, subject=subject, dossier=row["dossier"], details=details)
    append(app, tx, [draft], app.clock())
    return Answer(body=_shown(app, job_list.find(tx, row["id"]) or row))


def _locked(
    app: Application, tx: Transaction, officer: Officer, act: str, id: int
) -> tuple[Row, Dossier | None] | Refusal:
    """The job and its dossier, which is locked before it, as everywhere."""
    row = job_list.find(tx, id)
    if row is None or not _sees(app, tx, officer, row):
        return policy.refuses(officer, act) or _unknown(id)
    dossier = dossiers.load(tx, row["dossier"], lock=True, part=row["part"]) if row["dossier"] else None
    if refusal := policy.refuses(officer, act, dossier.unit if dossier else app.organisations.get(tx).top):
        return refusal
    locked = job_list.find(tx, id, lock=True)
    return (locked, dossier) if locked is not None else _unknown(id)


def _rests(dossier: Dossier, row: Row) -> Refusal | None:
    """Why the dossier keeps the job from being done. What it threw goes its own way, also when it is finished."""
    if dossier.finished is None:
        return dossier.refuses_while_suspended()
    if not row["number"]:
        return None
    message = f"dossier {dossier.code} is finished; what its programs did not do is not done any more"
    return Refusal(kind=Kind.CONFLICT, code="dossier-finished", message=message, remedy="start a new one")


def _refuses(app: Application, row: Row, *, waiting: bool) -> Refusal | None:
    """Why the act is not for this job: it is for dead letters, perhaps also for what waits."""
    if row["state"] == "failed" and row["incident"] is not None:
        message = f"job {row['id']} failed, and incident {row['incident']} of dossier {row['dossier']} waits for you"
        remedy = f"mend its cause, then: hoso incident retry {row['dossier']} {row['incident']}; or change its input: "
        remedy += f"hoso incident resolve {row['dossier']} {row['incident']} --set …"
        return Refusal(kind=Kind.CONFLICT, code="job-has-incident", message=message, remedy=remedy)
    if waiting and row["state"] == "failed" and row["type"] in ASKED_ANEW:
        message = f"job {row['id']} of type {row['type']} failed; another is asked for by itself"
        remedy = f"mend its cause; then: hoso job dismiss {row['id']}"
        return Refusal(kind=Kind.CONFLICT, code="job-asked-anew", message=message, remedy=remedy)
    held = _held(app, row)
    if row["state"] == "failed" or (waiting and row["state"] == "open" and not held):
        return None
    told = f"held by {row['worker']}" if held else str(row["state"])
    message = f"job {row['id']} is {told}; expected one that failed{', or waits' if waiting else ''}"
    return Refusal(
        kind=Kind.CONFLICT, code="job-not-waiting", message=message, remedy=f"see: hoso job show {row['id']}"
    )


def _sees(app: Application, tx: Transaction, officer: Officer, row: Row) -> bool:
    return scope.sees(tx, officer, row["dossier"]) if row["dossier"] else _sees_common(app, tx, officer)


def _sees_common(app: Application, tx: Transaction, officer: Officer) -> bool:
    """Whether the officer sees what belongs to no dossier: the whole installation's."""
    return AUDITOR in officer.roles or policy.refuses(officer, RETRY, app.organisations.get(tx).top) is None


def _held(app: Application, row: Row) -> bool:
    return row["lease_until"] is not None and row["lease_until"] >= app.clock()


def _shown(app: Application, row: Row) -> dict[str, Any]:
    told = ("id", "type", "dossier", "element", "state", "attempts", "error", "retries_left", "incident")
    held = _held(app, row)
    return {
        **{name: row[name] for name in told},
        "external": row["queue"] != OWN_QUEUE,
        "due": moment(row["due"]),
        "worker": row["worker"] if held else None,
        "taken": moment(row["taken"]) if held else None,
        "lease_until": moment(row["lease_until"]) if held else None,
    }


def _unknown(id: int) -> Refusal:
    return not_found("job", str(id), "list those you may see: hoso job list")
