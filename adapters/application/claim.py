"""Claim and release a task."""

from collections.abc import Callable

from adapters.application import views
from adapters.application.answer import Answer, Request, once, refuse
from adapters.application.application import Application
from adapters.application.save import save
from adapters.application.sight import definition_of, task_in_sight
from adapters.database.store import Transaction
from engine.acts import claim as acts
from engine.bpmn.graph import Graph
from engine.dossier import Dossier
from engine.errors import Refusal
from engine.officer import Officer
from engine.outcome import Outcome


def claim(app: Application, officer: Officer, request: Request, task: str) -> Answer:
    """Take the task, so that nobody else works on it."""
    return _change(app, officer, request, task, acts.claim)


def release(app: Application, officer: Officer, request: Request, task: str) -> Answer:
    """Put the task back into the queue of its role."""
    return _change(app, officer, request, task, acts.release)


def _change(
    app: Application,
    officer: Officer,
    request: Request,
    task: str,
    decide: Callable[[Dossier, int, Officer, Graph], Outcome],
) -> Answer:
    def act(tx: Transaction) -> Answer:
        found = task_in_sight(tx, officer, task, lock=True)
        if isinstance(found, Refusal):
            return refuse(found)
        dossier, number = found
        outcome = decide(dossier, number, officer, definition_of(app, tx, dossier).graph)
        now = app.clock()
        save(app, tx, dossier, outcome, now)
        if outcome.refusal is not None:
            return refuse(outcome.refusal)
        after = outcome.dossier or dossier
        return Answer(body=views.task(after, after.tasks[number], now))

    return once(app, request, act)
