"""Proposals: what one officer wants and another one must approve."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Response
from pydantic import StringConstraints

from adapters.application import proposals
from adapters.application.acting import unsigned
from adapters.application.approving import Approve
from adapters.http.caller import After, App, Caller, Limit, Once, may
from adapters.http.models import Model
from adapters.http.organisation import told
from engine.acts.intervene import LONGEST_REASON
from engine.errors import Refusal, Refused

router = APIRouter()
Body = dict[str, Any]
Id = Annotated[str, Path(pattern=r"^[a-z0-9-]{1,40}$")]


class Rejection(Model):
    """Why not; its author reads it, and the trail keeps it."""

    reason: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_REASON, strip_whitespace=True)]


class Nothing(Model):
    """No more is said."""


@router.get("/proposals", dependencies=[may("see proposals")])
def list_proposals(
    app: App, caller: Caller, state: Literal["open", "all"] = "open", cursor: After = "", limit: Limit = 50
) -> Body:
    """A page of those that wait, or of all; of one's own alone for who is neither administrator nor auditor."""
    return dict(proposals.list_proposals(app, caller, cursor, limit, everything=state == "all").body_or_raise())


@router.get("/proposals/{id}", dependencies=[may("see proposals")])
def show_proposal(app: App, caller: Caller, id: Id) -> Body:
    """All that is needed to decide it; `digest` is the SHA-256 of the canonical form of `content`."""
    return dict(proposals.show_proposal(app, caller, id).body_or_raise())


@router.get("/proposals/{id}/files/{path:path}", dependencies=[may("see proposals")])
def show_file(app: App, caller: Caller, id: Id, path: str) -> Response:
    """A file of a proposed deployment."""
    found = proposals.file(app, caller, id, path)
    if isinstance(found, Refusal):
        raise Refused(found)
    return Response(found, media_type="application/octet-stream", headers={"X-Content-Type-Options": "nosniff"})


@router.post("/proposals/{id}/approve", dependencies=[may("decide proposals")])
def approve(app: App, caller: Caller, id: Id, _sent: Nothing) -> Body:
    """Approving needs a signature: the act `proposal-approved`, by `POST /v1/statements`; this always refuses."""
    raise Refused(unsigned(Approve.act, f"hoso proposal approve {id}"))


@router.post("/proposals/{id}/reject", dependencies=[may("decide proposals")])
def reject(app: App, caller: Caller, once: Once, id: Id, sent: Rejection, response: Response) -> Body:
    """Reject another officer's proposal, with a reason (administrator)."""
    return told(proposals.reject(app, caller, once, id, sent.reason), response)


@router.post("/proposals/{id}/withdraw", dependencies=[may("decide proposals")])
def withdraw(app: App, caller: Caller, once: Once, id: Id, _sent: Nothing, response: Response) -> Body:
    """Withdraw one's own proposal."""
    return told(proposals.withdraw(app, caller, once, id), response)
