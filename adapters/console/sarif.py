"""Problems of a bundle as SARIF 2.1.0, which code hosts and editors show beside the file (OASIS SARIF v2.1.0)."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from adapters.cli.language import _, current
from adapters.console.rules import rule_of

if TYPE_CHECKING:
    from engine.bpmn.problems import Problem

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def to_sarif(folder: Path, problems: Sequence[Problem]) -> dict[str, object]:
    """One run with a result for each problem; paths are relative to where the command ran."""
    codes = sorted({problem.code for problem in problems})
    files = sorted({problem.file for problem in problems})
    driver = {
        "name": "hoso process check",
        "version": version("hoso"),
        "language": current(),
        "rules": [_rule(code) for code in codes],
    }
    run = {
        "tool": {"driver": driver},
        "invocations": [{"executionSuccessful": True}],
        "columnKind": "unicodeCodePoints",
        "language": current(),
        "artifacts": [{"location": {"uri": _uri(folder / file)}} for file in files],
        "results": [_result(folder, problem, codes, files) for problem in problems],
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _uri(path: Path) -> str:
    """A path as a URI, relative where it is (RFC 3986 §4.2)."""
    return path.as_uri() if path.is_absolute() else quote(path.as_posix(), safe="/~")


def _rule(code: str) -> dict[str, object]:
    """The rule with its help (SARIF 2.1.0 §3.49)."""
    rule = rule_of(code)
    if rule is None:
        return {"id": code}
    parts = [_(rule.why), _("How to mend it: {mend}").format(mend=_(rule.mend)), rule.clause]
    told: dict[str, object] = {
        "id": code,
        "shortDescription": {"text": _(rule.title)},
        "fullDescription": {"text": _(rule.why)},
        "help": {"text": "\n".join(part for part in parts if part)},
    }
    return {**told, "properties": {"tags": [rule.clause]}} if rule.clause else told


def _result(folder: Path, problem: Problem, codes: Sequence[str], files: Sequence[str]) -> dict[str, object]:
    place: dict[str, object] = {
        "physicalLocation": {
            "artifactLocation": {"uri": _uri(folder / problem.file), "index": files.index(problem.file)},
            "region": _region(problem),
        }
    }
    if problem.element:
        logical = {"name": problem.name or problem.element, "fullyQualifiedName": problem.element, "kind": "element"}
        place["logicalLocations"] = [logical]
    lines = [f"{problem.message}; {problem.remedy}", *problem.notes]
    return {
        "ruleId": problem.code,
        "ruleIndex": codes.index(problem.code),
        "level": problem.severity,
        "message": {"text": "\n".join(lines)},
        "locations": [place],
    }


def _region(problem: Problem) -> dict[str, int]:
    """Where it stands (§3.30): columns count from 1, and the end is the first character after it."""
    region = {"startLine": max(problem.line, 1)}
    if problem.column:
        region |= {"startColumn": problem.column, "endColumn": problem.column + max(1, problem.length)}
    return region
