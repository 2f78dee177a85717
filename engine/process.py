"""A process definition: a checked model with its forms and files, under a key, a version and a bundle hash."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

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
    """One deployed version. `files` are the bundle's bytes by path; `forms` the form-js documents by form id."""

    key: str
    version: int
    bundle_hash: str
    graph: Graph
    forms: Mapping[str, Mapping[str, object]]
    files: Mapping[str, bytes]
