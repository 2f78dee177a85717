"""Hostile process files: whatever a file holds, it is refused with a reason or it runs, in little time and memory."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from random import Random

import pytest

from engine.acts.decisions import read_decisions
from engine.bpmn.check import check_file
from engine.bpmn.events import (
    Event,
    EventRefused,
    JobCompleted,
    JobFailed,
    MessageReceived,
    Retried,
    SignalReceived,
    TaskCompleted,
    TimerFired,
)
from engine.bpmn.graph import Graph, start_names
from engine.bpmn.parts import load, split, whole
from engine.bpmn.problems import Problem
from engine.bpmn.run import Step, start, step
from engine.bpmn.scope import Scope
from engine.bpmn.scripts import Ran
from engine.bpmn.state import ROOT, State
from engine.bpmn.triggers import StartedBy
from engine.dmn import Model
from tests.engine.bpmn.mutants import SUITES, drawn, mutant, seeds

NOW = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)
SECONDS, MEGABYTES, STEPS = 2.0, 200, 20
REFUSED = {"ParallelGateway_Conditions"}  # it would ignore the conditions
_PEAK = Path("/proc/self/clear_refs")


@dataclass(frozen=True, slots=True)
class Script:
    """A script that does what its text chooses: gives a value, takes time, or ends in an error."""

    text: str

    def run(self, scope: Scope) -> Ran:
        match len(self.text) % 4:
            case 0:
                return Ran(error=True)
            case 1:
                return Ran(seconds=10)
            case _:
                return Ran(values={"integerVariable": Decimal(len(scope.data))})


class Any:
    """The language of such scripts."""

    def compile(self, text: str, result: str | None) -> Script:
        return Script(text)


SCRIPTS = {"": Any(), "trace": Any()}


def check(xml: bytes, name: str, decisions: Mapping[str, Model]) -> tuple[tuple[Graph, ...], tuple[Problem, ...]]:
    """As a deploy does, with the second engine."""
    return check_file(xml, source=name, scripts=SCRIPTS, decisions=decisions, second=True)


@cache
def decisions_of(seed: Path) -> Mapping[str, Model]:
    """The decisions beside a process."""
    models, problems = read_decisions({path.name: path.read_bytes() for path in seed.parent.glob("*.dmn")})
    assert not problems
    return models


@contextmanager
def bounded(what: str) -> Iterator[None]:
    """It takes no more processor time and memory than a hostile file may (memory: where Linux tells the peak)."""
    before, began = _peak(reset=True), time.process_time()
    yield
    taken, grown = time.process_time() - began, _peak() - before
    assert taken < SECONDS, f"{what}: {taken:.1f} s"
    assert grown < MEGABYTES * 1024, f"{what}: {grown // 1024} MB"


def _peak(*, reset: bool = False) -> int:
    """The most memory since it was last reset, in KB."""
    if not _PEAK.exists():
        return 0
    if reset:
        _PEAK.write_text("5")
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1])


def sound(state: State) -> State:
    """The books of a state agree; it comes back from the store."""
    alive = Counter(thing.parent for thing in state.things.values())
    for key, thing in state.things.items():
        assert key == ROOT or thing.parent in state.things, f"{thing} lives nowhere"
        assert thing.alive == alive[key], f"{thing} miscounts"
    owners = {item.owner for item in state.timers.values()} | {item.owner for item in state.subscriptions.values()}
    assert owners <= {*state.things}, "something listened for belongs to nothing"
    assert {item.thing for item in state.incidents.values()} <= {None, *state.things}
    assert {*state.joins, *state.activated, *state.done} <= {*state.things}
    stored = split(state)
    assert whole(load(stored.head, {}, lambda _: stored.parts)) == state
    again = State.decode(state.encode())
    assert again == state
    return again


def offered(state: State, random: Random) -> list[Event]:
    """Everything that could happen now, and a few things that cannot."""
    data: dict[str, object] = {
        random.choice(("a", "decision", "integerVariable")): random.choice((1, "approve", None, [1, "x"], True))
    }
    found: list[Event] = [TaskCompleted(task=key, data=data) for key in state.open_tasks]
    for key in state.open_jobs:
        found += [JobCompleted(job=key, data=data), JobFailed(job=key, code="c", message="m")]
    found += [TimerFired(timer=key) for key in state.timers]
    for item in state.subscriptions.values():
        if item.kind == "message":
            found.append(MessageReceived(name=item.name, key=item.key, data=data))
        else:
            found.append(SignalReceived(name=item.name, data=data))
    found += [Retried(incident=key, data=data) for key in state.incidents]
    return found or [TaskCompleted(task=1), Retried(incident=7), MessageReceived(name="")]


def walk(graph: Graph, number: int) -> None:
    """Start the process in one of its ways and let things happen at random."""
    random = Random(number)
    ways = [by for event in graph.starts for by in start_names(event)] or [StartedBy()]
    by, now = random.choice(ways), NOW
    with bounded(f"starting {graph.process_id[:40]}"):
        taken: Step = start(graph, {"integerVariable": 0}, now=now, message=by.message, signal=by.signal)
    state = sound(taken.state)
    for _ in range(STEPS):
        event = random.choice(offered(state, random))
        if isinstance(event, TimerFired):
            now = max(now, state.timers[event.timer].schedule.due)
        try:
            with bounded(f"{event}"):
                state = sound(step(graph, state, event, now=now).state)
        except EventRefused:
            continue


def play(number: int) -> bool:
    """Check one mutant as a deploy does, and walk it if it deploys; whether it did. Both engines agree on it."""
    seed = drawn(Random(number))
    xml = mutant(seed.read_bytes(), number)
    with bounded(f"checking {seed.name}"):
        graphs, problems = check(xml, seed.name, decisions_of(seed))
    assert graphs or any(problem.severity == "error" for problem in problems)
    assert not [problem for problem in problems if problem.code in ("second-reading", "second-walk")]
    for graph in graphs:
        walk(graph, number)
    return bool(graphs)


def sound_seeds() -> list[Path]:
    """The seeds that must deploy: all of `processes` and `bpmn` but those that may be refused."""
    told = SUITES / "bpmn" / "cases.json"
    cases = json.loads(told.read_text(encoding="utf-8")) if told.exists() else []
    refused = {Path(case["file"]).stem for case in cases if "rejected" in case["expect"]} | REFUSED
    return [path for path in seeds("processes") + seeds("bpmn") if path.stem not in refused]


@pytest.mark.parametrize("path", sound_seeds(), ids=lambda path: path.parent.name + "/" + path.stem)
def test_a_seed_deploys_unless_it_may_be_refused(path: Path) -> None:
    """What is mutated is sound, so that what is found in a mutant was put there."""
    graphs, problems = check(path.read_bytes(), path.name, decisions_of(path))
    assert graphs, "\n".join(map(str, problems))


@pytest.mark.parametrize("batch", range(10))
def test_a_mutant_is_refused_or_runs(batch: int) -> None:
    """No mutant raises, takes long or takes much memory, neither as it is checked nor as it runs."""
    deployed = [play(number) for number in range(batch * 15, batch * 15 + 15)]
    assert deployed.count(False)  # some are mutated enough to be refused


@pytest.mark.nightly
@pytest.mark.parametrize("batch", range(20))
def test_many_mutants_are_refused_or_run(batch: int) -> None:
    """The same over a thousand."""
    deployed = [play(number) for number in range(1_000 + batch * 50, 1_050 + batch * 50)]
    assert True in deployed
    assert False in deployed
