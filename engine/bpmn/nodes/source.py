"""One flow node in the XML, and what must hold for every kind of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.bpmn.document import Element, attributes, children, line_of, name_of
from engine.bpmn.problems import Mark, Problems
from engine.bpmn.roots import Roots
from engine.bpmn.scripts import Language
from engine.bpmn.vendor import Extensions

SUPPORTED = "the tasks, subprocesses, gateways and events of a process diagram"
_ON_USER_TASKS = (
    "signature", "capacity", "place", "documents", "notSameAs", "handOver", "term", "unit", "kind", "assign",
)  # fmt: skip
_PROPERTIES: Mapping[str, tuple[str, ...]] = {
    "userTask": _ON_USER_TASKS,
    "startEvent": ("accepts",),
    "intermediateCatchEvent": ("accepts",),
    "receiveTask": ("accepts",),
    "boundaryEvent": ("accepts",),
    "sendTask": ("correlationKey", "timeToLive"),
    "intermediateThrowEvent": ("correlationKey", "timeToLive"),
    "endEvent": ("correlationKey", "timeToLive"),
}
_QUIET_CHILDREN = {"documentation", "extensionElements", "incoming", "outgoing"}
# Data that is drawn: every expression sees the data by name anyway.
_DRAWN = {"ioSpecification", "dataInputAssociation", "dataOutputAssociation", "dataInput", "dataOutput", "property"}
_ASSOCIATIONS = ("dataInputAssociation", "dataOutputAssociation")
# Attributes of the BPMN schema with the values that change nothing; None: read elsewhere.
_ATTRIBUTES: dict[str, tuple[str, ...] | None] = {
    "id": None,
    "name": None,
    "default": None,
    "attachedToRef": None,
    "cancelActivity": None,
    "gatewayDirection": None,
    "isInterrupting": None,
    "scriptFormat": None,
    "isForCompensation": None,
    "startQuantity": None,
    "completionQuantity": None,
    "parallelMultiple": None,
    "triggeredByEvent": None,
    "ordering": None,
    "cancelRemainingInstances": None,
    "calledElement": None,
    "messageRef": None,
    "operationRef": None,
    "instantiate": None,
    "eventGatewayType": None,
    "method": ("##Compensate",),
    "implementation": ("##unspecified", "##WebService", ""),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One flow node's element with what is known around it."""

    element: Element
    id: str
    scope: str
    roots: Roots
    role: str | None
    problems: Problems
    scripts: Mapping[str, Language] = field(default_factory=dict)

    @property
    def within_event(self) -> bool:
        """Whether it stands directly in an event subprocess."""
        parent = self.element.getparent()
        return parent is not None and (parent.get("triggeredByEvent") or "false").strip() in ("true", "1")

    @property
    def kind(self) -> str:
        """Its BPMN element name."""
        return name_of(self.element)

    @property
    def base(self) -> dict[str, Any]:
        """What every node has."""
        name = self.element.get("name") or ""
        return {"id": self.id, "name": name, "line": line_of(self.element), "scope": self.scope}

    def refuse(self, code: str, message: str, remedy: str, at: Element | None = None, mark: Mark | None = None) -> None:
        """Add an error at the element, or at a part of it."""
        self.problems.error(line_of(self.element if at is None else at), self.id, code, message, remedy, mark)

    def note(self, code: str, message: str, remedy: str, at: Element | None = None) -> None:
        """Add a warning at the element, or at a part of it."""
        self.problems.warning(line_of(self.element if at is None else at), self.id, code, message, remedy)


def check_attributes(source: Source) -> None:
    """Refuse attributes of BPMN that would change what the element does."""
    for space, name, value in attributes(source.element):
        allowed = _ATTRIBUTES.get(name, ()) if space is None else None
        if allowed is not None and value.strip() not in allowed:
            message = f"{name}={value!r} on {source.kind} is not executed yet"
            source.refuse("attribute-unsupported", message, "remove the attribute", mark=Mark(attribute=name))


def check_properties(source: Source, extensions: Extensions) -> None:
    """Refuse properties of Hoso that mean nothing on this kind of element."""
    known = _PROPERTIES.get(source.kind, ())
    for name in extensions.properties:
        if name not in known:
            expected = ", ".join(f"hoso:{item}" for item in known) or "none"
            message, mark = f"property hoso:{name} is unknown on {source.kind}", Mark(text=f"hoso:{name}")
            source.refuse("property-unknown", message, f"known: {expected}", mark=mark)


def check_children(source: Source, *allowed: str) -> None:
    """Refuse the parts of the element that are neither `allowed` nor only told to people."""
    for item in children(source.element):
        name = name_of(item)
        if name in _ASSOCIATIONS and (part := next(children(item, "transformation", "assignment"), None)) is not None:
            message = f"{name_of(part)} in {name} has no effect: data are seen and set by name"
            source.note("data-drawn-only", message, "write it as an input or output mapping", item)
        if name in _QUIET_CHILDREN or name in allowed:
            continue
        if name in _DRAWN:
            message = f"{name} is drawn only: every expression sees the data by name"
            source.note("data-drawn-only", message, "remove it, or keep it as a picture", item)
            continue
        if name.endswith("LoopCharacteristics"):
            source.refuse("loop-unsupported", f"{name} on {source.kind} is not executed yet", "draw the loop", item)
        elif name.endswith("EventDefinition") or name == "eventDefinitionRef":
            source.refuse("event-unsupported", f"{name} on {source.kind} is not executed yet", f"use {SUPPORTED}", item)
        else:
            source.refuse("part-unsupported", f"{name} in {source.kind} is not executed yet", "remove it", item)


def flag(element: Element, name: str, default: str = "false") -> bool:
    """A boolean attribute."""
    return (element.get(name) or default).strip() in ("true", "1")


def data_of(scope: Element) -> tuple[str, ...]:
    """The names of the data that live in a scope: properties and data objects."""
    return tuple(item.get("name") or item.get("id") or "" for item in children(scope, "property", "dataObject"))


def names(text: str) -> tuple[str, ...]:
    """The names in a text, separated by commas."""
    return tuple(name.strip() for name in text.split(",") if name.strip())
