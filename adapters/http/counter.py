"""The counter: who took a result, and when people come for one."""

from datetime import date, time
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from pydantic import Field, StringConstraints

from adapters.application import counter, visit_acts
from adapters.application.counter import Given, Identity, Paper
from adapters.application.visit_acts import Move
from adapters.http.caller import App, Caller, Limit, Once, may
from adapters.http.models import Model, Sha256, Text, Time
from engine.errors import Kind, Refusal, Refused
from engine.visits import MOST_AT_ONCE, Slots, State

router = APIRouter()
Body = dict[str, Any]
Number = Annotated[int, Query(ge=0, lt=2**31)]
Day = Annotated[date, Query(ge=date(2000, 1, 1), le=date(2999, 12, 31))]
Hours = Annotated[str, Query(pattern=r"^([0-2]\d:[0-5]\d-[0-2]\d:[0-5]\d)(,[0-2]\d:[0-5]\d-[0-2]\d:[0-5]\d){0,5}$")]


class CheckedIdentity(Model):
    """An identity paper that was looked at. Its number stays on the officer's machine: scrypt of it comes, in hex."""

    kind: Literal["cccd", "cmnd", "passport", "vneid", "other"]
    last: Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")]
    salt: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
    hash: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class GivenPaper(Model):
    """Something that was handed out."""

    title: Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]
    copies: Annotated[int, Field(ge=1, le=999)] = 1
    original: bool = True


class NewReceipt(Model):
    """Who takes a result, how they are known, and by what they acknowledge it."""

    to: Literal["applicant", "authorised"]
    name: Annotated[str, StringConstraints(min_length=1, max_length=120, strip_whitespace=True)]
    identity: CheckedIdentity | None = None
    papers: Annotated[list[GivenPaper], Field(max_length=12)] = Field(default_factory=list)
    scan: Sha256 | None = None
    known: Annotated[str, StringConstraints(min_length=1, max_length=300, strip_whitespace=True)] | None = None
    authority: Sha256 | None = None


class NewTime(Model):
    """When they shall come instead, and why; `visit`: the number of the one that is moved."""

    to: Time
    reason: Text
    visit: Annotated[int, Field(ge=1, lt=2**53)] | None = None
    place: Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)] | None = None


@router.post("/dispatches/{id}/give", dependencies=[may("give results")])
def give(app: App, caller: Caller, once: Once, id: str, sent: NewReceipt) -> Body:
    """Record that a result was taken at the counter."""
    given = Given(
        to=sent.to,
        name=sent.name,
        identity=Identity(**sent.identity.model_dump()) if sent.identity else None,
        papers=[Paper(**paper.model_dump()) for paper in sent.papers],
        scan=sent.scan,
        known=sent.known,
        authority=sent.authority,
    )
    return dict(counter.give(app, caller, once, id, given).body_or_raise())


@router.get("/dispatches/{id}/receipt", dependencies=[may("see dispatches")])
def receipt(app: App, caller: Caller, id: str) -> Response:
    """The receipt of a result at the counter (PDF): to be signed, or as it was given."""
    found = counter.receipt(app, caller, id)
    if isinstance(found, Refusal):
        raise Refused(found)
    return Response(found, media_type="application/pdf")


@router.get("/visits", dependencies=[may("see visits")])
def list_visits(
    app: App, caller: Caller, day: Day, state: State | None = None, cursor: Number = 0, limit: Limit = 50
) -> Body:
    """A page of the visits of a day."""
    return dict(visit_acts.list_visits(app, caller, day, state, cursor, limit).body_or_raise())


@router.get("/visits/plan", dependencies=[may("move visits")])
def plan(
    app: App,
    caller: Caller,
    day: Day,
    to: Day,
    minutes: Annotated[int, Query(ge=5, le=480)] = 15,
    at_once: Annotated[int, Query(ge=1, le=MOST_AT_ONCE)] = 1,
    hours: Hours = "07:30-11:30,13:00-17:00",
) -> Body:
    """How the visits of a day would move to another one; nothing is moved."""
    return dict(visit_acts.plan(app, caller, day, to, _slots(minutes, at_once, hours)).body_or_raise())


@router.post("/dispatches/{id}/visit", dependencies=[may("move visits")])
def move(app: App, caller: Caller, once: Once, id: str, sent: NewTime) -> Body:
    """Move the visit for a dispatch, or set one."""
    asked = Move(to=sent.to, reason=sent.reason, visit=sent.visit, place=sent.place)
    return dict(visit_acts.move(app, caller, once, id, asked).body_or_raise())


@router.post("/dispatches/{id}/visit/miss", dependencies=[may("move visits")])
def miss(app: App, caller: Caller, once: Once, id: str) -> Body:
    """Note that nobody came."""
    return dict(visit_acts.miss(app, caller, once, id).body_or_raise())


def _slots(minutes: int, at_once: int, hours: str) -> Slots:
    try:
        pairs = [[time.fromisoformat(end) for end in each.split("-")] for each in hours.split(",")]
    except ValueError:
        pairs = []
    ordered = [end for pair in pairs for end in pair]
    if not ordered or sorted(ordered) != ordered:
        message = f"{hours} are no opening hours, in their order"
        remedy = "write them as 07:30-11:30,13:00-17:00"
        raise Refused(Refusal(kind=Kind.INVALID, code="visit-time", message=message, remedy=remedy))
    return Slots(minutes=minutes, at_once=at_once, hours=tuple((opens, closes) for opens, closes in pairs))
