"""Open a dossier by a mail, or lay a mail beside one: what a plan, or an officer who releases a mail, comes to."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from adapters.application import procedures
from adapters.application.application import Application
from adapters.application.mail_plans import trust_of
from adapters.application.save import save
from adapters.application.sight import definition_of
from adapters.application.start import Intake, begin
from adapters.application.terms import deployed
from adapters.application.trail import append
from adapters.database import definitions, dossiers, mails, notes
from adapters.database.store import Transaction
from adapters.mailbox.files import File
from adapters.mailbox.mail import Mail
from adapters.mailbox.rules import Rule, Supplement, told
from engine.acts.accepts import brought, refuses_data, refuses_message
from engine.acts.erase import refuses_erased
from engine.acts.proceed import message_received
from engine.acts.start import COUNTER, refuses_start, starting_unit
from engine.bpmn.parts import whole
from engine.bpmn.triggers import StartedBy
from engine.calendar import VIETNAM
from engine.document import Document
from engine.dossier import Dossier
from engine.errors import Refusal, Refused, not_found
from engine.officer import Officer
from engine.outcome import LeafDraft, Outcome
from engine.process import ProcessDefinition
from signing.canonical import sha256_hex

CHANNEL = "email"
TAKEN = "mail-taken"
LETTER = "thu-dien-tu"
"""The document that holds the text of the mail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A mail that is kept under this number. `actor`: who takes it, `hoso` or the officer who releases it."""

    id: int
    sha256: str
    raw: bytes
    mail: Mail
    actor: str
    at: datetime


def start(
    app: Application, tx: Transaction, got: Received, rule: Rule, files: Sequence[File], officer: Officer
) -> str | Refusal:
    """Open a dossier by the rule, in the officer's name; gives its code. Nobody was identified by it."""
    row = definitions.latest_process(tx, rule.start.process)
    if row is None:
        return not_found("process", rule.start.process, "list the deployed ones: hoso process list")
    try:
        definition = deployed(app, tx, row["key"], row["version"])
    except Refused as refused:  # what it calls cannot be called now
        return refused.refusal
    by = StartedBy(message=rule.start.message) if rule.start.message else COUNTER
    data = told(rule.data, got.mail)
    unit = starting_unit(definition, officer, by, rule.start.unit)
    refusal = refuses_start(definition, officer, by) or (unit if isinstance(unit, Refusal) else None)
    refusal = refusal or (
        refuses_message(definition, by, data) if rule.start.message else refuses_data(definition, data)
    )
    if refusal is not None:
        return refusal
    day = got.at.astimezone(VIETNAM).date()
    procedure = procedures.governing(tx, process=rule.start.process, code=rule.start.procedure, day=day)
    if isinstance(procedure, Refusal):
        return procedure
    intake = Intake(
        process=rule.start.process,
        procedure=rule.start.procedure,
        title=got.mail.subject or definition.graph.name or rule.start.process,
        channel=CHANNEL,
        applicant=_applicant(got.mail),
        submitter=got.mail.name or got.mail.sender,
        data=brought(definition, by, data) if rule.start.message else data,
        documents=(),
        unit=rule.start.unit,
    )
    documents = _documents(tx, got, files)
    answer = begin(
        app, tx, officer, definition, intake,
        procedure=procedure, documents=documents, by=by, actor=got.actor, now=got.at,
    )  # fmt: skip
    code = str((answer.body or {})["code"])
    _keep(tx, got, code)
    append(app, tx, [_leaf(got, code, documents, rule=rule.name)], got.at)
    return code


def supplement(
    app: Application, tx: Transaction, got: Received, code: str, how: Supplement, files: Sequence[File], by: str
) -> Refusal | None:
    """Lay text and files beside the dossier; where it waits for the rule's message, it gets that, too."""
    dossier = dossiers.load(tx, code, lock=True)
    if dossier is None:
        return not_found("dossier", code)
    if refusal := refuses_erased(dossier):
        return refusal
    documents = _documents(tx, got, files)
    for document in documents:
        notes.add_attachment(tx, _attachment(code, how.officer, document, got.at))
    _keep(tx, got, code)
    outcome = _moved(app, tx, dossier, how, got)
    leaf = _leaf(got, code, documents, by=by)
    save(app, tx, dossier, replace(outcome, leaves=(leaf, *outcome.leaves)), got.at)
    return None


def give_message(
    dossier: Dossier, definition: ProcessDefinition, name: str, data: dict[str, str], now: datetime
) -> Outcome:
    """The message, where the dossier waits for it; of what it brings, nothing where that is not accepted whole."""
    waits = any(item.kind == "message" and item.name == name for item in whole(dossier.state).subscriptions.values())
    if not waits or dossier.suspended is not None:
        return Outcome()
    outcome = message_received(dossier, definition, name, data, None, now=now)
    if outcome.refusal is not None and data:
        return message_received(dossier, definition, name, {}, None, now=now)
    return outcome


def _moved(app: Application, tx: Transaction, dossier: Dossier, how: Supplement, got: Received) -> Outcome:
    if how.message is None:
        return Outcome()
    definition = definition_of(app, tx, dossier)
    return give_message(dossier, definition, how.message, told(how.data, got.mail), got.at)


def _applicant(mail: Mail) -> dict[str, str]:
    """Who wrote, as they claim: `identified` says how far that is proven, and never that a person was identified."""
    return {"name": mail.name or mail.sender, "email": mail.sender, "identified": trust_of(mail)}


def _documents(tx: Transaction, got: Received, files: Sequence[File]) -> list[Document]:
    """The text and the files as documents, their bytes kept."""
    text = File(name=f"{LETTER}.txt", media_type="text/plain", content=_letter(got.mail))
    found = []
    for each in (text, *(file for file in files if file.name != text.name)):
        digest = sha256_hex(each.content)
        definitions.put_content(tx, digest, each.content, of=mails.owner(got.id))
        found.append(
            Document(name=each.name, media_type=each.media_type, sha256=digest, size=len(each.content), title=each.name)
        )
    return found


def _letter(mail: Mail) -> bytes:
    head = f"Người gửi (chưa xác minh): {mail.name} <{mail.sender}>\nTiêu đề: {mail.subject}\n"
    if mail.domain:
        head = f"Người gửi (tên miền {mail.domain} đã xác thực): {mail.name} <{mail.sender}>\nTiêu đề: {mail.subject}\n"
    return f"{head}\n{mail.text}\n".encode()


def _keep(tx: Transaction, got: Received, code: str) -> None:
    """The raw mail is the dossier's."""
    definitions.put_content(tx, got.sha256, got.raw, of=code)


def _leaf(got: Received, code: str, documents: Sequence[Document], **how: str) -> LeafDraft:
    details: dict[str, object] = {"mail": got.id, "sender": trust_of(got.mail), **how}
    listed = [{"name": each.file_name, "sha256": each.sha256} for each in documents]
    objects = {"mail": got.sha256, "document": listed}
    return LeafDraft(actor=got.actor, act=TAKEN, subject=code, dossier=code, details=details, objects=objects)


def _attachment(code: str, officer: str, document: Document, at: datetime) -> dict[str, object]:
    return {
        "dossier": code,
        "task": None,
        "officer": officer,
        "name": document.file_name,
        "media_type": document.media_type,
        "sha256": document.sha256,
        "size": document.size,
        "at": at,
        "removed": None,
    }
