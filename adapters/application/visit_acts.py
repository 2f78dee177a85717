"""What officers do with visits: list a day's, move one, plan how a whole day moves, note that nobody came."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from adapters.application import views, visits
from adapters.application.answer import Answer, Request, once, refuse
from adapters.application.application import Application
from adapters.application.mails import FAILED_MAIL
from adapters.application.sight import dossier_in_sight
from adapters.application.trail import append
from adapters.database import jobs
from adapters.database import visits as stored
from adapters.database.store import Transaction
from engine import policy
from engine.calendar import VIETNAM, is_working_day
from engine.delivery import State as Dispatched
from engine.dossier import Dossier
from engine.errors import Kind, Refusal, not_found
from engine.officer import Officer
from engine.outcome import JobRequest
from engine.visits import APPOINTMENT_MOVED, LONGEST_AHEAD, Slots, State, spread
from signing.record import time_text

Row = Mapping[Any, Any]
MOST_PLANNED = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """When they shall come instead, and why. `visit`: the number of the one that is moved; None: whichever it is."""

    to: datetime
    reason: str
    visit: int | None = None
    place: str | None = None


def list_visits(app: Application, officer: Officer, day: date, state: State | None, after: int, limit: int) -> Answer:
    """A page of the visits of a day (local), by number."""
    start, until = _bounds(day)
    with app.store.read() as tx:
        rows = stored.listed(tx, officer, start, until, state=state, after=after, limit=limit)
    items = [{**_shown(row), "recipient": row["recipient"].get("recipient", "")} for row in rows]
    return Answer(body={"items": items, "next": str(items[-1]["id"]) if len(items) == limit else None})


def plan(app: Application, officer: Officer, day: date, to: date, slots: Slots) -> Answer:
    """How the visits of a day would move to another one: each with its new time, None where no slot is left.

    Slots that have begun are none.
    """
    if refusal := policy.refuses(officer, "move visits") or _refuses_day(app, day, to):
        return refuse(refusal)
    with app.store.read() as tx:
        rows = stored.listed(tx, officer, *_bounds(day), state=State.SET, after=0, limit=MOST_PLANNED + 1)
        taken = stored.taken(tx, *_bounds(to))
    if len(rows) > MOST_PLANNED:
        message = f"more than {MOST_PLANNED} visits are set for {day}"
        return refuse(_refusal("visits-many", message, "move them one by one: hoso visit move DISPATCH"))
    rows.sort(key=lambda row: (row["at"], row["id"]))
    items, now = [], app.clock()
    for place in sorted({row["place"] for row in rows}):
        here = [row for row in rows if row["place"] == place]
        there = [at for where, at in taken if where == place]
        times = spread([row["at"] for row in here], there, to, slots, after=now)
        items += [{**_shown(row), "to": views.moment(at)} for row, at in zip(here, times, strict=True)]
    items.sort(key=lambda item: (item["at"], item["id"]))
    return Answer(body={"items": items, "next": None})


def move(app: Application, officer: Officer, request: Request, id: str, asked: Move) -> Answer:
    """Move the visit for a dispatch, or set one where it has none; the dossier is told, where it waits for that.

    What is so already changes nothing; a visit that another one replaced meanwhile is refused.
    """

    def act(tx: Transaction) -> Answer:
        found = _ready(tx, officer, id)
        if isinstance(found, Refusal):
            return refuse(found)
        row, before, now = found, stored.current(tx, found["key"]), app.clock()
        if refusal := _refuses_visit(row, before, asked):
            return refuse(refusal)
        if before is not None and _is_so(before, asked):
            return Answer(body=_shown({**before, "code": row["code"]}))
        if refusal := _refuses_time(asked.to, now):
            return refuse(refusal)
        leaf = visits.put(
            app, tx, row, before, asked.to, now=now, place=asked.place, reason=asked.reason, officer=officer.id
        )
        append(app, tx, [leaf], now)
        after = stored.current(tx, row["key"])
        assert after is not None
        _tell(tx, after, now)
        return Answer(body=_shown({**after, "code": row["code"]}))

    return once(app, request, act)


def miss(app: Application, officer: Officer, request: Request, id: str) -> Answer:
    """Note that nobody came; a new visit may be set by moving it."""

    def act(tx: Transaction) -> Answer:
        found = _ready(tx, officer, id)
        if isinstance(found, Refusal):
            return refuse(found)
        now, visit = app.clock(), stored.current(tx, found["key"])
        if visit is None or visit["state"] != State.SET.value or visit["at"] > now:
            message = f"no visit for {id} that was to take place is open"
            return refuse(_refusal("visit-not-past", message, "see: hoso visit list"))
        stored.end(tx, visit["id"], State.MISSED)
        details: dict[str, object] = {"dispatch": found["code"], "visit": visit["id"], "at": time_text(visit["at"])}
        append(app, tx, [visits.leaf(found, visits.MISSED, officer.id, details)], now)
        return Answer(body=_shown({**visit, "state": State.MISSED.value, "code": found["code"]}))

    return once(app, request, act)


def _ready(tx: Transaction, officer: Officer, id: str) -> Row | Refusal:
    """The dispatch that lies ready at the counter, its dossier locked."""
    if refusal := policy.refuses(officer, "move visits"):
        return refusal
    found = jobs.find_dispatch(tx, id)
    dossier: Dossier | Refusal | None = None
    if found is not None:
        dossier = dossier_in_sight(tx, officer, found["dossier"], lock=True, part=None)
    if found is None or not isinstance(dossier, Dossier):
        return not_found("dispatch", id, "list them: hoso dispatch list")
    row = jobs.find_dispatch(tx, id, lock=True)
    assert row is not None
    if row["channel"] != "counter" or row["state"] != Dispatched.READY.value:
        message = f"dispatch {id} does not lie ready at the counter: it goes by {row['channel']}, and is {row['state']}"
        return _refusal("not-at-counter", message, "see: hoso dispatch show")
    return row


def _is_so(before: Row, asked: Move) -> bool:
    """Whether it stands at that time, in that place."""
    there = asked.place in (None, before["place"])
    return before["state"] == State.SET.value and before["at"] == asked.to and there


def _refuses_visit(row: Row, before: Row | None, asked: Move) -> Refusal | None:
    if asked.visit is not None and (before is None or before["id"] != asked.visit):
        message = f"the visit for {row['code']} is not number {asked.visit} any more"
        return _refusal("visit-changed", message, "look again: hoso visit list")
    return None


def _refuses_time(to: datetime, now: datetime) -> Refusal | None:
    if not now < to <= now + LONGEST_AHEAD:
        message = f"{time_text(to)} is past, or more than {LONGEST_AHEAD.days} days ahead"
        return Refusal(kind=Kind.INVALID, code="visit-time", message=message, remedy="name a time to come")
    return None


def _refuses_day(app: Application, moved: date, day: date) -> Refusal | None:
    if moved == day:
        message = f"the visits of {day} are on that day"
        return Refusal(kind=Kind.INVALID, code="visit-time", message=message, remedy="name another day")
    if day < app.clock().astimezone(VIETNAM).date():
        return Refusal(kind=Kind.INVALID, code="visit-time", message=f"{day} is past", remedy="name a day to come")
    if is_working_day(day, app.days_off(day.year)):
        return None
    remedy = "name a working day; docs/reference/settings.md tells of days-off.json"
    return Refusal(kind=Kind.INVALID, code="visit-day-off", message=f"{day} is no working day", remedy=remedy)


def _tell(tx: Transaction, visit: Row, now: datetime) -> None:
    """Tell the dossier, unless another visit takes its place before that: who moves it then tells."""
    told = {"data": {"appointment": time_text(visit["at"])}, "dispatch": visit["dispatch"], "visit": visit["id"]}
    payload = {"message": APPOINTMENT_MOVED, **told}
    jobs.add_job(tx, visit["dossier"], JobRequest(number=0, element="", type=FAILED_MAIL, payload=payload, due=now))


def _bounds(day: date) -> tuple[datetime, datetime]:
    start = datetime.combine(day, time(), VIETNAM)
    return start, start + timedelta(days=1)


def _shown(row: Row) -> dict[str, Any]:
    told = {name: row[name] for name in ("id", "dossier", "place", "state", "moved_from", "reason", "officer")}
    return {**told, "dispatch": row["code"], "at": views.moment(row["at"])}


def _refusal(code: str, message: str, remedy: str) -> Refusal:
    return Refusal(kind=Kind.CONFLICT, code=code, message=message, remedy=remedy)
