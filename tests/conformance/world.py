"""A world for running processes in a test: instances, a simulated clock, and officers who do everything at once."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from engine.bpmn import EventRefused, Graph, State, Step, start, step
from engine.bpmn.effects import Effect, IncidentRaised, JobRequested, MessageThrown, SignalThrown, TaskOpened
from engine.bpmn.events import Event, JobCompleted, MessageReceived, SignalReceived, TaskCompleted, TimerFired

_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
_MOST_EVENTS = 10_000


@dataclass(slots=True, kw_only=True)
class Instance:
    """One running process."""

    graph: Graph
    state: State


@dataclass(slots=True, kw_only=True)
class World:
    """Everything that runs. A message goes to whoever awaits it, else it starts the process that it starts."""

    graphs: tuple[Graph, ...]
    now: datetime = _EPOCH
    instances: list[Instance] = field(default_factory=list)
    incidents: list[IncidentRaised] = field(default_factory=list)
    _pending: deque[tuple[Instance, Effect]] = field(default_factory=deque)

    def begin(
        self, graph: Graph, data: Mapping[str, object], message: str | None = None, signal: str | None = None
    ) -> None:
        """Start an instance; call `run` when all are started."""
        first = start(graph, data, now=self.now, message=message, signal=signal)
        instance = Instance(graph=graph, state=first.state)
        self.instances.append(instance)
        self._take(instance, first)

    def run(self) -> None:
        """Go on until nothing more can happen; timers fire in the order of their due times."""
        for _ in range(_MOST_EVENTS):
            if self._pending:
                self._answer(*self._pending.popleft())
            elif not self._fire_next():
                return
        raise RuntimeError(f"still running after {_MOST_EVENTS} events")

    def _take(self, instance: Instance, result: Step) -> None:
        # Through the store and back, so that a case also shows that nothing is kept beside the state.
        instance.state = State.decode(result.state.encode())
        self._pending.extend((instance, effect) for effect in result.effects)

    def _send(self, instance: Instance, event: Event) -> None:
        self._take(instance, step(instance.graph, instance.state, event, now=self.now))

    def _answer(self, instance: Instance, effect: Effect) -> None:
        if isinstance(effect, TaskOpened) and effect.task in instance.state.open_tasks:
            self._send(instance, TaskCompleted(task=effect.task))
        elif isinstance(effect, JobRequested) and effect.job in instance.state.open_jobs:
            self._send(instance, JobCompleted(job=effect.job))
        elif isinstance(effect, IncidentRaised):
            self.incidents.append(effect)
        elif isinstance(effect, MessageThrown):
            self._deliver(effect)
        elif isinstance(effect, SignalThrown):
            self._broadcast(instance, effect)

    def _deliver(self, thrown: MessageThrown) -> None:
        for instance in self.instances:
            if any(
                item.kind == "message" and item.name == thrown.name for item in instance.state.subscriptions.values()
            ):
                try:
                    self._send(instance, MessageReceived(name=thrown.name, data=thrown.data))
                except EventRefused:
                    continue  # its key is another one
                return
        for graph in self.graphs:
            if graph.started_by(message=thrown.name):
                self.begin(graph, thrown.data, thrown.name)
                return

    def _broadcast(self, thrower: Instance, thrown: SignalThrown) -> None:
        """A signal acted within its own instance already."""
        for instance in self.instances:
            listens = any(
                item.kind == "signal" and item.name == thrown.name for item in instance.state.subscriptions.values()
            )
            if instance is not thrower and listens:
                self._send(instance, SignalReceived(name=thrown.name, data=thrown.data))
        for graph in self.graphs:
            if graph.started_by(signal=thrown.name):
                self.begin(graph, thrown.data, signal=thrown.name)

    def _fire_next(self) -> bool:
        armed = [
            (timer.schedule.due, index, key)
            for index, instance in enumerate(self.instances)
            for key, timer in instance.state.timers.items()
        ]
        if not armed:
            return False
        due, index, key = min(armed)
        self.now = max(self.now, due)
        self._send(self.instances[index], TimerFired(timer=key))
        return True
