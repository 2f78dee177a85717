"""Check a bundle whole: what the engine asks of it, and what this installation can render and do."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from adapters import forms
from engine.acts.deploy import CheckedBundle, check_bundle
from engine.bpmn.dataflow import check_data_flow
from engine.bpmn.expressions import constants
from engine.bpmn.graph import EventNode, Node, ReceiveTask, SendTask, ServiceTask, UserTask
from engine.bpmn.located import located
from engine.bpmn.problems import Mark, Problem
from engine.bpmn.signatures import check_signatures
from engine.bpmn.triggers import Message, Signal
from engine.dispatch import APPROVE
from engine.process import EXTERNAL_TYPE, JOB_TYPES, LONGEST_TYPE, PROCESS, belongs, is_external

DISAGREEMENTS = ("second-reading", "second-walk")
LONGEST_ID = 200  # characters, as the tables have room for
LONGEST_ROLE = 100
LONGEST_KEY = 180  # of a process: with its version, it is the subject of a leaf


def check(files: Mapping[str, bytes], *, although: str | None = None) -> CheckedBundle | tuple[Problem, ...]:
    """The checked bundle, or every problem found; each with its place.

    With a recorded reason `although`, where the second engine disagrees is a warning.
    """
    checked = check_bundle(files, second=True, although=although)
    if not isinstance(checked, CheckedBundle):
        return _sorted(checked, files)
    fields = {id: frozenset(field.key for field in forms.read_fields(form)) for id, form in checked.forms.items()}
    warnings = (*checked.warnings, *check_data_flow(checked.graph, source=PROCESS, fields=fields))
    signatures = check_signatures(checked.graph, source=PROCESS)
    problems = (
        *_form_problems(checked, files),
        *_job_problems(checked),
        *_job_name_problems(checked),
        *_decision_problems(checked),
        *_name_problems(checked),
        *(problem for problem in signatures if problem.severity == "error"),
    )
    warnings += tuple(problem for problem in signatures if problem.severity == "warning")
    if problems:
        return _sorted((*warnings, *problems), files)
    return replace(checked, warnings=_sorted(warnings, files))


def _sorted(problems: Iterable[Problem], files: Mapping[str, bytes]) -> tuple[Problem, ...]:
    """The problems with their places, in the order of the text, file by file."""
    found = located(problems, files)
    return tuple(sorted(found, key=lambda each: (each.file, each.line, each.column, each.severity)))


def disagrees(checked: CheckedBundle) -> bool:
    """Whether the second engine disagrees, so that it was deployed although."""
    return any(problem.code in DISAGREEMENTS for problem in checked.warnings)


def roles_of(checked: CheckedBundle) -> dict[str, UserTask]:
    """The roles that tasks name themselves or by their lane, each with the first of its tasks."""
    found: dict[str, UserTask] = {}
    for node in checked.graph.nodes.values():
        if isinstance(node, UserTask):
            groups = constants(node.candidate_groups) or ([node.role] if node.role else [])
            for role in groups if not (node.assignee or node.candidate_users) else ():
                found.setdefault(role, node)
    return found


def unheld(node: UserTask, role: str) -> Problem:
    """The warning that nobody can do this task now."""
    message = f"no active officer has the role {role!r}: nobody can do this task now"
    remedy = f"appoint one: hoso officer add … --role {role}; or correct the lane's hoso:role"
    error = _error(line=node.line, element=node.id, code="role-unheld", message=message, remedy=remedy)
    return replace(error, severity="warning", name=node.name)


def read_folder(folder: Path) -> dict[str, bytes]:
    """The files of a bundle as they lie in a folder; what does not belong to a bundle (README, scenarios) stays out."""
    files = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and belongs(name):
            files[name] = path.read_bytes()
    return files


def to_json(problem: Problem) -> dict[str, Any]:
    """A problem for programs."""
    names = ("severity", "file", "line", "column", "element", "name", "code", "message", "rule", "remedy")
    told = {name: getattr(problem, name) for name in names}
    return {**told, "notes": list(problem.notes)} if problem.notes else told


def _form_problems(checked: CheckedBundle, files: Mapping[str, bytes]) -> tuple[Problem, ...]:
    return tuple(
        _error(
            file=_form_path(id, files),
            line=1,
            element=id,
            code="form-component",
            message=f"form {id} has a component of type {kind}, which nothing here can render",
            remedy=f"use one of: {', '.join(sorted(forms.INPUTS))}",
            mark=Mark(text=json.dumps(kind, ensure_ascii=False)),
        )
        for id, form in sorted(checked.forms.items())
        for kind in forms.unsupported(form)
    )


def _form_path(id: str, files: Mapping[str, bytes]) -> str:
    """The file of a form; the engine has read them all."""
    paths = (path for path in sorted(files) if path.startswith("forms/") and json.loads(files[path]).get("id") == id)
    return next(paths, f"forms/{id}")


def _name_problems(checked: CheckedBundle) -> tuple[Problem, ...]:
    """Names that the store has no room for: found now, not when the first dossier comes there."""
    graph = checked.graph
    found = [(1, graph.process_id, "process id", graph.process_id, LONGEST_KEY)]
    for node in graph.nodes.values():
        found.append((node.line, node.id, "id", node.id, LONGEST_ID))
        if isinstance(node, UserTask):
            found.append((node.line, node.id, "role", node.role or "", LONGEST_ROLE))
            groups = constants(node.candidate_groups)
            found += [(node.line, node.id, "group", group, LONGEST_ROLE) for group in groups]
        found += [(node.line, node.id, f"{kind} name", name, LONGEST_ID) for kind, name in _heard(node)]
    return tuple(
        _error(
            line=line,
            element=element[:LONGEST_ID],
            code="name-too-long",
            message=f"a {what} of {len(name)} characters, expected at most {most}",
            remedy="shorten it",
        )
        for line, element, what, name, most in found
        if len(name) > most
    )


def _heard(node: Node) -> Iterator[tuple[str, str]]:
    """The names of the messages and signals that an element throws or listens for."""
    if isinstance(node, SendTask | ReceiveTask):
        yield "message", node.message.name
    for trigger in node.triggers if isinstance(node, EventNode) else ():
        if isinstance(trigger, Message):
            yield "message", trigger.message.name
        elif isinstance(trigger, Signal):
            yield "signal", trigger.name


def _job_problems(checked: CheckedBundle) -> tuple[Problem, ...]:
    return tuple(
        _error(
            line=node.line,
            element=node.id,
            code="job-type-unknown",
            message=f"no program does jobs of type {node.job_type!r}",
            remedy=f"use one of: {', '.join(sorted(JOB_TYPES))}",
            mark=Mark(text=node.job_type),
        )
        for node in checked.graph.nodes.values()
        if isinstance(node, ServiceTask) and not is_external(node.job_type) and node.job_type not in JOB_TYPES
    )


def _job_name_problems(checked: CheckedBundle) -> tuple[Problem, ...]:
    """A worker asks for jobs by the name of their type, which somebody typed twice."""
    return tuple(
        _error(
            line=node.line,
            element=node.id,
            code="job-type-name",
            message=f"the job type {node.job_type[:LONGEST_TYPE]!r} is no name that a worker can ask for",
            remedy=f"write letters, digits and . _ : -, at most {LONGEST_TYPE}",
            mark=Mark(text=node.job_type),
        )
        for node in checked.graph.nodes.values()
        if isinstance(node, ServiceTask) and is_external(node.job_type) and not EXTERNAL_TYPE.fullmatch(node.job_type)
    )


def _decision_problems(checked: CheckedBundle) -> tuple[Problem, ...]:
    """An approval must be able to say yes: `engine/dispatch` counts only those whose decision is `approve`."""
    return tuple(
        _error(
            line=node.line,
            element=node.id,
            code="approval-undecided",
            message=f"the approval's form offers no field decision with the value {APPROVE}",
            remedy="give the task a form with a radio or select named decision",
        )
        for node in checked.graph.nodes.values()
        if isinstance(node, UserTask) and node.signature == "approval" and not _decides(checked, node)
    )


def _decides(checked: CheckedBundle, node: UserTask) -> bool:
    fields = forms.read_fields(checked.forms.get(node.form or ""))
    return any(field.key == "decision" and APPROVE in field.values for field in fields)


def _error(
    *,
    line: int,
    element: str,
    code: str,
    message: str,
    remedy: str,
    file: str = PROCESS,
    mark: Mark | None = None,
) -> Problem:
    return Problem(
        severity="error",
        file=file,
        line=line,
        element=element,
        code=code,
        message=message,
        remedy=remedy,
        mark=mark,
    )
