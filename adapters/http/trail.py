"""The trail: checkpoint, leaves, consistency proofs."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from adapters.application import queries
from adapters.http.caller import App, Caller, Limit, may

router = APIRouter(prefix="/log")
Body = dict[str, Any]
Index = Annotated[int, Query(ge=0, lt=2**53)]


@router.get("/checkpoint", dependencies=[may("see the log")])
def checkpoint(app: App, caller: Caller) -> Response:
    """The signed checkpoint (C2SP tlog-checkpoint)."""
    return Response(queries.checkpoint(app), media_type="text/plain; charset=utf-8")


@router.get("/leaves", dependencies=[may("read the whole trail")])
def leaves(
    app: App, caller: Caller, start: Annotated[int, Query(alias="from", ge=0, lt=2**53)] = 0, limit: Limit = 200
) -> Body:
    """A page of leaves (auditor)."""
    return dict(queries.leaves(app, caller, start, limit).body_or_raise())


@router.get("/consistency", dependencies=[may("see the log")])
def consistency(app: App, caller: Caller, old: Index, new: Index | None = None) -> Body:
    """The proof that an older log is the beginning of the present one."""
    return dict(queries.consistency(app, old, new).body_or_raise())
