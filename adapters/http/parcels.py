"""Dispatches, and what becomes of parcels: what carriers' lists tell, and what their office does about them."""

from datetime import datetime, time, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime, Field, StringConstraints

from adapters.application import parcel_acts, parcel_words, queries, sending_again
from adapters.application.parcel_words import Line
from adapters.database.parcel_lists import Wanted
from adapters.http.caller import After, App, Caller, Limit, Once, may
from adapters.http.handovers import Day
from adapters.http.interventions import Reason
from adapters.http.models import Model
from adapters.http.organisation import told
from engine.calendar import VIETNAM
from engine.delivery import State
from engine.errors import Refusal, Refused

router = APIRouter()
Body = dict[str, Any]
States = Annotated[list[State], Query(max_length=20)]
NO_STATES: list[State] = []  # any
Channel = Literal["email", "post", "counter"]
Carrier = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]


class Why(Model):
    """What is to be kept of it, in words."""

    reason: Reason


class WordLine(Model):
    """A line of a carrier's list. `parcel`: the dispatch's code, or the item's; `raw`: the line as it is written."""

    line: Annotated[int, Field(ge=1, lt=2**31)]
    parcel: Annotated[str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True)]
    status: Annotated[str, StringConstraints(min_length=1, max_length=60, strip_whitespace=True)]
    at: AwareDatetime
    raw: Annotated[str, StringConstraints(min_length=1, max_length=4000)]


class Words(Model):
    """Part of a carrier's list."""

    carrier: Carrier
    lines: Annotated[list[WordLine], Field(min_length=1, max_length=parcel_words.MOST)]


@router.get("/dispatches", dependencies=[may("see dispatches")])
def list_dispatches(
    app: App,
    caller: Caller,
    cursor: After = "",
    limit: Limit = 50,
    state: States = NO_STATES,
    channel: Channel | None = None,
    day: Day | None = None,
    unsettled: bool = False,
    late: bool = False,
) -> Body:
    """A page of dispatches: in one of these states, by this channel, prepared that day (in Vietnam), parcels that came
    back or were lost and that nobody saw to, parcels that are late; all that is asked at once.
    """
    start = datetime.combine(day, time(), VIETNAM) if day else None
    wanted = Wanted(
        states=state,
        channel=channel,
        since=start,
        before=start + timedelta(days=1) if start else None,
        unsettled=unsettled,
        late_at=app.clock() if late else None,
    )
    return dict(queries.list_dispatches(app, caller, cursor, limit, wanted).body_or_raise())


@router.get("/dispatches/{id}", dependencies=[may("see dispatches")])
def show_dispatch(app: App, caller: Caller, id: str) -> Body:
    """One dispatch, by its code or its carrier's; a parcel with its whole way."""
    return dict(queries.show_dispatch(app, caller, id).body_or_raise())


@router.get("/dispatches/{id}/proof", dependencies=[may("see dispatches")])
def proof(app: App, caller: Caller, id: str) -> Response:
    """What told of a parcel's delivery, byte for byte."""
    found = queries.proof(app, caller, id)
    if isinstance(found, Refusal):
        raise Refused(found)
    return Response(found, media_type="application/octet-stream", headers={"X-Content-Type-Options": "nosniff"})


@router.post("/dispatches/{id}/cancel", dependencies=[may("see to parcels")])
def cancel(app: App, caller: Caller, once: Once, id: str, why: Why, response: Response) -> Body:
    """Call a parcel off that has not left the office."""
    return told(parcel_acts.cancel(app, caller, once, id, why.reason), response)


@router.post("/dispatches/{id}/receive", dependencies=[may("see to parcels")])
def receive(app: App, caller: Caller, once: Once, id: str, why: Why, response: Response) -> Body:
    """A parcel that came back lies at the office again."""
    return told(parcel_acts.receive(app, caller, once, id, why.reason), response)


@router.post("/dispatches/{id}/settle", dependencies=[may("see to parcels")])
def settle(app: App, caller: Caller, once: Once, id: str, why: Why, response: Response) -> Body:
    """A parcel that came back, or was lost, was seen to in another way."""
    return told(parcel_acts.settle(app, caller, once, id, why.reason), response)


@router.post("/dispatches/{id}/complaints", dependencies=[may("see to parcels")])
def complain(app: App, caller: Caller, once: Once, id: str, why: Why, response: Response) -> Body:
    """Record a complaint about a parcel, within six months of its leaving."""
    return told(parcel_acts.complain(app, caller, once, id, why.reason), response)


@router.post("/dispatches/{id}/retry", status_code=201, dependencies=[may("see to parcels")])
def retry(app: App, caller: Caller, once: Once, id: str, why: Why, response: Response) -> Body:
    """Send again what came back or was lost; let a mail's job that failed try again."""
    return told(sending_again.retry(app, caller, once, id, why.reason), response)


@router.post("/parcel-words", dependencies=[may("see to parcels")])
def words(app: App, caller: Caller, once: Once, sent: Words) -> Body:
    """Read lines of a carrier's list, each with its own outcome; again, they do nothing."""
    lines = [
        Line(number=each.line, parcel=each.parcel, status=each.status, at=each.at, raw=each.raw) for each in sent.lines
    ]
    return dict(parcel_words.read_lines(app, caller, once, sent.carrier, lines).body_or_raise())
