"""The jobs of programs, as operators see them: list, show, let one try again."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Response
from pydantic import StringConstraints

from adapters.application import operating
from adapters.http.caller import App, Caller, Limit, Once, may
from adapters.http.interventions import Reason
from adapters.http.models import Model
from adapters.http.organisation import told

router = APIRouter(prefix="/jobs")
Body = dict[str, Any]
JobId = Annotated[int, Path(ge=1, lt=2**53)]
Cursor = Annotated[int, Query(ge=0, lt=2**53)]
State = Literal["open", "suspended", "failed", "done", "cancelled", "mended"]
Type = Annotated[str, StringConstraints(max_length=100)]
Code = Annotated[str, StringConstraints(max_length=80)]


class Dismissal(Model):
    """Why the job is not to be done any more."""

    reason: Reason


@router.get("", dependencies=[may("see jobs")])
def list_jobs(
    app: App,
    caller: Caller,
    state: State | None = None,
    type: Type | None = None,
    dossier: Code | None = None,
    cursor: Cursor = 0,
    limit: Limit = 50,
) -> Body:
    """A page of jobs in the caller's sight (administrator, operator, auditor); those that are not over, unless a
    state is named.
    """
    found = operating.list_jobs(app, caller, state=state, type=type, dossier=dossier, after=cursor, limit=limit)
    return dict(found.body_or_raise())


@router.get("/{id}", dependencies=[may("see jobs")])
def show_job(app: App, caller: Caller, id: JobId) -> Body:
    """A job: whose, how often tried, why it failed, when next, who holds it since when."""
    return dict(operating.show_job(app, caller, id).body_or_raise())


@router.post("/{id}/retry", dependencies=[may("retry jobs")])
def retry(app: App, caller: Caller, once: Once, id: JobId, response: Response) -> Body:
    """Let a job that failed, or waits, try again now (administrator, operator)."""
    return told(operating.retry(app, caller, once, id), response)


@router.post("/{id}/dismiss", dependencies=[may("dismiss jobs")])
def dismiss(app: App, caller: Caller, once: Once, id: JobId, sent: Dismissal, response: Response) -> Body:
    """Let a dead letter be (administrator): it is not done any more."""
    return told(operating.dismiss(app, caller, once, id, sent.reason), response)
