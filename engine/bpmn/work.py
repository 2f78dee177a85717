"""The working copy of a state inside one step."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from engine.bpmn.effects import Effect, IncidentRaised, IncidentResolved, Stalled
from engine.bpmn.events import EventRefused
from engine.bpmn.graph import Graph
from engine.bpmn.scope import Scope, Stuck, Tank
from engine.bpmn.state import Incident, State, Token, plain_json
from engine.calendar import VIETNAM


def given(data: Mapping[str, object]) -> dict[str, object]:
    """Data from outside, copied as plain JSON; raises EventRefused if it is none."""
    try:
        plain = plain_json(data)
    except ValueError as error:
        raise EventRefused("data-not-json", str(error)) from None
    assert isinstance(plain, dict)
    return plain


# An automatic loop stops after this many tokens moved in one step, and two for each flow, so that a wide process is no
# loop. Counted, so it stops at the same place every time.
BUDGET = 1_000


class Work:
    """Mutable only within a step; `state()` freezes it. The queue of tokens is empty before and after."""

    def __init__(self, graph: Graph, state: State, now: datetime) -> None:
        if now.tzinfo is None:
            raise ValueError("now must be an aware time")
        self.graph = graph
        self.now = now
        self.process = state.process
        self.counter = state.counter
        self.data: Mapping[str, object] = state.data
        self.waiting = dict(state.waiting)
        self.timers = dict(state.timers)
        self.subscriptions = dict(state.subscriptions)
        self.joins = {element: dict(flows) for element, flows in state.joins.items()}
        self.incidents = dict(state.incidents)
        self.loops = dict(state.loops)
        self.tokens: deque[Token] = deque()
        self.effects: list[Effect] = []
        self.moves = 0
        self.tank = Tank()
        self.budget = BUDGET + 2 * len(graph.flows)

    def state(self) -> State:
        """The state as it is now."""
        return State(
            process=self.process,
            counter=self.counter,
            data=self.data,
            waiting=self.waiting,
            timers=self.timers,
            subscriptions=self.subscriptions,
            joins=self.joins,
            incidents=self.incidents,
            loops=self.loops,
        )

    def scope(self, element: str, local: Mapping[str, object] | None = None) -> Scope:
        """What expressions at `element` see now. Offices keep Vietnamese time, so `today()` is the day there."""
        data = {**self.data, **local} if local else self.data
        return Scope(element=element, data=data, now=self.now.astimezone(VIETNAM), tank=self.tank)

    def moved(self, element: str) -> None:
        """Count a move that happens by itself; Stuck at `element` when the step has had too many."""
        self.moves += 1
        if self.moves > self.budget:
            raise Stuck(element, "step-budget", f"{self.budget} automatic moves in one step")

    def next_id(self) -> int:
        """A new id; larger than every id given before."""
        self.counter += 1
        return self.counter

    def merge(self, data: Mapping[str, object]) -> None:
        """Put `data` over the process's data at top level; raises EventRefused if it is not plain JSON."""
        if data:
            self.data = dict(sorted({**self.data, **given(data)}.items()))

    def replace_waiting(self, owner: int, *, job: int | None) -> None:
        """Note which job of the service task is open (None: it failed)."""
        self.waiting[owner] = replace(self.waiting[owner], job=job)

    def raise_incident(
        self, element: str, code: str, message: str, *, tokens: tuple[Token, ...] = (), owner: int | None = None
    ) -> None:
        """Hold `tokens`, or the service task `owner`, until someone retries."""
        key = self.next_id()
        self.incidents[key] = Incident(element=element, code=code, message=message, tokens=tokens, owner=owner)
        self.effects.append(IncidentRaised(incident=key, element=element, code=code, message=message))

    def stall(self, element: str, message: str) -> None:
        """Show people that tokens wait at a join where no other can come."""
        key = self.next_id()
        self.incidents[key] = Incident(element=element, code="join-starved", message=message)
        self.effects.append(Stalled(incident=key, element=element, code="join-starved", message=message))

    def resolve(self, incident: int) -> None:
        """The incident is over."""
        del self.incidents[incident]
        self.effects.append(IncidentResolved(incident=incident))
