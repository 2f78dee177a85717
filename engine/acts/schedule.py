"""When the task that opens is due, when it is followed up, how urgent it is: what its model gives over the data now.

What cannot be evaluated costs the task nothing but that: it opens all the same, and says why.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from engine.bpmn.schedule import DEFAULT_PRIORITY, Schedule, Unreadable, due_at, follow_up_at, priority_of, term_of
from engine.bpmn.scope import Scope, Stuck, because
from engine.calendar import END_OF_DAY
from engine.calendar import due as end_of_term
from engine.feel import Expression, Value

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheduled:
    """The task's times and priority; `notes` say what could not be evaluated, and hold no data."""

    due: datetime | None = None
    follow_up: datetime | None = None
    priority: int = DEFAULT_PRIORITY
    notes: tuple[str, ...] = ()


def schedule(modelled: Schedule, scope: Scope, days_off: Collection[date]) -> Scheduled:
    """Evaluate what the model says, as the task opens at `scope.now`; `days_off` of all years that a term may reach.

    A term is counted as the law counts (`engine.calendar`), but that the day's work ends at 17:00: what opens later,
    or on a day off, opens on the next working day.
    """
    notes: list[str] = []
    opened = scope.now

    def term(value: Value) -> datetime:
        return end_of_term(opened, term_of(value), cutoff=END_OF_DAY, days_off=days_off)

    due = _asked("due date", modelled.due, scope, lambda value: due_at(value, opened), notes)
    ends = _asked("term", modelled.term, scope, term, notes)
    follow_up = _asked("follow-up date", modelled.follow_up, scope, lambda value: follow_up_at(value, opened), notes)
    priority = _asked("priority", modelled.priority, scope, priority_of, notes)
    return Scheduled(
        due=due or ends,
        follow_up=follow_up,
        priority=DEFAULT_PRIORITY if priority is None else priority,
        notes=tuple(notes),
    )


def _asked(
    what: str, expression: Expression | None, scope: Scope, read: Callable[[Value], T], notes: list[str]
) -> T | None:
    """What the expression gives; None where it gives null on purpose, and with a note where it cannot be evaluated."""
    if expression is None:
        return None
    try:
        answer = scope.answer(expression)
        if answer.value is None and not answer.problems:
            return None
        return read(answer.value)
    except Stuck as stuck:
        notes.append(f"no {what}: {stuck.message}")
    except Unreadable as error:
        notes.append(f"no {what}: {expression.text!r} does not give one, {error}{because(answer.problems)}")
    return None
