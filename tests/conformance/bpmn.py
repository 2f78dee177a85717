"""The control-flow suite: deploy each model, run each case on a simulated clock, compare what ran."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from engine.bpmn import Graph
from engine.bpmn.check import check_file
from tests.conformance.report import Report, Result
from tests.conformance.trace import FORMAT, Trace
from tests.conformance.world import World

_REFUSED = "refused at deploy"


def run(folder: Path) -> Report:
    """Every case of `cases.json`."""
    cases = json.loads((folder / "cases.json").read_text(encoding="utf-8"))
    report = Report(results=[_judge(folder, case) for case in cases])
    refused = sum(result.got is not None and result.got.startswith(_REFUSED) for result in report.results)
    report.remarks.append(f"of the failed {refused} were refused at deploy, {report.failed - refused} ran wrong")
    return report


def _judge(folder: Path, case: dict[str, Any]) -> Result:
    # What is expected is part of the name, so that a pattern of known failures can leave out what may be refused.
    name = f"{Path(case['file']).with_suffix('')}#{case['case']}:{case['expect']}"
    expected = f"{case['expect']} {sorted(case['trace'])}"
    try:
        got = _play(folder / case["file"], case)
    except Exception as error:  # a crash is a result of the case, not of the runner
        got = f"{type(error).__name__}: {error}"
    return Result(name=name, expected=expected, got=got)


def _play(path: Path, case: dict[str, Any]) -> str | None:
    """None when the case went as expected, else what happened."""
    trace = Trace(marker="CREATE_MARKER_FILE" in case["trace"])
    graphs, problems = check_file(path.read_bytes(), source=path.name, scripts={FORMAT: trace, "": trace})
    if not graphs:
        first = next(problem for problem in problems if problem.severity == "error")
        may = case["expect"] == "rejected-or-incident"
        return None if may else f"{_REFUSED}: line {first.line}: {first.message} [{first.code}]"
    return _run(graphs, case, trace)


def _run(graphs: tuple[Graph, ...], case: dict[str, Any], trace: Trace) -> str | None:
    world = World(graphs=graphs)
    by_id = {item.process_id: item for item in world.graphs}
    for process in (case["process"], case.get("also_start")):
        if process is not None:
            world.begin(by_id[process], case["input"])
    world.run()
    if world.incidents:
        first = world.incidents[0]
        return None if "incident" in case["expect"] else f"incident at {first.element}: {first.message} [{first.code}]"
    if case["expect"] != "completed":
        return f"no incident, {sorted(trace.counts.elements())}"
    return None if trace.counts == Counter(case["trace"]) else f"completed {sorted(trace.counts.elements())}"
