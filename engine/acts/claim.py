"""Claim and release: who holds a task. A claimed task stands in its holder's queue, a free one in that of its role."""

from dataclasses import replace

from engine.acts.move import excluded
from engine.bpmn.graph import Graph
from engine.dossier import Dossier, Status
from engine.errors import Refusal
from engine.officer import Officer
from engine.outcome import LeafDraft, Outcome
from engine.task import Task


def claim(dossier: Dossier, number: int, officer: Officer, graph: Graph) -> Outcome:
    """Decide whether the officer gets the task. Claiming what one holds changes nothing."""
    task = dossier.open_task(number)
    if isinstance(task, Refusal):
        return Outcome.refused(task)
    # Who did the other step may have changed since the task opened.
    task = replace(task, excluded=excluded(dossier, graph, task.element))
    if refusal := dossier.refuses_while_suspended() or task.refuses_claim(officer):
        return Outcome.refused(refusal, _refused(dossier, task, officer, "claim-refused", refusal))
    if task.holder == officer.id:
        return Outcome(dossier=dossier)
    return _held(dossier, task, officer, "task-claimed", officer.id)


def release(dossier: Dossier, number: int, officer: Officer, _graph: Graph) -> Outcome:
    """Decide whether the officer may put the task back into the queue of its role."""
    task = dossier.open_task(number)
    if isinstance(task, Refusal):
        return Outcome.refused(task)
    if refusal := task.refuses_holder(officer):
        return Outcome.refused(refusal, _refused(dossier, task, officer, "release-refused", refusal))
    return _held(dossier, task, officer, "task-released", None)


def _refused(dossier: Dossier, task: Task, officer: Officer, act: str, refusal: Refusal) -> LeafDraft:
    details = {"task": task.id, "element": task.element, "name": task.name}
    told = {**details, "code": refusal.code, "message": refusal.message}
    return LeafDraft(actor=officer.id, act=act, subject=task.id, dossier=dossier.code, details=told)


def _held(dossier: Dossier, task: Task, officer: Officer, act: str, holder: str | None) -> Outcome:
    details = {"task": task.id, "element": task.element, "name": task.name}
    leaf = LeafDraft(actor=officer.id, act=act, subject=task.id, dossier=dossier.code, details=details)
    moved = replace(
        dossier,
        tasks={**dossier.tasks, task.number: replace(task, holder=holder)},
        revision=dossier.revision + 1,
        status=Status.IN_PROGRESS if dossier.status == Status.RECEIVED else dossier.status,
    )
    return Outcome(dossier=moved, leaves=(leaf,))
