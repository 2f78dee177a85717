"""The state is all there is: stored and loaded it goes on the same; equal histories, equal bytes; no token is lost."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.bpmn import EventRefused, Graph, State, Step, start, step
from engine.bpmn.effects import Effect, ElementEntered, ElementLeft
from engine.bpmn.events import Event, JobCompleted, JobFailed, MessageReceived, Retried, TaskCompleted, TimerFired
from engine.bpmn.graph import BoundaryEvent, ExclusiveGateway, ParallelGateway, StartEvent
from engine.bpmn.state import ROOT
from tests.engine.bpmn.models import (
    NOW,
    boundary,
    catch,
    chain,
    deploy,
    end,
    flow,
    mapping,
    message,
    on_message,
    par,
    script,
    service,
    several,
    start_event,
    throw,
    timer,
    user,
    xor,
    zeebe_loop,
)

# One of everything: fork and join, a loop whose gateway can get stuck (n = 4), boundary events of both kinds, a cycle,
# messages, a job that may fail, mappings, a script, several instances.
EVERYTHING = deploy(
    start_event()
    + par("fork")
    + user("a")
    + boundary("hurry", "a", timer("timeCycle", "R2/PT1H"), False)
    + user("reminded")
    + service("job")
    + boundary("late", "job", timer("timeDuration", "PT3H"))
    + catch("wait", on_message())
    + xor("merge")
    + user("b", mapping("input seen: =n + 1", "output last: =seen"))
    + script("sum", "n * 2")
    + several(
        zeebe_loop('inputCollection="=[1, 2, n]" inputElement="one" outputCollection="all" outputElement="=n"'),
        name="each",
    )
    + boundary("enough", "each", on_message())
    + xor("again")
    + throw("tell", on_message())
    + par("done")
    + end()
    + end("e2")
    + flow("s", "fork")
    + chain("fork", "a", "done")
    + chain("hurry", "reminded", "e2")
    + chain("fork", "job", "merge", "b", "sum", "each", "again")
    + flow("enough", "again")
    + flow("late", "merge")
    + flow("again", "merge", "n < 3")
    + flow("again", "done", "n = 3")
    + chain("fork", "wait", "tell", "done")
    + flow("done", "e"),
    message(),
)


@dataclass(frozen=True)
class Act:
    """One act of the world, chosen by number among what the state offers."""

    choice: int
    n: int
    hours: int


ACTS = st.lists(st.builds(Act, st.integers(0, 30), st.integers(0, 4), st.integers(0, 4)), max_size=25)


def offered(state: State, act: Act) -> list[Event]:
    """Every event that could happen in this state."""
    data = {"n": act.n}
    found: list[Event] = [TaskCompleted(task=key, data=data) for key in state.open_tasks]
    for key in state.open_jobs:
        found += [JobCompleted(job=key), JobFailed(job=key, code="c", message="m")]
    found += [TimerFired(timer=key) for key in state.timers]
    found += [MessageReceived(name=item.name) for item in state.subscriptions.values()]
    found += [Retried(incident=key, data=data) for key in state.incidents]
    return found


def walk(graph: Graph, acts: list[Act], store: bool) -> list[Step]:
    """Take a walk; with `store` the state goes through bytes before every step."""
    now: datetime = NOW
    steps = [start(graph, {"n": 0}, now=now)]
    for act in acts:
        state = State.decode(steps[-1].state.encode()) if store else steps[-1].state
        events = offered(state, act)
        if not events:
            break
        now += timedelta(hours=act.hours)
        with suppress(EventRefused):  # a timer that is not due yet
            steps.append(step(graph, state, events[act.choice % len(events)], now=now))
    return steps


@settings(deadline=None, max_examples=150)
@given(ACTS)
def test_a_stored_state_goes_on_exactly_as_one_that_was_kept(acts: list[Act]) -> None:
    """store → load → step equals step: the same effects, the same bytes, all along the walk."""
    kept, stored = walk(EVERYTHING, acts, store=False), walk(EVERYTHING, acts, store=True)
    assert [item.effects for item in kept] == [item.effects for item in stored]
    assert [item.state.encode() for item in kept] == [item.state.encode() for item in stored]
    for item in kept:
        assert State.decode(item.state.encode()) == item.state
        assert State.from_json(item.state.to_json()).encode() == item.state.encode()


FLOWING = "on flows"


@settings(deadline=None, max_examples=150)
@given(ACTS)
def test_random_walks_never_lose_a_token(acts: list[Act]) -> None:
    """The books kept by effects alone agree with the state at every moment: what flows, and what each element holds."""
    held: Counter[str] = Counter()
    for item in walk(EVERYTHING, acts, store=True):
        for effect in item.effects:
            account(effect, held)
        state = item.state
        live: Counter[str] = Counter()
        for key, thing in state.things.items():
            in_loop = state.things[thing.parent].kind == "loop" if thing.parent else False
            if thing.kind == "held":
                live.update(FLOWING if token.phase == "enter" else token.element for token in thing.tokens)
            elif key != ROOT and not in_loop:
                live[thing.element] += 1
        live[FLOWING] += sum(sum(flows.values()) for held in state.joins.values() for flows in held.values())
        assert +held == +live
        assert all(count >= 0 for count in held.values())
        assert (state.status == "completed") == (not +held)


def account(effect: Effect, held: Counter[str]) -> None:
    """What an effect says of tokens: entering takes them off flows, leaving puts them on."""
    if not isinstance(effect, ElementEntered | ElementLeft):
        return
    node = EVERYTHING.nodes[effect.element]
    if isinstance(effect, ElementLeft):
        held[node.id] -= 1
        held[FLOWING] += 1 if isinstance(node, ExclusiveGateway) else len(node.outgoing)
        return
    held[node.id] += 1
    if isinstance(node, BoundaryEvent):
        held[node.attached_to] -= node.interrupting
    elif not isinstance(node, StartEvent):
        held[FLOWING] -= len(node.incoming) if isinstance(node, ParallelGateway) else 1


def test_equal_histories_give_equal_bytes_whatever_the_order_of_keys() -> None:
    """The order in which data was given does not show."""
    graph = deploy(start_event() + user("a") + end() + chain("s", "a", "e"))
    one = start(graph, {"b": {"y": 1, "x": [1.0, "ü"]}, "a": None}, now=NOW).state
    two = start(graph, {"a": None, "b": {"x": [1.0, "ü"], "y": 1}}, now=NOW).state
    assert one.encode() == two.encode()


def test_ids_are_walked_by_number_and_not_by_text() -> None:
    """With ten and more subscriptions, the oldest still comes first after a store."""
    body = start_event() + par("f") + "".join(catch(f"c{n}", on_message()) for n in range(12)) + end() + flow("s", "f")
    body += "".join(flow("f", f"c{n}") + flow(f"c{n}", "e") for n in range(12))
    graph = deploy(body, message())
    state = start(graph, {}, now=NOW).state
    left = []
    for _ in range(12):
        result = step(graph, State.decode(state.encode()), MessageReceived(name="m-name"), now=NOW)
        left += [effect.element for effect in result.effects if isinstance(effect, ElementLeft)]
        state = result.state
    assert [name for name in left if name != "e"] == [f"c{n}" for n in range(12)]


def test_a_state_of_another_format_is_refused() -> None:
    """A later format is never half-read."""
    graph = deploy(start_event() + user("a") + end() + chain("s", "a", "e"))
    with pytest.raises(ValueError, match="format 4 found, 3 expected"):
        State.from_json(start(graph, {}, now=NOW).state.to_json() | {"format": 4})


def test_a_review_loop_keeps_its_state_small() -> None:
    """The state holds what is live: the same size on the first and on the five-hundredth round."""
    body = start_event() + xor("m") + user("a") + xor("g", 'default="g_e"') + end()
    graph = deploy(body + chain("s", "m", "a", "g") + flow("g", "m", "again") + flow("g", "e"))
    state, sizes = start(graph, {}, now=NOW).state, []
    for _ in range(500):
        (task,) = state.open_tasks
        state = step(graph, state, TaskCompleted(task=task, data={"again": True}), now=NOW).state
        sizes.append(len(state.encode()))
    assert sizes[-1] - sizes[0] <= 4  # the digits of the counter
