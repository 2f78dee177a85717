"""Claim and release a task."""

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


def claim(app: Application, officer: Officer, request: Request, task: str) -> Answer:
    """Take the task, so that nobody else works on it."""

    def act(tx: Transaction) -> Answer:
        found = task_in_sight(tx, officer, task, lock=True)
        if isinstance(found, Refusal):
            return refuse(found)
        dossier, number = found
        dossier = standing(app, tx, dossier, number, app.clock())
        current = looked_at(app, tx, officer, dossier, number, request, "task-claimed")
        if isinstance(current, Answer):
            return current
        holding = None
        if current.holder not in (None, officer.id):
            holding = hands.holding(app.organisations.get(tx), tx, dossier, current, app.clock())
        graph = definition_of(app, tx, dossier).graph
        capacity = capacities.for_claim(app, tx, officer, dossier, current, app.clock())
        outcome = acts.claim(dossier, number, officer, graph, capacity, holding=holding)
        return done(app, tx, dossier, number, outcome)

    return once(app, request, act)


def release(app: Application, officer: Officer, request: Request, task: str) -> Answer:
    """Put the task back: to who delegated it, else into the queue of its role."""

    def act(tx: Transaction) -> Answer:
        found = task_in_sight(tx, officer, task, lock=True)
        if isinstance(found, Refusal):
            return refuse(found)
        dossier, number = found
        current = looked_at(app, tx, officer, dossier, number, request, "task-released")
        if isinstance(current, Answer):
            return current
        graph = definition_of(app, tx, dossier).graph
        owner = hands.owner_of(app.organisations.get(tx), tx, dossier, graph, current, app.clock())
        return done(app, tx, dossier, number, acts.release(dossier, number, officer, graph, owner=owner))

    return once(app, request, act)


def done(app: Application, tx: Transaction, dossier: Dossier, number: int, outcome: Outcome) -> Answer:
    """Save what an act on an open task decided; answer with the task as it is then."""
    now = app.clock()
    save(app, tx, dossier, outcome, now)
    if outcome.refusal is not None:
        return refuse(outcome.refusal)
    after = outcome.dossier or dossier
    return Answer(body=views.task(after, after.tasks[number], now))
