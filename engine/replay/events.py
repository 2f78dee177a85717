"""Replay what comes from outside: timers, messages, signals."""

from collections.abc import Callable, Mapping
from datetime import datetime

from engine.acts.proceed import message_received, signal_received, timer_fired
from engine.bpmn.roles import roles_around
from engine.outcome import SYSTEM, Outcome
from engine.replay.report import Differs
from engine.replay.run import Run, actor_of
from engine.replay.telling import told
from signing.evidence.contents import Opened

_REFUSED = {
    "message-unexpected": "message-not-awaited",
    "message-data": "message-otherwise",
    "dossier-suspended": "moved-while-suspended",
}


def fired(run: Run, item: Opened, now: datetime) -> Outcome:
    """A timer's time has come."""
    run.awake()
    number, element = told(item, "timer", int), told(item, "element", str)
    timer = run.dossier.state.timers.get(number)
    if timer is None:
        live = ", ".join(f"{key} ({each.element})" for key, each in run.dossier.state.timers.items()) or "none"
        raise Differs("timer-not-live", found=f"timer {number} ({element})", expected=f"one of {live}")
    if timer.element != element:
        raise Differs("element-other", found=element, expected=timer.element)
    return run.moved(timer_fired(run.dossier, run.definition, number, element, now=now))


def message(run: Run, item: Opened, now: datetime) -> Outcome:
    """A message came for what awaited it."""
    number = told(item, "subscription", int)
    awaited = run.dossier.state.subscriptions.get(number)
    if awaited is None:
        raise Differs("message-not-awaited", found=f"subscription {number}", expected=_listening(run))
    officer = actor_of(item, run.dossier.unit, roles_around(run.definition.graph, awaited.element))
    outcome = message_received(
        run.dossier,
        run.definition,
        told(item, "name", str),
        told(item, "data", dict),
        officer if item.leaf.actor != SYSTEM else None,
        subscription=number,
        told={"sent": item.details["sent"]} if "sent" in item.details else None,
        now=now,
    )
    if (refusal := outcome.refusal) is not None:
        code = _REFUSED.get(refusal.code, "act-not-allowed")
        raise Differs(code, found=f"message {item.details.get('name')}", expected=refusal.message)
    return run.moved(outcome)


def signal(run: Run, item: Opened, now: datetime) -> Outcome:
    """A signal came."""
    run.awake()
    name, data = told(item, "name", str), told(item, "data", dict)
    return run.moved(signal_received(run.dossier, run.definition, name, data, now=now))


def _listening(run: Run) -> str:
    subscriptions = run.dossier.state.subscriptions.items()
    names = [f"{number} ({each.name})" for number, each in subscriptions if each.kind == "message"]
    return f"one of {', '.join(names) or 'none'}"


EVENTS: Mapping[str, Callable[[Run, Opened, datetime], Outcome]] = {
    "timer-fired": fired,
    "message-received": message,
    "signal-received": signal,
}
