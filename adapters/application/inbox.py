"""The inbox: the open tasks that are an officer's to do, by view, page by page."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, time
from typing import Any

from adapters.application import views
from adapters.application.answer import Answer, refuse
from adapters.application.application import Application
from adapters.application.placing import QueuesMoving, live_of, settled
from adapters.database import dossiers, queues, search
from adapters.database.queues import ByMandate, Desk, Look, View
from engine.calendar import VIETNAM, due
from engine.errors import Kind, Refusal
from engine.officer import ADMINISTRATOR, HEAD, Officer
from engine.people.cover import able
from engine.people.organisation import Mandate, Organisation, day_of
from engine.task import Task

COUNTED: tuple[View, ...] = ("mine", "unit", "soon", "overdue", "returned")
SOON_DAYS = 2  # working days
_FULL_DAY = time(23, 59, 59, 999_999)  # today counts as received, whatever the hour


def show(
    app: Application,
    officer: Officer,
    view: View,
    after: str,
    limit: int,
    *,
    words: str = "",
    deferred: bool = False,
    counted: bool = True,
) -> Answer:
    """A page of the view, with how many tasks each view has; `deferred`: with those for a later follow-up date.

    `mine` stands in the officer's own queue, also instead of somebody; `unit` may be claimed by several; `all` is
    both; of these, some are due `soon` or `overdue`; `returned` came back to be done again.
    """
    now = app.clock()
    at, asked = None if deferred else now, search.asked(words)
    look = Look(view=view, now=now, soon=_soon(app, now), after=after, limit=limit, at=at, words=asked)
    try:
        with settled(app) as tx:
            organisation = app.organisations.get(tx)
            desk = desk_of(organisation, officer, now)
            try:
                found = queues.page(tx, desk, look)
            except ValueError:
                return refuse(_no_cursor(after))
            rows = dossiers.listed_tasks(tx, found.ids)
            counts = {each: _count(*queues.count(tx, desk, replace(look, view=each))) for each in COUNTED if counted}
    except QueuesMoving:
        return refuse(_moving())
    items = [_item(officer, task, row, now) for task, row in rows if _may(organisation, officer, task, row, now)]
    return Answer(body={"items": items, **({"counts": counts} if counted else {}), "next": found.following})


def desk_of(organisation: Organisation, officer: Officer, now: datetime) -> Desk:
    """Whose queues these are: what the officer answers for, and what mandates let them do."""
    day = day_of(now)
    over = {unit for unit in officer.units if officer.roles_in(unit) & {ADMINISTRATOR, HEAD}}
    held = [position for _, position in organisation.held(officer.id, day)]
    for position in held:
        if position.rank == "head":
            over |= organisation.within(position.unit)
    mandates = {
        each
        for position in held
        for mandate in organisation.mandates_of(position.id)
        if mandate.on(day)
        for each in _by_mandate(organisation, officer, mandate)
    }
    ordered = sorted(mandates, key=lambda each: (each.unit, each.role, sorted(each.kinds or ())))
    return Desk(officer=officer, over=frozenset(over), mandates=tuple(ordered))


def _by_mandate(organisation: Organisation, officer: Officer, mandate: Mandate) -> Iterator[ByMandate]:
    """The queues from which it may let the officer take something; what it truly covers is asked task by task."""
    above = organisation.mandate(mandate.under) if mandate.under is not None else None
    giver = organisation.position((above or mandate).given_by)
    for unit in organisation.within(giver.unit):
        for role in giver.roles - officer.roles_in(unit):
            yield ByMandate(unit=unit, role=role, kinds=mandate.scope.kinds)


def _may(organisation: Organisation, officer: Officer, task: Task, row: Any, now: datetime) -> bool:
    """Whether the officer may have it: asked only of what a mandate could give, since the queue says all else."""
    shared = str(row["queue"]).partition("#")
    if not shared[1] or task.role in officer.roles_in(task.unit) or officer.id in task.candidates:
        return True
    return officer.id in able(organisation, live_of(task, row["procedure_code"]), now)


def _item(officer: Officer, task: Task, row: Any, now: datetime) -> dict[str, Any]:
    queue = str(row["queue"])
    standing = "mine" if queue == f"@{officer.id}" else "unattended" if queue.startswith("!") else "unit"
    told = {"queue": standing, "instead_of": row["instead_of"], "unit": task.unit}
    return {**views.listed_task(task, row, now), **told, "returned": views.moment(task.returned)}


def _count(found: int, more: bool) -> dict[str, Any]:
    """A number, and whether there are, or may be, more."""
    return {"count": found, "more": more}


def _soon(app: Application, now: datetime) -> datetime:
    year = now.astimezone(VIETNAM).year
    days_off = frozenset(app.days_off(year)) | frozenset(app.days_off(year + 1))
    return due(now, SOON_DAYS, cutoff=_FULL_DAY, days_off=days_off)


def _no_cursor(after: str) -> Refusal:
    message = f"cursor {after!r} is none of this view"
    return Refusal(kind=Kind.INVALID, code="cursor-unknown", message=message, remedy="begin without a cursor")


def _moving() -> Refusal:
    message = "many tasks are being moved to other queues just now; your inbox is shown when all of them are there"
    return Refusal(kind=Kind.CONFLICT, code="queues-moving", message=message, remedy="look again in a minute")
