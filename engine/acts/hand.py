"""Hand a task on: delegate it, take it back, return it, or (a head) reassign it.

Whoever gets it could do it; who completes it signs as themself. Four eyes count at every hand-over.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import ClassVar

from engine.acts.intervene import LONGEST_REASON
from engine.acts.move import excluded
from engine.bpmn.graph import Graph
from engine.dossier import Dossier, Status
from engine.errors import Kind, Refusal
from engine.officer import Officer
from engine.outcome import LeafDraft, Outcome
from engine.task import Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Colleague:
    """Somebody who may get a task; `hindrance` says why they cannot, and is empty when they can."""

    id: str
    name: str
    hindrance: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What an act needs beside the dossier, of the organisation as it is now."""

    graph: Graph
    now: datetime
    to: Colleague | None = None  # who is to get it
    owner: Colleague | None = None  # who delegated it; whether they are away does not matter
    superior: bool = False  # whether who acts answers for the task's unit, or for its holder


@dataclass(frozen=True, slots=True, kw_only=True)
class Handing:
    """What every act on an open task has: its leaf's name, and the one of its refusal."""

    act: ClassVar[str]
    refused: ClassVar[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delegate(Handing):
    """The holder gives the task to a colleague, and may take it back while it is open."""

    act: ClassVar[str] = "task-delegated"
    refused: ClassVar[str] = "delegation-refused"
    to: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeBack(Handing):
    """Who delegated the task has it again."""

    act: ClassVar[str] = "task-taken-back"
    refused: ClassVar[str] = "taking-back-refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Return(Handing):
    """The holder gives the task back: to who delegated it, else to its queue."""

    act: ClassVar[str] = "task-returned"
    refused: ClassVar[str] = "return-refused"
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reassign(Handing):
    """A head gives the task to another officer, or (None) back to its queue, whoever holds it."""

    act: ClassVar[str] = "task-reassigned"
    refused: ClassVar[str] = "reassignment-refused"
    to: str | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Handed:
    """What an act decided: the task after it, and what its leaf tells beside."""

    task: Task
    told: Mapping[str, object] = field(default_factory=dict)


def hand(dossier: Dossier, number: int, act: Handing, officer: Officer, facts: Facts) -> Outcome:
    """Decide what the act does; pure. A refusal is recorded as an attempt."""
    task = dossier.open_task(number)
    if isinstance(task, Refusal):
        return Outcome.refused(task)
    # Who did the other step may have changed since the task opened.
    task = replace(task, excluded=excluded(dossier, facts.graph, task.element))
    decided = dossier.refuses_while_suspended() or _refuses_reason(act) or _DECIDE[type(act)](task, act, officer, facts)
    if isinstance(decided, Refusal):
        return Outcome.refused(decided, leaf(dossier, task, officer, act.refused, refusal_told(decided)))
    if decided.task == task:
        return Outcome(dossier=dossier)
    told = {**decided.told, "reason": _reason(act)} if _reason(act) else decided.told
    return changed(dossier, decided.task, leaf(dossier, task, officer, act.act, told))


def given_back(task: Task, owner: Colleague | None) -> Task:
    """The task in the hands of who delegated it, else (also when they may not do it any more) in its queue."""
    able = owner is not None and not owner.hindrance and owner.id not in task.excluded
    return replace(task, holder=owner.id if owner is not None and able else None, owner=None)


def changed(dossier: Dossier, task: Task, told: LeafDraft) -> Outcome:
    """The dossier with the task as it is now; work on it has begun."""
    moved = replace(
        dossier,
        tasks={**dossier.tasks, task.number: task},
        revision=dossier.revision + 1,
        status=Status.IN_PROGRESS if dossier.status == Status.RECEIVED else dossier.status,
    )
    return Outcome(dossier=moved, leaves=(told,))


def leaf(dossier: Dossier, task: Task, officer: Officer, act: str, told: Mapping[str, object]) -> LeafDraft:
    """The leaf of an act on a task."""
    details = {"task": task.id, "element": task.element, "name": task.name, **told}
    return LeafDraft(actor=officer.id, act=act, subject=task.id, dossier=dossier.code, details=details)


def refusal_told(refusal: Refusal) -> Mapping[str, object]:
    """What the leaf of an attempt tells."""
    return {"code": refusal.code, "message": refusal.message}


def not_able(task: Task, to: Colleague) -> Refusal | None:
    """Why this colleague cannot be given the task, or None."""
    hindrance = to.hindrance
    if not hindrance and to.id in task.excluded:
        hindrance = "did a step that it must not share an officer with"
    if not hindrance and to.id == task.holder:
        hindrance = "holds it already"
    if not hindrance:
        return None
    message = f"task {task.id} cannot be given to {to.id}: {to.id} {hindrance}"
    return Refusal(kind=Kind.FORBIDDEN, code="not-able", message=message, remedy="name somebody else")


def _delegate(task: Task, act: Delegate, officer: Officer, facts: Facts) -> _Handed | Refusal:
    assert facts.to is not None
    if refusal := task.refuses_holder(officer) or not_able(task, facts.to):
        return refusal
    owner = task.owner or officer.id
    given = replace(task, holder=act.to, owner=None if owner == act.to else owner)
    return _Handed(task=given, told=_told(facts.to, officer.id))


def _take_back(task: Task, _act: TakeBack, officer: Officer, facts: Facts) -> _Handed | Refusal:
    if task.owner != officer.id:
        owned = f"was delegated by {task.owner}, not by {officer.id}" if task.owner else "was not delegated"
        remedy = "their head may reassign it: hoso task reassign"
        return Refusal(kind=Kind.FORBIDDEN, code="not-owner", message=f"task {task.id} {owned}", remedy=remedy)
    assert facts.owner is not None
    if refusal := not_able(task, facts.owner):
        return refusal
    return _Handed(task=given_back(task, facts.owner), told={"from": task.holder or ""})


def _return(task: Task, _act: Return, officer: Officer, facts: Facts) -> _Handed | Refusal:
    if refusal := task.refuses_holder(officer):
        return refusal
    back = replace(given_back(task, facts.owner), returned=facts.now)
    return _Handed(task=back, told=_told(facts.owner if back.holder else None, officer.id))


def _reassign(task: Task, act: Reassign, officer: Officer, facts: Facts) -> _Handed | Refusal:
    if not facts.superior:
        message = f"task {task.id} is reassigned by a head of its unit or its holder's, which {officer.id} is not"
        return Refusal(kind=Kind.FORBIDDEN, code="not-head", message=message, remedy="ask the head of the unit")
    if act.to is None:
        return _Handed(task=replace(task, holder=None, owner=None), told=_told(None, task.holder))
    assert facts.to is not None
    if refusal := not_able(task, facts.to):
        return refusal
    # Who delegated it still gets it back, unless it is given to that very officer.
    owner = task.owner if task.owner != act.to else None
    return _Handed(task=replace(task, holder=act.to, owner=owner), told=_told(facts.to, task.holder))


_DECIDE: Mapping[type[Handing], Callable[..., _Handed | Refusal]] = {
    Delegate: _delegate,
    TakeBack: _take_back,
    Return: _return,
    Reassign: _reassign,
}


def _told(to: Colleague | None, holder: str | None) -> dict[str, object]:
    who = {"to": to.id, "to_name": to.name} if to is not None else {"to": "", "queue": True}
    return {**who, "from": holder or ""}


def _reason(act: Handing) -> str:
    return str(getattr(act, "reason", "")).strip()


def _refuses_reason(act: Handing) -> Refusal | None:
    if isinstance(act, TakeBack) or 0 < len(_reason(act)) <= LONGEST_REASON:
        return None
    message = f"the reason has {len(_reason(act))} characters, expected 1 to {LONGEST_REASON}"
    return Refusal(kind=Kind.INVALID, code="reason-missing", message=message, remedy="say why")
