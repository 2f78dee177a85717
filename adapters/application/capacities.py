"""In which capacity an officer does a task, by what the dossier says now; nobody signs outside a mandate's scope."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from adapters.application.application import Application
from adapters.database import definitions
from adapters.database.store import Transaction
from engine.bpmn.graph import UserTask
from engine.dossier import Dossier
from engine.errors import Kind, Refusal
from engine.officer import Officer
from engine.people.capacity import Capacity, Denied, Matter, capacity
from engine.people.delegation import delegation
from engine.people.eligible import acting
from engine.process import ProcessDefinition
from engine.task import Task
from signing.canonical import sha256_hex

APPROVAL = "approval"
_REMEDIES = {
    "absent": "leave it to your substitute, or end the absence first",
    "no-mandate": "leave it to who is competent, or ask for a mandate (KT., TL., TUQ.) with a document",
    "no-position": "ask an administrator to record your appointment",
    "mandate-giver-there": "leave it to who gave the mandate, who is there",
    "capacity-excluded": "leave it to who may sign it so; the process says it by hoso:capacity",
    "mandate-out-of-scope": "leave it to who gave the mandate",
}


def code_of(tx: Transaction, dossier: Dossier) -> str | None:
    """The code of the procedure that the dossier was received under, as mandates name it."""
    found = definitions.find_procedure(tx, dossier.procedure) if dossier.procedure else None
    return str(found["code"]) if found else None


def matter_of(tx: Transaction, dossier: Dossier, task: Task, typed: Mapping[str, Any] | None = None) -> Matter | None:
    """What the task decides on, over its data and what is `typed` into its form; None if it is for no role."""
    if task.role is None:
        return None
    data = {**dossier.state.seen_by(task.number), **(typed or {})}
    return Matter(role=task.role, unit=task.unit, procedure=code_of(tx, dossier), kind=task.kind, data=data)


def signs(
    app: Application,
    tx: Transaction,
    officer: Officer,
    dossier: Dossier,
    task: Task,
    typed: Mapping[str, Any],
    now: datetime,
    *,
    allowed: frozenset[str] | None,
) -> Capacity | Refusal:
    """In which capacity the officer signs the task's approval, or why not; `allowed` are those of its step.

    A condition must hold before and with what is typed: nobody types a case into a mandate, nor signs one out of it.
    """
    organisation, named = app.organisations.get(tx), officer.id in task.candidates
    found: Capacity | Denied | None = None
    for given in ({}, typed) if typed else ({},):
        matter = matter_of(tx, dossier, task, given)
        found = acting(organisation, officer.id, matter, now, named=named, allowed=allowed)
        if isinstance(found, Denied):
            return refusal(task, found)
    assert isinstance(found, Capacity)
    return found


def for_claim(
    app: Application, tx: Transaction, officer: Officer, dossier: Dossier, task: Task, now: datetime
) -> Capacity | Denied | None:
    """What a mandate gives somebody who has not the task's role; None where that is not asked."""
    if task.role is None or task.open_to(officer):
        return None
    matter = matter_of(tx, dossier, task)
    assert matter is not None
    return capacity(app.organisations.get(tx), officer.id, matter, now)


def keep(app: Application, tx: Transaction, found: Capacity) -> str | None:
    """Keep what the capacity rests on where an auditor finds it; gives its SHA-256, None in one's own position."""
    content = delegation(app.organisations.get(tx), found)
    if content is None:
        return None
    digest = sha256_hex(content)
    definitions.put_content(tx, digest, content)
    return digest


def refusal(task: Task, denied: Denied) -> Refusal:
    """The refusal that a denial is."""
    remedy = _REMEDIES.get(denied.code, "ask for a mandate that covers it, or leave it to who is competent")
    message = f"task {task.id}: {denied.reason}"
    return Refusal(kind=Kind.FORBIDDEN, code=denied.code, message=message, remedy=remedy)


def allowed_by(definition: ProcessDefinition, task: Task) -> frozenset[str] | None:
    """The capacities in which the task's step may be signed, by the process; None: all."""
    node = definition.graph.nodes.get(task.element)
    return node.capacities if isinstance(node, UserTask) else None


def shown(
    app: Application,
    tx: Transaction,
    officer: Officer,
    dossier: Dossier,
    task: Task,
    now: datetime,
    *,
    allowed: frozenset[str] | None,
) -> dict[str, Any] | None:
    """What an officer is told before signing; None where nothing is approved."""
    if task.signature != APPROVAL:
        return None
    found = signs(app, tx, officer, dossier, task, {}, now, allowed=allowed)
    if isinstance(found, Refusal):
        return {"refused": found.code, "reason": found.message}
    return {"kind": found.kind, "block": list(found.block), "reason": found.reason}
