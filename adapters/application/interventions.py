"""Intervene in a running dossier: suspend, resume, cancel, modify, migrate, retry, resolve; each one transaction.

What would happen can be asked first (`rehearse`): the same decision, of which nothing is kept.
"""

from adapters.application import views
from adapters.application.acting import beside, offered, unsigned
from adapters.application.answer import Answer, Request, once, refuse
from adapters.application.application import Application
from adapters.application.consequences import consequences, tokens
from adapters.application.intervening import COMMANDS, SIGNED, decided, done, facts_of, must_be_signed
from adapters.application.sight import definition_of, dossier_in_sight
from adapters.application.since import stale
from adapters.database import incidents
from adapters.database.store import Transaction
from engine.acts.intervene import Intervention, attempt, intervene
from engine.acts.intervene import retry as decide_retry
from engine.errors import Refusal
from engine.officer import Officer
from engine.outcome import Outcome


def perform(
    app: Application, officer: Officer, request: Request, code: str, act: Intervention, *, sign: bool = False
) -> Answer:
    """Do the act; a refusal is in the trail, too. One that must be signed is answered with its statement (`sign`)."""

    def acting(tx: Transaction) -> Answer:
        dossier = dossier_in_sight(tx, officer, code, lock=True)
        if isinstance(dossier, Refusal):
            return refuse(dossier)
        if answer := stale(app, tx, officer, dossier, request, act.act, code):
            return answer
        now = app.clock()
        outcome = decided(app, tx, officer, dossier, act, now)
        if isinstance(outcome, Refusal):
            return refuse(outcome)
        if outcome.refusal is None and must_be_signed(act):
            if sign:
                return beside(offered(app, tx, officer, SIGNED[act.act].of_act(code, act), {}), {"dossier": code})
            missing = unsigned(act.act, f"hoso {COMMANDS[act.act]} {code} …")
            outcome = Outcome.refused(missing, attempt(dossier, act.act, officer, missing))
        return done(app, tx, dossier, outcome, now, act.revision)

    return once(app, request, acting)


def rehearse(app: Application, officer: Officer, code: str, act: Intervention) -> Answer:
    """What the act would end, open, ask for and listen for, or its refusal; nothing is kept, nothing is recorded."""
    with app.store.read() as tx:
        dossier = dossier_in_sight(tx, officer, code)
        if isinstance(dossier, Refusal):
            return refuse(dossier)
        facts = facts_of(app, tx, dossier, act)
        if isinstance(facts, Refusal):
            return refuse(facts)
        outcome = intervene(dossier, act, officer, facts, now=app.clock())
        if outcome.refusal is not None:
            return refuse(outcome.refusal)
        told = consequences(dossier, outcome, facts.definition.graph, (facts.target or facts.definition).graph)
        return Answer(body={"dossier": code, "revision": dossier.revision, "act": act.act, **told})


def retry(app: Application, officer: Officer, request: Request, code: str, incident: int) -> Answer:
    """Let what stands still try again (administrator)."""

    def acting(tx: Transaction) -> Answer:
        dossier = dossier_in_sight(tx, officer, code, lock=True)
        if isinstance(dossier, Refusal):
            return refuse(dossier)
        if answer := stale(app, tx, officer, dossier, request, "incident-retried", code):
            return answer
        definition, now = definition_of(app, tx, dossier), app.clock()
        return done(app, tx, dossier, decide_retry(dossier, definition, incident, officer, now=now), now)

    return once(app, request, acting)


def list_incidents(app: Application, officer: Officer, after: str, limit: int) -> Answer:
    """A page of the incidents within the officer's sight; the cursor is `dossier:number`."""
    with app.store.read() as tx:
        rows = incidents.listed(tx, officer, after=after, limit=limit)
    items = [
        {
            "dossier": row["dossier"],
            "dossier_title": row["title"],
            **views.incident(row),
            "suspended": views.moment(row["suspended"]),
        }
        for row in rows
    ]
    following = f"{rows[-1]['dossier']}:{rows[-1]['number']}" if len(rows) == limit else None
    return Answer(body={"items": items, "next": following})


def list_tokens(app: Application, officer: Officer, code: str) -> Answer:
    """What lives in a dossier: where its tokens stand, and by which number each can be ended."""
    with app.store.read() as tx:
        dossier = dossier_in_sight(tx, officer, code)
        if isinstance(dossier, Refusal):
            return refuse(dossier)
        items = tokens(dossier.state, definition_of(app, tx, dossier).graph)
    return Answer(body={"dossier": code, "revision": dossier.revision, "items": items, "next": None})
