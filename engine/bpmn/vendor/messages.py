"""Which dossier a message means."""

from __future__ import annotations

from engine.bpmn.document import Element
from engine.bpmn.expressions import literal_or_feel
from engine.bpmn.vendor.place import Place, known_attributes


def read_subscription(item: Element, place: Place) -> None:
    """Camunda 8: `zeebe:subscription` of a message."""
    known_attributes(item, place, "correlationKey")
    text = (item.get("correlationKey") or "").strip()
    if text:
        place.found.key = literal_or_feel(text, item, place.owner, place.problems)
