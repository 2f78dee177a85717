"""What sets an event off: a message, a timer."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import cast

from engine.bpmn.document import Element, children, name_of, reference, text_of
from engine.bpmn.expressions import compile_at, is_foreign, is_formal, speaks_feel
from engine.bpmn.graph import MessageDefinition
from engine.bpmn.nodes.source import Source
from engine.bpmn.timer_values import TimerDefinition
from engine.bpmn.timers import TimerError, TimerKind, plan
from engine.bpmn.vendor import read_extensions


def single_message(source: Source) -> MessageDefinition | None:
    """The event's message; None, with a problem if it has several."""
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
        source.refuse("timer-unreadable", str(error), f"write the {kind} in ISO 8601, or FEEL with a leading =", part)
        return None
    return TimerDefinition(kind=kind, text=text)
