"""Start a dossier."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from adapters.application import procedures, views
from adapters.application.answer import CREATED, Answer, Request, once, refuse
from adapters.application.application import Application
from adapters.application.assigning import assigned
from adapters.application.documents import uploaded
from adapters.application.save import save
from adapters.application.terms import deployed
from adapters.application.trail import receipt
from adapters.database import acts, definitions, dossiers
from adapters.database.store import Transaction
from engine import policy
from engine.acts.accepts import refuses_data
from engine.acts.start import COUNTER, RECEIVED, StartDossier, refuses_start, start, starting_unit
from engine.bpmn.triggers import StartedBy
from engine.calendar import VIETNAM, due
from engine.document import Document
from engine.dossier import dossier_code
from engine.errors import Kind, Refusal, Refused, not_found
from engine.officer import Officer
from engine.procedure import read_procedure
from engine.process import ProcessDefinition
from signing.record import time_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """What is handed in. `documents` were uploaded before: file name, media type, SHA-256."""

    process: str
    procedure: str | None
    title: str
    channel: str
    applicant: Mapping[str, str]
    submitter: str
    data: Mapping[str, Any]
    documents: Sequence[tuple[str, str, str]]
    unit: str | None = None  # where it begins; without, the first of the officer's units where they may start it


def start_dossier(app: Application, officer: Officer, request: Request, intake: Intake) -> Answer:
    """Receive a dossier: it gets its code and its term, and its first tasks open."""
    if refusal := policy.refuses(officer, "start dossiers"):
        return refuse(refusal)
    return once(app, request, lambda tx: receive(app, tx, officer, intake))


def receive(
    app: Application,
    tx: Transaction,
    officer: Officer,
    intake: Intake,
    *,
    documents: Sequence[Document] | None = None,
    legal: datetime | None = None,
) -> Answer:
    """Receive a dossier, where the officer may. `documents`: instead of those that they uploaded.

    `legal`: when it was received by law, where that was before now: its procedure and its term are those of that time.
    """
    now = app.clock()
    row = definitions.latest_process(tx, intake.process)
    if row is None:
        return refuse(not_found("process", intake.process, "list the deployed ones: hoso process list"))
    try:
        definition = deployed(app, tx, row["key"], row["version"])
    except Refused as refused:  # a later version of what it calls cannot be called
        return refuse(refused.refusal)
    unit = starting_unit(definition, officer, wanted=intake.unit)
    refusal = refuses_start(definition, officer) or (unit if isinstance(unit, Refusal) else None)
    if refusal := refusal or refuses_data(definition, intake.data):
        return refuse(refusal)
    day = (legal or now).astimezone(VIETNAM).date()
    procedure = procedures.governing(tx, process=intake.process, code=intake.procedure, day=day)
    if isinstance(procedure, Refusal):
        return refuse(procedure)
    papers = _documents(tx, officer, intake) if documents is None else documents
    if isinstance(papers, Refusal):
        return refuse(papers)
    told = {RECEIVED: time_text(legal)} if legal is not None else {}
    return begin(
        app, tx, officer, definition, intake, procedure=procedure, documents=papers, told=told, legal=legal, now=now
    )


def begin(
    app: Application,
    tx: Transaction,
    officer: Officer,
    definition: ProcessDefinition,
    intake: Intake,
    *,
    procedure: Mapping[str, Any] | None,
    documents: Sequence[Document] = (),
    by: StartedBy = COUNTER,
    actor: str | None = None,
    told: Mapping[str, object] | None = None,
    legal: datetime | None = None,
    now: datetime,
) -> Answer:
    """Let a dossier begin that was found in order: by an officer, or `by` an event in an officer's name."""
    unit = starting_unit(definition, officer, by, intake.unit)
    act = StartDossier(
        unit=unit if isinstance(unit, str) else officer.unit,
        code=_code(app, tx, now),
        title=intake.title,
        procedure=procedure["sha256"] if procedure else None,
        applicant=intake.applicant,
        submitter=intake.submitter,
        channel=intake.channel,
        data=intake.data,
        documents=documents,
        due=_due(app, procedure, legal or now),
        by=by,
        actor=actor,
        told=told or {},
    )
    outcome = assigned(app, tx, None, start(act, officer, definition, now=now), now)
    assert outcome.dossier is not None
    dossiers.add(tx, outcome.dossier)
    for document in documents:
        dossiers.add_document(tx, act.code, document, now)
    leaves = save(app, tx, None, outcome, now)
    tasks = [views.task_alone(task) for task in outcome.opened]
    body = {"code": act.code, "status": int(outcome.dossier.status), "due": views.moment(act.due), "opened": tasks}
    return Answer(
        status=CREATED, body={**body, "receipt": views.receipt(receipt(tx, leaves[0], app.witnessed))}, about=act.code
    )


def codes_of(app: Application, now: datetime) -> str:
    """The running number from which the codes of that day's dossiers are made."""
    return f"dossier/{app.agency.identifier}/{now.astimezone(VIETNAM):%Y%m%d}"


def _code(app: Application, tx: Transaction, now: datetime) -> str:
    day = now.astimezone(VIETNAM)
    number = acts.next_value(tx, codes_of(app, now))
    return dossier_code(app.agency.identifier, day, number)


def _due(app: Application, procedure: Mapping[str, Any] | None, now: datetime) -> datetime | None:
    if procedure is None:
        return None
    read = read_procedure(procedure["body"])
    year = now.astimezone(VIETNAM).year
    days_off = frozenset(app.days_off(year)) | frozenset(app.days_off(year + 1))
    return due(now, read.working_days, cutoff=read.cutoff, days_off=days_off)


def _documents(tx: Transaction, officer: Officer, intake: Intake) -> list[Document] | Refusal:
    documents = []
    for name, media_type, sha256 in intake.documents:
        document = uploaded(tx, officer, name, media_type, sha256)
        if isinstance(document, Refusal):
            return document
        documents.append(document)
    if len({document.file_name for document in documents}) != len(documents):
        message = "two documents have the same name"
        return Refusal(kind=Kind.INVALID, code="document-name", message=message, remedy="rename one")
    return documents
