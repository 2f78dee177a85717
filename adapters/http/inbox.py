"""The inbox: what is the caller's to do."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query

from adapters.application import inbox
from adapters.http.caller import After, App, Caller, Limit, may

router = APIRouter()
Body = dict[str, Any]
Search = Annotated[str, Query(max_length=200)]


@router.get("/inbox", dependencies=[may("see tasks")])
def show(
    app: App,
    caller: Caller,
    view: Literal["mine", "unit", "all", "soon", "overdue", "returned"] = "mine",
    cursor: After = "",
    limit: Limit = 50,
    search: Search = "",
    deferred: bool = False,
) -> Body:
    """A page of the caller's open tasks, with how many stand in each view (on the first page).

    `mine` stands with the caller, also instead of somebody who is away; `unit` is the caller's to claim, as others'.
    """
    found = inbox.show(app, caller, view, cursor, limit, words=search, deferred=deferred, counted=not cursor)
    return dict(found.body_or_raise())
