"""Which receiver a message means, and how long it waits for one: its key and its time to live, as they are evaluated.

Both sides give a key as FEEL or text; equal texts fit (BPMN 2.0 §8.4.2, a correlation key of one property).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from engine.bpmn.effects import MessageThrown
from engine.bpmn.scope import Scope, Stuck, because
from engine.bpmn.timers import TimerError
from engine.bpmn.triggers import MessageDefinition

LONGEST_KEY = 200
"""Characters."""
LONGEST_LIFE = timedelta(days=90)
"""How long a message may wait for its receiver."""


def correlation_key(message: MessageDefinition, scope: Scope) -> str | None:
    """The key of a message that is awaited or thrown; Stuck when the expression gives no text or whole number."""
    if message.key is None:
        return None
    answer = scope.answer(message.key)
    value = scope.as_json(answer.value, repr(message.key.text))
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not value:
        text = f"the correlation key {message.key.text!r} gives no text or whole number{because(answer.problems)}"
        raise Stuck(scope.element, "no-correlation-key", text)
    if len(value) > LONGEST_KEY or "\x00" in value:
        text = f"the correlation key {message.key.text!r} gives {len(value)} characters, expected {LONGEST_KEY} at most"
        raise Stuck(scope.element, "no-correlation-key", f"{text}, and none of them NUL")
    return value


def message_thrown(message: MessageDefinition, scope: Scope, data: Mapping[str, object]) -> MessageThrown:
    """The message as it is thrown now; raises Stuck."""
    key, ttl = correlation_key(message, scope), _seconds(message, scope)
    return MessageThrown(element=scope.element, name=message.name, data=dict(data), key=key, ttl=ttl)


def _seconds(message: MessageDefinition, scope: Scope) -> int | None:
    if message.lifetime is None:
        return None
    now = scope.now.replace(microsecond=0)
    try:
        life = message.lifetime.schedule(replace(scope, now=now)).due - now
    except TimerError as error:
        raise Stuck(scope.element, "time-to-live", str(error)) from error
    if not timedelta() <= life <= LONGEST_LIFE:
        text = f"the time to live {message.lifetime.text!r} is not between none and {LONGEST_LIFE.days} days"
        raise Stuck(scope.element, "time-to-live", text)
    return int(life.total_seconds())
