"""Random block-structured processes run to their end: each task the right number of times, in any order of officers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import count

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.bpmn import State, start, step
from engine.bpmn.events import TaskCompleted
from tests.engine.bpmn.models import NOW, deploy, end, flow, par, start_event, user, xor


@dataclass(frozen=True)
class Block:
    """A part of a process: a task, or parts one after another, all at once, one by choice, or several times."""

    kind: str
    parts: tuple[Block, ...] = ()
    number: int = 0


BLOCKS = st.recursive(
    st.just(Block("task")),
    lambda parts: st.one_of(
        st.builds(Block, st.just("sequence"), st.lists(parts, min_size=1, max_size=3).map(tuple)),
        st.builds(Block, st.just("all"), st.lists(parts, min_size=2, max_size=3).map(tuple)),
        st.builds(Block, st.just("one"), st.lists(parts, min_size=2, max_size=3).map(tuple), st.integers(0, 2)),
        st.builds(Block, st.just("merge"), st.lists(parts, min_size=2, max_size=3).map(tuple)),
    ),
    max_leaves=8,
)


@dataclass
class Drawing:
    """Draws blocks as BPMN and counts, on its own, how often each task must run."""

    xml: list[str] = field(default_factory=list)
    data: dict[str, object] = field(default_factory=dict)
    runs: Counter[str] = field(default_factory=Counter)
    numbers: count[int] = field(default_factory=count)

    def draw(self, block: Block, before: str, times: int) -> tuple[str, int]:
        """Draw it behind the node `before`; the last node, and how many tokens come out for `times` that go in."""
        name = f"n{next(self.numbers)}"
        if block.kind == "task":
            self.xml += [user(name), flow(before, name)]
            self.runs[name] += times
            return name, times
        if block.kind == "sequence":
            for part in block.parts:
                before, times = self.draw(part, before, times)
            return before, times
        return self._split(block, name, before, times)

    def _split(self, block: Block, name: str, before: str, times: int) -> tuple[str, int]:
        gate = xor if block.kind == "one" else par
        close = par if block.kind == "all" else xor
        self.xml += [gate(name), close(name + "x"), flow(before, name)]
        chosen = block.number % len(block.parts)
        self.data[name] = chosen
        outs = []
        for index, part in enumerate(block.parts):
            entry, given = f"{name}b{index}", times if block.kind != "one" or index == chosen else 0
            self.xml += [user(entry), flow(name, entry, f"{name} = {index}" if block.kind == "one" else "")]
            self.runs[entry] += given
            last, out = self.draw(part, entry, given)
            self.xml.append(flow(last, name + "x"))
            outs.append(out)
        # A join fires as often as its poorest branch; a merge passes every token.
        return name + "x", min(outs) if block.kind == "all" else sum(outs)


@settings(deadline=None, max_examples=60)
@given(BLOCKS, st.randoms(use_true_random=False))
def test_every_task_runs_as_often_as_its_blocks_say(block: Block, random: object) -> None:
    """In whatever order tasks are completed, each runs the counted number of times."""
    drawing = Drawing()
    last, out = drawing.draw(block, "s", 1)
    graph = deploy(start_event() + "".join(drawing.xml) + end() + flow(last, "e"))
    state, runs = start(graph, drawing.data, now=NOW).state, Counter[str]()
    while state.open_tasks:
        task = random.choice(sorted(state.open_tasks))  # type: ignore[attr-defined]
        runs[state.open_tasks[task]] += 1
        state = step(graph, State.decode(state.encode()), TaskCompleted(task=task), now=NOW).state
    assert runs == +drawing.runs
    assert out >= 1
    # Branches with merges inside can bring a join more tokens than it can pair: those are seen, not dropped.
    assert state.status == "completed" or {item.code for item in state.incidents.values()} == {"join-starved"}
    assert (state.status == "completed") == (not state.joins)
