"""Who answers for whose work, and why somebody cannot be given a task."""

from __future__ import annotations

from datetime import datetime

from engine.officer import ADMINISTRATOR, HEAD, Officer
from engine.people.cover import Live, entitled
from engine.people.officers import officer_at
from engine.people.organisation import Organisation, day_of


def answers_for(organisation: Organisation, officer: Officer, unit: str, holder: str | None, now: datetime) -> bool:
    """Whether the officer answers for the work of the unit, or of who holds it: as a head, or as an administrator.

    A head is who holds a position of that rank there, or in a unit around it, or has the role `head` there.
    """
    if officer.has(ADMINISTRATOR, unit):
        return True
    held = organisation.held(holder, day_of(now)) if holder is not None else ()
    units = [unit, *(position.unit for _, position in held)]
    return any(officer.has(HEAD, each) or _heads(organisation, officer.id, each, now) for each in units)


def _heads(organisation: Organisation, officer: str, unit: str, now: datetime) -> bool:
    day = day_of(now)
    return any(officer in organisation.heads(above.id, day) for above in organisation.upwards(unit))


def hindrance(organisation: Organisation, task: Live, id: str, now: datetime, *, present: bool = True) -> str:
    """Why the officer cannot be given the task now, or an empty text.

    They are in office, may do it, in its unit or by a mandate, and (unless that does not matter) are not away.
    """
    officer = officer_at(organisation, id, now)
    if officer is None:
        return "holds no position today"
    may = entitled(organisation, task, id, now)
    if not (may or officer.works_in(task.unit)):
        return f"does not work in {task.unit}"
    if id in task.excluded:
        return "did a step that it must not share an officer with"
    if not may:
        return f"is not {task.role}" if task.role else "is not named for it"
    absence = organisation.away(id, now) if present else None
    return f"is away until {absence.until:%Y-%m-%dT%H:%M:%SZ}" if absence is not None else ""
