"""What starts dossiers beside officers: messages, signals and timers, listened for from a deploy until the next.

They start in the name of an officer: of who sent the message, else of who deployed the version.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from adapters.application import people, procedures
from adapters.application.answer import Answer, refuse
from adapters.application.application import Application
from adapters.application.start import Intake, begin
from adapters.application.terms import deployed
from adapters.application.trail import append
from adapters.database import definitions, jobs, messages
from adapters.database.store import Transaction
from engine.acts.accepts import brought, refuses_message
from engine.acts.start import refuses_start, start_refused
from engine.bpmn.graph import start_names
from engine.bpmn.scope import Stuck
from engine.bpmn.start_timers import StartTimer, armed, to_json
from engine.bpmn.triggers import StartedBy
from engine.calendar import VIETNAM
from engine.errors import Kind, Refusal, Refused
from engine.officer import Officer
from engine.outcome import SYSTEM, JobRequest
from engine.process import ProcessDefinition

TIMER = "start-timer"
CHANNEL = "online"


def start_by(
    app: Application,
    tx: Transaction,
    process: str,
    version: int,
    by: StartedBy,
    data: Mapping[str, Any],
    *,
    sender: Officer | None = None,
    told: Mapping[str, object] | None = None,
    now: datetime,
) -> Answer:
    """Start a dossier of that version by an event; a refusal is recorded. `told` joins its leaf's details."""
    actor = sender.id if sender else SYSTEM
    try:
        definition = deployed(app, tx, process, version)
    except Refused as refused:  # what it calls cannot be called now
        append(app, tx, [start_refused(process, version, by, refused.refusal, actor)], now)
        return refuse(refused.refusal)
    officer = sender or _deployer(app, tx, process, version)
    refusal = officer if isinstance(officer, Refusal) else refuses_start(definition, officer, by)
    refusal = refusal or refuses_message(definition, by, data)
    if refusal is not None or isinstance(officer, Refusal):
        assert refusal is not None
        append(app, tx, [start_refused(process, version, by, refusal, actor)], now)
        return refuse(refusal)
    intake = Intake(
        process=process,
        procedure=None,
        title=definition.graph.name or process,
        channel=CHANNEL,
        applicant={},
        submitter=sender.name if sender else SYSTEM,
        data=brought(definition, by, data),
        documents=(),
    )
    procedure = procedures.governing(tx, process=process, code=None, day=now.astimezone(VIETNAM).date())
    if isinstance(procedure, Refusal):
        append(app, tx, [start_refused(process, version, by, procedure, actor)], now)
        return refuse(procedure)
    return begin(app, tx, officer, definition, intake, procedure=procedure, by=by, actor=actor, told=told, now=now)


def _deployer(app: Application, tx: Transaction, process: str, version: int) -> Officer | Refusal:
    row = definitions.find_process(tx, process, version)
    officer = people.find(app, tx, row["deployed_by"]) if row is not None else None
    if officer is not None:
        return officer
    message = f"who deployed {process}:{version} is no officer any more; events start dossiers in their name"
    remedy = "deploy it again, changed, as somebody who is"
    return Refusal(kind=Kind.FORBIDDEN, code="not-starter", message=message, remedy=remedy)


# At a deploy


def refuses_starts(tx: Transaction, definition: ProcessDefinition, officer: Officer) -> Refusal | None:
    """Why the events of this version could not start dossiers, or None."""
    for kind, _, by in _awaited(definition):
        if kind == "message":
            others = [row["process"] for row in messages.starts(tx, kind, by.message or "")]
            taken = [other for other in others if other != definition.key]
            if taken:
                message = f"message {by.message!r} starts {taken[0]} already; a message has one receiver"
                remedy = f"name it otherwise, or deploy {taken[0]} without that start event first"
                return Refusal(kind=Kind.CONFLICT, code="message-start-taken", message=message, remedy=remedy)
        elif refusal := refuses_start(definition, officer, by):
            remedy = f"it starts by {by} in your name: ask somebody with the role to deploy it"
            return replace(refusal, remedy=f"{remedy}, or draw the event outside the lanes")
    return None


def timers(definition: ProcessDefinition, now: datetime) -> list[StartTimer] | Refusal:
    """The timers of this version as they are armed now."""
    try:
        return list(armed(definition.graph, now))
    except Stuck as stuck:
        remedy = "write it in ISO 8601, or in FEEL that needs no data"
        return Refusal(kind=Kind.INVALID, code=stuck.code, message=f"{stuck.element}: {stuck.message}", remedy=remedy)


def listen(tx: Transaction, definition: ProcessDefinition, found: list[StartTimer]) -> None:
    """From now on this version starts by its events, and no older one does."""
    key, version = definition.key, definition.version
    awaited = [(kind, element, by) for kind, element, by in _awaited(definition) if kind != "timer"]
    names = [(element, kind, by.message or by.signal or "") for kind, element, by in awaited]
    messages.replace_starts(tx, key, version, names)
    messages.cancel_timers(tx, key)
    for timer in found:
        if timer.schedule is not None:
            payload = {"version": version, "schedule": to_json(timer.schedule)}
            request = JobRequest(number=0, element=timer.element, type=TIMER, payload=payload, due=timer.schedule.due)
            jobs.add_job(tx, None, request, process=key)


def _awaited(definition: ProcessDefinition) -> Iterator[tuple[str, str, StartedBy]]:
    """Kind, element and name of everything that starts the process, but an officer."""
    for event in definition.graph.starts:
        for by in start_names(event):
            for kind, name in by._asdict().items():
                if name is not None:
                    yield kind, event.id, by
