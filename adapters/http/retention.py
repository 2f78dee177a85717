"""Retention: which dossiers need be kept no more, and which were erased. Erasing is a signed act (`/v1/statements`)."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query

from adapters.application import retention
from adapters.http.caller import After, App, Caller, Limit, may

router = APIRouter(prefix="/retention")
Body = dict[str, Any]
Day = Annotated[date | None, Query(ge=date(2000, 1, 1), le=date(2999, 12, 31))]
Leaf = Annotated[int, Query(alias="cursor", ge=-1, lt=2**53)]


@router.get("", dependencies=[may("see retention")])
def due(app: App, caller: Caller, due: Day = None, cursor: After = "", limit: Limit = 50) -> Body:
    """A page of the dossiers in the caller's sight whose retention is over on a day (administrator, auditor)."""
    return dict(retention.due(app, caller, due, cursor, limit).body_or_raise())


@router.get("/erased", dependencies=[may("see retention")])
def erased(app: App, caller: Caller, cursor: Leaf = -1, limit: Limit = 50) -> Body:
    """A page of the erasures, in their order, behind the leaf `cursor` (administrator, auditor)."""
    return dict(retention.erased(app, caller, cursor, limit).body_or_raise())
