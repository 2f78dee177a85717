"""Tasks: the queue, claim and release, hand on, follow up, prepare and complete."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Response
from pydantic import AwareDatetime, Field, StringConstraints

from adapters.application import claim as claims
from adapters.application import complete as completing
from adapters.application import inbox, queries, statement, task_work
from adapters.application.submission import Submission
from adapters.database.queues import View
from adapters.http.caller import After, App, Caller, Limit, Once, may
from adapters.http.models import Completion, Id, Model, TaskData
from adapters.http.organisation import told
from engine.acts.hand import Delegate, Reassign, Return, TakeBack
from engine.acts.intervene import LONGEST_REASON
from engine.acts.steer import FollowUp, Prioritise
from engine.errors import Kind, Refusal, Refused

router = APIRouter()
Body = dict[str, Any]
_VIEWS: dict[str, View] = {"mine": "mine", "unclaimed": "unit", "all": "all"}


class Reasoned(Model):
    """Why it is done."""

    reason: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_REASON, strip_whitespace=True)]


class Delegation(Reasoned):
    """To whom a task is delegated."""

    to: Id


class Reassignment(Reasoned):
    """To whom a task is given; to nobody: back to its queue."""

    to: Id | None


class Deferral(Model):
    """Until when the task need not be looked at; null: look at it now."""

    at: AwareDatetime | None


class Urgency(Model):
    """The higher the sooner."""

    priority: Annotated[int, Field(ge=0, le=100)]


@router.get("/tasks", dependencies=[may("see tasks")])
def list_tasks(
    app: App,
    caller: Caller,
    queue: Literal["mine", "unclaimed", "all"] = "all",
    cursor: After = "",
    limit: Limit = 50,
    deferred: bool = False,
) -> Body:
    """A page of the caller's open tasks: held by them, free for them to claim, or both; the most urgent first.

    Free ones come when their follow-up date has come; with `deferred` they come before it, too.
    """
    found = inbox.show(app, caller, _VIEWS[queue], cursor, limit, deferred=deferred, counted=False)
    return dict(found.body_or_raise())


@router.get("/tasks/{id}", dependencies=[may("see tasks")])
def show(app: App, caller: Caller, id: str, response: Response) -> Body:
    """An open task with its form, documents and data."""
    return told(queries.show_task(app, caller, id), response)


@router.post("/tasks/{id}/claim", dependencies=[may("claim tasks")])
def claim(app: App, caller: Caller, once: Once, id: str, response: Response) -> Body:
    """Take a task."""
    return told(claims.claim(app, caller, once, id), response)


@router.post("/tasks/{id}/release", dependencies=[may("release tasks")])
def release(app: App, caller: Caller, once: Once, id: str, response: Response) -> Body:
    """Put a task back."""
    return told(claims.release(app, caller, once, id), response)


@router.post("/tasks/{id}/delegate", dependencies=[may("hand on tasks")])
def delegate(app: App, caller: Caller, once: Once, id: str, sent: Delegation, response: Response) -> Body:
    """Give a task that one holds to a colleague, who signs as themself."""
    return told(task_work.hand_on(app, caller, once, id, Delegate(to=sent.to, reason=sent.reason)), response)


@router.post("/tasks/{id}/take-back", dependencies=[may("hand on tasks")])
def take_back(app: App, caller: Caller, once: Once, id: str, response: Response) -> Body:
    """Take back a task that one delegated."""
    return told(task_work.hand_on(app, caller, once, id, TakeBack()), response)


@router.post("/tasks/{id}/return", dependencies=[may("hand on tasks")])
def return_(app: App, caller: Caller, once: Once, id: str, sent: Reasoned, response: Response) -> Body:
    """Give a task back with a reason: to who delegated it, else to its queue."""
    return told(task_work.hand_on(app, caller, once, id, Return(reason=sent.reason)), response)


@router.post("/tasks/{id}/reassign", dependencies=[may("reassign tasks")])
def reassign(app: App, caller: Caller, once: Once, id: str, sent: Reassignment, response: Response) -> Body:
    """Give a task to another officer, or back to its queue (a head, or an administrator)."""
    return told(task_work.hand_on(app, caller, once, id, Reassign(to=sent.to, reason=sent.reason)), response)


@router.post("/tasks/{id}/follow-up", dependencies=[may("hand on tasks")])
def follow_up(app: App, caller: Caller, once: Once, id: str, sent: Deferral, response: Response) -> Body:
    """Say until when a task need not be looked at (its holder, or a head)."""
    return told(task_work.steer_task(app, caller, once, id, FollowUp(at=sent.at)), response)


@router.post("/tasks/{id}/priority", dependencies=[may("hand on tasks")])
def priority(app: App, caller: Caller, once: Once, id: str, sent: Urgency, response: Response) -> Body:
    """Say how urgent a task is (its holder, or a head)."""
    return told(task_work.steer_task(app, caller, once, id, Prioritise(priority=sent.priority)), response)


@router.post("/tasks/{id}/statement", status_code=201, dependencies=[may("complete tasks")])
def prepare(app: App, caller: Caller, once: Once, id: str, typed: TaskData, response: Response) -> Body:
    """Prepare: the facts that will be signed, with a one-use nonce."""
    return told(statement.for_task(app, caller, once, id, typed.data), response)


@router.post("/tasks/{id}/complete", dependencies=[may("complete tasks")])
def complete(app: App, caller: Caller, once: Once, id: str, sent: Completion, response: Response) -> Body:
    """Complete a task."""
    completion = completing.Completion(task=id, submission=_submission(sent), data=sent.data)
    return told(completing.complete_task(app, caller, once, completion), response)


def _submission(sent: Completion) -> Submission | None:
    if sent.record is None and sent.manifest is None and sent.signature is None:
        return None
    if sent.statement is None or sent.record is None or sent.manifest is None or sent.signature is None:
        message = "a signed completion has statement, record, manifest and signature"
        raise Refused(Refusal(kind=Kind.INVALID, code="completion-partial", message=message, remedy="send all four"))
    signed = {item.name: item.signature for item in sent.pdf}
    if len(signed) != len(sent.pdf):
        message = "two PDF signatures are of the same document"
        raise Refused(Refusal(kind=Kind.INVALID, code="completion-partial", message=message, remedy="send one of each"))
    return Submission(
        statement=sent.statement, record=sent.record, manifest=sent.manifest, signature=sent.signature, pdf=signed
    )
