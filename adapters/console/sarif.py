"""Problems of a bundle as SARIF 2.1.0, which code hosts and editors show beside the file (OASIS SARIF v2.1.0)."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.bpmn.problems import Problem

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def to_sarif(folder: Path, problems: Sequence[Problem]) -> dict[str, object]:
    """One run with a result for each problem; paths are relative to where the command ran."""
    rules = sorted({problem.code for problem in problems})
    driver = {
        "name": "hoso process check",
        "version": version("hoso"),
        "rules": [{"id": code} for code in rules],
    }
    results = [_result(folder, problem, rules.index(problem.code)) for problem in problems]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _result(folder: Path, problem: Problem, rule: int) -> dict[str, object]:
    place: dict[str, object] = {
        "physicalLocation": {
            "artifactLocation": {"uri": (folder / problem.file).as_posix()},
            "region": {"startLine": max(problem.line, 1)},
        }
    }
    if problem.element:
        place["logicalLocations"] = [{"name": problem.element, "kind": "element"}]
    return {
        "ruleId": problem.code,
        "ruleIndex": rule,
        "level": problem.severity,
        "message": {"text": f"{problem.message}; {problem.remedy}"},
        "locations": [place],
    }
