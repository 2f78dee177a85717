"""The working copy of a state inside one step: the tree of what lives, and the tokens on their way."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping, Set
from datetime import datetime
from typing import Any

from engine.bpmn import parts
from engine.bpmn.effects import (
    Effect,
    IncidentRaised,
    IncidentResolved,
    JobCancelled,
    MessageForgotten,
    SignalForgotten,
    Stalled,
    TaskCancelled,
    TimerCancelled,
)
from engine.bpmn.graph import Activity, Graph, Node
from engine.bpmn.scope import Scope, Tank
from engine.bpmn.state import ROOT, Done, Incident, State, Subscription, Thing, Timer, Token, changed
from engine.calendar import VIETNAM

# An automatic loop stops after this many tokens moved in one step, and two for each flow, so that a wide process is no
# loop. Counted, so it stops at the same place every time.
BUDGET = 1_000
STARVED = "join-starved"


class Work:
    """Mutable only within a step; `state()` freezes it. The queues are empty before and after."""

    __slots__ = (
        "_apart",
        "_born",
        "_listening",
        "_now_there",
        "_parts",
        "_widened",
        "activated",
        "armed",
        "budget",
        "cancelled",
        "changed",
        "counter",
        "deferred",
        "done",
        "effects",
        "graph",
        "incidents",
        "joins",
        "moves",
        "moving",
        "now",
        "process",
        "subscriptions",
        "tank",
        "things",
        "timers",
        "tokens",
        "touched",
        "unseen",
    )

    def __init__(self, graph: Graph, state: State, now: datetime) -> None:
        if now.tzinfo is None:
            raise ValueError("now must be an aware time")
        now = now.replace(microsecond=0)  # as its leaf tells the time: a replay finds the same
        self._now_there = now.astimezone(VIETNAM)
        self._apart = state.apart
        self.graph = graph
        self.now = now
        self.process = state.process
        self.counter = state.counter
        self.things = dict(state.things)
        self.timers = dict(state.timers)
        self.subscriptions = dict(state.subscriptions)
        self.incidents = dict(state.incidents)
        self.joins = {scope: {at: dict(flows) for at, flows in held.items()} for scope, held in state.joins.items()}
        self.activated = {scope: dict(seen) for scope, seen in state.activated.items()}
        self.done = dict(state.done)
        self._born: defaultdict[int, int] = defaultdict(int)
        """How many more live within each thing than it says; told to it as the state is made."""
        self.tokens: deque[Token] = deque()
        self.moving: defaultdict[int, int] = defaultdict(int)
        """How many tokens of each scope are on their way in this step."""
        self.deferred: deque[int] = deque()
        """The throw events that wait until all other tokens rest."""
        self.touched: set[int] = set()
        """Scopes that may have ended."""
        self.cancelled: list[int] = []
        """Transactions that are undone and have to be left."""
        self.effects: list[Effect] = []
        self.changed = True
        """Whether data changed since conditions were looked at."""
        self.unseen: dict[int, None] = {}
        """The conditions that are still to be looked at."""
        self.armed = False
        """Whether a condition was armed since then."""
        self.moves = 0
        self.tank = Tank()
        self.budget = BUDGET + 2 * len(graph.flows)
        self._widened: set[str] = set()
        self._parts: dict[int, dict[int, None]] | None = None
        """What lives directly within each thing, from when someone first asks."""
        self._listening: dict[int, list[int]] | None = None
        """The timers and subscriptions of each thing, from when someone first asks; some may be over."""

    def state(self) -> State:
        """The state as it is now."""
        for key, born in self._born.items():
            if born:
                self.change(key, alive=self.things[key].alive + born)
        self._born.clear()
        return State(
            self.process,
            self.counter,
            self.things,
            self.timers,
            self.subscriptions,
            self.incidents,
            self.joins,
            self.activated,
            self.done,
            self._apart,
        )

    def reach(self) -> None:
        """Load what of the state is stored apart: it is concerned too."""
        if self._apart is None or self._apart.rest is None:
            return
        found = parts.whole(self.state())
        self._apart = found.apart
        for each in parts.APART:
            setattr(self, each, getattr(found, each))
        self._parts = self._listening = None

    def next_id(self) -> int:
        """A new id; larger than every id given before."""
        self.counter += 1
        return self.counter

    @property
    def spent(self) -> bool:
        """Whether the step has had all its automatic moves."""
        return self.moves >= self.budget

    def widen(self, element: str, moves: int) -> None:
        """Let the instances of an activity move; once in a step, so that a loop around them still ends."""
        if element not in self._widened:
            self._widened.add(element)
            self.budget += moves

    # Tokens

    def send(self, token: Token) -> None:
        """Put a token on its way."""
        self.moving[token.scope] += 1
        self.tokens.append(token)

    def leave(self, node: Node, scope: int) -> None:
        """Let a token go on from a node."""
        self.send(Token(node.id, scope, None, "leave"))

    def wait_at(self, element: str, scope: int, flow: str) -> Mapping[str, int]:
        """Let a token that came by `flow` wait at an element; how many wait there, by flow."""
        flows = self.joins.setdefault(scope, {}).setdefault(element, {})
        flows[flow] = flows.get(flow, 0) + 1
        return flows

    # The tree

    def add(self, thing: Thing) -> int:
        """Something begins to live."""
        key = self.next_id()
        self.things[key] = thing
        if thing.parent:
            self._born[thing.parent] += 1
            if self._parts is not None:
                self._parts.setdefault(thing.parent, {})[key] = None
        return key

    def alive(self, key: int) -> int:
        """How many things live directly within it."""
        return self.things[key].alive + self._born[key]

    def change(self, key: int, **fields: Any) -> Thing:
        """Change what lives."""
        thing = self.things[key] = changed(self.things[key], fields)
        return thing

    def remove(self, key: int) -> Thing:
        """It no longer lives; nothing lives within it any more. What it listened for is over."""
        thing = self.things.pop(key)
        self._born.pop(key, None)
        if self._parts is not None:
            self._parts[thing.parent].pop(key)
        self.disarm(key)
        if self.incidents:
            self._resolve_all(lambda incident: incident.thing == key)
        if thing.parent in self.things:
            self._born[thing.parent] -= 1
            self.touched.add(thing.parent)
        for kept in (self.joins, self.activated, self.done):
            kept.pop(key, None)
        return thing

    def within(self, key: int) -> list[int]:
        """The things that live directly within it, in the order in which they began."""
        if self._apart is not None and parts.spread(self.things, key):
            self.reach()
        if self._parts is None:
            self._parts = {}
            for number, thing in self.things.items():
                self._parts.setdefault(thing.parent, {})[number] = None
        return list(self._parts.get(key, ()))

    def cancel(self, key: int) -> None:
        """It is interrupted, with all that lives or moves within it."""
        self.empty(key)
        thing = self.remove(key)
        if thing.kind == "task":
            self.effects.append(TaskCancelled(task=key, element=thing.element))
        elif thing.kind == "job" and thing.job is not None:
            self.effects.append(JobCancelled(job=thing.job))

    def empty(self, key: int) -> None:
        """Everything within it ends: what lives there, tokens on their way, tokens that wait at gateways."""
        if self.alive(key):
            for number in self.within(key):
                self.cancel(number)
        if self.moving[key]:
            self.tokens = deque(token for token in self.tokens if token.scope != key)
            self.moving[key] = 0
        if self.things[key].rest:
            self.change(key, rest=())
        self.touched.add(key)
        self.joins.pop(key, None)
        self.activated.pop(key, None)
        self._resolve_all(lambda incident: incident.thing == key and incident.code == STARVED)

    def disarm(self, owner: int, elements: Set[str] | None = None) -> None:
        """What the owner listens for (there: through these elements) is over."""
        if elements is not None and not elements:
            return
        for key in self._listens(owner):
            item = self.timers.get(key) or self.subscriptions.get(key)
            if item is None or (elements is not None and item.element not in elements):
                continue
            if isinstance(item, Timer):
                del self.timers[key]
                self.effects.append(TimerCancelled(timer=key))
            else:
                self.forget(key)
        if elements is not None:
            self._resolve_all(lambda incident: incident.thing == owner and incident.element in elements)

    def _listens(self, owner: int) -> list[int]:
        """What the owner listens for, timers first."""
        if not self.timers and not self.subscriptions:
            return []
        if self._listening is None:
            self._listening = {}
            for kept in (self.timers, self.subscriptions):
                for key, item in kept.items():
                    self._listening.setdefault(item.owner, []).append(key)
        # Timers first, by age: the same as after a store.
        return sorted(self._listening.get(owner, ()), key=lambda key: (key in self.subscriptions, key))

    def listen(self, item: Timer | Subscription) -> int:
        """Something is listened for from now on; its id."""
        key = self.next_id()
        if isinstance(item, Timer):
            self.timers[key] = item
        else:
            self.subscriptions[key] = item
        if self._listening is not None:
            self._listening.setdefault(item.owner, []).append(key)
        return key

    def forget(self, key: int) -> None:
        """This subscription is over."""
        kind = self.subscriptions.pop(key).kind
        if kind == "message":
            self.effects.append(MessageForgotten(subscription=key))
        elif kind == "signal":
            self.effects.append(SignalForgotten(subscription=key))

    def depth(self, key: int) -> int:
        """How many things lie around it, with itself."""
        depth = 0
        while key:
            depth, key = depth + 1, self.things[key].parent
        return depth

    def listens(self, owner: int, element: str) -> bool:
        """Whether an element of the owner is armed."""
        listening: list[Timer | Subscription] = [*self.timers.values(), *self.subscriptions.values()]
        return any(item.owner == owner and item.element == element for item in listening)

    def scope_of(self, key: int) -> int:
        """The scope in which a thing lives."""
        parent = self.things[key].parent
        while parent and self.things[parent].kind == "loop":
            parent = self.things[parent].parent
        return parent

    def node(self, element: str) -> Node:
        """The node of this id."""
        return self.graph.nodes[element]

    def activity(self, key: int) -> Activity:
        """The activity at which a thing stands."""
        node = self.graph.nodes[self.things[key].element]
        assert isinstance(node, Activity)
        return node

    # Data

    def scope(self, element: str, at: int, local: Mapping[str, object] | None = None) -> Scope:
        """What expressions of `element` see in the scope or thing `at`.

        Offices keep Vietnamese time, so `today()` is the day there.
        """
        return Scope(element, self.seen(at, local), self._now_there, self.tank)

    def seen(self, at: int, local: Mapping[str, object] | None = None) -> Mapping[str, object]:
        """The data that a thing sees, with `local` before all others."""
        chain = [local] if local else []
        while at:
            thing = self.things[at]
            if thing.locals:
                chain.append(thing.locals)
            at = thing.parent if thing.wall != "blind" else 0
        if len(chain) == 1:
            return chain[0]
        return {name: value for each in reversed(chain) for name, value in each.items()}

    def merge(self, at: int, data: Mapping[str, object]) -> None:
        """Put plain JSON where each name lives, seen from `at`, else into the data of the process or walled call."""
        if not data:
            return
        self.changed = True
        nearer, last = self._homes(at)
        changes: dict[int, Any] = {} if nearer else {last: data}
        for name, value in data.items() if nearer else ():
            home = next((key for key in nearer if name in self.things[key].locals), last)
            changes.setdefault(home, {})[name] = value
        for home, values in changes.items():
            before = self.things[home].locals
            after = {**before, **values}
            # Sorted, so that it is the same before and after a store.
            self.change(home, locals=after if len(after) == len(before) else dict(sorted(after.items())))

    def _homes(self, at: int) -> tuple[list[int], int]:
        """What has data of its own around `at`, the nearest first, and what takes all else."""
        found: list[int] = []
        while at and at != ROOT:
            thing = self.things[at]
            if thing.wall:
                return found, at
            if thing.locals:
                found.append(at)
            at = thing.parent
        return found, ROOT

    def remember(self, scope: int, done: Done) -> None:
        """An activity completed that can be compensated."""
        self.done[scope] = (*self.done.get(scope, ()), done)

    # Incidents

    def hold(self, tokens: Iterable[Token], element: str, code: str, message: str) -> None:
        """Tokens of one scope cannot go on: an incident holds them until someone retries."""
        held = tuple(tokens)
        key = self.add(Thing(element=element, kind="held", parent=held[0].scope, tokens=held))
        self.raise_incident(element, code, message, key)

    def raise_incident(self, element: str, code: str, message: str, thing: int | None) -> None:
        """Show people that something stands still."""
        key = self.next_id()
        self.incidents[key] = Incident(element=element, code=code, message=message, thing=thing)
        self.effects.append(IncidentRaised(incident=key, element=element, code=code, message=message))

    def stall(self, scope: int, element: str, message: str) -> None:
        """Show people that tokens of a scope wait where no other can come."""
        key = self.next_id()
        self.incidents[key] = Incident(element=element, code=STARVED, message=message, thing=scope)
        self.effects.append(Stalled(incident=key, element=element, code=STARVED, message=message))

    def has_incident(self, element: str, thing: int) -> bool:
        """Whether people see already that this element of a thing stands still."""
        return any(incident.element == element and incident.thing == thing for incident in self.incidents.values())

    def _resolve_all(self, over: Callable[[Incident], bool]) -> None:
        for key in [key for key, incident in self.incidents.items() if over(incident)]:
            self.resolve(key)

    def resolve(self, incident: int) -> None:
        """The incident is over."""
        del self.incidents[incident]
        self.effects.append(IncidentResolved(incident=incident))
