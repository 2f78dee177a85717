"""What acts on a task ask of the organisation: who could have it, who answers for it, who holds it and since when."""

from dataclasses import replace
from datetime import datetime

from adapters.application.application import Application
from adapters.application.capacities import code_of
from adapters.application.placing import live_of
from adapters.application.sight import definition_of
from adapters.database import trail
from adapters.database.store import Transaction
from engine.acts.claim import Holding
from engine.acts.hand import Colleague, Facts
from engine.acts.move import excluded
from engine.bpmn.graph import Graph
from engine.calendar import VIETNAM
from engine.dossier import Dossier
from engine.errors import Refusal, not_found
from engine.officer import Officer
from engine.people.answering import answers_for, hindrance
from engine.people.cover import Live
from engine.people.organisation import Organisation, day_of
from engine.task import Task
from signing.canonical import parse_canonical
from signing.record import parse_time

_TAKEN = frozenset(
    {"task-claimed", "task-delegated", "task-reassigned", "task-taken-back", "task-returned", "task-assigned"}
)
_LOOKED_AT = 100  # of a dossier's last acts


def facts(
    app: Application, tx: Transaction, dossier: Dossier, number: int, officer: Officer, to: str | None
) -> Facts | Refusal:
    """What an act on the task needs to know; `to` is whom the caller named."""
    organisation, now = app.organisations.get(tx), app.clock()
    graph = definition_of(app, tx, dossier).graph
    if to is not None and organisation.person(to) is None:
        return not_found("officer", to, "list them: hoso officer list")
    task = dossier.tasks.get(number)
    if task is None:
        return Facts(graph=graph, now=now)
    live = _live(tx, dossier, graph, task)
    return Facts(
        graph=graph,
        now=now,
        to=_colleague(organisation, live, to, now) if to is not None else None,
        owner=owner_of(organisation, tx, dossier, graph, task, now),
        superior=answers_for(organisation, officer, task.unit, task.holder, now),
    )


def owner_of(
    organisation: Organisation, tx: Transaction, dossier: Dossier, graph: Graph, task: Task, now: datetime
) -> Colleague | None:
    """Who delegated the task, if it was; that they are away now does not keep it from them."""
    if task.owner is None:
        return None
    return _colleague(organisation, _live(tx, dossier, graph, task), task.owner, now, present=False)


def holding(organisation: Organisation, tx: Transaction, dossier: Dossier, task: Task, now: datetime) -> Holding | None:
    """Who holds the task, and since when as far as the dossier's last acts tell: today's by the hour."""
    if task.holder is None:
        return None
    person, since = organisation.person(task.holder), _since(tx, dossier, task)
    return Holding(name=person.name if person else task.holder, since=_at(since, now) if since else "")


def _live(tx: Transaction, dossier: Dossier, graph: Graph, task: Task) -> Live:
    return replace(live_of(task, code_of(tx, dossier)), excluded=excluded(dossier, graph, task.element))


def _colleague(organisation: Organisation, task: Live, id: str, now: datetime, *, present: bool = True) -> Colleague:
    person = organisation.person(id)
    why = hindrance(organisation, task, id, now, present=present)
    return Colleague(id=id, name=person.name if person else id, hindrance=why)


def _since(tx: Transaction, dossier: Dossier, task: Task) -> datetime | None:
    for leaf in trail.last_of(tx, dossier.code, limit=_LOOKED_AT):
        told = parse_canonical(leaf.encoded)
        if isinstance(told, dict) and told["subject"] == task.id and told["act"] in _TAKEN:
            return parse_time(str(told["time"]))
    return None


def _at(since: datetime, now: datetime) -> str:
    here = since.astimezone(VIETNAM)
    return f"{here:%H:%M}" if day_of(since) == day_of(now) else f"{here:%Y-%m-%d %H:%M}"
