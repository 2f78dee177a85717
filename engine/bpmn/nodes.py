"""Flow nodes: from an element of the XML to a node of the graph, or to the reason why it is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from engine.bpmn.document import Element, attributes, children, line_of, name_of, reference, text_of
from engine.bpmn.expressions import compile_at, is_foreign, is_formal, speaks_feel
from engine.bpmn.graph import (
    BoundaryEvent,
    CatchEvent,
    EndEvent,
    ExclusiveGateway,
    MessageDefinition,
    Node,
    ParallelGateway,
    Place,
    ServiceTask,
    Signature,
    StartEvent,
    ThrowEvent,
    UserTask,
)
from engine.bpmn.problems import Problems
from engine.bpmn.timers import TimerDefinition, TimerError, TimerKind, plan
from engine.bpmn.vendor import Extensions, read_extensions

SIGNATURES = ("none", "initial", "approval", "organ")
PLACES = ("anywhere", "office")
_SUPPORTED = "start and end events, user and service tasks, exclusive and parallel gateways, timer and message events"
_PROPERTIES = {
    "userTask": ("signature", "place", "documents", "notSameAs", "handOver"),
    "intermediateCatchEvent": ("accepts",),
    "boundaryEvent": ("accepts",),
}
_QUIET_CHILDREN = {"documentation", "extensionElements", "incoming", "outgoing"}
# Attributes of the BPMN schema with the values that change nothing; None: read elsewhere.
_ATTRIBUTES: dict[str, tuple[str, ...] | None] = {
    "id": None,
    "name": None,
    "default": None,
    "attachedToRef": None,
    "cancelActivity": None,
    "gatewayDirection": None,
    "isInterrupting": None,
    "isForCompensation": ("false", "0"),
    "startQuantity": ("1",),
    "completionQuantity": ("1",),
    "parallelMultiple": ("false", "0"),
    "implementation": ("##unspecified", "##WebService", ""),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One flow node's element with what is known around it."""

    element: Element
    id: str
    messages: Mapping[str, MessageDefinition]
    role: str | None
    problems: Problems

    @property
    def kind(self) -> str:
        """Its BPMN element name."""
        return name_of(self.element)

    @property
    def base(self) -> dict[str, Any]:
        """What every node has."""
        return {"id": self.id, "name": self.element.get("name") or "", "line": line_of(self.element)}

    def refuse(self, code: str, message: str, remedy: str, at: Element | None = None) -> None:
        """Add an error at the element, or at a part of it."""
        self.problems.error(line_of(self.element if at is None else at), self.id, code, message, remedy)

    def note(self, code: str, message: str, remedy: str, at: Element | None = None) -> None:
        """Add a warning at the element, or at a part of it."""
        self.problems.warning(line_of(self.element if at is None else at), self.id, code, message, remedy)


def read_node(source: Source) -> Node | None:
    """The node, without its flows; None (with a problem) when it cannot be executed."""
    read = _READERS.get(source.kind)
    if read is None:
        source.refuse("element-unsupported", f"{source.kind} is not executed yet", f"model it with {_SUPPORTED}")
        return None
    extensions = read_extensions(source.element, source.id, source.problems)
    _check_attributes(source)
    _check_properties(source, extensions)
    return read(source, extensions)


def _check_attributes(source: Source) -> None:
    for space, name, value in attributes(source.element):
        allowed = _ATTRIBUTES.get(name, ()) if space is None else None
        if allowed is not None and value.strip() not in allowed:
            message = f"{name}={value!r} on {source.kind} is not executed yet"
            source.refuse("attribute-unsupported", message, "remove the attribute")


def _check_properties(source: Source, extensions: Extensions) -> None:
    known = _PROPERTIES.get(source.kind, ())
    for name in extensions.properties:
        if name not in known:
            expected = ", ".join(f"hoso:{item}" for item in known) or "none"
            source.refuse("property-unknown", f"property hoso:{name} is unknown on {source.kind}", f"known: {expected}")


