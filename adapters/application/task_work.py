"""Work on a task beside doing it: delegate, take back, return, reassign, follow up, give a priority."""

from adapters.application import hands
from adapters.application.answer import Answer, Request, once, refuse
from adapters.application.application import Application
from adapters.application.claim import done
from adapters.application.sight import task_in_sight
from adapters.application.since import looked_at
from adapters.database import notes
from adapters.database.store import Transaction
from engine.acts.hand import Handing, hand
from engine.acts.steer import FollowUp, Prioritise, steer
from engine.errors import Refusal
from engine.officer import Officer


def hand_on(app: Application, officer: Officer, request: Request, task: str, act: Handing) -> Answer:
    """Do the act; its reason stands beside the dossier as a comment, for whoever has the task then."""

    def acting(tx: Transaction) -> Answer:
        found = task_in_sight(tx, officer, task, lock=True)
        if isinstance(found, Refusal):
            return refuse(found)
        dossier, number = found
        current = looked_at(app, tx, officer, dossier, number, request, act.act)
        if isinstance(current, Answer):
            return current
        facts = hands.facts(app, tx, dossier, number, officer, getattr(act, "to", None))
        if isinstance(facts, Refusal):
            return refuse(facts)
        outcome = hand(dossier, number, act, officer, facts)
        reason = str(getattr(act, "reason", "")).strip()
        if reason and outcome.dossier is not None and outcome.dossier is not dossier:
            notes.add_comment(tx, dossier.code, task, officer.id, reason, app.clock())
        return done(app, tx, dossier, number, outcome)

    return once(app, request, acting)


def steer_task(app: Application, officer: Officer, request: Request, task: str, act: FollowUp | Prioritise) -> Answer:
    """Say when the task is looked at again, or how urgent it is."""

    def acting(tx: Transaction) -> Answer:
        found = task_in_sight(tx, officer, task, lock=True)
        if isinstance(found, Refusal):
            return refuse(found)
        dossier, number = found
        current = looked_at(app, tx, officer, dossier, number, request, act.act)
        if isinstance(current, Answer):
            return current
        facts = hands.facts(app, tx, dossier, number, officer, None)
        if isinstance(facts, Refusal):
            return refuse(facts)
        return done(app, tx, dossier, number, steer(dossier, number, act, officer, facts))

    return once(app, request, acting)
