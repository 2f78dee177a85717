"""Models that each break one rule of the BPMN standard: every one must be refused at deploy."""

from __future__ import annotations

from pathlib import Path

from engine.bpmn import check_process
from tests.conformance.report import Report, Result


def run(folder: Path) -> Report:
    """Every `*.bpmn` file of the folder; a warning counts as not refused."""
    paths = sorted(folder.rglob("*.bpmn"))
    return Report(results=[_judge(str(path.relative_to(folder).with_suffix("")), path) for path in paths])


def _judge(name: str, path: Path) -> Result:
    try:
        graph, problems = check_process(path.read_bytes(), source=path.name)
    except Exception as error:  # a crash is a result of the case, not of the runner
        return Result(name=name, expected="refused", got=f"{type(error).__name__}: {error}")
    if graph is None:
        return Result(name=name, expected="refused")
    warned = ", ".join(sorted({problem.code for problem in problems}))
    return Result(name=name, expected="refused", got=f"deployed with warnings ({warned})" if warned else "deployed")
