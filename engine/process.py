"""A process definition: a checked model with its forms and files, under a key, a version and a bundle hash."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from engine.bpmn.calls import prefix_of
from engine.bpmn.graph import Graph
from engine.bpmn.vendor.jobs import BUILT_IN

PROCESS = "process.bpmn"
DECISIONS = "decisions.dmn"
FILES = (PROCESS, DECISIONS)
FOLDERS = ("forms/", "letters/", "decisions/")
# What Hoso's own programs do for a dossier; docs/reference/job-types.md tells their headers and inputs.
JOB_TYPES = frozenset({"hoso.letter", "hoso.number", "hoso.email", "hoso.post", "hoso.counter"})
LONGEST_TYPE = 100
# The names of other job types: what a worker asks for over HTTP.
EXTERNAL_TYPE = re.compile(rf"[A-Za-z0-9][A-Za-z0-9._:-]{{0,{LONGEST_TYPE - 1}}}")


def is_external(job_type: str) -> bool:
    """Whether jobs of that type wait for a worker of somebody else; names with `hoso.` are Hoso's own."""
    return not job_type.startswith(BUILT_IN)


def belongs(path: str) -> bool:
    """Whether a path is one that a bundle may hold; README, scenarios and the procedure stay out."""
    return path in FILES or path.startswith(FOLDERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessDefinition:
    """One deployed version. `files` are the bundle's bytes by path; `forms` the form-js documents by form id.

    `days_off` are facts of the office where it runs, by which the terms of its tasks are counted: those of all years
    that a term may reach. `units` are those of the agency, whose officers tasks may ask; None: not known here.
    `bound`: the versions, by key, that were the latest as this one was deployed, of the processes that it calls so.
    Linked, its graph holds what it calls as well: `called` are these definitions by the prefix of their elements, and
    `versions` says what was decided as the dossier was received (by `CalledProcess.name`).
    """

    key: str
    version: int
    bundle_hash: str
    graph: Graph
    forms: Mapping[str, Mapping[str, object]]
    files: Mapping[str, bytes]
    days_off: Collection[date] = ()
    units: Collection[str] | None = None
    bound: Mapping[str, int] = field(default_factory=dict)
    called: Mapping[str, ProcessDefinition] = field(default_factory=dict)
    versions: Mapping[str, int] = field(default_factory=dict)

    def home(self, element: str) -> ProcessDefinition:
        """The definition to which an element belongs: its forms and files are that bundle's."""
        return self.called.get(prefix_of(element), self)

    @property
    def bundles(self) -> tuple[ProcessDefinition, ...]:
        """All that a dossier of it runs under: itself, then what it calls, by key and version."""
        called = sorted(self.called.values(), key=lambda definition: (definition.key, definition.version))
        return (self, *called)


def told(bundles: Iterable[ProcessDefinition]) -> list[dict[str, object]]:
    """The bundles as leaves tell them, for an auditor: key, version and bundle hash."""
    return [{"key": item.key, "version": item.version, "bundle_hash": item.bundle_hash} for item in bundles]