def _check_children(source: Source, *allowed: str) -> None:
    for item in children(source.element):
        name = name_of(item)
        if name in _QUIET_CHILDREN or name in allowed:
            continue
        if name.endswith("LoopCharacteristics"):
            source.refuse(
                "loop-unsupported", "loops and multiple instances are not executed yet", "draw the loop", item
            )
        elif name.endswith("EventDefinition") or name == "eventDefinitionRef":
            source.refuse(
                "event-unsupported", f"{name} on {source.kind} is not executed yet", f"use {_SUPPORTED}", item
            )
        else:
            source.refuse("part-unsupported", f"{name} in {source.kind} is not executed yet", "remove it", item)


def _read_user_task(source: Source, extensions: Extensions) -> UserTask:
    _check_children(source)
    found = extensions.properties
    return UserTask(
        **source.base,
        default=source.element.get("default"),
        role=source.role,
        assignee=extensions.assignee,
        candidate_users=extensions.candidate_users,
        candidate_groups=extensions.candidate_groups,
        form=extensions.form,
        signature=cast(Signature, _one_of(source, found, "signature", SIGNATURES)),
        place=cast(Place, _one_of(source, found, "place", PLACES)),
        documents=_names(found["documents"]) if "documents" in found else None,
        not_same_as=_names(found.get("notSameAs", "")),
        hand_over=found.get("handOver", "").strip() or None,
    )


def _one_of(source: Source, found: Mapping[str, str], name: str, values: tuple[str, ...]) -> str:
    value = found.get(name, values[0]).strip()
    if value not in values:
        source.refuse("property-value", f"hoso:{name} is {value!r}", f"write one of {', '.join(values)}")
        return values[0]
    return value


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _read_service_task(source: Source, extensions: Extensions) -> ServiceTask | None:
    _check_children(source)
    if not extensions.job_type:
        source.refuse(
            "no-job-type", "the service task names no job type", "set its task definition type, such as hoso.letter"
        )
        return None
    return ServiceTask(
        **source.base,
        default=source.element.get("default"),
        job_type=extensions.job_type,
        headers=extensions.headers,
        inputs=tuple(extensions.inputs),
    )


def _read_exclusive(source: Source, extensions: Extensions) -> ExclusiveGateway:
    _check_children(source)
    return ExclusiveGateway(**source.base, default=source.element.get("default"))


def _read_parallel(source: Source, extensions: Extensions) -> ParallelGateway:
    _check_children(source)
    if source.element.get("default"):
        source.refuse(
            "default-forbidden", "a parallel gateway takes every flow; it has no default", "remove the default"
        )
    return ParallelGateway(**source.base)


def _read_start(source: Source, extensions: Extensions) -> StartEvent | None:
    timer = next(children(source.element, "timerEventDefinition"), None)
    if timer is not None:
        message = "a timer does not start processes yet"
        source.refuse("timer-start", message, "start it by a message that a scheduled job sends", timer)
        return None
    _check_children(source, "messageEventDefinition")
    message_of = _single_message(source)
    if message_of is not None and message_of.key is not None:
        source.note(
            "key-without-effect", "the correlation key has no effect on a start event", "keep it for the catch events"
        )
    return StartEvent(**source.base, message=message_of)


def _read_end(source: Source, extensions: Extensions) -> EndEvent:
    _check_children(source, "messageEventDefinition")
    return EndEvent(**source.base, message=_single_message(source), inputs=tuple(extensions.inputs))


def _read_throw(source: Source, extensions: Extensions) -> ThrowEvent | None:
    _check_children(source, "messageEventDefinition")
    message = _single_message(source)
    if message is None:
        if next(children(source.element, "messageEventDefinition"), None) is None:
            source.refuse("event-unsupported", "a throw event without message is not executed yet", "throw a message")
        return None
    return ThrowEvent(**source.base, message=message, inputs=tuple(extensions.inputs))


def _read_catch(source: Source, extensions: Extensions) -> CatchEvent | None:
    timer, message = _trigger(source)
    if timer is not None and timer.kind == "timeCycle":
        source.refuse(
            "cycle-on-catch", "a cycle on an intermediate event is not executed yet", "use a duration or a date"
        )
        return None
    accepts = _names(extensions.properties.get("accepts", ""))
    return CatchEvent(**source.base, timer=timer, message=message, accepts=accepts) if timer or message else None


