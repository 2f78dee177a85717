"""Prepare: the server offers what will be signed: its facts, a one-use nonce, an expiry. Nothing is decided yet."""

import base64
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from adapters.application import capacities, order, pdfs, views
from adapters.application.answer import CREATED, Answer, Request, known_answer, once, refuse
from adapters.application.application import Application
from adapters.application.covered import signed_documents
from adapters.application.sight import definition_of, open_task_in_sight
from adapters.application.since import refuses_stale
from adapters.application.trail import append, continued
from adapters.database import acts, trail
from adapters.database.store import Transaction
from adapters.form_data import refuses_data
from engine.acts.complete import refused
from engine.dossier import Dossier
from engine.errors import Refusal
from engine.officer import Officer
from engine.process import ProcessDefinition
from engine.task import Task

LIFETIME = timedelta(minutes=15)


def for_task(app: Application, officer: Officer, request: Request, task_id: str, data: Mapping[str, Any]) -> Answer:
    """The statement for completing a task with this data; refused when the officer could not complete it so.

    The PDFs that are to be signed are prepared before any lock is taken.
    """
    if known := known_answer(app, request):
        return known
    at = app.clock()
    offered = pdfs.offer(app, officer, task_id, data, at)

    def act(tx: Transaction) -> Answer:
        found = open_task_in_sight(tx, officer, task_id)
        if isinstance(found, Refusal):
            return refuse(found)
        dossier, task = found
        definition = definition_of(app, tx, dossier)
        refusal = refuses_stale(app, tx, dossier, request) or dossier.refuses_while_suspended()
        refusal = refusal or task.refuses_holder(officer)
        refusal = refusal or refuses_data(dossier, definition, task, data, app.clock())
        if refusal:
            return refuse(refusal)
        signing = _signing(app, tx, officer, dossier, definition, task, data)
        if isinstance(signing, Refusal):
            append(app, tx, [refused(dossier, task.number, officer, signing, {})], app.clock())
            return refuse(signing)
        if isinstance(offered, Refusal):
            append(app, tx, [refused(dossier, task.number, officer, offered, {})], app.clock())
            return refuse(offered)
        if refusal := pdfs.refuses_changed(dossier, offered):
            return refuse(refusal)
        facts = {**_facts(tx, dossier, task, definition, data), **signing}
        facts |= {"pdf": pdfs.keep(tx, officer, offered, of=dossier.code)} if offered else {}
        return issue(app, tx, officer, "task-completed", task.id, facts, at)

    return once(app, request, act)


def issue(
    app: Application,
    tx: Transaction,
    officer: Officer,
    act: str,
    subject: str,
    facts: dict[str, Any],
    at: datetime | None = None,
) -> Answer:
    """Keep a statement and give it: facts, nonce, expiry, and the log's present checkpoint.

    `at` is its time, where that is not now.
    """
    now = at or app.clock()
    statement_id = base64.b32encode(app.entropy(15)).decode().lower()
    nonce = base64.urlsafe_b64encode(app.entropy(24)).decode()
    facts = {**facts, "officer": officer.id, "time": views.moment(now)}
    values = {
        "id": statement_id,
        "act": act,
        "subject": subject,
        "officer": officer.id,
        "facts": facts,
        "nonce": nonce,
        "created": now,
        "expires": now + LIFETIME,
    }
    acts.add_statement(tx, values)
    head = trail.head(tx)
    body = {
        "id": statement_id,
        "act": act,
        "subject": subject,
        "nonce": nonce,
        "expires": views.moment(now + LIFETIME),
        "facts": facts,
        "checkpoint": head.checkpoint,
        **views.continued(continued(tx, app.witnessed, head.size)),
    }
    return Answer(status=CREATED, body=body)


def _signing(
    app: Application,
    tx: Transaction,
    officer: Officer,
    dossier: Dossier,
    definition: ProcessDefinition,
    task: Task,
    data: Mapping[str, Any],
) -> dict[str, Any] | Refusal:
    """In which capacity the officer would sign: what is signed of it, and the lines above the signature."""
    capacity = None
    if task.signature == capacities.APPROVAL:
        allowed = capacities.allowed_by(definition, task)
        found = capacities.signs(app, tx, officer, dossier, task, data, app.clock(), allowed=allowed)
        if isinstance(found, Refusal):
            return found
        capacity = found
    documents = signed_documents(dossier, definition, task)
    if refusal := order.refuses(tx, officer, dossier, task, documents, capacity, data):
        return refusal
    if capacity is None:
        return {"capacity": "", "delegation": None, "block": []}
    return {"capacity": capacity.kind, "delegation": capacities.keep(app, tx, capacity), "block": list(capacity.block)}


def _facts(
    tx: Transaction,
    dossier: Dossier,
    task: Task,
    definition: ProcessDefinition,
    data: Mapping[str, Any],
) -> dict[str, Any]:
    return {
        "dossier": dossier.code,
        "title": dossier.title,
        "task": task.id,
        "task_name": task.name,
        "element": task.element,
        "process_key": definition.key,
        "process_version": definition.version,
        "bundle_hash": definition.bundle_hash,
        "purpose": task.signature,
        "data": dict(data),
        "documents": [views.document(document) for document in signed_documents(dossier, definition, task)],
        "prior": acts.heads_of(tx, dossier.code),
    }
