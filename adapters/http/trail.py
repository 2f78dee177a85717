"""The trail: checkpoint, leaves, consistency proofs."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime, StringConstraints

from adapters.application import auditing, queries
from adapters.database.leaf_search import Wanted
from adapters.http.caller import After, App, Caller, Limit, may

router = APIRouter(prefix="/log")
Body = dict[str, Any]
Index = Annotated[int, Query(ge=0, lt=2**53)]
Page = Annotated[int, Query(ge=1, le=1000)]  # an auditor reads the whole log
Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


@router.get("/checkpoint", dependencies=[may("see the log")])
def checkpoint(app: App, caller: Caller) -> Response:
    """The signed checkpoint (C2SP tlog-checkpoint)."""
    return Response(queries.checkpoint(app), media_type="text/plain; charset=utf-8")


@router.get("/checkpoints", dependencies=[may("see the log")])
def checkpoints(app: App, caller: Caller, after: Annotated[int, Query(ge=0, lt=2**53)] = 0, limit: Limit = 200) -> Body:
    """A page of the published checkpoints behind that size, with cosignatures of witnesses."""
    return dict(queries.checkpoints(app, after, limit).body_or_raise())


@router.get("/successions", dependencies=[may("see the log")])
def successions(app: App, caller: Caller) -> Body:
    """The statements by which the log's keys followed one another, the oldest first: each with its leaf."""
    return dict(queries.successions(app).body_or_raise())


@router.get("/leaves", dependencies=[may("read the whole trail")])
def leaves(
    app: App,
    caller: Caller,
    start: Annotated[int, Query(alias="from", ge=0, lt=2**53)] = 0,
    limit: Page = 200,
    evidence: bool = False,
) -> Body:
    """A page of leaves (auditor); with `evidence`, also what opens them, and then a page may be short for its size."""
    asked = auditing.opened_leaves if evidence else queries.leaves
    return dict(asked(app, caller, start, limit).body_or_raise())


@router.get("/objects", dependencies=[may("read the whole trail")])
def objects(app: App, caller: Caller, sha256: Annotated[list[Digest], Query(min_length=1, max_length=100)]) -> Body:
    """Objects that the evidence of leaves names (auditor): in the order asked for, the first ones that fit."""
    return dict(auditing.objects(app, caller, sha256).body_or_raise())


@router.get("/search", dependencies=[may("read the whole trail")])
def search(
    app: App,
    caller: Caller,
    officer: Name | None = None,
    act: Name | None = None,
    capacity: Name | None = None,
    certificate: Digest | None = None,
    dossier: Name | None = None,
    since: Annotated[AwareDatetime | None, Query(alias="from")] = None,
    until: Annotated[AwareDatetime | None, Query(alias="to")] = None,
    cursor: After = "",
    limit: Limit = 50,
) -> Body:
    """Leaves by what they tell, the newest first (auditor). `to` is the first moment that no longer counts."""
    wanted = Wanted(
        actor=officer,
        act=act,
        capacity=capacity,
        certificate=certificate,
        dossier=dossier,
        since=since,
        until=until,
    )
    return dict(auditing.search(app, caller, wanted, cursor, limit).body_or_raise())


@router.get("/consistency", dependencies=[may("see the log")])
def consistency(app: App, caller: Caller, old: Index, new: Index | None = None) -> Body:
    """The proof that an older log is the beginning of the present one."""
    return dict(queries.consistency(app, old, new).body_or_raise())
