"""Proceed: a program finished its job, a timer fired, a message came; the dossier moves on without an officer."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from engine.acts.move import move
from engine.bpmn import run
from engine.bpmn.events import Event, EventRefused, JobCompleted, JobFailed, MessageReceived, TimerFired
from engine.dispatch import Dispatch
from engine.document import Document
from engine.dossier import Dossier, Status
from engine.errors import Kind, Refusal
from engine.outcome import SYSTEM, LeafDraft, Outcome
from engine.process import ProcessDefinition


def job_completed(
    dossier: Dossier,
    definition: ProcessDefinition,
    number: int,
    data: Mapping[str, object],
    leaf: LeafDraft,
    *,
    document: Document | None = None,
    now: datetime,
) -> Outcome:
    """A job is done: its data join the dossier's; the document that it made becomes the current one of its name."""
    event = JobCompleted(job=number, data=data)
    if document is None:
        return _proceed(dossier, definition, event, leaf, now=now)
    before = replace(dossier, documents={**dossier.documents, document.name: document})
    return replace(_proceed(before, definition, event, leaf, now=now), documents=(document,))


def job_failed(
    dossier: Dossier, definition: ProcessDefinition, number: int, code: str, message: str, *, now: datetime
) -> Outcome:
    """A job cannot be done: an incident that people see; its leaf names element and reason."""
    event = JobFailed(job=number, code=code, message=message)
    leaf = LeafDraft(
        actor=SYSTEM,
        act="job-failed",
        subject=dossier.code,
        dossier=dossier.code,
        details={"code": code, "message": message},
    )
    return _proceed(dossier, definition, event, leaf, now=now)


def timer_fired(
    dossier: Dossier, definition: ProcessDefinition, number: int, element: str, *, now: datetime
) -> Outcome:
    """A timer's time has come."""
    node = definition.graph.nodes[element]
    leaf = LeafDraft(
        actor=SYSTEM,
        act="timer-fired",
        subject=dossier.code,
        dossier=dossier.code,
        details={"element": element, "name": node.name or element},
    )
    return _proceed(dossier, definition, TimerFired(timer=number), leaf, now=now)


def message_received(
    dossier: Dossier,
    definition: ProcessDefinition,
    name: str,
    data: Mapping[str, object],
    actor: str,
    *,
    now: datetime,
) -> Outcome:
    """A message for this dossier came; refused when nothing in it waits for one of that name."""
    leaf = LeafDraft(
        actor=actor,
        act="message-received",
        subject=dossier.code,
        dossier=dossier.code,
        details={"name": name, "data": dict(data)},
    )
    event = MessageReceived(name=name, data=data, key=None)
    try:
        return _proceed(dossier, definition, event, leaf, now=now)
    except EventRefused as error:
        remedy = f"see what it waits for: hoso dossier show {dossier.code}"
        refusal = Refusal(
            kind=Kind.CONFLICT, code="message-unexpected", message=f"{dossier.code}: {error}", remedy=remedy
        )
        return Outcome.refused(refusal)


def dispatched(outcome: Outcome, dispatch: Dispatch) -> Outcome:
    """A result left, or lies ready: the matter is decided, whatever becomes of the parcel."""
    assert outcome.dossier is not None
    dossier = replace(outcome.dossier, status=max(outcome.dossier.status, Status.DECIDED))
    return replace(outcome, dossier=dossier, dispatches=(*outcome.dispatches, dispatch))


def _proceed(
    dossier: Dossier, definition: ProcessDefinition, event: Event, leaf: LeafDraft, *, now: datetime
) -> Outcome:
    step = run.step(definition.graph, dossier.state, event, now=now)
    return move(dossier, definition.graph, step, leaf, now=now)
