"""Comments and attachments: what officers write and lay beside a dossier. They outlast its tasks and change none."""

from collections.abc import Mapping
from typing import Any

from adapters.application import views
from adapters.application.answer import CREATED, Answer, Request, once, refuse
from adapters.application.application import Application
from adapters.application.documents import uploaded
from adapters.application.sight import dossier_in_sight
from adapters.application.trail import append
from adapters.database import definitions, dossiers
from adapters.database import notes as stored
from adapters.database.store import Transaction
from engine.acts.erase import refuses_erased
from engine.acts.notes import noted, refuses_comment, refuses_note, refuses_removal
from engine.dossier import Dossier
from engine.errors import Refusal, not_found
from engine.officer import AUDITOR, Officer
from engine.people.answering import answers_for
from signing.canonical import sha256_hex

SHOWN = 10  # of the newest comments beside a dossier or a task
SHOWN_ATTACHMENTS = 50


def beside(app: Application, tx: Transaction, code: str) -> Mapping[str, Any]:
    """The newest comments and the first attachments, as a dossier and its tasks show them."""
    organisation = app.organisations.get(tx)
    papers = stored.attachments(tx, code, after=0, limit=SHOWN_ATTACHMENTS, removed=False)
    return {
        "comments": [views.comment(row, organisation) for row in stored.last_comments(tx, code, limit=SHOWN)],
        "attachments": [views.attachment(row, organisation) for row in papers],
    }


def comment(app: Application, officer: Officer, request: Request, code: str, text: str, task: str | None) -> Answer:
    """Write a comment on a dossier, perhaps at one of its tasks. It is never edited."""

    def act(tx: Transaction) -> Answer:
        dossier = _writable(tx, officer, code, task)
        if isinstance(dossier, Refusal):
            return refuse(dossier)
        if refusal := refuses_comment(text):
            return refuse(refusal)
        now, written = app.clock(), text.strip()
        id = stored.add_comment(tx, code, task, officer.id, written, now)
        told: dict[str, object] = {"comment": id, "sha256": sha256_hex(written.encode())}
        append(app, tx, [noted(dossier, officer, "comment-added", task, told)], now)
        row = {"id": id, "task": task, "officer": officer.id, "at": now, "text": written}
        return Answer(status=CREATED, body=views.comment(row, app.organisations.get(tx)))

    return once(app, request, act)


def list_comments(app: Application, officer: Officer, code: str, after: int, limit: int) -> Answer:
    """A page of a dossier's comments, the oldest first."""
    with app.store.read() as tx:
        dossier = dossier_in_sight(tx, officer, code, part=None)
        if isinstance(dossier, Refusal):
            return refuse(dossier)
        organisation = app.organisations.get(tx)
        rows = stored.comments(tx, code, after=after, limit=limit)
    return _page([views.comment(row, organisation) for row in rows], limit)


def attach(
    app: Application,
    officer: Officer,
    request: Request,
    code: str,
    paper: tuple[str, str, str],
    task: str | None,
) -> Answer:
    """Lay a paper beside a dossier: file name, media type and SHA-256 of what the officer uploaded before."""

    def act(tx: Transaction) -> Answer:
        dossier = _writable(tx, officer, code, task)
        if isinstance(dossier, Refusal):
            return refuse(dossier)
        document = uploaded(tx, officer, *paper)
        if isinstance(document, Refusal):
            return refuse(document)
        now = app.clock()
        row = {
            "dossier": code,
            "task": task,
            "officer": officer.id,
            "name": document.file_name,
            "media_type": document.media_type,
            "sha256": document.sha256,
            "size": document.size,
            "at": now,
            "removed": None,
        }
        row["id"] = id = stored.add_attachment(tx, row)
        told: dict[str, object] = {"attachment": id, "document": document.file_name, "sha256": document.sha256}
        append(app, tx, [noted(dossier, officer, "attachment-added", task, told)], now)
        return Answer(status=CREATED, body=views.attachment(row, app.organisations.get(tx)))

    return once(app, request, act)


def list_attachments(app: Application, officer: Officer, code: str, after: int, limit: int) -> Answer:
    """A page of a dossier's attachments, the oldest first; those that were removed say when."""
    with app.store.read() as tx:
        dossier = dossier_in_sight(tx, officer, code, part=None)
        if isinstance(dossier, Refusal):
            return refuse(dossier)
        organisation = app.organisations.get(tx)
        rows = stored.attachments(tx, code, after=after, limit=limit)
    return _page([views.attachment(row, organisation) for row in rows], limit)


def attachment(app: Application, officer: Officer, code: str, id: int) -> bytes | Refusal:
    """An attachment's bytes; of a removed one, for auditors alone."""
    with app.store.read() as tx:
        dossier = dossier_in_sight(tx, officer, code, part=None)
        if isinstance(dossier, Refusal):
            return dossier
        row = stored.find_attachment(tx, code, id)
        if row is None or (row["removed"] is not None and AUDITOR not in officer.roles):
            return _unknown(code, id)
        return definitions.get_content(tx, row["sha256"]) or _unknown(code, id)


def remove_attachment(app: Application, officer: Officer, request: Request, code: str, id: int) -> Answer:
    """Take an attachment away: its bytes stay, for the auditor."""

    def act(tx: Transaction) -> Answer:
        dossier = _writable(tx, officer, code, None)
        if isinstance(dossier, Refusal):
            return refuse(dossier)
        row = stored.find_attachment(tx, code, id)
        if row is None or row["removed"] is not None:
            return refuse(_unknown(code, id))
        now, organisation = app.clock(), app.organisations.get(tx)
        superior = answers_for(organisation, officer, dossier.unit, row["officer"], now)
        told: dict[str, object] = {"attachment": id, "document": row["name"], "sha256": row["sha256"]}
        if refusal := refuses_removal(officer, id, row["officer"], superior=superior):
            told |= {"code": refusal.code, "message": refusal.message}
            append(app, tx, [noted(dossier, officer, "removal-refused", row["task"], told)], now)
            return refuse(refusal)
        stored.remove_attachment(tx, id, now)
        append(app, tx, [noted(dossier, officer, "attachment-removed", row["task"], told)], now)
        return Answer(body=views.attachment({**row, "removed": now}, organisation))

    return once(app, request, act)


def _writable(tx: Transaction, officer: Officer, code: str, task: str | None) -> Dossier | Refusal:
    """The dossier, if the officer may write beside it; locked, so that its leaves keep their order."""
    dossier = dossier_in_sight(tx, officer, code, lock=True, part=None)
    if isinstance(dossier, Refusal):
        return dossier
    if refusal := refuses_note(officer) or refuses_erased(dossier):
        return refusal
    row = dossiers.find_task(tx, task) if task is not None else None
    if task is not None and (row is None or row["dossier"] != code):
        return not_found("task", task, f"see those of the dossier: hoso dossier tasks {code}")
    return dossier


def _unknown(code: str, id: int) -> Refusal:
    return not_found("attachment", f"{id} of dossier {code}", f"list them: hoso attachment list {code}")


def _page(items: list[dict[str, Any]], limit: int) -> Answer:
    return Answer(body={"items": items, "next": str(items[-1]["id"]) if len(items) == limit else None})
