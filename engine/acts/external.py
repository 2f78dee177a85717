"""External jobs: a worker of somebody else, who is an officer of the role `worker`, reports how a job ended."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from engine.acts.move import move
from engine.bpmn import run
from engine.bpmn.events import Event, JobCompleted, JobFailed, JobThrew
from engine.dossier import Dossier
from engine.officer import Officer
from engine.outcome import LeafDraft, Outcome
from engine.process import ProcessDefinition

UNCAUGHT = "error-uncaught"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Which job it is (`number`: the kernel's id), and who did it: the officer, and the program's own name."""

    number: int
    element: str
    type: str
    officer: Officer
    worker: str


def completed(
    dossier: Dossier, definition: ProcessDefinition, report: Report, data: Mapping[str, object], *, now: datetime
) -> Outcome:
    """The job is done. Its data join the dossier's as the task's outputs say. Raises EventRefused (`no-such-job`)."""
    leaf = _leaf(dossier, definition, report, "job-completed", data=dict(data))
    return _step(dossier, definition, JobCompleted(job=report.number, data=data), leaf, now=now)


def attempt_failed(
    dossier: Dossier, definition: ProcessDefinition, report: Report, code: str, message: str, *, retries_left: int
) -> Outcome:
    """The worker did not manage, and may try again: the dossier stays where it is."""
    told = {"code": code, "message": message, "retries_left": retries_left}
    return Outcome(leaves=(_leaf(dossier, definition, report, "job-attempt-failed", **told),))


def failed(
    dossier: Dossier, definition: ProcessDefinition, report: Report, code: str, message: str, *, now: datetime
) -> Outcome:
    """No try is left: an incident, which people see. Raises EventRefused (`no-such-job`)."""
    leaf = _leaf(dossier, definition, report, "job-failed", code=code, message=message)
    return _step(dossier, definition, JobFailed(job=report.number, code=code, message=message), leaf, now=now)


def threw(
    dossier: Dossier,
    definition: ProcessDefinition,
    report: Report,
    code: str,
    message: str,
    data: Mapping[str, object],
    *,
    now: datetime,
) -> Outcome:
    """The job ended in a BPMN error (BPMN 2.0 §10.4.5): the nearest event that catches it goes on, else an incident.

    Raises EventRefused (`no-such-job`).
    """
    leaf = _leaf(dossier, definition, report, "job-error-thrown", code=code, message=message, data=dict(data))
    event = JobThrew(job=report.number, code=code, message=message, data=data)
    return _step(dossier, definition, event, leaf, now=now)


def caught(before: Dossier, outcome: Outcome, report: Report) -> bool:
    """Whether anything caught the error that the job threw."""
    assert outcome.dossier is not None
    raised = [item for key, item in outcome.dossier.state.incidents.items() if key not in before.state.incidents]
    return not any(item.element == report.element and item.code == UNCAUGHT for item in raised)


def _leaf(dossier: Dossier, definition: ProcessDefinition, report: Report, act: str, **told: object) -> LeafDraft:
    name = definition.graph.nodes[report.element].name or report.element
    which = {"job": report.number, "element": report.element, "name": name, "type": report.type}
    details = {**which, "worker": report.worker, **told}
    return LeafDraft(actor=report.officer.id, act=act, subject=dossier.code, dossier=dossier.code, details=details)


def _step(dossier: Dossier, definition: ProcessDefinition, event: Event, leaf: LeafDraft, *, now: datetime) -> Outcome:
    step = run.step(definition.graph, dossier.state, event, now=now)
    return move(dossier, definition, step, leaf, now=now)
