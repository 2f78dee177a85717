"""A state stored in parts goes on as one that is whole, and touches only the parts that an event concerns."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.bpmn.effects import Effect
from engine.bpmn.events import Event, JobThrew, MessageReceived, Modified, SignalReceived, TaskCompleted, TimerFired
from engine.bpmn.graph import Graph
from engine.bpmn.migration import migrate, plan
from engine.bpmn.parts import WIDE, Stored, load, part_of, split, whole
from engine.bpmn.run import start, step
from engine.bpmn.state import State
from tests.engine.bpmn.models import (
    NOW,
    boundary,
    chain,
    deploy,
    end,
    flow,
    message,
    on_message,
    service,
    start_event,
    timer,
    user,
)

_ENOUGH = '<bpmn:completionCondition xsi:type="bpmn:tFormalExpression">=enough</bpmn:completionCondition>'


def opinions(inner: str, count: int = WIDE) -> Graph:
    """A subprocess for each of many, which a message can interrupt."""
    each = f'<bpmn:loopCardinality xsi:type="bpmn:tFormalExpression">{count}</bpmn:loopCardinality>{_ENOUGH}'
    loop = f"<bpmn:multiInstanceLoopCharacteristics>{each}</bpmn:multiInstanceLoopCharacteristics>"
    body = start_event() + f'<bpmn:subProcess id="each">{loop}{inner}</bpmn:subProcess>'
    body += boundary("stop", "each", on_message()) + end() + end("e2")
    before = message() + message("m2") + '<bpmn:signal id="n" name="news"/>'
    return deploy(body + flow("s", "each") + flow("each", "e") + flow("stop", "e2"), before)


_TIMER = timer("timeDuration", "PT1H")
INNER = start_event("in") + user("first") + user("second") + end("out") + end("out2")
INNER += boundary("late", "second", _TIMER, interrupting=False)
INNER += flow("in", "first") + flow("first", "second") + flow("second", "out") + flow("late", "out2")
GRAPH = opinions(INNER)

# A message reaches one instance; a signal that one throws as it ends reaches those that are still at their first task.
_NEWS = '<bpmn:signalEventDefinition signalRef="n"/>'
HEARING = start_event("in") + user("first") + user("told") + end("out", _NEWS) + end("out2") + end("out3")
HEARING += boundary("asked", "first", on_message("m2"), interrupting=False) + boundary("news", "first", _NEWS)
HEARING += flow("in", "first") + flow("first", "out") + flow("asked", "out2") + chain("news", "told", "out3")
LISTENING = opinions(HEARING)
_CONDITION = '<bpmn:conditionalEventDefinition><bpmn:condition xsi:type="bpmn:tFormalExpression">=late</bpmn:condition>'
_CONDITION += "</bpmn:conditionalEventDefinition>"
CONDITIONAL = opinions(INNER + boundary("due", "first", _CONDITION) + end("out3") + flow("due", "out3"))


class Store:
    """Keeps a state in parts; counts which parts were loaded and written."""

    def __init__(self, state: State) -> None:
        self.head, self.parts = b"", dict[int, bytes]()
        self.save(split(state))

    def save(self, stored: Stored) -> None:
        self.head = stored.head
        self.parts.update(stored.parts)
        for key in stored.gone:
            del self.parts[key]
        self.written = set(stored.parts)

    def load(self, *names: int) -> State:
        self.loaded = set(names)
        return load(self.head, {name: self.parts[name] for name in names}, self._rest)

    def _rest(self, loaded: frozenset[int]) -> Mapping[int, bytes]:
        found = {name: part for name, part in self.parts.items() if name not in loaded}
        self.loaded |= found.keys()
        return found


def walk(graph: Graph, choices: list[tuple[int, bool]]) -> None:
    """The same steps on a whole state and on one in parts: the same effects, the same bytes."""
    now, state = NOW, start(graph, {"enough": False, "late": False}, now=NOW).state
    store = Store(state)
    for choice, told in choices:
        events: list[tuple[Event, int | None]] = [
            (
                TaskCompleted(task=key, data={"enough": choice % 29 == 0, "late": choice % 31 == 0}),
                part_of(state.things, key),
            )
            for key in state.open_tasks
        ]
        events += [(TimerFired(timer=key), part_of(state.things, item.owner)) for key, item in state.timers.items()]
        if choice % 17 == 0:
            heard = {item.name for item in state.subscriptions.values() if item.kind == "message"}
            events = [(MessageReceived(name=name), None) for name in sorted(heard, key=len, reverse=True)]
            events += [(SignalReceived(name="news"), None)] if "m2-name" in heard else []
        if not events:
            return
        now += timedelta(hours=2)
        event, part = events[choice % len(events)]
        loaded = store.load(*([part] if told and part is not None else []))
        expected, got = step(graph, state, event, now=now), step(graph, loaded, event, now=now)
        assert got.effects == expected.effects
        store.save(split(got.state))
        state = expected.state
        assert whole(store.load()) == state
        assert whole(store.load()).encode() == state.encode()


@settings(deadline=None, max_examples=60)
@given(
    st.sampled_from([GRAPH, LISTENING, CONDITIONAL]),
    st.lists(st.tuples(st.integers(1, 1000), st.booleans()), max_size=40),
)
def test_a_state_in_parts_goes_on_as_one_that_is_whole(graph: Graph, choices: list[tuple[int, bool]]) -> None:
    """Whether the right part was named or none: what is missing is loaded."""
    walk(graph, choices)


def test_what_an_instance_listens_for_lies_in_its_part() -> None:
    """A completion beside it does not load it; a message, a signal from outside or from within finds it there."""
    state = start(LISTENING, {"enough": False}, now=NOW).state
    head = State.decode(split(state).head)
    assert [item.name for item in head.subscriptions.values()] == ["m-name"]
    store, task = Store(state), next(iter(state.open_tasks))
    part = part_of(state.things, task)
    assert part is not None
    got = step(LISTENING, store.load(part), SignalReceived(name="news"), now=NOW).state
    assert list(got.open_tasks.values()) == ["told"] * WIDE
    got = step(LISTENING, store.load(part), TaskCompleted(task=task), now=NOW).state
    assert list(got.open_tasks.values()) == ["told"] * (WIDE - 1)


def test_a_completion_leaves_what_others_listen_for_where_it_is() -> None:
    """As with timers: only a throw within reaches further."""
    quiet = opinions(HEARING.replace(f'<bpmn:endEvent id="out">{_NEWS}', '<bpmn:endEvent id="out">'))
    state = start(quiet, {"enough": False}, now=NOW).state
    store, task = Store(state), list(state.open_tasks)[3]
    part = part_of(state.things, task)
    assert part is not None
    store.save(split(step(quiet, store.load(part), TaskCompleted(task=task), now=NOW).state))
    assert (store.loaded, store.written) == ({part}, set())
    assert len(store.parts) == WIDE - 1


def test_a_completion_loads_and_stores_only_its_own_part() -> None:
    """All other instances stay where they are."""
    state = start(GRAPH, {"enough": False}, now=NOW).state
    store = Store(state)
    assert len(store.parts) == WIDE
    task = list(state.open_tasks)[3]
    part = part_of(state.things, task)
    assert part is not None
    for _ in range(2):
        loaded = store.load(part)
        (open_task,) = loaded.open_tasks
        store.save(split(step(GRAPH, loaded, TaskCompleted(task=open_task), now=NOW).state))
        assert store.loaded == {part}
        assert store.written <= {part}
    assert len(store.parts) == WIDE - 1


def test_the_head_does_not_grow_with_the_instances() -> None:
    """It holds what concerns all; the size of one part is that of one instance."""
    few, many = (split(start(opinions(user("one"), count), {"enough": False}, now=NOW).state) for count in (20, 200))
    assert len(many.head) - len(few.head) <= 5  # digits
    assert len(many.parts) == 200


def test_what_interrupts_the_loop_loads_every_part() -> None:
    """All tasks are taken away, also those that were not loaded."""
    store = Store(start(GRAPH, {"enough": False}, now=NOW).state)
    effects: tuple[Effect, ...] = step(GRAPH, store.load(), MessageReceived(name="m-name"), now=NOW).effects
    assert sum(type(effect).__name__ == "TaskCancelled" for effect in effects) == WIDE


def test_a_modification_reaches_what_is_not_loaded() -> None:
    """Any task can be ended by hand, wherever it is stored."""
    state = start(GRAPH, {"enough": False}, now=NOW).state
    store, event = Store(state), Modified(cancel=(list(state.open_tasks)[5],))
    expected, got = step(GRAPH, state, event, now=NOW), step(GRAPH, store.load(), event, now=NOW)
    assert (got.effects, whole(got.state)) == (expected.effects, expected.state)


def test_an_error_of_a_job_reaches_its_part() -> None:
    """Loaded or not, the boundary event within the instance catches the error."""
    body = (
        start_event("in") + service("work") + boundary("failed", "work", "<bpmn:errorEventDefinition/>") + user("mend")
    )
    body += end("out") + end("out2") + flow("in", "work") + flow("work", "out") + chain("failed", "mend", "out2")
    graph = opinions(body)
    state = start(graph, {"enough": False}, now=NOW).state
    job = list(state.open_jobs)[5]
    part = part_of(state.things, job)
    assert part is not None
    expected = step(graph, state, JobThrew(job=job, code="c"), now=NOW)
    assert list(expected.state.open_tasks.values()) == ["mend"]
    for named in ((), (part,)):
        store = Store(state)
        got = step(graph, store.load(*named), JobThrew(job=job, code="c"), now=NOW)
        store.save(split(got.state))
        assert (got.effects, whole(store.load())) == (expected.effects, expected.state)
        assert not named or store.written == {part}


def test_a_migration_takes_every_part_along() -> None:
    """Also what was not loaded stands in the new model."""
    new = opinions(INNER.replace('"first"', '"renamed"'))
    state = start(GRAPH, {"enough": False}, now=NOW).state
    planned = plan(GRAPH, new, Store(state).load(), {"first": "renamed"})
    moved, _ = migrate(planned, Store(state).load(), now=NOW)
    assert list(moved.open_tasks.values()) == ["renamed"] * WIDE
    assert len(split(moved).parts) == WIDE
