"""Process definitions and procedure records."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from adapters.application import deploy, procedures, queries
from adapters.http.caller import After, App, Caller, Limit, Once, may
from adapters.http.models import Bundle
from adapters.http.organisation import told

router = APIRouter()
Body = dict[str, Any]


@router.post("/processes", status_code=201, dependencies=[may("deploy processes")])
def deploy_bundle(app: App, caller: Caller, once: Once, bundle: Bundle, response: Response) -> Body:
    """Check a bundle and give the statement of its deployment to sign (integrator); 200: it is deployed already; 202:
    it waits to be approved already; 422 names every problem. Signed, it goes to `POST /v1/acts`.
    """
    return told(deploy.prepare(app, caller, once, bundle.files, bundle.although), response)


@router.get("/processes", dependencies=[may("see processes")])
def list_processes(app: App, caller: Caller, cursor: After = "", limit: Limit = 50) -> Body:
    """A page of deployed versions."""
    return dict(queries.list_processes(app, cursor, limit).body_or_raise())


@router.get("/processes/{key}", dependencies=[may("see processes")])
def show_process(app: App, caller: Caller, key: str) -> Body:
    """The latest version of a process."""
    return dict(queries.show_process(app, key).body_or_raise())


@router.get("/procedures", dependencies=[may("see processes")])
def list_procedures(
    app: App, caller: Caller, cursor: Annotated[int, Query(ge=-1, lt=2**53)] = -1, limit: Limit = 50
) -> Body:
    """A page of procedure records."""
    return dict(procedures.list_procedures(app, cursor, limit).body_or_raise())


@router.get("/procedures/{code}", dependencies=[may("see processes")])
def show_procedure(app: App, caller: Caller, code: str, on: date | None = None) -> Body:
    """The procedure record in force today, or on another day; with the dates of all records of its code."""
    return dict(procedures.show_procedure(app, code, on).body_or_raise())
