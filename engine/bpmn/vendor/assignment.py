"""Who does a user task, as Camunda says it."""

from __future__ import annotations

from engine.bpmn.document import CAMUNDA, Element
from engine.bpmn.expressions import list_or_feel, literal_or_feel
from engine.bpmn.vendor.place import Compile, Place, known_attributes
from engine.feel import Expression


def read_assignment_attributes(place: Place) -> None:
    """Camunda 7: `camunda:assignee`, `candidateUsers`, `candidateGroups`."""
    element, found = place.element, place.found
    found.assignee = _attribute(element, "assignee", literal_or_feel, place)
    found.candidate_users = _attribute(element, "candidateUsers", list_or_feel, place)
    found.candidate_groups = _attribute(element, "candidateGroups", list_or_feel, place)


def _attribute(element: Element, name: str, read: Compile, place: Place) -> Expression | None:
    text = element.get(f"{{{CAMUNDA}}}{name}")
    return read(text, element, place.owner, place.problems) if text and text.strip() else None


def read_assignment(item: Element, place: Place) -> None:
    """Camunda 8: `zeebe:assignmentDefinition`."""
    known_attributes(item, place, "assignee", "candidateUsers", "candidateGroups")
    found = place.found
    for name, read in (
        ("assignee", literal_or_feel),
        ("candidateUsers", list_or_feel),
        ("candidateGroups", list_or_feel),
    ):
        text = (item.get(name) or "").strip()
        if not text:
            continue
        compiled = read(text, item, place.owner, place.problems)
        if name == "assignee":
            found.assignee = compiled
        elif name == "candidateUsers":
            found.candidate_users = compiled
        else:
            found.candidate_groups = compiled


def read_unit(place: Place) -> None:
    """Hoso: the property `hoso:unit`, whose officers are asked: text or FEEL after `=`."""
    text = place.found.properties.get("unit", "").strip()
    if text and place.kind == "userTask":  # that it is unknown elsewhere is said where properties are checked
        place.found.unit = literal_or_feel(text, place.element, place.owner, place.problems)
