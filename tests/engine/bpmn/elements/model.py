"""Models of the elements, and a play that checks the state after every step of theirs."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime
from itertools import pairwise
from typing import Any

from engine.bpmn import Graph, State, Step, start, step
from engine.bpmn.effects import Effect, ElementEntered
from engine.bpmn.events import (
    Event,
    JobCompleted,
    JobFailed,
    MessageReceived,
    Retried,
    SignalReceived,
    TaskCompleted,
    TimerFired,
)
from engine.bpmn.state import ROOT, Done, Subscription, Timer
from tests.engine.bpmn.models import NOW, boundary, deploy, end, flow, start_event, throw, timer, user

__all__ = ["boundary", "end", "flow", "start_event", "throw", "timer", "user"]

_ROOTS = {
    "messageRef": "<bpmn:message id='{0}' name='{0}'/>",
    "signalRef": "<bpmn:signal id='{0}' name='{0}'/>",
    "errorRef": "<bpmn:error id='{0}' name='{0}' errorCode='{0}'/>",
    "escalationRef": "<bpmn:escalation id='{0}' name='{0}' escalationCode='{0}'/>",
}


_CALLED = re.compile("<bpmn:process .*?</bpmn:process>", re.DOTALL)
_ASSOCIATION = "<bpmn:association [^>]*/>"


def users(*names: str) -> str:
    """User tasks."""
    return "".join(map(user, names))


def gate(kind: str, *names: str, attributes: str = "") -> str:
    """Gateways of a kind such as `inclusive`."""
    return "".join(f'<bpmn:{kind}Gateway id="{name}" {attributes}/>' for name in names)


def paths(*ways: str) -> str:
    """Flows along ways such as `a b c`, each flow once."""
    found: dict[str, str] = {}
    for way in ways:
        nodes = way.split()
        for source, target in pairwise(nodes):
            found[f"{source}_{target}"] = flow(source, target)
    return "".join(found.values())


def sub(name: str, *inner: str, kind: str = "subProcess", attributes: str = "", loop: str = "", data: str = "") -> str:
    """A subprocess; `data` are names that live in it."""
    properties = "".join(f'<bpmn:property id="{name}_{each}" name="{each}"/>' for each in data.split())
    return f'<bpmn:{kind} id="{name}" {attributes}>{properties}{loop}{"".join(inner)}</bpmn:{kind}>'


def event_sub(name: str, trigger: str, *tasks: str, interrupting: bool = True, more: str = "") -> str:
    """An event subprocess: its start, tasks in a row, its end; `more` stands beside them."""
    begin = f'<bpmn:startEvent id="{name}0" isInterrupting="{str(interrupting).lower()}">{trigger}</bpmn:startEvent>'
    row = users(*tasks) + end(f"{name}9") + paths(" ".join((f"{name}0", *tasks, f"{name}9")))
    return sub(name, begin, row, more, attributes='triggeredByEvent="true"')


def plain_sub(name: str, *tasks: str, more: str = "", **options: str) -> str:
    """A subprocess of tasks in a row."""
    way = " ".join((f"{name}0", *tasks, f"{name}9"))
    return sub(name, start_event(f"{name}0"), users(*tasks), end(f"{name}9"), paths(way), more, **options)


def looped(element: str, loop: str) -> str:
    """An element with loop characteristics: behind its extensions, before everything else."""
    if "</bpmn:extensionElements>" in element:
        return element.replace("</bpmn:extensionElements>", f"</bpmn:extensionElements>{loop}", 1)
    return element.replace(">", f">{loop}", 1)


def instances(number: str, inner: str = "", attributes: str = "") -> str:
    """Multiple instances, so many of them."""
    count = f'<bpmn:loopCardinality xsi:type="bpmn:tFormalExpression">{number}</bpmn:loopCardinality>'
    name = "multiInstanceLoopCharacteristics"
    return f"<bpmn:{name} {attributes}>{count}{inner}</bpmn:{name}>"


def expression(name: str, text: str) -> str:
    """A part that holds FEEL."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    return f'<bpmn:{name} xsi:type="bpmn:tFormalExpression">{escaped}</bpmn:{name}>'


