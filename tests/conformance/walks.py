"""Both engines take the same walks through the models of the control-flow suite, and through our own processes.

Where they disagree is a failure.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from engine.acts.decisions import read_decisions
from engine.bpmn import Graph
from engine.bpmn.check import check_file
from engine.bpmn.document import parse
from engine.bpmn.problems import Problems
from engine.bpmn.second_engine import Comparison, examine
from engine.bpmn.second_engine.compare import BUDGET, WALKS
from tests.conformance.report import Report, Result
from tests.conformance.trace import FORMAT, Trace

PROCESSES = Path(__file__).resolve().parents[2] / "processes"
_FEWEST = 500


def run(folder: Path, *, walks: int = WALKS, fewest: int = _FEWEST) -> Report:
    """Every executable process that is not refused, each `walks` times.

    The remarks tell what was not compared, and why; fewer than `fewest` steps in all are a failure.
    """
    report = Report()
    models = [(path, folder) for path in sorted(folder.rglob("*.bpmn"))]
    models += [(path, PROCESSES.parent) for path in sorted(PROCESSES.glob("*/process.bpmn"))]
    found = [(path.relative_to(at), graph, judged) for path, at in models for graph, judged in _judged(path, walks)]
    for path, graph, judged in found:
        name = f"{path.with_suffix('')}#{graph.process_id}"
        if judged.reasons and not judged.reading:
            continue
        report.results.append(Result(name=name, expected="the same in both engines", got=_differs(judged)))
    steps = sum(judged.steps for _, _, judged in found)
    compared = [judged for _, _, judged in found if not judged.reasons]
    report.results.append(
        Result(name="steps", expected=f"at least {fewest}", got=None if steps >= fewest else str(steps))
    )
    report.remarks.append(
        f"{len(compared)} of {len(found)} processes of {len(models)} models compared, {steps} steps in both engines"
    )
    report.remarks += _told("not compared", Counter(judged.reasons[0].text for *_, judged in found if judged.reasons))
    report.remarks += _told("walks that ended", Counter(walk.ended for judged in compared for walk in judged.walks))
    return report


def _judged(path: Path, walks: int) -> list[tuple[Graph, Comparison]]:
    xml, trace = path.read_bytes(), Trace()
    decisions, _ = read_decisions({each.name: each.read_bytes() for each in path.parent.glob("*.dmn")})
    graphs, _ = check_file(xml, source=path.name, decisions=decisions, scripts={FORMAT: trace, "": trace})
    root = parse(xml, Problems(path.name))
    budget = BUDGET * walks // WALKS
    return [(graph, examine(graph, root, walks=walks, budget=budget)) for graph in graphs if root is not None]


def _differs(judged: Comparison) -> str | None:
    walks = (str(walk.disagreement) for walk in judged.walks if walk.disagreement is not None)
    return judged.reading or next(walks, None)


def _told(what: str, counted: Counter[str]) -> list[str]:
    return [f"{what}: {count}: {text}" for text, count in sorted(counted.items())]
