"""Extension properties: Hoso's own, and the headers of Camunda 7."""

from __future__ import annotations

from lxml import etree

from engine.bpmn.document import CAMUNDA, Element
from engine.bpmn.vendor.place import HOSO_PREFIX, Place


def read_properties(item: Element, place: Place) -> None:
    """`zeebe:properties` and `camunda:properties`."""
    for entry in item:
        name, value = entry.get("name") or "", entry.get("value") or ""
        if name.startswith(HOSO_PREFIX):
            key = name.removeprefix(HOSO_PREFIX)
            if key in place.found.properties:
                place.refuse(entry, "property-twice", f"property {name} is given twice", "keep one")
            place.found.properties[key] = value
        elif place.kind == "serviceTask" and etree.QName(item).namespace == CAMUNDA:
            place.found.headers[name] = value
