"""Messages as they are thrown: what Hoso's own properties say of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from engine.bpmn.expressions import compile_at, is_foreign, literal_or_feel
from engine.bpmn.messages import LONGEST_KEY, LONGEST_LIFE
from engine.bpmn.nodes.source import Source
from engine.bpmn.timer_values import TimerDefinition
from engine.bpmn.timers import TimerError, plan
from engine.bpmn.triggers import Message, MessageDefinition, Trigger
from engine.bpmn.vendor import Extensions

SENT = ("correlationKey", "timeToLive")
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


def read_sent(source: Source, extensions: Extensions, triggers: tuple[Trigger, ...]) -> tuple[Trigger, ...]:
    """The triggers of an event that throws, its messages with the key and the time to live that the event gives."""
    own = [name for name in SENT if name in extensions.properties]
    if own and not any(isinstance(trigger, Message) for trigger in triggers):
        message = f"property hoso:{own[0]} belongs to a message, and the event throws none"
        source.refuse("property-unknown", message, "remove it, or give the event a message")
        return triggers
    return tuple(
        Message(message=read_thrown(source, extensions, trigger.message)) if isinstance(trigger, Message) else trigger
        for trigger in triggers
    )


def read_thrown(source: Source, extensions: Extensions, message: MessageDefinition) -> MessageDefinition:
    """A message with `hoso:correlationKey` and `hoso:timeToLive`; `zeebe:subscription` says what is awaited, alone."""
    text = extensions.properties.get("correlationKey", "").strip()
    key = literal_or_feel(text, source.element, source.id, source.problems) if text else None
    if len(text) > LONGEST_KEY and not text.startswith("="):
        told = f"hoso:correlationKey has {len(text)} characters, expected {LONGEST_KEY} at most"
        source.refuse("correlation-key", told, "shorten it")
    return replace(message, key=key, lifetime=_lifetime(source, extensions.properties.get("timeToLive", "").strip()))


def _lifetime(source: Source, text: str) -> TimerDefinition | None:
    if not text:
        return None
    if text.startswith("=") or is_foreign(text):
        expression = compile_at(text, source.element, source.id, source.problems)
        return TimerDefinition(kind="timeDuration", text=text, expression=expression) if expression else None
    try:
        life = plan("timeDuration", text, _EPOCH).due - _EPOCH
    except TimerError as error:
        source.refuse("time-to-live", f"hoso:timeToLive: {error}", "write an ISO 8601 duration, or FEEL after =")
        return None
    if not timedelta() <= life <= LONGEST_LIFE:
        message = f"hoso:timeToLive is {text}, expected {LONGEST_LIFE.days} days at most"
        source.refuse("time-to-live", message, "shorten it; PT0S keeps nothing")
    return TimerDefinition(kind="timeDuration", text=text)
