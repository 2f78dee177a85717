"""Walk a scenario of a process: officers, messages and timers in its order, every job answered at once."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from engine.acts.decisions import read_decisions
from engine.bpmn.check import check_process
from engine.bpmn.effects import ElementEntered, JobRequested
from engine.bpmn.events import Event, JobCompleted, MessageReceived, TaskCompleted, TimerFired
from engine.bpmn.graph import EndEvent, Graph
from engine.bpmn.run import Step, start, step
from engine.bpmn.state import State

PROCESSES = Path(__file__).resolve().parents[2] / "processes"
KEYS = ("van-ban-di", "khai-tu")
SCENARIOS = sorted(PROCESSES.glob("*/scenarios/*.json"))
START = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)


def load(key: str) -> tuple[Graph, dict[str, dict[str, Any]]]:
    """The process, which must check without a problem, and its forms by id."""
    folder = PROCESSES / key
    read = [json.loads(path.read_bytes()) for path in sorted(folder.glob("forms/*.form"))]
    forms = {form["id"]: form for form in read}
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    decisions, wrong = read_decisions(files)
    assert wrong == ()
    graph, problems = check_process(files["process.bpmn"], source=key, forms=forms, files=files, decisions=decisions)
    assert graph is not None, problems
    assert problems == ()
    return graph, forms


@dataclass(slots=True, kw_only=True)
class Walk:
    """One dossier on its way: the state, what was done and where it ended."""

    graph: Graph
    answers: Mapping[str, Mapping[str, object]]
    state: State
    now: datetime = START
    jobs: list[JobRequested] = field(default_factory=list)
    ends: list[str] = field(default_factory=list)

    @classmethod
    def begin(cls, graph: Graph, scenario: Mapping[str, Any]) -> "Walk":
        """Start the dossier with the scenario's data."""
        first = start(graph, scenario["start"], now=START)
        walk = cls(graph=graph, answers=scenario["jobs"], state=first.state)
        walk._take(first)
        return walk

    def go(self, act: Mapping[str, Any]) -> None:
        """Let one line of the scenario happen."""
        self.now += timedelta(minutes=30)
        self._send(self._event(act))

    def _event(self, act: Mapping[str, Any]) -> Event:
        if "message" in act:
            return MessageReceived(name=act["message"], data=act["data"])
        if "timer" in act:
            (timer,) = [number for number, armed in self.state.timers.items() if armed.element == act["timer"]]
            self.now += timedelta(days=1)
            return TimerFired(timer=timer)
        open_now = {element: task for task, element in self.state.open_tasks.items()}
        assert act["task"] in open_now, f"{act['task']} is not open; open are {sorted(open_now)}"
        return TaskCompleted(task=open_now[act["task"]], data=act["data"])

    def _send(self, event: Event) -> None:
        self._take(step(self.graph, self.state, event, now=self.now))

    def _take(self, taken: Step) -> None:
        self.state = taken.state
        for effect in taken.effects:
            if isinstance(effect, ElementEntered) and isinstance(self.graph.nodes[effect.element], EndEvent):
                self.ends.append(effect.element)
        for effect in taken.effects:
            if isinstance(effect, JobRequested):
                self.jobs.append(effect)
                self._send(JobCompleted(job=effect.job, data=self.answers.get(effect.type, {})))
