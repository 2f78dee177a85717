"""Intervene in a running dossier: suspend, resume, cancel, modify, migrate, retry, resolve; each one transaction.

What would happen can be asked first (`rehearse`): the same decision, of which nothing is kept.
"""

from collections.abc import Callable

from adapters.application import views
from adapters.application.answer import Answer, Request, once, refuse
from adapters.application.application import Application
from adapters.application.capacities import code_of
from adapters.application.consequences import consequences, tokens
from adapters.application.placing import live_of
from adapters.application.save import save
from adapters.application.sight import definition_of, dossier_in_sight
from adapters.application.since import stale, with_changes
from adapters.application.terms import deployed
from adapters.application.trail import receipt
from adapters.database import definitions, incidents
from adapters.database.store import Transaction
from engine.acts.intervene import Facts, Intervention, Migrate, intervene
from engine.acts.intervene import retry as decide_retry
from engine.dossier import Dossier
from engine.errors import Refusal, Refused, not_found
from engine.officer import Officer
from engine.outcome import Outcome
from engine.people.cover import entitled
from engine.process import ProcessDefinition
from engine.task import Task


def perform(app: Application, officer: Officer, request: Request, code: str, act: Intervention) -> Answer:
    """Do the act; a refusal is in the trail, too."""

    def acting(tx: Transaction) -> Answer:
        dossier = dossier_in_sight(tx, officer, code, lock=True)
        if isinstance(dossier, Refusal):
            return refuse(dossier)
        if answer := stale(app, tx, officer, dossier, request, act.act, code):
            return answer
        facts = _facts(app, tx, dossier, act)
        if isinstance(facts, Refusal):
            return refuse(facts)
        return _done(app, tx, dossier, intervene(dossier, act, officer, facts, now=app.clock()), act.revision)

    return once(app, request, acting)


def rehearse(app: Application, officer: Officer, code: str, act: Intervention) -> Answer:
    """What the act would end, open, ask for and listen for, or its refusal; nothing is kept, nothing is recorded."""
    with app.store.read() as tx:
        dossier = dossier_in_sight(tx, officer, code)
        if isinstance(dossier, Refusal):
            return refuse(dossier)
        facts = _facts(app, tx, dossier, act)
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
        definition = definition_of(app, tx, dossier)
        return _done(app, tx, dossier, decide_retry(dossier, definition, incident, officer, now=app.clock()))

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


def _facts(app: Application, tx: Transaction, dossier: Dossier, act: Intervention) -> Facts | Refusal:
    definition = definition_of(app, tx, dossier)
    if not isinstance(act, Migrate):
        return Facts(definition=definition)
    target = _version(app, tx, dossier, act.version)
    if isinstance(target, Refusal):
        return target
    return Facts(definition=definition, target=target, keeps=_keeps(app, tx, code_of(tx, dossier)))


def _keeps(app: Application, tx: Transaction, procedure: str | None) -> Callable[[Task], bool]:
    """Whether who holds a task may do it: by its role, by name, by a mandate."""
    organisation, now = app.organisations.get(tx), app.clock()

    def keeps(task: Task) -> bool:
        return task.holder is not None and entitled(organisation, live_of(task, procedure), task.holder, now)

    return keeps


def _version(app: Application, tx: Transaction, dossier: Dossier, version: int) -> ProcessDefinition | Refusal:
    if definitions.find_process(tx, dossier.process_key, version) is None:
        which = f"{dossier.process_key} of version {version}"
        return not_found("process", which, "list the deployed ones: hoso process list")
    try:
        return deployed(app, tx, dossier.process_key, version)
    except Refused as refused:  # what that version calls cannot be called
        return refused.refusal


def _done(app: Application, tx: Transaction, dossier: Dossier, outcome: Outcome, seen: int | None = None) -> Answer:
    leaves = save(app, tx, dossier, outcome, app.clock())
    if outcome.refusal is not None:
        if seen is None or outcome.refusal.code != "stale-view":
            return refuse(outcome.refusal)
        return refuse(with_changes(app, tx, outcome.refusal, dossier, seen))
    after = outcome.dossier
    assert after is not None
    body = {
        "dossier": after.code,
        "status": int(after.status),
        "revision": after.revision,
        "version": after.process_version,
        "suspended": views.moment(after.suspended),
        "finished": views.moment(after.finished),
        "opened": [views.task_alone(task) for task in outcome.opened],
        "incidents": sorted(after.state.incidents),
    }
    return Answer(body={**body, "receipt": views.receipt(receipt(tx, leaves[0]))})
