"""Units, officers, certificates and other signed acts."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from adapters.application import changes, directory, images, people, queries, signed_acts
from adapters.application.answer import Answer
from adapters.application.changes import How
from adapters.application.submission import Submission
from adapters.http.caller import After, App, Caller, Limit, Once, may
from adapters.http.models import Changes, NewOfficer, NewStatement, NewUnit, SealImage, SignatureImage, SignedAct
from adapters.http.problems import etag
from engine.errors import Refusal, Refused

router = APIRouter()
Body = dict[str, Any]
Which = Annotated[str | None, Query(max_length=200)]


def told(answer: Answer, response: Response) -> Body:
    """The answer's body, with its status; raises for a refusal."""
    body = dict(answer.body_or_raise())
    response.status_code = answer.status
    if "revision" in body:
        response.headers["ETag"] = etag(body["revision"])
    return body


@router.get("/me", dependencies=[may("see who they are")])
def me(app: App, caller: Caller) -> Body:
    """Who am I, and which log does this server keep?"""
    return dict(queries.me(app, caller).body_or_raise())


@router.get("/units", dependencies=[may("see the organisation")])
def list_units(app: App, caller: Caller) -> Body:
    """All units."""
    return dict(queries.list_units(app).body_or_raise())


@router.get("/units/{id}", dependencies=[may("see the organisation")])
def show_unit(app: App, caller: Caller, id: str) -> Body:
    """One unit: its head of record, its positions and who holds them."""
    return dict(directory.show_unit(app, id).body_or_raise())


@router.post("/units", status_code=201, dependencies=[may("add units")])
def add_unit(app: App, caller: Caller, once: Once, unit: NewUnit, response: Response) -> Body:
    """Give the statement of a new unit to sign (administrator; `sign`, else it is refused)."""
    return told(changes.add_unit(app, caller, once, unit.id, unit.name, unit.parent, sign=unit.sign), response)


@router.get("/officers", dependencies=[may("see the organisation")])
def list_officers(app: App, caller: Caller, cursor: After = "", limit: Limit = 50) -> Body:
    """A page of officers."""
    return dict(queries.list_officers(app, cursor, limit).body_or_raise())


@router.get("/officers/{id}", dependencies=[may("see the organisation")])
def show_officer(app: App, caller: Caller, id: str) -> Body:
    """One officer: what they hold with its dates, contacts, mandates, absences."""
    return dict(directory.show_officer(app, caller, id).body_or_raise())


@router.post("/officers", status_code=201, dependencies=[may("add officers")])
def add_officer(
    app: App, caller: Caller, once: Once, officer: NewOfficer, response: Response, token: bool = False
) -> Body:
    """Give the statement of an appointment to sign (administrator; `sign`, else it is refused); with `token=true`, the
    answer to the signed act holds their first access token.
    """
    new = people.Newcomer(**{**officer.model_dump(exclude={"sign"}), "roles": frozenset(officer.roles)})
    return told(changes.add_officer(app, caller, once, new, with_token=token, sign=officer.sign), response)


@router.post("/officers/{id}/signature-image", dependencies=[may("set signature images")])
def set_signature_image(
    app: App, caller: Caller, once: Once, id: str, sent: SignatureImage, response: Response
) -> Body:
    """Set the image that an officer's PDF signatures show: one's own, or (administrators) another's."""
    return told(images.set_image(app, caller, once, id, sent.image), response)


@router.post("/seal", dependencies=[may("set the seal")])
def set_seal(app: App, caller: Caller, once: Once, sent: SealImage, response: Response) -> Body:
    """Set the image of the agency's seal (administrators)."""
    return told(images.set_seal(app, caller, once, sent.image, sent.width_mm), response)


@router.post("/organisation/changes", dependencies=[may("change the organisation")])
def change(app: App, caller: Caller, once: Once, wanted: Changes, response: Response) -> Body:
    """Make changes, all or none; `dry_run` changes nothing. Those of rights must be signed: with `sign`, the answer
    (201) is their statement, else they are refused; 202: they wait to be approved already.
    """
    found = changes.read(wanted.changes)
    if isinstance(found, Refusal):
        raise Refused(found)
    how = How(reason=wanted.reason, sign=wanted.sign)
    return told(changes.change(app, caller, once, found, how, dry_run=wanted.dry_run), response)


@router.get("/positions", dependencies=[may("see the organisation")])
def list_positions(app: App, caller: Caller, unit: Which = None, cursor: After = "", limit: Limit = 50) -> Body:
    """A page of positions, with who holds them now."""
    return dict(directory.list_positions(app, unit, cursor, limit).body_or_raise())


@router.get("/appointments", dependencies=[may("see the organisation")])
def list_appointments(
    app: App,
    caller: Caller,
    officer: Which = None,
    unit: Which = None,
    on: date | None = None,
    cursor: After = "",
    limit: Limit = 50,
) -> Body:
    """A page of appointments: of an officer, in a unit, in force on a day."""
    return dict(directory.list_appointments(app, officer, unit, on, cursor, limit).body_or_raise())


@router.get("/roles", dependencies=[may("see the organisation")])
def list_grants(
    app: App,
    caller: Caller,
    officer: Which = None,
    unit: Which = None,
    on: date | None = None,
    cursor: After = "",
    limit: Limit = 50,
) -> Body:
    """A page of the roles that were granted beside those of positions."""
    return dict(directory.list_grants(app, officer, unit, on, cursor, limit).body_or_raise())


@router.get("/mandates", dependencies=[may("see the organisation")])
def list_mandates(
    app: App, caller: Caller, position: Which = None, on: date | None = None, cursor: After = "", limit: Limit = 50
) -> Body:
    """A page of mandates (KT., TL., TUQ.): of a position, in force on a day."""
    return dict(directory.list_mandates(app, position, on, cursor, limit).body_or_raise())


@router.get("/mandates/{id}", dependencies=[may("see the organisation")])
def show_mandate(app: App, caller: Caller, id: str) -> Body:
    """One mandate."""
    return dict(directory.show_mandate(app, id).body_or_raise())


@router.get("/absences", dependencies=[may("see the organisation")])
def list_absences(
    app: App, caller: Caller, officer: Which = None, on: date | None = None, cursor: After = "", limit: Limit = 50
) -> Body:
    """A page of absences: of an officer, on a day."""
    return dict(directory.list_absences(app, caller, officer, on, cursor, limit).body_or_raise())


@router.get("/certificates", dependencies=[may("see the organisation")])
def list_certificates(app: App, caller: Caller, cursor: After = "", limit: Limit = 50) -> Body:
    """A page of certificate bindings."""
    return dict(queries.list_certificates(app, cursor, limit).body_or_raise())


@router.post("/statements", status_code=201, dependencies=[may("do signed acts")])
def prepare(app: App, caller: Caller, once: Once, act: NewStatement, response: Response) -> Body:
    """Prepare a signed act (administrator): certificate-bound, certificate-revoked, procedure-adopted, data-erased, or
    proposal-approved, whose subject is the proposal. 202: the same waits to be approved already.
    """
    return told(signed_acts.prepare(app, caller, once, act.act, act.subject, act.body), response)


@router.post("/acts", status_code=201, dependencies=[may("send signed acts")])
def perform(app: App, caller: Caller, once: Once, act: SignedAct, response: Response) -> Body:
    """Do a prepared act, signed by who prepared it; 202: proposed, an administrator approves it."""
    submission = Submission(statement=act.statement, record=act.record, manifest=act.manifest, signature=act.signature)
    return told(signed_acts.perform(app, caller, once, submission), response)
