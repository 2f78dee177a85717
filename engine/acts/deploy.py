"""Deploy a bundle: check it whole; then it is the next version of its process. What cannot be executed is refused."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from engine.acts.decisions import read_decisions
from engine.bpmn.check import check_process
from engine.bpmn.graph import EndEvent, Graph, Node, SendTask, StartEvent, ThrowEvent, start_names
from engine.bpmn.problems import Problem
from engine.bpmn.triggers import Message, Signal, StartedBy
from engine.process import FILES, FOLDERS, PROCESS, ProcessDefinition, belongs
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

    def definition(self, files: Mapping[str, bytes], version: int) -> ProcessDefinition:
        """The definition that this bundle of `files` is as that version; its calls are not bound yet."""
        return ProcessDefinition(
            key=self.graph.process_id,
            version=version,
            bundle_hash=self.bundle_hash,
            graph=self.graph,
            forms=self.forms,
            files=files,
        )


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
        elsewhere=True,
        second=second,
        although=although,
    )
    problems = (*form_problems, *decision_problems, *found, *(_start_problems(graph) if graph else ()))
    if graph is None or any(problem.severity == "error" for problem in problems):
        return problems
    digests = {path: hashlib.sha256(content).hexdigest() for path, content in files.items()}
    return CheckedBundle(bundle_hash=bundle_hash(digests), digests=digests, graph=graph, forms=forms, warnings=problems)


def _start_problems(graph: Graph) -> tuple[Problem, ...]:
    """Starts that are not executed, or may run away.

    A dossier that waits for its second trigger has not begun, so nobody would see it wait.
    """
    waiting = [
        _waits_for_all(event)
        for event in graph.starts
        if isinstance(event, StartEvent) and event.parallel and len(event.triggers) > 1
    ]
    thrown = {by for node in graph.nodes.values() for by in _thrown(node)}
    return (*waiting, *(_starts_itself(event) for event in graph.starts if not thrown.isdisjoint(start_names(event))))


def _thrown(node: Node) -> Iterator[StartedBy]:
    """The messages and signals that a node throws, as what they could start."""
    if isinstance(node, SendTask):
        yield StartedBy(message=node.message.name)
    for trigger in node.triggers if isinstance(node, EndEvent | ThrowEvent) else ():
        if isinstance(trigger, Message):
            yield StartedBy(message=trigger.message.name)
        elif isinstance(trigger, Signal):
            yield StartedBy(signal=trigger.name)


def _starts_itself(event: Node) -> Problem:
    return Problem(
        severity="warning",
        file=PROCESS,
        line=event.line,
        element=event.id,
        code="starts-itself",
        message="the process throws what it starts by: each dossier may start the next, without end",
        remedy="make sure that an officer's task or a timer lies between, or name one of them otherwise",
    )


def _waits_for_all(event: StartEvent) -> Problem:
    return Problem(
        severity="error",
        file=PROCESS,
        line=event.line,
        element=event.id,
        code="start-parallel",
        message="a start event of a process that waits for all its triggers is not executed",
        remedy="start by one of them, and let events behind it wait for the others",
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
