"""Proceed: a program finished its job, a timer fired, a message came; the dossier moves on without an officer."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from engine.acts.move import move
from engine.bpmn import run
from engine.bpmn.events import Event, JobCompleted, JobFailed, MessageReceived, SignalReceived, TimerFired
from engine.bpmn.graph import EventNode, ReceiveTask
from engine.bpmn.parts import whole
from engine.bpmn.roles import open_to, roles_around
from engine.bpmn.state import Subscription
from engine.dispatch import Dispatch
from engine.document import Document
from engine.dossier import Dossier, Status
from engine.errors import Kind, Refusal
from engine.officer import Officer
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
    """A job is done: its data join the dossier's; the document that it made becomes the current one of its name.

    The leaf tells beside what was done which job it was, and what it gave: without them nobody could replay it.
    """
    event = JobCompleted(job=number, data=data)
    leaf = replace(leaf, details={**leaf.details, "job": number, "data": dict(data)})
    if document is None:
        return _proceed(dossier, definition, event, leaf, now=now)
    before = replace(dossier, documents={**dossier.documents, document.name: document})
    return replace(_proceed(before, definition, event, leaf, now=now), documents=(document,))


def document_made(dossier: Dossier, document: Document, leaf: LeafDraft) -> Outcome:
    """A program made the next revision of a document; the dossier stays where it is."""
    after = replace(dossier, documents={**dossier.documents, document.name: document}, revision=dossier.revision + 1)
    return Outcome(dossier=after, documents=(document,), leaves=(leaf,))


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
        details={"job": number, "code": code, "message": message},
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
        details={"timer": number, "element": element, "name": node.name or element},
    )
    return _proceed(dossier, definition, TimerFired(timer=number), leaf, now=now)


def message_received(
    dossier: Dossier,
    definition: ProcessDefinition,
    name: str,
    data: Mapping[str, object],
    officer: Officer | None,
    *,
    subscription: int | None = None,
    told: Mapping[str, object] | None = None,
    now: datetime,
) -> Outcome:
    """A message for this dossier came, from an officer or (None) thrown by a dossier.

    It is for the `subscription` of that id, where one was found by name and key, else for the oldest of its name.
    Refused when nothing waits for it, when the officer has not the role of the lane where it is awaited, and when it
    brings data that the waiting element does not accept (`hoso:accepts`). `told` joins the leaf's details.
    """
    dossier = replace(dossier, state=whole(dossier.state))  # whatever is within may listen
    details: dict[str, object] = {"name": name, "data": dict(data), **(told or {})}
    actor = officer.id if officer else SYSTEM
    leaf = LeafDraft(actor=actor, act="message-received", subject=dossier.code, dossier=dossier.code, details=details)
    number, awaited = _awaited(dossier, name, subscription)
    refusal = _refuses_message(dossier, definition, awaited, name, data, officer)
    if awaited is None or refusal is not None:
        assert refusal is not None
        told = {"name": name, "code": refusal.code, "message": refusal.message}
        return Outcome.refused(refusal, replace(leaf, act="message-refused", details=told))
    leaf = replace(leaf, details={**leaf.details, "subscription": number})
    # Who names the dossier itself says with that which is meant, whatever key the model computed for it.
    event = MessageReceived(name=name, data=data, subscription=number)
    return _proceed(dossier, definition, event, leaf, now=now)


def _awaited(dossier: Dossier, name: str, wanted: int | None) -> tuple[int | None, Subscription | None]:
    for number, item in dossier.state.subscriptions.items():
        if item.kind == "message" and item.name == name and wanted in (None, number):
            return number, item
    return None, None


def _refuses_message(
    dossier: Dossier,
    definition: ProcessDefinition,
    awaited: Subscription | None,
    name: str,
    data: Mapping[str, object],
    officer: Officer | None,
) -> Refusal | None:
    if suspended := dossier.refuses_while_suspended():
        return suspended
    if awaited is None:
        message = f"dossier {dossier.code} does not wait for a message {name!r} now"
        remedy = f"see where it stands: hoso dossier show {dossier.code}"
        return Refusal(kind=Kind.CONFLICT, code="message-unexpected", message=message, remedy=remedy)
    roles = roles_around(definition.graph, awaited.element)
    if officer is not None and not open_to(officer.roles_in(dossier.unit), roles):
        message = f"message {name!r} is given by {' or '.join(sorted(roles))}, which {officer.id} is not"
        return Refusal(
            kind=Kind.FORBIDDEN, code="not-candidate", message=message, remedy="ask somebody who has the role"
        )
    accepted = _accepted(definition, awaited)
    if unknown := sorted(set(data) - set(accepted)):
        message = f"message {name!r} brings {', '.join(unknown)[:200]}; accepted: {', '.join(accepted) or 'nothing'}"
        return Refusal(kind=Kind.INVALID, code="message-data", message=message, remedy="leave it out")
    return None


def signal_received(
    dossier: Dossier, definition: ProcessDefinition, name: str, data: Mapping[str, object], *, now: datetime
) -> Outcome:
    """A signal that another dossier threw; everything here that listens for it takes it (BPMN 2.0 §10.4.6).

    It brings the data that all of them accept (`hoso:accepts`): it was meant for nobody in particular. Raises
    EventRefused when nothing listens any more.
    """
    dossier = replace(dossier, state=whole(dossier.state))  # whatever is within may listen
    listening = _listening(dossier, "signal", name)
    accepted = [set(_accepted(definition, item)) for item in listening]
    brought = {key: value for key, value in data.items() if all(key in names for names in accepted)}
    leaf = LeafDraft(
        actor=SYSTEM,
        act="signal-received",
        subject=dossier.code,
        dossier=dossier.code,
        details={"name": name, "data": brought},
    )
    return _proceed(dossier, definition, SignalReceived(name=name, data=brought), leaf, now=now)


def _listening(dossier: Dossier, kind: str, name: str) -> list[Subscription]:
    """What in the dossier listens for a message or signal of that name, the oldest first."""
    return [item for item in dossier.state.subscriptions.values() if item.kind == kind and item.name == name]


def _accepted(definition: ProcessDefinition, listening: Subscription) -> tuple[str, ...]:
    """The names of the data that may come with what is listened for."""
    node = definition.graph.nodes[listening.element]
    return node.accepts if isinstance(node, EventNode | ReceiveTask) else ()


def dispatched(outcome: Outcome, dispatch: Dispatch) -> Outcome:
    """A result left, or lies ready: the matter is decided, whatever becomes of the parcel."""
    assert outcome.dossier is not None
    dossier = replace(outcome.dossier, status=max(outcome.dossier.status, Status.DECIDED))
    return replace(outcome, dossier=dossier, dispatches=(*outcome.dispatches, dispatch))


def _proceed(
    dossier: Dossier, definition: ProcessDefinition, event: Event, leaf: LeafDraft, *, now: datetime
) -> Outcome:
    step = run.step(definition.graph, dossier.state, event, now=now)
    return move(dossier, definition, step, leaf, now=now)
