"""A walk: one seeded sequence of decisions, taken by our kernel and by the library side by side.

A decision is which open task is completed next, with which data, or which timer, message or signal comes. After each
both must wait at the same elements. Our own state is stored and loaded after every step, which must change nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial

from engine.bpmn.effects import Effect, ElementEntered
from engine.bpmn.events import Event, JobCompleted, MessageReceived, SignalReceived, TaskCompleted, TimerFired
from engine.bpmn.graph import (
    BoundaryEvent,
    Graph,
    InclusiveGateway,
    Node,
    ParallelGateway,
    start_names,
)
from engine.bpmn.reach import reached
from engine.bpmn.run import Step, start, step
from engine.bpmn.second_engine.drawn import FUEL, Budget, Dice, Draws, walked
from engine.bpmn.second_engine.other import Other, Raised, TooLong
from engine.bpmn.second_engine.prepared import ALWAYS, INSTANCES
from engine.bpmn.second_engine.reading import Read
from engine.bpmn.second_engine.tokens import forks, once_if_it_ends, several, starved
from engine.bpmn.state import State, Subscription, Timer
from engine.bpmn.triggers import StartedBy

MOST_STEPS = 40
_COST = 100
"""What a step takes of the budget, counted in conditions."""
_BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
_AGREED = "no-flow-taken"
_HARMLESS = "join-starved"
_UNFORESEEN = "non-predicted child to predicted task"
"""What the library raises of itself where a flow leads back to multiple instances (its task.py, `_add_child`)."""
_WAITS = ("task", "job", "event", "gateway")


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Where an instance stands: the elements that wait, as often as they do, and the joins that hold tokens."""

    open: tuple[str, ...] = ()
    joins: tuple[str, ...] = ()
    thrown: tuple[str, ...] = ()
    """The end and throw events that were passed in the last step."""
    done: bool = False
    raised: str = ""

    def __str__(self) -> str:
        if self.raised:
            return self.raised
        waiting = [*self.open, *(f"{join} (join)" for join in self.joins)]
        passed = f", having passed {', '.join(self.thrown)}" if self.thrown else ""
        return ("completed" if self.done else f"waits at {', '.join(waiting) or 'nothing'}") + passed


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """The two engines stand at different places after the same decisions."""

    path: tuple[str, ...]
    ours: View
    theirs: View
    passed: tuple[tuple[str, ...], tuple[str, ...]]
    """What each passed in the last step."""

    def __str__(self) -> str:
        """One sentence in which each part is short enough that both paths are seen whole or by their ends."""
        ours, theirs = (_ends(way, 110) for way in self.ways)
        return f"after {_ends(', '.join(self.path), 90)}: ours {ours}; SpiffWorkflow {theirs}"

    @property
    def ways(self) -> tuple[str, str]:
        """What each engine passed in the last step, and where it stands then."""
        passed = [", ".join(each) or "nothing" for each in self.passed]
        return f"passed {passed[0]} and {self.ours}", f"passed {passed[1]} and {self.theirs}"

    @property
    def notes(self) -> tuple[str, ...]:
        """The decisions and both paths in full, as far as a reader follows them."""
        decisions, (ours, theirs) = ", ".join(self.path), self.ways
        told = (f"decisions: {decisions}", f"our path: {ours}", f"SpiffWorkflow's path: {theirs}")
        return shortened(told)


_LONGEST_NOTE = 2_000


def shortened(lines: Iterable[str]) -> tuple[str, ...]:
    """Lines for people, none longer than somebody reads."""
    return tuple(_ends(line, _LONGEST_NOTE) for line in lines)


