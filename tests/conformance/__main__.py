"""Run public suites: `python -m tests.conformance bpmn|constraints|dmn|merkle|walks DIR`, or `… all SUITES_DIR`.

`pkits` needs no DIR: it is a package of the development environment.

Prints one line per failure and ends with `N passed, M failed`. Exit 0 when every failure is listed in `known/` with its
reason and nothing that is listed passes; 1 otherwise; 2 when a folder is missing or the call is wrong. Known failures
still count as failed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.conformance import bpmn, constraints, dmn, merkle, pkits, walks
from tests.conformance.report import Report, known_of

SUITES: dict[str, Callable[[Path], Report]] = {
    "bpmn": bpmn.run,
    "constraints": constraints.run,
    "dmn": dmn.run,
    "merkle": merkle.run,
    "pkits": pkits.run,
    "walks": walks.run,
}
FOLDERS = {"walks": "bpmn"}
"""Where a suite lies that has no folder of its own name."""


def main(arguments: Sequence[str]) -> int:
    """Run what the arguments ask for; the exit code."""
    if list(arguments) == ["pkits"]:
        arguments = ["pkits", str(pkits.vectors())]
    if len(arguments) != 2 or arguments[0] not in (*SUITES, "all"):
        print(f"usage: python -m tests.conformance {'|'.join(SUITES)}|all DIR", file=sys.stderr)
        return 2
    name, folder = arguments[0], Path(arguments[1])
    folders = {suite: folder / FOLDERS.get(suite, suite) for suite in SUITES} if name == "all" else {name: folder}
    if name == "all":
        folders["pkits"] = pkits.vectors()
    missing = [str(path) for path in folders.values() if not path.is_dir()]
    if missing:
        print(f"no such folder: {', '.join(missing)}", file=sys.stderr)
        return 2
    return _run_all(folders) if name == "all" else _run_one(name, folder)


def _run_one(name: str, folder: Path) -> int:
    report, known = SUITES[name](folder), known_of(name)
    for line in report.failures(known):
        print(line)
    surprises = report.surprises(known)
    for line in surprises:
        print(line, file=sys.stderr)
    for line in report.remarks:
        print(line)
    print(f"{report.passed} passed, {report.failed} failed")
    return 1 if surprises else 0


def _run_all(folders: dict[str, Path]) -> int:
    """All suites; of the failures only those that nobody listed are shown, the lists say the rest."""
    passed = failed = 0
    red = False
    for name, folder in folders.items():
        report, known = SUITES[name](folder), known_of(name)
        surprises = report.surprises(known)
        for line in (*surprises, *report.remarks):
            print(f"{name}: {line}")
        print(f"{name}: {report.passed} passed, {report.failed} failed", flush=True)
        passed, failed, red = passed + report.passed, failed + report.failed, red or bool(surprises)
    print(f"{passed} passed, {failed} failed")
    return 1 if red else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
