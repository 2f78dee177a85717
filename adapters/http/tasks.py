"""Tasks: the queue, claim and release, prepare and complete."""

from typing import Any, Literal

from fastapi import APIRouter, Response

from adapters.application import claim as claims
from adapters.application import complete as completing
from adapters.application import queries, statement
from adapters.application.submission import Submission
from adapters.http.caller import After, App, Caller, Limit, Once
from adapters.http.models import Completion, TaskData
from adapters.http.organisation import told
from engine.errors import Kind, Refusal, Refused

router = APIRouter()
Body = dict[str, Any]


@router.get("/tasks")
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
    return dict(queries.list_tasks(app, caller, queue, cursor, limit, deferred=deferred).body_or_raise())


@router.get("/tasks/{id}")
def show(app: App, caller: Caller, id: str) -> Body:
    """An open task with its form, documents and data."""
    return dict(queries.show_task(app, caller, id).body_or_raise())


@router.post("/tasks/{id}/claim")
def claim(app: App, caller: Caller, once: Once, id: str, response: Response) -> Body:
    """Take a task."""
    return told(claims.claim(app, caller, once, id), response)


@router.post("/tasks/{id}/release")
def release(app: App, caller: Caller, once: Once, id: str, response: Response) -> Body:
    """Put a task back."""
    return told(claims.release(app, caller, once, id), response)


@router.post("/tasks/{id}/statement", status_code=201)
def prepare(app: App, caller: Caller, once: Once, id: str, typed: TaskData, response: Response) -> Body:
    """Prepare: the facts that will be signed, with a one-use nonce."""
    return told(statement.for_task(app, caller, once, id, typed.data), response)


@router.post("/tasks/{id}/complete")
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
    return Submission(statement=sent.statement, record=sent.record, manifest=sent.manifest, signature=sent.signature)