def called(name: str, *parts: str) -> str:
    """Another process of the file, to be called."""
    return f'<bpmn:process id="{name}">{_ordered("".join(parts))}</bpmn:process>'


def _ordered(text: str) -> str:
    """The schema wants associations behind everything else."""
    return re.sub(_ASSOCIATION, "", text) + "".join(re.findall(_ASSOCIATION, text))


def call(name: str, process: str, inner: str = "", loop: str = "") -> str:
    """A call activity; `inner` are its mappings."""
    extensions = f"<bpmn:extensionElements>{inner}</bpmn:extensionElements>" if inner else ""
    return f'<bpmn:callActivity id="{name}" calledElement="{process}">{extensions}{loop}</bpmn:callActivity>'


def on(kind: str, name: str = "", inner: str = "", attributes: str = "") -> str:
    """An event definition such as `signal`, which names a root element of that id."""
    ref = f'{kind}Ref="{name}"' if name else ""
    return f"<bpmn:{kind}EventDefinition {ref} {attributes}>{inner}</bpmn:{kind}EventDefinition>"


def on_condition(text: str) -> str:
    return on("conditional", inner=expression("condition", text))


def outputs(source: str, target: str) -> str:
    """What an event puts into the data."""
    line = f'<zeebe:output source="{source}" target="{target}"/>'
    return f"<bpmn:extensionElements><zeebe:ioMapping>{line}</zeebe:ioMapping></bpmn:extensionElements>"


def link(name: str) -> str:
    """One end of a link."""
    return on("link", attributes=f'name="{name}"')


def catch(name: str, *triggers: str, parallel: bool = False) -> str:
    """An intermediate catch event."""
    every = f'parallelMultiple="{str(parallel).lower()}"'
    return f'<bpmn:intermediateCatchEvent id="{name}" {every}>{"".join(triggers)}</bpmn:intermediateCatchEvent>'


def undo(activity: str = "", wait: bool = True) -> str:
    """A compensation that is thrown, of one activity or of everything."""
    ref = f'activityRef="{activity}"' if activity else ""
    return on("compensate", attributes=f'{ref} waitForCompletion="{str(wait).lower()}"')


def undone_by(host: str, handler: str, element: str | None = None) -> str:
    """The handler (a user task without another) that compensates an activity."""
    made = element or user(handler, attributes='isForCompensation="true"')
    event = boundary(f"{host}_undo", host, on("compensate"))
    link = f'<bpmn:association id="{host}_l" associationDirection="One" sourceRef="{host}_undo" targetRef="{handler}"/>'
    return f"{made}{event}{link}"


def built(*parts: str) -> Graph:
    """The process of these parts, with the messages, signals, errors and escalations that they name."""
    return deploy(*drawn(*parts))


def drawn(*parts: str) -> tuple[str, str]:
    """These parts as a process's body, and the root elements that they name."""
    text = "".join(parts)
    called = re.findall(_CALLED, text)
    body = _ordered(re.sub(_CALLED, "", text))
    whole = body + "".join(called)
    roots = {
        form.format(name): None for kind, form in _ROOTS.items() for name in re.findall(f'{kind}="([^"]*)"', whole)
    }
    return body, "".join((*roots, *called))


