"""When a user task is due, when it is followed up and how urgent it is, as Camunda and Hoso say it.

Plain text is checked here, FEEL (after `=`) when the task opens.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from engine.bpmn.document import CAMUNDA, Element
from engine.bpmn.expressions import literal_or_feel
from engine.bpmn.schedule import FIRST_PRIORITY as FIRST
from engine.bpmn.schedule import LAST_PRIORITY as LAST
from engine.bpmn.schedule import LONGEST_TERM, Unreadable, due_at, follow_up_at, term_of
from engine.bpmn.vendor.place import Place, known_attributes
from engine.feel import Expression, Value

_SOME_DAY = datetime(2000, 1, 1, tzinfo=UTC)
_TIME = "write ISO 8601 such as 2026-12-01T16:00:00+07:00, 2026-12-01 or P3D, or FEEL after ="


def read_schedule_attributes(place: Place) -> None:
    """Camunda 7: `camunda:dueDate`, `followUpDate`, `priority`."""
    due, follow_up, priority = (
        place.element.get(f"{{{CAMUNDA}}}{name}") for name in ("dueDate", "followUpDate", "priority")
    )
    _read_times(due, follow_up, place.element, place)
    _read_priority(priority, place.element, place)


def read_schedule(item: Element, place: Place) -> None:
    """Camunda 8: `zeebe:taskSchedule`."""
    known_attributes(item, place, "dueDate", "followUpDate")
    _read_times(item.get("dueDate"), item.get("followUpDate"), item, place)


def read_priority(item: Element, place: Place) -> None:
    """Camunda 8: `zeebe:priorityDefinition`."""
    known_attributes(item, place, "priority")
    _read_priority(item.get("priority"), item, place)


def read_term(place: Place) -> None:
    """Hoso: the property `hoso:term`, working days; it stands in place of a due date."""
    text = place.found.properties.get("term", "").strip()
    if not text or place.kind != "userTask":  # that it is unknown elsewhere is said where properties are checked
        return
    found = _read("hoso:term", text, term_of, place.element, place, f"write 0 to {LONGEST_TERM}, or FEEL after =")
    if place.found.schedule.due is not None:
        message = "it has a due date and hoso:term, which give two times"
        place.refuse(place.element, "schedule-twice", message, "keep one of them")
    place.found.schedule = replace(place.found.schedule, term=found)


def _read_times(due: str | None, follow_up: str | None, at: Element, place: Place) -> None:
    schedule = place.found.schedule
    if due and due.strip():
        found = _read("the due date", due, lambda value: due_at(value, _SOME_DAY), at, place, _TIME)
        schedule = replace(schedule, due=found)
    if follow_up and follow_up.strip():
        found = _read("the follow-up date", follow_up, lambda value: follow_up_at(value, _SOME_DAY), at, place, _TIME)
        schedule = replace(schedule, follow_up=found)
    place.found.schedule = schedule


def _read_priority(text: str | None, at: Element, place: Place) -> None:
    if text and text.strip():
        remedy = f"write a whole number from {FIRST} to {LAST}, or FEEL after ="
        found = _read("the priority", text, _written_priority, at, place, remedy)
        place.found.schedule = replace(place.found.schedule, priority=found)


def _written_priority(value: Value) -> int:
    """A priority that is written down, where nothing has to be put right."""
    text = str(value).strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 3 and FIRST <= int(text) <= LAST):
        raise Unreadable("expected a priority")
    return int(text)


def _read(
    what: str, text: str, check: Callable[[Value], object], at: Element, place: Place, remedy: str
) -> Expression | None:
    compiled = literal_or_feel(text, at, place.owner, place.problems)
    literal = compiled is not None and not text.strip().startswith("=")
    if literal:
        try:
            check(text.strip())
        except Unreadable:
            place.refuse(at, "schedule-unreadable", f"{what} {text.strip()!r} cannot be read", remedy)
    return compiled
