"""Deploy a bundle: check it whole; then it is the next version of its process. What cannot be executed is refused."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from engine.acts.decisions import read_decisions
from engine.bpmn.check import check_process
from engine.bpmn.graph import Graph, StartEvent
from engine.bpmn.problems import Problem, Severity
from engine.bpmn.triggers import Signal
from engine.process import FILES, FOLDERS, PROCESS, belongs
from signing.bundle import bundle_hash
from signing.errors import SigningError
from signing.evidence.archive import check_name

MAX_FILES = 200
MAX_ID = 200  # characters of a form's id
MAX_BYTES = 5 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedBundle:
    """A bundle that may be deployed: its hash, its graph and forms, and the warnings that remain."""

    bundle_hash: str
    digests: Mapping[str, str]
    graph: Graph
    forms: Mapping[str, Mapping[str, object]]
    warnings: tuple[Problem, ...]


def check_bundle(
    files: Mapping[str, bytes], *, second: bool = False, although: str | None = None
) -> CheckedBundle | tuple[Problem, ...]:
    """Check the files of a bundle (path → bytes); gives the checked bundle, or all problems found.

    `second` asks the second engine too, as a deploy does and a load does not; with a recorded reason `although`, where
    it disagrees is a warning.
    """
    problems = _check_files(files)
    if problems:
        return problems
    forms, form_problems = _read_forms(files)
    letters = [path for path in files if path.startswith("letters/")]
    decisions, decision_problems = read_decisions(files)
    graph, found = check_process(
        files[PROCESS],
        source=PROCESS,
        forms=forms,
        files=letters,
        decisions=decisions,
        second=second,
        although=although,
    )
    problems = (*form_problems, *decision_problems, *found, *(_start_problems(graph) if graph else ()))
    if graph is None or any(problem.severity == "error" for problem in problems):
        return problems
    digests = {path: hashlib.sha256(content).hexdigest() for path, content in files.items()}
    return CheckedBundle(bundle_hash=bundle_hash(digests), digests=digests, graph=graph, forms=forms, warnings=problems)


def _start_problems(graph: Graph) -> tuple[Problem, ...]:
    """A dossier is received by an officer: what a signal or a message would start waits for ever."""
    plain = bool(graph.started_by()) or not graph.starts
    found = []
    for event in graph.starts:
        if any(isinstance(trigger, Signal) for trigger in event.triggers):
            found.append(_never_starts(event, "signal", severity="error"))
        elif event.triggers:
            found.append(_never_starts(event, "message", severity="warning" if plain else "error"))
    return tuple(found)


def _never_starts(event: StartEvent, what: str, *, severity: Severity) -> Problem:
    return Problem(
        severity=severity,
        file=PROCESS,
        line=event.line,
        element=event.id,
        code=f"{what}-start",
        message=f"a {what} does not start dossiers yet",
        remedy=f"start it without a trigger, and let an event of it wait for the {what}",
    )


def _check_files(files: Mapping[str, bytes]) -> tuple[Problem, ...]:
    if PROCESS not in files:
        return (_problem(PROCESS, "bundle-process-missing", "the bundle has no process.bpmn", f"add {PROCESS}"),)
    if len(files) > MAX_FILES or sum(map(len, files.values())) > MAX_BYTES:
        message = f"the bundle has more than {MAX_FILES} files or {MAX_BYTES} bytes"
        return (_problem(PROCESS, "bundle-too-large", message, "split it"),)
    return tuple(
        _problem(path, "bundle-path", reason, "remove or rename it") for path in files if (reason := _odd(path))
    )


def _odd(path: str) -> str | None:
    parts = path.split("/")
    if any(part in ("", ".", "..") for part in parts) or not path.isprintable() or "\\" in path or len(path) > 200:
        return f"{path!r} is no plain relative path"
    try:
        check_name(path)  # as a pack holds it: what cannot be exported must not be deployed
    except SigningError as error:
        return error.message
    if not belongs(path):
        return f"{path!r} is neither {' nor '.join(FILES)} nor in {' or '.join(FOLDERS)}"
    if path.startswith("decisions/") and not path.endswith(".dmn"):
        return f"{path!r} is no file of decisions (.dmn)"
    return None


def _read_forms(files: Mapping[str, bytes]) -> tuple[dict[str, Mapping[str, object]], tuple[Problem, ...]]:
    forms: dict[str, Mapping[str, object]] = {}
    problems = []
    for path in sorted(files):
        if not path.startswith("forms/"):
            continue
        try:
            form = json.loads(files[path])
            json.dumps(form, allow_nan=False, ensure_ascii=False).encode()  # it is shown to officers: plain JSON only
            forms[_form_id(form)] = form
        except (ValueError, TypeError, KeyError, RecursionError):
            message = "is not a form-js document with an id"
            problems.append(_problem(path, "form-unreadable", message, "save it again in the form editor"))
    return forms, tuple(problems)


def _form_id(form: Mapping[str, object]) -> str:
    id = form["id"]
    if not isinstance(id, str) or not 0 < len(id) <= MAX_ID:
        raise ValueError("no id")
    return id


def _problem(file: str, code: str, message: str, remedy: str) -> Problem:
    return Problem(severity="error", file=file, line=1, element=None, code=code, message=message, remedy=remedy)
