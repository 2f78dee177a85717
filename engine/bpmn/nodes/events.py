"""Events: what starts, ends, throws, waits or interrupts."""

from __future__ import annotations

from engine.bpmn.document import is_model, name_of, reference
from engine.bpmn.graph import BoundaryEvent, CatchEvent, EndEvent, StartEvent, ThrowEvent
from engine.bpmn.nodes.messages import read_sent
from engine.bpmn.nodes.source import Source, check_children, names
from engine.bpmn.nodes.triggers import read_triggers
from engine.bpmn.start_timers import TOO_OFTEN, too_often
from engine.bpmn.triggers import Message, Timer, Trigger
from engine.bpmn.vendor import Extensions

_WITHIN = ("message", "timer", "signal", "conditional", "error", "escalation", "compensate")
_STARTS = ("message", "signal", "timer")
_CATCHES = ("message", "timer", "signal", "conditional", "link")
_THROWS = ("message", "signal", "escalation", "compensate", "link")
_ENDS = ("message", "signal", "escalation", "compensate", "error", "cancel", "terminate")
_AT_BORDERS = ("message", "timer", "signal", "conditional", "error", "escalation", "compensate", "cancel")


def read_start(source: Source, extensions: Extensions) -> StartEvent:
    """A start event: of a process without trigger or by message, signal, timer; of an event subprocess by anything."""
    _check_parts(source)
    triggers = read_triggers(source, *(_WITHIN if source.within_event else _STARTS))
    for trigger in triggers:
        if isinstance(trigger, Timer) and not source.within_event and too_often(trigger.definition):
            source.refuse("timer-start", TOO_OFTEN, "let a minute at least lie between")
    if any(isinstance(trigger, Message) and trigger.message.key for trigger in triggers) and not source.within_event:
        source.note(
            "key-without-effect", "the correlation key has no effect on a start event", "keep it for the catch events"
        )
    if _accepts(extensions) and triggers and not source.within_event:
        message = "hoso:accepts has no effect: what starts a dossier by an event brings all its data"
        source.note("accepts-without-effect", message, "remove it")
    return StartEvent(
        **source.base,
        triggers=triggers,
        parallel=_flag(source, "parallelMultiple", "false"),
        interrupting=_flag(source, "isInterrupting", "true"),
        outputs=tuple(extensions.outputs),
        accepts=_accepts(extensions),
    )


def read_end(source: Source, extensions: Extensions) -> EndEvent:
    """An end event, which may throw."""
    _check_parts(source)
    return EndEvent(
        **source.base,
        triggers=read_sent(source, extensions, read_triggers(source, *_ENDS)),
        inputs=tuple(extensions.inputs),
        outputs=tuple(extensions.outputs),
    )


def read_throw(source: Source, extensions: Extensions) -> ThrowEvent:
    """An intermediate event that throws."""
    _check_parts(source)
    return ThrowEvent(
        **source.base,
        triggers=read_sent(source, extensions, read_triggers(source, *_THROWS)),
        inputs=tuple(extensions.inputs),
        outputs=tuple(extensions.outputs),
    )


def read_catch(source: Source, extensions: Extensions) -> CatchEvent | None:
    """An intermediate event that waits."""
    _check_parts(source)
    triggers = read_triggers(source, *_CATCHES)
    _want(source, triggers)
    return CatchEvent(
        **source.base,
        triggers=triggers,
        parallel=_flag(source, "parallelMultiple", "false"),
        accepts=_accepts(extensions),
        outputs=tuple(extensions.outputs),
    )


def read_boundary(source: Source, extensions: Extensions) -> BoundaryEvent | None:
    """An event on the border of an activity."""
    _check_parts(source)
    triggers = read_triggers(source, *_AT_BORDERS)
    attached = source.element.get("attachedToRef")
    if not attached:
        source.refuse("boundary-detached", "the boundary event is attached to nothing", "attach it to a task")
        return None
    _want(source, triggers)
    return BoundaryEvent(
        **source.base,
        attached_to=reference(attached, source.element),
        interrupting=_flag(source, "cancelActivity", "true"),
        triggers=triggers,
        parallel=_flag(source, "parallelMultiple", "false"),
        accepts=_accepts(extensions),
        outputs=tuple(extensions.outputs),
    )


def _check_parts(source: Source) -> None:
    definitions = (name_of(item) for item in source.element if is_model(item) and _is_definition(name_of(item)))
    check_children(source, *definitions)


def _is_definition(name: str) -> bool:
    return name.endswith("EventDefinition") or name == "eventDefinitionRef"


def _want(source: Source, triggers: tuple[Trigger, ...]) -> None:
    if not triggers and not any(_is_definition(name_of(item)) for item in source.element if is_model(item)):
        source.refuse("event-untriggered", f"the {source.kind} has no trigger", "give it a timer or a message")


def _accepts(extensions: Extensions) -> tuple[str, ...]:
    return names(extensions.properties.get("accepts", ""))


def _flag(source: Source, name: str, default: str) -> bool:
    return (source.element.get(name) or default).strip() in ("true", "1")
