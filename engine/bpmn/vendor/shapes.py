"""What may stand within the extension elements that are read: anything else would be dropped, and is refused."""

from __future__ import annotations

from collections.abc import Mapping

from lxml import etree

from engine.bpmn.document import CAMUNDA, ZEEBE, Element, name_of
from engine.bpmn.vendor.place import Place, known_attributes

_CONFIGURED = ("modelerConfigurationTemplate", "modelerConfigurationName")  # which template a modeler took it from
_VALUES = ("list", "map", "script")
# By namespace and name: the attributes (None: their reader knows them) and the elements within.
_SHAPES: dict[tuple[str, str], tuple[tuple[str, ...] | None, tuple[str, ...]]] = {
    (ZEEBE, "userTask"): ((), ()),
    (ZEEBE, "assignmentDefinition"): (None, ()),
    (ZEEBE, "formDefinition"): (None, ()),
    (ZEEBE, "taskSchedule"): (None, ()),
    (ZEEBE, "priorityDefinition"): (None, ()),
    (ZEEBE, "taskDefinition"): (None, ()),
    (ZEEBE, "script"): (None, ()),
    (ZEEBE, "versionTag"): (None, ()),
    (ZEEBE, "calledElement"): (None, ()),
    (CAMUNDA, "in"): (None, ()),
    (CAMUNDA, "out"): (None, ()),
    (ZEEBE, "calledDecision"): (None, ()),
    (ZEEBE, "loopCharacteristics"): (None, ()),
    (ZEEBE, "subscription"): (None, ()),
    (ZEEBE, "taskHeaders"): ((), ("header",)),
    (ZEEBE, "header"): (("id", "key", "value"), ()),
    (ZEEBE, "ioMapping"): ((), ("input", "output")),
    (ZEEBE, "input"): (("source", "target", *_CONFIGURED), ()),
    (ZEEBE, "output"): (("source", "target", *_CONFIGURED), ()),
    (ZEEBE, "properties"): ((), ("property",)),
    (ZEEBE, "property"): (("name", "value", *_CONFIGURED), ()),
    (CAMUNDA, "properties"): ((), ("property",)),
    (CAMUNDA, "property"): (("id", "name", "value"), ()),
    (CAMUNDA, "inputOutput"): ((), ("inputParameter", "outputParameter")),
    (CAMUNDA, "inputParameter"): (("name",), _VALUES),
    (CAMUNDA, "outputParameter"): (("name",), _VALUES),
}


def check_shape(item: Element, place: Place) -> None:
    """Refuse the attributes and elements within an extension element that nobody would read."""
    space = etree.QName(item).namespace or ""
    shape = _SHAPES.get((space, name_of(item)))
    if shape is None:
        return
    known, within = shape
    if known is not None:
        known_attributes(item, place, *known)
    for part in item.iterchildren(etree.Element):
        if etree.QName(part).namespace == space and name_of(part) in within:
            check_shape(part, place)
        else:
            message = f"{name_of(part)} within {name_of(item)} is not supported"
            place.refuse(part, "extension-unsupported", message, "remove it")


def check_once(item: Element, before: Mapping[str, object], place: Place) -> None:
    """Refuse an extension element that says again, and otherwise, what was `said` before it: one of the two is lost."""
    now = place.found.said()
    for name, value in before.items():
        if now.get(name) != value:
            message = f"{name_of(item)} says again what {name.replace('_', ' ')} it has"
            place.refuse(item, "extension-twice", message, "say it once: for Camunda 7 or for Camunda 8")
