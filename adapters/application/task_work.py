"""Work on a task beside doing it: delegate, take back, return, reassign, follow up, give a priority."""

from adapters.application import hands
from adapters.application.answer import Answer, Request
from adapters.application.application import Application
from adapters.application.claim import on_open_task
from adapters.database import notes
from adapters.database.store import Transaction
from engine.acts.hand import Handing, hand
from engine.acts.steer import FollowUp, Prioritise, steer
from engine.dossier import Dossier
from engine.errors import Refusal
from engine.officer import Officer
from engine.outcome import Outcome
from engine.task import Task


def hand_on(app: Application, officer: Officer, request: Request, task: str, act: Handing) -> Answer:
    """Do the act; its reason stands beside the dossier as a comment, for whoever has the task then."""

    def decide(tx: Transaction, dossier: Dossier, current: Task) -> Outcome | Refusal:
        facts = hands.facts(app, tx, dossier, current.number, officer, getattr(act, "to", None))
        if isinstance(facts, Refusal):
            return facts
        outcome = hand(dossier, current.number, act, officer, facts)
        reason = str(getattr(act, "reason", "")).strip()
        if reason and outcome.dossier is not None and outcome.dossier is not dossier:
            notes.add_comment(tx, dossier.code, task, officer.id, reason, app.clock())
        return outcome

    return on_open_task(app, officer, request, task, act.act, decide)


def steer_task(app: Application, officer: Officer, request: Request, task: str, act: FollowUp | Prioritise) -> Answer:
    """Say when the task is looked at again, or how urgent it is."""

    def decide(tx: Transaction, dossier: Dossier, current: Task) -> Outcome | Refusal:
        facts = hands.facts(app, tx, dossier, current.number, officer, None)
        return facts if isinstance(facts, Refusal) else steer(dossier, current.number, act, officer, facts)

    return on_open_task(app, officer, request, task, act.act, decide)