def _ends(text: str, most: int) -> str:
    """The text, without its middle where it is longer than this."""
    half = (most - 3) // 2
    return text if len(text) <= most else f"{text[:half]} … {text[-half:]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Walked:
    """How one walk went: its steps, why it ended, and where the engines disagree, if they do."""

    seed: int
    steps: int
    ended: str
    disagreement: Disagreement | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Walks:
    """What all walks of a process share."""

    graph: Graph
    read: Read
    draws: Draws
    budget: Budget

    @classmethod
    def of(cls, graph: Graph, read: Read, budget: Budget) -> Walks:
        """The walks of this process as the library read it."""
        plain = walked(graph)
        return cls(graph=plain, read=read, draws=Draws.of(plain), budget=budget)

    def walk(self, seed: int, most: int = MOST_STEPS) -> Walked:
        """Take one walk."""
        walk = _Walk(walks=self, dice=Dice(f"{self.graph.process_id}/{seed}"))
        try:
            ended = walk.take(most)
        except _Ended as end:
            return Walked(seed=seed, steps=walk.steps, ended=end.why, disagreement=end.disagreement)
        return Walked(seed=seed, steps=walk.steps, ended=ended)


class _Ended(Exception):
    """The walk ends here."""

    def __init__(self, why: str, disagreement: Disagreement | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.disagreement = disagreement


@dataclass(frozen=True, slots=True, kw_only=True)
class _Choice:
    """Something that can happen next: to us by `event`, to the library by `theirs`."""

    label: str
    event: Callable[[Mapping[str, object]], Event]
    theirs: Callable[[Other], None]
    once: tuple[int, str] | None = None


@dataclass(slots=True, kw_only=True)
class _Walk:
    walks: Walks
    dice: Dice
    steps: int = 0
    path: list[str] = field(default_factory=list)
    fired: set[tuple[int, str]] = field(default_factory=set)
    passed: Counter[str] = field(default_factory=Counter)
    now: datetime = _BEGAN
    beside: bool = False
    """Whether several tokens were in one scope before the step."""

    def take(self, most: int) -> str:
        """Walk to an end; says why it ended."""
        graph = self.walks.graph
        by = start_names(graph.starts[0])[0] if graph.starts else StartedBy()
        label = "the start" if by == StartedBy() else f"the start by {by}"
        first = start(graph, self._data(), now=self.now, **by._asdict())
        other = self._opened(by)
        state = self._compared(first, other, label)
        while self.steps < most:
            choices = list(_choices(graph, state, self.fired))
            if not choices:
                return "nothing more can happen"
            choice = self.dice.one_of(choices)
            state = self._next(state, choice, other)
        return "as many steps as a walk has"

    def _next(self, state: State, choice: _Choice, other: Other) -> State:
        if choice.once is not None:
            self.fired.add(choice.once)
        self.now += timedelta(hours=2)
        taken = step(self.walks.graph, state, choice.event(self._data()), now=self.now)
        return self._compared(taken, other, choice.label, choice.theirs)

    def _data(self) -> Mapping[str, object]:
        data = self.walks.draws.draw(self.dice, self.walks.budget) if self.walks.budget.take(_COST) else None
        if data is None:
            raise _Ended("the budget of the walks is used up, or a condition takes too long")
        return data

    def _opened(self, by: StartedBy) -> Other:
        other = Other(self.walks.read, self._conditions(), self.walks.budget)
        if by == StartedBy():
            return other
        other.settle()
        if by.signal is not None:
            other.signal(by.signal)
        else:
            came = other.message(by.message) if by.message is not None else other.timer(by.timer or "")
            other.set_off(self.walks.graph.starts[0].id, 0, came)
        return other

    def _conditions(self) -> Mapping[str, Callable[[Mapping[str, object]], object]]:
        found: dict[str, Callable[[Mapping[str, object]], object]] = {
            text: partial(expression.evaluate, fuel=FUEL) for text, expression in self.walks.draws.conditions.items()
        }
        return {**found, ALWAYS: lambda data: True, INSTANCES: lambda data: data[INSTANCES]}

    def _compared(self, taken: Step, other: Other, label: str, act: Callable[[Other], None] | None = None) -> State:
        """Let the library do the same and compare; the state as it is loaded again."""
        self.steps += 1
        self.path.append(label)
        state = State.decode(taken.state.encode())
        ours = replace(_ours(state), thrown=self._thrown(_entered(taken.effects)))
        if state.encode() != taken.state.encode():
            raise self._disagree(
                ours, View(raised="our state changed as it was stored and loaded"), taken.effects, other
            )
        codes = {incident.code for incident in state.incidents.values()} - {_HARMLESS}
        if codes - {_AGREED}:
            raise _Ended(f"an incident of ours: {min(codes)}")
        entered = [*_entered(taken.effects)]
        self.passed.update(entered)
        again = (each for each in entered if self.passed[each] > 1)
        if _too_many(self.walks.graph, state, self.passed) or (self.beside and forks(self.walks.graph, again)):
            raise _Ended("more tokens than it can tell apart")
        if starved(self.walks.graph, state):
            raise _Ended("a join in a loop waits for ever")
        self.beside = several(state)
        theirs = self._theirs(state, other, act)
        if codes and theirs.raised:
            raise _Ended("nothing could be taken, for both")
        if theirs != ours:
            raise self._disagree(ours, theirs, taken.effects, other)
        return state

    def _theirs(self, state: State, other: Other, act: Callable[[Other], None] | None) -> View:
        other.data, other.passed = state.data, []
        try:
            if act is not None:
                act(other)
            other.settle()
        except Raised as error:
            if _UNFORESEEN in str(error):
                raise _Ended("instances begin again in a round that it did not foresee") from None
            return View(raised=f"raised {error}")
        except TooLong:
            raise _Ended("it loops longer than the library can") from None
        thrown = self._thrown(other.passed)
        if other.done():
            return View(done=True, thrown=thrown)
        return View(open=tuple(sorted(other.open())), joins=tuple(sorted(other.joins())), thrown=thrown)

    def _thrown(self, passed: Iterable[str]) -> tuple[str, ...]:
        return tuple(sorted(once_if_it_ends(self.walks.graph, passed)))

    def _disagree(self, ours: View, theirs: View, effects: tuple[Effect, ...], other: Other) -> _Ended:
        entered = tuple(_entered(effects))
        found = Disagreement(path=tuple(self.path), ours=ours, theirs=theirs, passed=(entered, tuple(other.passed)))
        return _Ended("the engines disagree", found)


def _entered(effects: tuple[Effect, ...]) -> Iterator[str]:
    return (effect.element for effect in effects if isinstance(effect, ElementEntered))


def _too_many(graph: Graph, state: State, passed: Mapping[str, int]) -> bool:
    """Whether several tokens took one way, or came to a join again: there the library loses tokens or counts old ones.

    Its source says so of excess tokens. In later rounds of a loop it lets a join go on before all came.
    """
    same = Counter((thing.element, thing.parent) for thing in state.things.values() if not thing.number)
    if any(count > 1 for count in same.values()):
        return True
    held = Counter(element for joins in state.joins.values() for element in joins)
    for element, node in graph.nodes.items():
        if isinstance(node, ParallelGateway | InclusiveGateway) and _is_passed_once(graph, node):
            scopes = passed.get(node.scope, 0) if node.scope in graph.nodes else 1
            if passed.get(element, 0) + held[element] > scopes:
                return True
    return False


def _is_passed_once(graph: Graph, node: Node) -> bool:
    """Whether a second token through it would be one too many: at a join in a loop too, for the library."""
    return len(node.incoming) > 1 or not reached(graph, node.id, node.id)


def _ours(state: State) -> View:
    things = state.things.values()
    if not any(thing.parent == 1 for thing in things) and not state.joins:
        return View(done=True)
    return View(
        open=tuple(sorted(thing.element for thing in things if thing.kind in _WAITS)),
        joins=tuple(sorted({element for held in state.joins.values() for element in held})),
    )


def _task(key: int, data: Mapping[str, object]) -> Event:
    return TaskCompleted(task=key, data=data)


def _job(key: int, data: Mapping[str, object]) -> Event:
    return JobCompleted(job=key, data=data)


def _timer(key: int, data: Mapping[str, object]) -> Event:
    return TimerFired(timer=key)


def _message(name: str, data: Mapping[str, object]) -> Event:
    return MessageReceived(name=name, data=data)


def _signal(name: str, data: Mapping[str, object]) -> Event:
    return SignalReceived(name=name, data=data)


def _choices(graph: Graph, state: State, fired: set[tuple[int, str]]) -> Iterator[_Choice]:
    """Everything that can happen next, in the order in which it began."""
    for key, thing in state.things.items():
        act = partial(Other.complete, element=thing.element, position=_position(state, key))
        if thing.kind == "task":
            yield _Choice(
                label=f"task {thing.element}",
                event=partial(_task, key),
                theirs=act,
            )
        elif thing.kind == "job" and thing.job is not None:
            yield _Choice(
                label=f"job {thing.element}",
                event=partial(_job, thing.job),
                theirs=act,
            )
    yield from (choice for choice in _events(graph, state, fired) if choice.once not in fired or choice.once is None)


def _events(graph: Graph, state: State, fired: set[tuple[int, str]]) -> Iterator[_Choice]:
    for key, timer in state.timers.items():
        yield _Choice(
            label=f"timer {timer.element}",
            event=partial(_timer, key),
            theirs=partial(_set_off, waits=_waits(graph, state, fired, timer), timer=timer.element),
            once=_once(graph, timer.element, timer.owner),
        )
    seen: set[str] = set()
    for item in state.subscriptions.values():
        if item.kind == "message" and item.name not in seen:
            seen.add(item.name)
            yield _Choice(
                label=f"message {item.name} for {item.element}",
                event=partial(_message, item.name),
                theirs=partial(_set_off, waits=_waits(graph, state, fired, item), message=item.name),
                once=_once(graph, item.element, item.owner),
            )
    yield from _signals(graph, state)


def _signals(graph: Graph, state: State) -> Iterator[_Choice]:
    for name in dict.fromkeys(item.name for item in state.subscriptions.values() if item.kind == "signal"):
        listening = [item for item in state.subscriptions.values() if item.kind == "signal" and item.name == name]
        onces = [once for item in listening if (once := _once(graph, item.element, item.owner))]
        if not onces:  # to one that does not interrupt it would come twice, and the library hears it once
            yield _Choice(
                label=f"signal {name}",
                event=partial(_signal, name),
                theirs=partial(Other.signal, name=name),
            )


def _once(graph: Graph, element: str, owner: int) -> tuple[int, str] | None:
    """An event that stays as it comes: the library lets it come once."""
    node = graph.nodes[element]
    return (owner, element) if isinstance(node, BoundaryEvent) and not node.interrupting else None


def _waits(graph: Graph, state: State, fired: set[tuple[int, str]], heard: Timer | Subscription) -> tuple[str, int]:
    """The element that waits in the library, and which of several of it."""
    at = state.things[heard.owner]
    if not isinstance(graph.nodes[heard.element], BoundaryEvent):
        return at.element, _position(state, heard.owner)
    hosts = [key for key, thing in state.things.items() if thing.element == at.element and not thing.number]
    waiting = [key for key in hosts if (key, heard.element) not in fired or key == heard.owner]
    return heard.element, _sorted(state, waiting).index(heard.owner)


def _position(state: State, key: int) -> int:
    """Which of the waiting things of its element it is; the library keeps them by the scopes in which they live."""
    thing = state.things[key]
    same = [other for other, each in state.things.items() if each.element == thing.element and each.kind == thing.kind]
    return _sorted(state, same).index(key)


def _sorted(state: State, keys: list[int]) -> list[int]:
    return sorted(keys, key=lambda key: _way(state, key))


def _way(state: State, key: int) -> tuple[int, ...]:
    way: list[int] = []
    while key in state.things:
        way.insert(0, key)
        key = state.things[key].parent
    return tuple(way)


def _set_off(other: Other, waits: tuple[str, int], timer: str = "", message: str = "") -> None:
    other.set_off(*waits, other.timer(timer) if timer else other.message(message))
