"""Dossiers, their open tasks, documents and what they listen for."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Text, delete, func, insert, or_, select, type_coerce, update

from adapters.database.store import Transaction, lock_rows
from adapters.database.tables import document, dossier, subscription, task
from engine.bpmn.state import State
from engine.document import Document
from engine.dossier import Dossier, Status
from engine.officer import AUDITOR, Officer
from engine.outcome import Awaited, Outcome
from engine.task import Task

Row = Mapping[Any, Any]


def load(tx: Transaction, code: str, *, lock: bool = False) -> Dossier | None:
    """The dossier with its open tasks and current documents; `lock` for a change."""
    query = select(dossier).where(dossier.c.code == code)
    if lock and lock_rows(tx):
        query = query.with_for_update()
    row = tx.execute(query).mappings().first()
    if row is None:
        return None
    tasks = tx.execute(select(task).where(task.c.dossier == code, task.c.state == "open")).mappings()
    return Dossier(
        code=code,
        title=row["title"],
        process_key=row["process_key"],
        process_version=row["process_version"],
        bundle_hash=row["bundle_hash"],
        procedure=row["procedure"],
        unit=row["unit"],
        applicant=row["applicant"],
        submitter=row["submitter"],
        channel=row["channel"],
        status=Status(row["status"]),
        started=row["started"],
        due=row["due"],
        finished=row["finished"],
        state=State.from_json(row["state"]),
        performers={element: tuple(officers) for element, officers in row["performers"].items()},
        revision=row["revision"],
        tasks={found["number"]: _task(found) for found in tasks},
        documents={found.name: found for found in documents(tx, code)},
    )


def add(tx: Transaction, new: Dossier) -> None:
    """Insert a new dossier; its tasks and documents come with `save`."""
    tx.execute(
        insert(dossier).values(
            code=new.code,
            title=new.title,
            process_key=new.process_key,
            process_version=new.process_version,
            bundle_hash=new.bundle_hash,
            procedure=new.procedure,
            unit=new.unit,
            applicant=dict(new.applicant),
            submitter=new.submitter,
            channel=new.channel,
            started=new.started,
            due=new.due,
            **_changing(new),
        )
    )


def save(tx: Transaction, before: Dossier | None, outcome: Outcome, now: datetime) -> None:
    """Save what changed: the row, the tasks that opened, closed or changed hands, the documents."""
    after = outcome.dossier
    if after is None or after is before:
        return
    if before is not None:
        tx.execute(update(dossier).where(dossier.c.code == after.code).values(**_changing(after)))
    for number, state in outcome.closed.items():
        tx.execute(update(task).where(task.c.id == f"{after.code}.{number}").values(state=state))
    for opened in outcome.opened:
        tx.execute(insert(task).values(**_task_row(after, opened)))
    for number, held in after.tasks.items():
        known = before.tasks.get(number) if before else None
        if known is not None and known.holder != held.holder:
            tx.execute(update(task).where(task.c.id == held.id).values(holder=held.holder))
    for made in outcome.documents:
        add_document(tx, after.code, made, now)


def add_document(tx: Transaction, code: str, made: Document, now: datetime) -> None:
    """Add a revision of a document; it becomes the current one of its name."""
    same = (document.c.dossier == code) & (document.c.name == made.name)
    tx.execute(update(document).where(same, document.c.current).values(current=False))
    tx.execute(
        insert(document).values(
            dossier=code,
            name=made.name,
            revision=made.revision,
            title=made.title,
            media_type=made.media_type,
            sha256=made.sha256,
            size=made.size,
            made=now,
            current=True,
        )
    )


def documents(tx: Transaction, code: str, *, every: bool = False) -> list[Document]:
    """The current documents of a dossier, by name; with `every`, all revisions."""
    query = select(document).where(document.c.dossier == code)
    if not every:
        query = query.where(document.c.current)
    return [_document(row) for row in tx.execute(query.order_by(document.c.name, document.c.revision)).mappings()]


def dossiers_with(tx: Transaction, sha256: str) -> list[str]:
    """The units of the dossiers that hold a document of these bytes."""
    query = select(dossier.c.unit).join(document, document.c.dossier == dossier.c.code)
    return list(tx.execute(query.where(document.c.sha256 == sha256).distinct()).scalars())


def listed(tx: Transaction, officer: Officer, *, after: str, limit: int) -> list[Row]:
    """A page of the dossiers within the officer's sight, by code."""
    query = select(dossier).where(dossier.c.code > after)
    if AUDITOR not in officer.roles:
        query = query.where(dossier.c.unit.in_(sorted(officer.units)))
    return [dict(row) for row in tx.execute(query.order_by(dossier.c.code).limit(limit)).mappings()]


