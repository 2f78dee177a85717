"""What sets an event off, and what it throws."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import cast

from engine.bpmn.document import Element, children, name_of, reference, text_of
from engine.bpmn.expressions import compile_at, is_foreign, is_formal, speaks_feel
from engine.bpmn.nodes.source import Source
from engine.bpmn.problems import Mark
from engine.bpmn.timer_values import TimerDefinition
from engine.bpmn.timers import TimerError, TimerKind, plan
from engine.bpmn.triggers import (
    Cancel,
    Compensation,
    Condition,
    Error,
    Escalation,
    Link,
    Message,
    MessageDefinition,
    Signal,
    Terminate,
    Timer,
    Trigger,
)
from engine.bpmn.vendor import read_extensions


def read_triggers(source: Source, *kinds: str) -> tuple[Trigger, ...]:
    """What sets the event off, or what it throws: of these kinds, such as `timer`; others are refused."""
    found = []
    for item in children(source.element):
        definition: Element | None = item
        if name_of(item) == "eventDefinitionRef":
            definition = source.roots.events.get(reference(text_of(item), item))
        if definition is None or not name_of(definition).endswith("EventDefinition"):
            continue  # a reference to nothing is reported where references are checked
        kind = name_of(definition).removesuffix("EventDefinition")
        if kind not in kinds:
            message = f"a {source.kind} has no {kind} here"
            source.refuse("event-unsupported", message, f"use one of: {', '.join(kinds)}", item)
            continue
        trigger = read_trigger(source, definition)
        if trigger is not None:
            found.append(trigger)
    return tuple(found)


def read_trigger(source: Source, definition: Element) -> Trigger | None:
    """One event definition; None with a problem."""
    if name_of(definition) not in ("messageEventDefinition", "timerEventDefinition"):
        read_extensions(definition, source.id, source.problems)
    return _READERS[name_of(definition).removesuffix("EventDefinition")](source, definition)


def _timer(source: Source, definition: Element) -> Trigger | None:
    found = read_timer(source, definition)
    return Timer(definition=found) if found else None


def _message(source: Source, definition: Element) -> Trigger | None:
    found = read_message(source, definition)
    return Message(message=found) if found else None


def _signal(source: Source, definition: Element) -> Trigger | None:
    found = definition.get("signalRef")
    if not found:
        source.refuse("no-signal", "the signal event names no signal", "choose its signal in the modeler", definition)
        return None
    name = source.roots.signals.get(reference(found, definition))
    return Signal(name=name) if name else None


def _error(source: Source, definition: Element) -> Trigger:
    return Error(code=_code(source, definition, "errorRef"))


def _escalation(source: Source, definition: Element) -> Trigger:
    return Escalation(code=_code(source, definition, "escalationRef"))


def _code(source: Source, definition: Element, name: str) -> str | None:
    found = definition.get(name)
    return source.roots.codes.get(reference(found, definition)) if found else None


def _conditional(source: Source, definition: Element) -> Trigger | None:
    part = next(children(definition, "condition"), None)
    if part is None or not text_of(part):
        source.refuse("no-condition", "the conditional event has no condition", "write FEEL", definition)
        return None
    if not speaks_feel(part, source.id, source.problems):
        return None
    expression = compile_at(text_of(part), part, source.id, source.problems)
    return Condition(expression=expression) if expression else None


def _compensate(source: Source, definition: Element) -> Trigger:
    activity = definition.get("activityRef")
    wait = (definition.get("waitForCompletion") or "true").strip() in ("true", "1")
    return Compensation(activity=reference(activity, definition) if activity else None, wait=wait)


def _link(source: Source, definition: Element) -> Trigger | None:
    name = (definition.get("name") or "").strip()
    if not name:
        source.refuse("no-link", "the link event names no link", "name it as its other end", definition)
        return None
    return Link(name=name)


_READERS: dict[str, Callable[[Source, Element], Trigger | None]] = {
    "timer": _timer,
    "message": _message,
    "signal": _signal,
    "error": _error,
    "escalation": _escalation,
    "conditional": _conditional,
    "compensate": _compensate,
    "link": _link,
    "cancel": lambda source, definition: Cancel(),
    "terminate": lambda source, definition: Terminate(),
}


def read_message(source: Source, definition: Element) -> MessageDefinition | None:
    """The message that an event, or a task that sends or receives, names."""
    read_extensions(definition, source.id, source.problems)
    found = definition.get("messageRef")
    operation = definition.get("operationRef") or next(map(text_of, children(definition, "operationRef")), None)
    if operation:
        source.note("operation-without-effect", "operationRef has no effect: a message goes by its name", "remove it")
        found = found or source.roots.operations.get(reference(operation, definition))
    if not found:
        source.refuse(
            "no-message", "the message event names no message", "choose its message in the modeler", definition
        )
        return None
    # A reference to nothing, or to a message that is refused, is reported where it lies.
    return source.roots.messages.get(reference(found, definition))


def read_timer(source: Source, definition: Element) -> TimerDefinition | None:
    """The timer: ISO 8601, checked here, or FEEL."""
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
        remedy = f"write the {kind} in ISO 8601, or FEEL with a leading ="
        source.refuse("timer-unreadable", str(error), remedy, part, Mark(text=text))
        return None
    return TimerDefinition(kind=kind, text=text)