def _read_boundary(source: Source, extensions: Extensions) -> BoundaryEvent | None:
    timer, message = _trigger(source)
    attached = source.element.get("attachedToRef")
    if not attached:
        source.refuse("boundary-detached", "the boundary event is attached to nothing", "attach it to a task")
        return None
    if not (timer or message):
        return None
    interrupting = (source.element.get("cancelActivity") or "true").strip() in ("true", "1")
    attached = reference(attached, source.element)
    return BoundaryEvent(
        **source.base,
        attached_to=attached,
        interrupting=interrupting,
        timer=timer,
        message=message,
        accepts=_names(extensions.properties.get("accepts", "")),
    )


def _trigger(source: Source) -> tuple[TimerDefinition | None, MessageDefinition | None]:
    """The one timer or message of a catching event; (None, None) with a problem."""
    _check_children(source, "timerEventDefinition", "messageEventDefinition")
    definitions = list(children(source.element, "timerEventDefinition", "messageEventDefinition"))
    if len(definitions) > 1:
        source.refuse("event-multiple", "an event with several triggers is not executed yet", "keep one trigger")
        return None, None
    if not definitions:
        others = any(
            name_of(item).startswith("eventDefinition") or name_of(item).endswith("EventDefinition")
            for item in source.element
        )
        if not others:
            source.refuse("event-untriggered", f"the {source.kind} has no trigger", "give it a timer or a message")
        return None, None
    if name_of(definitions[0]) == "timerEventDefinition":
        return _read_timer(source, definitions[0]), None
    return None, _single_message(source)


def _single_message(source: Source) -> MessageDefinition | None:
    definitions = list(children(source.element, "messageEventDefinition"))
    if len(definitions) > 1:
        source.refuse("event-multiple", "an event with several triggers is not executed yet", "keep one trigger")
        return None
    return _read_message(source, definitions[0]) if definitions else None


def _read_message(source: Source, definition: Element) -> MessageDefinition | None:
    read_extensions(definition, source.id, source.problems)
    for part in children(definition):
        if name_of(part) == "operationRef":
            source.note(
                "operation-without-effect", "operationRef has no effect: a message goes by its name", "remove it", part
            )
    found = definition.get("messageRef")
    if not found:
        source.refuse(
            "no-message", "the message event names no message", "choose its message in the modeler", definition
        )
        return None
    # A reference to nothing, or to a message that is refused, is reported where it lies.
    return source.messages.get(reference(found, definition))


def _read_timer(source: Source, definition: Element) -> TimerDefinition | None:
    parts = list(children(definition, "timeDate", "timeDuration", "timeCycle"))
    if len(parts) != 1:
        message = f"the timer has {len(parts)} of timeDate, timeDuration and timeCycle; it must have one"
        source.refuse("timer-parts", message, "set the timer's type and value in the modeler", definition)
        return None
    part = parts[0]
    read_extensions(part, source.id, source.problems)
    kind, text = cast(TimerKind, name_of(part)), text_of(part)
    if not is_formal(part, source.id, source.problems):
        return None
    if text.startswith("=") or is_foreign(text):
        if not speaks_feel(part, source.id, source.problems):
            return None
        expression = compile_at(text, part, source.id, source.problems)
        return TimerDefinition(kind=kind, text=text, expression=expression) if expression else None
    try:
        plan(kind, text, datetime(2000, 1, 1, tzinfo=UTC))
    except TimerError as error:
        source.refuse("timer-unreadable", str(error), f"write the {kind} in ISO 8601, or FEEL with a leading =", part)
        return None
    return TimerDefinition(kind=kind, text=text)


_READERS: dict[str, Callable[[Source, Extensions], Node | None]] = {
    "startEvent": _read_start,
    "endEvent": _read_end,
    "userTask": _read_user_task,
    "serviceTask": _read_service_task,
    "exclusiveGateway": _read_exclusive,
    "parallelGateway": _read_parallel,
    "intermediateCatchEvent": _read_catch,
    "intermediateThrowEvent": _read_throw,
    "boundaryEvent": _read_boundary,
}
