"""Units, officers, certificates and other signed acts."""

from typing import Any

from fastapi import APIRouter, Response

from adapters.application import people, queries, signed_acts
from adapters.application.answer import Answer
from adapters.application.submission import Submission
from adapters.http.caller import After, App, Caller, Limit, Once
from adapters.http.models import NewOfficer, NewStatement, NewUnit, SignedAct
from engine.officer import Officer

router = APIRouter()
Body = dict[str, Any]


def told(answer: Answer, response: Response) -> Body:
    """The answer's body, with its status; raises for a refusal."""
    body = dict(answer.body_or_raise())
    response.status_code = answer.status
    return body


@router.get("/me")
def me(app: App, caller: Caller) -> Body:
    """Who am I, and which log does this server keep?"""
    return dict(queries.me(app, caller).body_or_raise())


@router.get("/units")
def list_units(app: App, caller: Caller) -> Body:
    """All units."""
    return dict(queries.list_units(app).body_or_raise())


@router.post("/units", status_code=201)
def add_unit(app: App, caller: Caller, once: Once, unit: NewUnit, response: Response) -> Body:
    """Add a unit (administrator)."""
    return told(people.add_unit(app, caller, once, unit.id, unit.name, unit.parent), response)


@router.get("/officers")
def list_officers(app: App, caller: Caller, cursor: After = "", limit: Limit = 50) -> Body:
    """A page of officers."""
    return dict(queries.list_officers(app, cursor, limit).body_or_raise())


@router.get("/officers/{id}")
def show_officer(app: App, caller: Caller, id: str) -> Body:
    """One officer."""
    return dict(queries.show_officer(app, id).body_or_raise())


@router.post("/officers", status_code=201)
def add_officer(
    app: App, caller: Caller, once: Once, officer: NewOfficer, response: Response, token: bool = False
) -> Body:
    """Appoint an officer (administrator); with `token=true`, their first access token is in the answer."""
    new = Officer(
        id=officer.id, name=officer.name, position=officer.position, unit=officer.unit, roles=frozenset(officer.roles)
    )
    return told(people.add_officer(app, caller, once, new, with_token=token), response)


@router.get("/certificates")
def list_certificates(app: App, caller: Caller, cursor: After = "", limit: Limit = 50) -> Body:
    """A page of certificate bindings."""
    return dict(queries.list_certificates(app, cursor, limit).body_or_raise())


@router.post("/statements", status_code=201)
def prepare(app: App, caller: Caller, once: Once, act: NewStatement, response: Response) -> Body:
    """Prepare a signed act: certificate-bound, certificate-revoked, procedure-adopted (administrator)."""
    return told(signed_acts.prepare(app, caller, once, act.act, act.subject, act.body), response)


@router.post("/acts", status_code=201)
def perform(app: App, caller: Caller, once: Once, act: SignedAct, response: Response) -> Body:
    """Do a prepared act, signed."""
    submission = Submission(statement=act.statement, record=act.record, manifest=act.manifest, signature=act.signature)
    return told(signed_acts.perform(app, caller, once, submission), response)
