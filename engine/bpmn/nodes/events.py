"""Events: what starts, ends, throws, waits or interrupts."""

from __future__ import annotations

from engine.bpmn.document import children, name_of, reference
from engine.bpmn.graph import BoundaryEvent, CatchEvent, EndEvent, MessageDefinition, StartEvent, ThrowEvent
from engine.bpmn.nodes.source import Source, check_children, names
from engine.bpmn.nodes.triggers import read_timer, single_message
from engine.bpmn.timer_values import TimerDefinition
from engine.bpmn.vendor import Extensions


def read_start(source: Source, extensions: Extensions) -> StartEvent | None:
    """A start event: without trigger, or by a message."""
    timer = next(children(source.element, "timerEventDefinition"), None)
    if timer is not None:
        message = "a timer does not start processes yet"
        source.refuse("timer-start", message, "start it by a message that a scheduled job sends", timer)
        return None
    check_children(source, "messageEventDefinition")
    message_of = single_message(source)
    if message_of is not None and message_of.key is not None:
        source.note(
            "key-without-effect", "the correlation key has no effect on a start event", "keep it for the catch events"
        )
    return StartEvent(**source.base, message=message_of, outputs=tuple(extensions.outputs))


def read_end(source: Source, extensions: Extensions) -> EndEvent:
    """An end event, which may throw a message."""
    check_children(source, "messageEventDefinition")
    return EndEvent(
        **source.base,
        message=single_message(source),
        inputs=tuple(extensions.inputs),
        outputs=tuple(extensions.outputs),
    )


def read_throw(source: Source, extensions: Extensions) -> ThrowEvent | None:
    """An intermediate event that throws a message."""
    check_children(source, "messageEventDefinition")
    message = single_message(source)
    if message is None:
        if next(children(source.element, "messageEventDefinition"), None) is None:
            source.refuse("event-unsupported", "a throw event without message is not executed yet", "throw a message")
        return None
    return ThrowEvent(
        **source.base, message=message, inputs=tuple(extensions.inputs), outputs=tuple(extensions.outputs)
    )


def read_catch(source: Source, extensions: Extensions) -> CatchEvent | None:
    """An intermediate event that waits for a timer or a message."""
    timer, message = _trigger(source)
    if timer is not None and timer.kind == "timeCycle":
        source.refuse(
            "cycle-on-catch", "a cycle on an intermediate event is not executed yet", "use a duration or a date"
        )
        return None
    accepts = names(extensions.properties.get("accepts", ""))
    if not (timer or message):
        return None
    outputs = tuple(extensions.outputs)
    return CatchEvent(**source.base, timer=timer, message=message, accepts=accepts, outputs=outputs)


def read_boundary(source: Source, extensions: Extensions) -> BoundaryEvent | None:
    """A timer or message event on the border of a task."""
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
        accepts=names(extensions.properties.get("accepts", "")),
        outputs=tuple(extensions.outputs),
    )


def _trigger(source: Source) -> tuple[TimerDefinition | None, MessageDefinition | None]:
    """The one timer or message of a catching event; (None, None) with a problem."""
    check_children(source, "timerEventDefinition", "messageEventDefinition")
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
        return read_timer(source, definitions[0]), None
    return None, single_message(source)