def queue(tx: Transaction, officer: Officer, *, which: str, after: str, limit: int) -> list[tuple[Task, Row]]:
    """A page of the officer's open tasks: `mine`, `unclaimed` (open to the officer's roles), or both (`all`).

    Each comes with what its dossier says of it: `dossier_title` and `dossier_due`.
    """
    mine = task.c.holder == officer.id
    within = task.c.unit.in_(sorted(officer.units))
    role = task.c.role.in_(sorted(officer.roles)) | _names(task.c.candidates, officer)
    free = task.c.holder.is_(None) & within & role & ~_names(task.c.excluded, officer)
    wanted = {"mine": mine, "unclaimed": free, "all": or_(mine, free)}[which]
    told = (dossier.c.title.label("dossier_title"), dossier.c.due.label("dossier_due"))
    query = select(task, *told).join(dossier, dossier.c.code == task.c.dossier)
    query = query.where(task.c.state == "open", task.c.id > after, wanted).order_by(task.c.id).limit(limit)
    return [(_task(row), dict(row)) for row in tx.execute(query).mappings()]


def find_task(tx: Transaction, id: str) -> Row | None:
    """The row of a task, open or not."""
    row = tx.execute(select(task).where(task.c.id == id)).mappings().first()
    return dict(row) if row else None


def subscribe(tx: Transaction, code: str, awaited: Awaited) -> None:
    """Remember that the dossier listens for a message or a signal."""
    values = {"number": awaited.number, "kind": awaited.kind, "name": awaited.name, "key": awaited.key}
    tx.execute(insert(subscription).values(dossier=code, **values))


def unsubscribe(tx: Transaction, code: str, number: int) -> None:
    """Forget it."""
    tx.execute(delete(subscription).where(subscription.c.dossier == code, subscription.c.number == number))


def listening(tx: Transaction, kind: str, name: str) -> list[str]:
    """The dossiers that listen for a `message` or `signal` of that name, by code."""
    query = select(subscription.c.dossier).where(subscription.c.name == name, subscription.c.kind == kind).distinct()
    return list(tx.execute(query.order_by(subscription.c.dossier)).scalars())


def count(tx: Transaction) -> int:
    """How many dossiers there are."""
    return tx.execute(select(func.count()).select_from(dossier)).scalar_one()


def _names(column: Column[object], officer: Officer) -> ColumnElement[bool]:
    """Whether the JSON list of officer ids holds this one; ids have no characters that JSON would escape."""
    return type_coerce(column, Text).contains(f'"{officer.id}"', autoescape=True)


def _changing(of: Dossier) -> dict[str, object]:
    return {
        "status": int(of.status),
        "finished": of.finished,
        "state": of.state.to_json(),
        "performers": {element: list(officers) for element, officers in of.performers.items()},
        "revision": of.revision,
    }


def _task_row(of: Dossier, opened: Task) -> dict[str, object]:
    return {
        "id": opened.id,
        "dossier": of.code,
        "number": opened.number,
        "element": opened.element,
        "name": opened.name,
        "role": opened.role,
        "candidates": sorted(opened.candidates),
        "excluded": sorted(opened.excluded),
        "holder": opened.holder,
        "unit": of.unit,
        "opened": opened.opened,
        "due": opened.due,
        "place": opened.place,
        "signature": opened.signature,
        "form": opened.form,
        "state": "open",
    }


def _task(row: Row) -> Task:
    return Task(
        id=row["id"],
        number=row["number"],
        element=row["element"],
        name=row["name"],
        role=row["role"],
        candidates=frozenset(row["candidates"]),
        excluded=frozenset(row["excluded"]),
        holder=row["holder"],
        opened=row["opened"],
        due=row["due"],
        place=row["place"],
        signature=row["signature"],
        form=row["form"],
    )


def _document(row: Row) -> Document:
    return Document(
        name=row["name"],
        media_type=row["media_type"],
        sha256=row["sha256"],
        size=row["size"],
        revision=row["revision"],
        title=row["title"],
    )
