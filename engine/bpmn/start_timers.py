"""Timers that start processes: armed as a version is deployed, moved on as they fire (BPMN 2.0 §10.5.2, timer start).

A date that lies in the past is over, and a repetition goes on with the next that lies ahead: what was missed, because
it was before the deploy or because no server ran, is not made up for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from engine.bpmn.graph import Graph, StartEvent
from engine.bpmn.scope import Scope, Stuck
from engine.bpmn.timer_values import TimerDefinition
from engine.bpmn.timers import Schedule, TimerError, parse_duration, whole_second
from engine.bpmn.triggers import Timer

SHORTEST = timedelta(minutes=1)
"""What must lie between two starts of a cycle."""
TOO_OFTEN = "it starts the process more than once a minute"
_MOST_REPETITIONS = 2**32
_END = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class StartTimer:
    """The timer of a start event. `schedule` is None when its only time has passed."""

    element: str
    schedule: Schedule | None


def too_often(definition: TimerDefinition) -> bool:
    """Whether a cycle that is written out repeats faster than `SHORTEST`; one in FEEL shows it when it is armed."""
    if definition.kind != "timeCycle" or definition.expression is not None:
        return False
    return _too_often(definition.text.rpartition("/")[2].strip())


def armed(graph: Graph, now: datetime) -> Iterator[StartTimer]:
    """The timers of the start events, armed at `now`; raises Stuck, naming the element."""
    for event in graph.starts:
        for trigger in event.triggers if isinstance(event, StartEvent) else ():
            if isinstance(trigger, Timer):
                yield StartTimer(element=event.id, schedule=_armed(trigger.definition, event.id, now))


def _armed(definition: TimerDefinition, element: str, now: datetime) -> Schedule | None:
    try:
        schedule = definition.schedule(Scope(element=element, data={}, now=now))
        if schedule.period is not None and _too_often(schedule.period):
            raise Stuck(element, "timer-start", TOO_OFTEN)
        return schedule if definition.kind == "timeDuration" else ahead(schedule, now)
    except TimerError as error:
        raise Stuck(element, "timer-unreadable", str(error)) from error


def _too_often(period: str) -> bool:
    start = datetime(2000, 2, 1, tzinfo=UTC)
    return parse_duration(period).after(start) - start < SHORTEST


def after_firing(schedule: Schedule, now: datetime) -> Schedule | None:
    """The next time of a timer that fires at `now`; None when this was the last."""
    try:
        following = schedule.following()
        return ahead(following, now) if following is not None else None
    except TimerError:  # the calendar ends
        return None


def ahead(schedule: Schedule, now: datetime) -> Schedule | None:
    """The schedule at its first repetition that is not before `now`; None when there is none.

    Found by halving: the first of a minute's repetitions since years ago costs as little as any.
    """
    if schedule.due >= whole_second(now):
        return schedule
    last = _MOST_REPETITIONS if schedule.times is None else schedule.times - 1
    if schedule.period is None or last <= schedule.fired:
        return None
    low, high = schedule.fired, last
    while low < high:
        middle = (low + high) // 2
        if _due(schedule, middle) >= whole_second(now):
            high = middle
        else:
            low = middle + 1
    due = _due(schedule, low)
    return replace(schedule, due=due, fired=low) if whole_second(now) <= due < _END else None


def _due(schedule: Schedule, fired: int) -> datetime:
    """When it fires after so many repetitions; the end of time where the calendar ends before."""
    assert schedule.period is not None
    try:
        return whole_second(parse_duration(schedule.period).after(schedule.anchor, fired))
    except TimerError:
        return _END


def to_json(schedule: Schedule) -> dict[str, Any]:
    """A schedule as plain JSON; `from_json` gives it back."""
    moments = {"due": schedule.due.isoformat(), "anchor": schedule.anchor.isoformat()}
    return {**moments, "period": schedule.period, "fired": schedule.fired, "times": schedule.times}


def from_json(value: Mapping[str, Any]) -> Schedule:
    """Read what `to_json` gave."""
    moments = {name: datetime.fromisoformat(value[name]) for name in ("due", "anchor")}
    return Schedule(**{**value, **moments})
