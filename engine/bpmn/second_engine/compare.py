"""Compare a process in both engines before it is deployed: the same reading, the same walks, or a problem."""

from __future__ import annotations

from dataclasses import dataclass

from engine.bpmn.document import Element
from engine.bpmn.graph import CallActivity, Graph
from engine.bpmn.problems import Problem, Problems
from engine.bpmn.second_engine.comparable import Reason, reasons
from engine.bpmn.second_engine.drawn import Budget
from engine.bpmn.second_engine.prepared import prepare
from engine.bpmn.second_engine.reading import Unreadable, ours, read, theirs
from engine.bpmn.second_engine.walk import MOST_STEPS, Walked, Walks, shortened

WALKS = 10
BUDGET = 150_000
"""About a second: conditions, and what the library runs, each weighed with the size of its tree then."""
_LONG = 300  # characters that a message says by itself; more stands in notes
_READING = 'report it with the file; who is sure may deploy with a recorded reason: --although "…"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What the second engine says of a process: why it is no judge, else how its reading and walks differ."""

    reasons: tuple[Reason, ...] = ()
    reading: str = ""
    walks: tuple[Walked, ...] = ()

    @property
    def steps(self) -> int:
        """How many steps both engines took."""
        return sum(walk.steps for walk in self.walks)


def examine(
    graph: Graph, root: Element, *, walks: int = WALKS, steps: int = MOST_STEPS, budget: int = BUDGET
) -> Comparison:
    """Let the second engine read the process and walk it; `root` is the checked tree from which the graph was read."""
    found = reasons(graph)
    if not all(reason.readable for reason in found):
        return Comparison(reasons=found)
    called = {node.called for node in graph.nodes.values() if isinstance(node, CallActivity)}
    prepared = prepare(root, {graph.process_id, *called})
    try:
        second = read(prepared, graph.process_id)
        differs = ours(graph).differs(theirs(second, prepared, graph))
    except Unreadable as error:
        return Comparison(reasons=found, reading=f"SpiffWorkflow cannot read it: {error}")
    if found or differs:
        return Comparison(reasons=found, reading=differs)
    common = Walks.of(graph, second, Budget(left=budget))
    return Comparison(walks=tuple(common.walk(seed, steps) for seed in range(walks)))


def compare(graph: Graph, root: Element, *, source: str, reason: str | None = None) -> tuple[Problem, ...]:
    """The problems that the second engine finds; with a recorded `reason` they are warnings that carry it."""
    problems = Problems(source)
    found = examine(graph, root)
    if found.reasons:
        first = found.reasons[0]
        more = f", and {len(found.reasons) - 1} more reasons" if len(found.reasons) > 1 else ""
        message = f"the second engine does not walk this process: {first.text}{more}"
        line, element = (first.node.line, first.node.id) if first.node else (graph.line, graph.process_id)
        problems.warning(line, element, "not-comparable", message, "nothing to mend: only our own engine judged it")
    told = problems.error if reason is None else problems.warning
    why = () if reason is None else (f"deployed although: {reason}",)
    if found.reading:
        notes = (*shortened(found.reading.split("; ") if len(found.reading) > _LONG else ()), *why)
        told(graph.line, graph.process_id, "second-reading", found.reading, _READING, notes=notes)
    for walk in found.walks:
        if walk.disagreement is not None:
            notes = (*walk.disagreement.notes, *why)
            told(graph.line, graph.process_id, "second-walk", str(walk.disagreement), _READING, notes=notes)
            break
    return problems.found()
