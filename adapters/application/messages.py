"""Messages and signals that officers send to whom they concern, not to a dossier that they name."""

from collections.abc import Mapping
from typing import Any

from adapters.application import views
from adapters.application.answer import Answer, Request, once, refuse
from adapters.application.application import Application
from adapters.application.correlation import give
from adapters.application.trail import append
from adapters.database import dossiers, jobs, messages
from adapters.database.store import Transaction
from engine import policy
from engine.acts.messages import Message, read_life
from engine.acts.move import SIGNAL
from engine.errors import Refusal
from engine.officer import Officer
from engine.outcome import JobRequest, LeafDraft


def send(
    app: Application,
    officer: Officer,
    request: Request,
    name: str,
    key: str | None,
    data: Mapping[str, Any],
    ttl: str | None,
) -> Answer:
    """Send a message: to who waits for it within the officer's sight, to the process that it starts, or to wait."""
    if refusal := policy.refuses(officer, "send messages"):
        return refuse(refusal)
    life = read_life(ttl)
    if isinstance(life, Refusal):
        return refuse(life)
    message = Message(name=name, key=key, data=data, life=life, officer=officer, unit=officer.unit)
    return once(app, request, lambda tx: give(app, tx, message, app.clock()))


def list_waiting(app: Application, officer: Officer, after: int, limit: int) -> Answer:
    """A page of the messages that wait, from the units within the officer's sight; not what they bring."""
    with app.store.read() as tx:
        rows = messages.listed(tx, officer, after=after, limit=limit)
    items = [_shown(row) for row in rows]
    return Answer(body={"items": items, "next": items[-1]["id"] if len(items) == limit else None})


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    shown = {name: row[name] for name in ("id", "name", "key", "officer", "dossier", "unit")}
    return {**shown, "sent": views.moment(row["sent"]), "expires": views.moment(row["expires"])}


def send_signal(app: Application, officer: Officer, request: Request, name: str, data: Mapping[str, Any]) -> Answer:
    """Broadcast a signal (administrator): to every dossier that listens, and every process that starts by it."""

    def act(tx: Transaction) -> Answer:
        if refusal := policy.refuses(officer, "send signals", app.organisations.get(tx).top):
            return refuse(refusal)
        now = app.clock()
        payload = {"name": name, "data": dict(data)}
        jobs.add_job(tx, None, JobRequest(number=0, element="", type=SIGNAL, payload=payload, due=now))
        append(app, tx, [LeafDraft(actor=officer.id, act="signal-sent", subject=name, details=payload)], now)
        listening = len(dossiers.listening(tx, name))
        return Answer(
            body={"signal": name, "dossiers": listening, "processes": len(messages.starts(tx, "signal", name))}
        )

    return once(app, request, act)
