"""Complete a task: an officer's verified approval moves the dossier on.

A refusal is an outcome, not an exception: it is recorded like everything else.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from engine.acts.move import excluded, move
from engine.bpmn import run
from engine.bpmn.events import TaskCompleted
from engine.bpmn.graph import UserTask
from engine.document import Document
from engine.dossier import Dossier, Status
from engine.errors import Kind, Refusal
from engine.officer import Officer
from engine.outcome import LeafDraft, Outcome
from engine.people.capacity import Capacity
from engine.process import ProcessDefinition
from engine.task import Task
from signing.record import ApprovalRecord
from signing.verify import Verified


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteTask:
    """What the officer sends: the form's data and, where the step wants one, the verified approval.

    `objects` names the stored bytes of record, manifest, signature and certificates. `documents` are the next revisions
    of those that were signed themselves.
    """

    number: int
    data: Mapping[str, object]
    approval: Verified | ApprovalRecord | None  # in a replay: the record of one that was accepted
    objects: Mapping[str, object]
    capacity: Capacity | None = None  # in which an approval is signed
    ready: frozenset[str] = frozenset()  # the documents that lie ready at the counter, or were given there just now
    unchecked: frozenset[str] = frozenset()  # those of them that may be given only after the taker's identity was
    documents: tuple[Document, ...] = ()


def complete(
    dossier: Dossier, act: CompleteTask, officer: Officer, definition: ProcessDefinition, *, now: datetime
) -> Outcome:
    """Decide what completing the task does; pure, so that replay gives the same answer."""
    task = dossier.open_task(act.number)
    if isinstance(task, Refusal):
        return Outcome.refused(task, refused(dossier, act.number, officer, task, act.objects))
    node = definition.graph.nodes[task.element]
    handed_over = node.hand_over if isinstance(node, UserTask) else None
    refusal = (
        dossier.refuses_while_suspended()
        or task.refuses_holder(officer)
        or _refuses_eyes(dossier, definition, task, officer)
        or _refuses_approval(task, act.approval)
        or _refuses_hand_over(task, handed_over, act)
    )
    if refusal:
        return Outcome.refused(refusal, refused(dossier, act.number, officer, refusal, act.objects))
    step = run.step(definition.graph, dossier.state, TaskCompleted(task=act.number, data=act.data), now=now)
    left = {number: other for number, other in dossier.tasks.items() if number != act.number}
    performers = (*dossier.performers.get(task.element, ()), officer.id)
    signed = {**dossier.documents, **{document.name: document for document in act.documents}}
    done = {**dossier.performers, task.element: _unique(performers)}
    before = replace(dossier, tasks=left, performers=done, documents=signed)
    leaf = _completed(dossier, task, act, officer, handed_over)
    outcome = move(before, definition, step, leaf, now=now)
    outcome = replace(outcome, closed={**outcome.closed, act.number: "completed"}, documents=act.documents)
    return _handed_over(outcome, handed_over) if handed_over else outcome


def refused(
    dossier: Dossier, number: int, officer: Officer, refusal: Refusal, objects: Mapping[str, object]
) -> LeafDraft:
    """The leaf of a refused completion: the attempt stands in the trail, with what was sent."""
    task = dossier.tasks.get(number)
    return LeafDraft(
        actor=officer.id,
        act="completion-refused",
        subject=f"{dossier.code}.{number}",
        dossier=dossier.code,
        details={
            "task": f"{dossier.code}.{number}",
            "element": task.element if task else "",
            "name": task.name if task else "",
            "code": refusal.code,
            "message": refusal.message,
        },
        objects=objects,
    )


def _handed_over(outcome: Outcome, document: str) -> Outcome:
    """The applicant has the result in hand: delivered, which is more than decided."""
    assert outcome.dossier is not None
    delivered = replace(outcome.dossier, status=Status.DELIVERED)
    return replace(outcome, dossier=delivered, handed_over=document)


def _refuses_approval(task: Task, approval: Verified | ApprovalRecord | None) -> Refusal | None:
    if task.signature == "none" or approval is not None:
        return None
    message = f"task {task.id} wants a signature ({task.signature}), found none"
    return Refusal(kind=Kind.SIGNATURE, code="signature-missing", message=message, remedy="complete it with --key")


def _refuses_eyes(dossier: Dossier, definition: ProcessDefinition, task: Task, officer: Officer) -> Refusal | None:
    if officer.id not in excluded(dossier, definition.graph, task.element):
        return None
    message = f"task {task.id} needs other eyes: {officer.id} did a step that it must not share an officer with"
    return Refusal(kind=Kind.FORBIDDEN, code="four-eyes", message=message, remedy="release it for a colleague")


def _refuses_hand_over(task: Task, document: str | None, act: CompleteTask) -> Refusal | None:
    if document is None:
        return None
    if document in act.unchecked:
        message = f"task {task.id} hands over {document}: its procedure demands that the taker's identity is checked"
        remedy = "record who took it: hoso dispatch give"
        return Refusal(kind=Kind.CONFLICT, code="identity-unchecked", message=message, remedy=remedy)
    if document in act.ready:
        return None
    message = f"task {task.id} hands over {document}, which does not lie ready at the counter"
    remedy = "see its dispatches: hoso dispatch list"
    return Refusal(kind=Kind.CONFLICT, code="nothing-to-hand-over", message=message, remedy=remedy)


def _completed(dossier: Dossier, task: Task, act: CompleteTask, officer: Officer, handed_over: str | None) -> LeafDraft:
    details: dict[str, object] = {
        "task": task.id,
        "element": task.element,
        "name": task.name,
        "data": dict(act.data),
        "position": officer.position,
        "roles": sorted(officer.roles),
    }
    if handed_over:
        details["handed_over"] = handed_over
    if task.signature != "none":
        details["purpose"] = task.signature
    if act.capacity is not None:
        details |= {"capacity": act.capacity.kind, "block": list(act.capacity.block)}
        details |= {"mandates": list(act.capacity.mandates)} if act.capacity.mandates else {}
    return LeafDraft(
        actor=officer.id,
        act="task-completed",
        subject=task.id,
        dossier=dossier.code,
        details=details,
        objects=act.objects,
    )


def _unique(officers: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(officers))
