"""Bundles in folders, as what a process calls: for checks and trials without a server.

A folder says no version: the bundles of one process count as its versions 1, 2, … in the order in which they came.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from engine.acts.calls import bound_now, check_calls, linked, versions_now
from engine.acts.deploy import CheckedBundle
from engine.bpmn.problems import Problem
from engine.procedure import read_procedure
from engine.process import ProcessDefinition
from engine.required import unmet

LONGEST = 300  # characters of a message
NOT_DEPLOYED = "call-not-deployed"


class Folders:
    """The bundles that were read so far (`engine.acts.calls.Library`)."""

    def __init__(self) -> None:
        self._kept: dict[str, list[ProcessDefinition]] = {}

    def add(self, checked: CheckedBundle, files: Mapping[str, bytes]) -> ProcessDefinition:
        """Take a bundle as the next version of its process; gives its definition, not linked."""
        of_key = self._kept.setdefault(checked.graph.process_id, [])
        own = checked.definition(files, len(of_key) + 1)
        of_key.append(own)
        of_key[-1] = replace(own, bound=bound_now(own, self))
        return of_key[-1]

    def find(self, key: str, version: int) -> ProcessDefinition | None:
        """That version, not linked."""
        of_key = self._kept.get(key, [])
        return of_key[version - 1] if 0 < version <= len(of_key) else None

    def latest(self, key: str, tag: str | None) -> int | None:
        """The latest version, or the latest with that version tag."""
        versions = (each.version for each in self._kept.get(key, []) if tag is None or each.graph.version_tag == tag)
        return max(versions, default=None)


def check(checked: CheckedBundle, files: Mapping[str, bytes], library: Folders) -> CheckedBundle | tuple[Problem, ...]:
    """The bundle with what is wrong with its calls; what is in no folder may be deployed, which is only warned of."""
    found = tuple(map(_told, check_calls(library.add(checked, files), library)))
    problems = (*checked.warnings, *found)
    return problems if any(item.severity == "error" for item in found) else replace(checked, warnings=problems)


def check_procedure(checked: CheckedBundle, record: Path) -> CheckedBundle:
    """The bundle with what it cannot give of the procedure record beside it, if there is one; only warned of."""
    if not record.is_file():
        return checked
    try:
        body = json.loads(record.read_bytes())
        found = unmet(checked.graph, read_procedure(body if isinstance(body, dict) else {}))
    except (ValueError, RecursionError) as error:
        found = (_unreadable(record, str(error)[:LONGEST]),)
    return replace(checked, warnings=(*checked.warnings, *found))


def _unreadable(record: Path, why: str) -> Problem:
    return Problem(
        severity="warning",
        file=record.name,
        line=1,
        element=None,
        code="procedure-invalid",
        message=f"the procedure record could not be adopted: {why}",
        remedy="correct it; docs/reference/procedure.md tells the fields",
    )


def definition(checked: CheckedBundle, files: Mapping[str, bytes], library: Folders) -> ProcessDefinition:
    """The definition with all that it calls, to be run; raises Refused where a folder is missing."""
    own = library.add(checked, files)
    return linked(own, library, versions_now(own, library))


def _told(problem: Problem) -> Problem:
    if problem.code != NOT_DEPLOYED:
        return problem
    message = problem.message.removesuffix(", which is not deployed") + ", of which no folder was given"
    remedy = "give it: --with DIR; whether it is deployed, the server says"
    return replace(problem, severity="warning", code="call-unresolved", message=message, remedy=remedy)
