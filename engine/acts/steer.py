"""When a task is looked at again, and how urgent it is: said by who holds it, or by a head."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import ClassVar

from engine.acts.hand import Facts, changed, leaf, refusal_told
from engine.bpmn.schedule import LAST_PRIORITY
from engine.dossier import Dossier
from engine.errors import Kind, Refusal
from engine.officer import Officer
from engine.outcome import Outcome
from engine.task import Task
from signing.record import time_text

LATEST = timedelta(days=5 * 366)
"""How far away a follow-up date may be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """Until that time the task need not be looked at; None: it is looked at now."""

    act: ClassVar[str] = "follow-up-set"
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prioritise:
    """0 to 100, the higher the sooner."""

    act: ClassVar[str] = "priority-set"
    priority: int


def steer(dossier: Dossier, number: int, act: FollowUp | Prioritise, officer: Officer, facts: Facts) -> Outcome:
    """Decide whether the officer may say so; what is so already changes nothing."""
    task = dossier.open_task(number)
    if isinstance(task, Refusal):
        return Outcome.refused(task)
    refusal = dossier.refuses_while_suspended() or _refuses(task, officer, facts) or _refuses_value(act, facts.now)
    if refusal:
        return Outcome.refused(refusal, leaf(dossier, task, officer, "steering-refused", refusal_told(refusal)))
    steered, done, told = _steered(task, act)
    if steered == task:
        return Outcome(dossier=dossier)
    return changed(dossier, steered, leaf(dossier, task, officer, done, told))


def _steered(task: Task, act: FollowUp | Prioritise) -> tuple[Task, str, dict[str, object]]:
    if isinstance(act, Prioritise):
        return replace(task, priority=act.priority), "priority-set", {"priority": act.priority}
    at = act.at.replace(microsecond=0) if act.at else None
    return replace(task, follow_up=at), "follow-up-set", {"at": time_text(at) if at else ""}


def _refuses(task: Task, officer: Officer, facts: Facts) -> Refusal | None:
    return None if facts.superior else task.refuses_holder(officer)


def _refuses_value(act: FollowUp | Prioritise, now: datetime) -> Refusal | None:
    if isinstance(act, Prioritise):
        if 0 <= act.priority <= LAST_PRIORITY:
            return None
        message = f"priority {act.priority}: expected 0 to {LAST_PRIORITY}"
        return Refusal(kind=Kind.INVALID, code="priority-range", message=message, remedy="choose another")
    if act.at is None or now < act.at <= now + LATEST:
        return None
    message = f"follow-up date {act.at.isoformat()}: expected a time to come, within five years"
    return Refusal(kind=Kind.INVALID, code="follow-up-date", message=message, remedy="choose another day, or none")