class Play:
    """A process that runs. Every step is taken twice, from the state and from what was stored of it."""

    def __init__(self, *parts: str, graph: Graph | None = None, **data: Any) -> None:
        self.graph = graph or built(*parts)
        self.now = NOW
        self.entered: list[str] = []
        self._take(start(self.graph, data, now=NOW))

    def _take(self, result: Step) -> None:
        self.live = result.state
        self.state = State.decode(result.state.encode())
        self.effects: tuple[Effect, ...] = result.effects
        assert self.state.encode() == result.state.encode(), "stored and loaded, the state is the same"
        sound(self.graph, self.state)
        self.entered += [effect.element for effect in result.effects if isinstance(effect, ElementEntered)]

    def send(self, event: Event, now: datetime | None = None) -> Play:
        """Let an event happen, from the state as it was and from the stored one: both must give the same."""
        self.now = max(self.now, now or self.now)
        live, stored = (step(self.graph, state, event, now=self.now) for state in (self.live, self.state))
        assert live.state.encode() == stored.state.encode(), "the same history gives the same bytes"
        assert live.effects == stored.effects
        self._take(live)
        return self

    def do(self, *elements: str, **data: object) -> Play:
        """Complete the oldest task of each element in turn."""
        for element in elements:
            self.send(TaskCompleted(task=self._oldest(element), data=data))
        return self

    def _oldest(self, element: str) -> int:
        found = [key for key, at in self.state.open_tasks.items() if at == element]
        assert found, f"{element} is not open; open are {self.open}, incidents {self.incidents}"
        return found[0]

    def fire(self, element: str) -> Play:
        """Let the oldest timer of an element fire when it is due."""
        key, due = next((key, item.schedule.due) for key, item in self.state.timers.items() if item.element == element)
        return self.send(TimerFired(timer=key), due)

    def message(self, name: str, key: str | None = None, **data: object) -> Play:
        return self.send(MessageReceived(name=name, key=key, data=data))

    def signal(self, name: str, **data: object) -> Play:
        return self.send(SignalReceived(name=name, data=data))

    def job(self, element: str, **data: object) -> Play:
        return self.send(JobCompleted(job=self._job(element), data=data))

    def fail(self, element: str) -> Play:
        return self.send(JobFailed(job=self._job(element), code="broken", message="it broke"))

    def _job(self, element: str) -> int:
        return next(key for key, at in self.state.open_jobs.items() if at == element)

    def retry(self, element: str, **data: object) -> Play:
        """Try the oldest incident of an element again."""
        found = [key for key, incident in self.state.incidents.items() if incident.element == element]
        assert found, f"{element} has no incident; there are {self.incidents}"
        return self.send(Retried(incident=found[0], data=data))

    @property
    def open(self) -> list[str]:
        """The elements of the open user tasks, sorted."""
        return sorted(self.state.open_tasks.values())

    @property
    def incidents(self) -> list[tuple[str, str]]:
        return [(item.element, item.code) for item in self.state.incidents.values()]

    @property
    def done(self) -> bool:
        """Whether it is completed, and nothing is left of it but its data."""
        left = (self.state.timers, self.state.subscriptions, self.state.joins, self.state.activated, self.state.done)
        return self.state.status == "completed" and not any(left) and list(self.state.things) == [ROOT]

    def times(self, element: str) -> int:
        """How often an element was entered so far."""
        return self.entered.count(element)


def sound(graph: Graph, state: State) -> None:
    """What must be true of every state: the tree hangs together, and nothing is listened for by what is gone."""
    things = state.things
    within = Counter(thing.parent for thing in things.values())
    assert list(things) == sorted(things)
    for key, thing in things.items():
        assert thing.alive == within[key], f"{key} at {thing.element} counts {thing.alive} of {within[key]}"
        assert thing.parent in things or key == ROOT
        assert thing.kind != "scope" or thing.alive or key in state.joins or key == ROOT, f"{thing.element} is empty"
        assert thing.kind != "throw" or thing.alive, f"the throw {thing.element} waits for nothing"
        assert thing.kind != "loop" or thing.alive, f"the loop {thing.element} waits for nothing"
    listening: list[Timer | Subscription] = [*state.timers.values(), *state.subscriptions.values()]
    for item in listening:
        assert item.owner in things, f"{item.element} listens for what is gone"
    for kept in (state.joins, state.activated, state.done):
        assert set(kept) <= set(things)
        assert all(kept.values())
    for incident in state.incidents.values():
        assert incident.element in graph.nodes
        assert incident.thing is None or incident.thing in things
    for records in state.done.values():
        assert all(isinstance(record, Done) for record in records)
    stuck = {incident.thing for incident in state.incidents.values()}
    assert all(key in stuck for key, thing in things.items() if thing.kind in ("held", "done"))
    if not any(thing.kind in ("task", "job", "event", "gateway", "held", "done") for thing in things.values()):
        assert state.status != "running", "something lives, yet nothing can happen"
