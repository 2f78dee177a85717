"""Carriers: what they call back with, the day's orders as a file, and what people decide of an order."""

from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Path, Request, Response
from pydantic import StringConstraints
from starlette.concurrency import run_in_threadpool

from adapters.application import callbacks, carriers, ordering, throttle
from adapters.dispatch.post.carrier import Forged, Unreadable
from adapters.http.caller import App, Caller, Once, address, may
from adapters.http.handovers import Day
from adapters.http.models import Model
from adapters.http.problems import problem, too_many
from engine.calendar import VIETNAM
from engine.errors import Refusal, Refused

ROOT, END = "/v1/carriers/", "/callback"
router = APIRouter()
log = structlog.get_logger()
Body = dict[str, Any]
Name = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9-]{0,38}$")]
Item = Annotated[str, StringConstraints(min_length=4, max_length=60)]


def open_to_strangers(path: str) -> bool:
    """Whether the path needs no officer's token: a carrier proves itself by its own secret."""
    return path.startswith(ROOT) and path.endswith(END) and path.count("/") == 4


class Decision(Model):
    """What is so at the carrier: the item it gave, or that it is to be ordered `again`; neither: no order stands."""

    item: Item | None = None
    again: bool = False


@router.get("/carriers", dependencies=[may("see dispatches")])
def list_carriers(app: App) -> Body:
    """The carriers, and what each can do."""
    return dict(carriers.list_carriers(app).body_or_raise())


@router.get("/carriers/{carrier}/orders", dependencies=[may("see dispatches")])
def orders(app: App, caller: Caller, carrier: Name, date: Day) -> Response:
    """The orders of a day (in Vietnam) as the file (CSV) that the carrier takes."""
    start = datetime.combine(date, time(), VIETNAM).astimezone(UTC)
    found = carriers.orders(app, caller, carrier, start, start + timedelta(days=1))
    if isinstance(found, Refusal):
        raise Refused(found)
    return Response(found, media_type="text/csv; charset=utf-8")


@router.post("/dispatches/{id}/order", dependencies=[may(ordering.RIGHT)])
def decide(app: App, caller: Caller, once: Once, id: str, decision: Decision) -> Body:
    """Decide what is so of an order that waits for people."""
    answer = ordering.decide(app, caller, once, id, item=decision.item, again=decision.again)
    return dict(answer.body_or_raise())


@router.post("/carriers/{carrier}/callback", response_model=None, dependencies=[may("call back")])
async def callback(app: App, request: Request, carrier: str) -> Body | Response:
    """What a carrier tells of parcels, in its own words; it proves itself by its own secret."""
    if int(request.headers.get("content-length", "0")) > callbacks.LARGEST:
        return problem(413, "request-too-large", f"expected a body of at most {callbacks.LARGEST} bytes")
    body = await request.body()
    try:
        count = await run_in_threadpool(callbacks.take, app, carrier, dict(request.headers), body)
    except Forged:
        log.warning("callback forged", carrier=carrier if app.carriers.named(carrier) else "?")
        wait = await run_in_threadpool(throttle.count, app, throttle.FORGED, address(request))
        return too_many(wait) if wait is not None else problem(401, "callback-refused", "it does not prove itself")
    except Unreadable:
        log.warning("callback unreadable", carrier=carrier)
        return problem(422, "callback-unreadable", "it is yours, and cannot be read", "compare it with your profile")
    return {"words": count}
