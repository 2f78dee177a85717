"""Claim and release a task; and what every act on an open task has in common."""

from collections.abc import Callable
from dataclasses import replace

from adapters.application import capacities, hands, views
from adapters.application.answer import Answer, Request, once, refuse
from adapters.application.application import Application
from adapters.application.placing import standing
from adapters.application.save import save
from adapters.application.sight import definition_of, task_in_sight
from adapters.application.since import looked_at
from adapters.database.store import Transaction
from engine.acts import claim as acts
from engine.dossier import Dossier
from engine.errors import Refusal
from engine.officer import Officer
from engine.outcome import Outcome
from engine.task import Task

Decide = Callable[[Transaction, Dossier, Task], Outcome | Refusal]


def claim(app: Application, officer: Officer, request: Request, task: str) -> Answer:
    """Take the task, so that nobody else works on it."""

    def decide(tx: Transaction, dossier: Dossier, current: Task) -> Outcome:
        now, number = app.clock(), current.number
        stood = standing(app, tx, dossier, number, now)
        current, holding = stood.tasks[number], None
        if current.holder not in (None, officer.id):
            holding = hands.holding(app.organisations.get(tx), tx, stood, current, now)
        graph = definition_of(app, tx, dossier).graph
        capacity = capacities.for_claim(app, tx, officer, stood, current, now)
        outcome = acts.claim(stood, number, officer, graph, capacity, holding=holding)
        return replace(outcome, dossier=None) if outcome.dossier is stood else outcome  # it was theirs already

    return on_open_task(app, officer, request, task, "task-claimed", decide)


def release(app: Application, officer: Officer, request: Request, task: str) -> Answer:
    """Put the task back: to who delegated it, else into the queue of its role."""

    def decide(tx: Transaction, dossier: Dossier, current: Task) -> Outcome:
        graph = definition_of(app, tx, dossier).graph
        owner = hands.owner_of(app.organisations.get(tx), tx, dossier, graph, current, app.clock())
        return acts.release(dossier, current.number, officer, graph, owner=owner)

    return on_open_task(app, officer, request, task, "task-released", decide)


def on_open_task(app: Application, officer: Officer, request: Request, task: str, act: str, decide: Decide) -> Answer:
    """Decide an act on a task in sight that is open and as the client saw it, and save it; the task as it is then."""

    def acting(tx: Transaction) -> Answer:
        found = task_in_sight(tx, officer, task, lock=True)
        if isinstance(found, Refusal):
            return refuse(found)
        dossier, number = found
        current = looked_at(app, tx, officer, dossier, number, request, act)
        if isinstance(current, Answer):
            return current
        outcome = decide(tx, dossier, current)
        if isinstance(outcome, Refusal):
            return refuse(outcome)
        now = app.clock()
        save(app, tx, dossier, outcome, now)
        if outcome.refusal is not None:
            return refuse(outcome.refusal)
        after = outcome.dossier or dossier
        return Answer(body=views.task(after, after.tasks[number], now))

    return once(app, request, acting)
