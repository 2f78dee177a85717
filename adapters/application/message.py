"""A message for a dossier moves it from outside its tasks."""

from collections.abc import Mapping
from typing import Any

from adapters.application.answer import Answer, Request, once, refuse
from adapters.application.application import Application
from adapters.application.save import save
from adapters.application.sight import definition_of, dossier_in_sight
from adapters.application.since import stale
from adapters.database.store import Transaction
from engine.acts.proceed import message_received
from engine.errors import Refusal
from engine.officer import Officer


def send(app: Application, officer: Officer, request: Request, code: str, name: str, data: Mapping[str, Any]) -> Answer:
    """Give the dossier a message; refused when nothing in it waits for one of that name."""

    def act(tx: Transaction) -> Answer:
        dossier = dossier_in_sight(tx, officer, code, lock=True)
        if isinstance(dossier, Refusal):
            return refuse(dossier)
        if answer := stale(app, tx, officer, dossier, request, "message-received", code):
            return answer
        now = app.clock()
        definition = definition_of(app, tx, dossier)
        outcome = message_received(dossier, definition, name, data, officer, now=now)
        save(app, tx, dossier, outcome, now)
        if outcome.refusal is not None:
            return refuse(outcome.refusal)
        assert outcome.dossier is not None
        return Answer(body={"dossier": code, "status": int(outcome.dossier.status)})

    return once(app, request, act)
