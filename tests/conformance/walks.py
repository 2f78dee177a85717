"""Both engines take the same walks through the models of the control-flow suite; where they disagree is a failure."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from engine.bpmn import Graph
from engine.bpmn.check import check_file
from engine.bpmn.document import parse
from engine.bpmn.problems import Problems
from engine.bpmn.second_engine import Comparison, examine
from tests.conformance.report import Report, Result
from tests.conformance.trace import FORMAT, Trace

_FEWEST = 500


def run(folder: Path) -> Report:
    """Every executable process that is not refused; the remarks tell what was not compared, and why."""
    report = Report()
    found = [(path, graph, judged) for path in sorted(folder.rglob("*.bpmn")) for graph, judged in _judged(path)]
    for path, graph, judged in found:
        name = f"{path.relative_to(folder).with_suffix('')}#{graph.process_id}"
        if judged.reasons and not judged.reading:
            continue
        report.results.append(Result(name=name, expected="the same in both engines", got=_differs(judged)))
    steps = sum(judged.steps for _, _, judged in found)
    compared = [judged for _, _, judged in found if not judged.reasons]
    report.results.append(
        Result(name="steps", expected=f"at least {_FEWEST}", got=None if steps >= _FEWEST else str(steps))
    )
    report.remarks.append(f"{len(compared)} of {len(found)} processes compared, {steps} steps in both engines")
    report.remarks += _told("not compared", Counter(judged.reasons[0].text for *_, judged in found if judged.reasons))
    report.remarks += _told("walks that ended", Counter(walk.ended for judged in compared for walk in judged.walks))
    return report


def _judged(path: Path) -> list[tuple[Graph, Comparison]]:
    xml, trace = path.read_bytes(), Trace()
    graphs, _ = check_file(xml, source=path.name, scripts={FORMAT: trace, "": trace})
    root = parse(xml, Problems(path.name))
    return [(graph, examine(graph, root)) for graph in graphs if root is not None]


def _differs(judged: Comparison) -> str | None:
    walks = (str(walk.disagreement) for walk in judged.walks if walk.disagreement is not None)
    return judged.reading or next(walks, None)


def _told(what: str, counted: Counter[str]) -> list[str]:
    return [f"{what}: {count}: {text}" for text, count in sorted(counted.items())]
