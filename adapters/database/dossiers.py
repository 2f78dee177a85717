"""Dossiers, their open tasks, documents and what they listen for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Select, and_, bindparam, delete, exists, func, insert, select, union_all, update

from adapters.database import leads, parts, queues, scope, search
from adapters.database.parts import Part
from adapters.database.queues import task_rank
from adapters.database.store import Transaction, insert_new, lock_rows
from adapters.database.tables import document, dossier, dossier_unit, incident, procedure, subscription, task
from engine.bpmn.parts import Stored, places, split
from engine.bpmn.state import State
from engine.document import Document
from engine.dossier import Dossier, Status
from engine.officer import AUDITOR, Officer
from engine.outcome import Awaited, Outcome
from engine.task import Task
from engine.words import words

Row = Mapping[Any, Any]


# Made once, as each act asks them: to make a statement takes as long as to execute it.
_DOSSIER = select(dossier).where(dossier.c.code == bindparam("asked"))
_DOSSIER_LOCKED = _DOSSIER.with_for_update()
_OPEN = (task.c.dossier == bindparam("asked"), task.c.state == "open")
_TASKS_OF_HEAD = select(task).where(*_OPEN, task.c.part.is_(None))
_TASKS_OF_PART = select(task).where(*_OPEN, task.c.part == bindparam("home"))
_TASK = select(task).where(task.c.id == bindparam("asked"))
_EVERY_DOCUMENT = (
    select(document).where(document.c.dossier == bindparam("asked")).order_by(document.c.name, document.c.revision)
)
_DOCUMENTS = _EVERY_DOCUMENT.where(document.c.current)


def load(tx: Transaction, code: str, *, lock: bool = False, part: Part = "every") -> Dossier | None:
    """The dossier with its open tasks and current documents; `lock` for a change.

    An act on one task or job names the `part` of the state in which that lives (None: in none), and gets state and
    tasks of that part and of the head alone. The kernel gets the other parts when it asks, but only within `tx`.
    """
    row = tx.execute(_DOSSIER_LOCKED if lock and lock_rows(tx) else _DOSSIER, {"asked": code}).mappings().first()
    if row is None:
        return None
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
        erased=row["erased"],
        suspended=row["suspended"],
        state=parts.load(tx, code, State.from_json(row["state"]), part),
        performers={element: tuple(officers) for element, officers in row["performers"].items()},
        called=row["called"],
        revision=row["revision"],
        tasks={found.number: found for found in _tasks(tx, code, part)},
        documents={found.name: found for found in documents(tx, code)},
    )


def _tasks(tx: Transaction, code: str, part: Part) -> list[Task]:
    if part == "every":
        return open_tasks(tx, code)
    # Asked one by one: with OR, SQLite would look at every open task of the dossier.
    rows = list(tx.execute(_TASKS_OF_HEAD, {"asked": code}).mappings())
    if part is not None:
        rows += tx.execute(_TASKS_OF_PART, {"asked": code, "home": part}).mappings()
    return [task_of(row) for row in rows]


def add(tx: Transaction, new: Dossier) -> None:
    """Insert a new dossier; its tasks and documents come with `save`."""
    tx.execute(
        insert(dossier).values(
            code=new.code,
            title=new.title,
            process_key=new.process_key,
            procedure=new.procedure,
            unit=new.unit,
            applicant=dict(new.applicant),
            submitter=new.submitter,
            channel=new.channel,
            started=new.started,
            due=new.due,
            **_changing(new, split(new.state)),
        )
    )
    take_part(tx, new.code, new.unit)
    search.describe(tx, new)


def take_part(tx: Transaction, code: str, unit: str) -> None:
    """From now on the unit takes part in the dossier: its officers see it, and find it."""
    if insert_new(tx, dossier_unit, {"unit": unit, "dossier": code}):
        search.share(tx, code, unit)


def all_take_part(tx: Transaction, of: str, role: str | None, kind: str | None, unit: str) -> bool:
    """The unit takes part in all dossiers with such an open task of the unit `of`; False where some are in use."""
    sees = exists(select(1).where(dossier_unit.c.dossier == dossier.c.code, dossier_unit.c.unit == unit))
    has = and_(task.c.dossier == dossier.c.code, task.c.state == "open", task.c.unit == of)
    one = exists(select(1).where(has, task.c.role == role, task.c.kind == kind))
    missing = select(dossier.c.code).where(one, ~sees).order_by(dossier.c.code)
    codes = set(tx.execute(missing).scalars())
    free = codes
    if codes and lock_rows(tx):
        unlocked = missing.with_for_update(read=True, key_share=True, skip_locked=True)
        free = set(tx.execute(unlocked).scalars())
    for code in sorted(free):
        take_part(tx, code, unit)
    return free == codes


def save(tx: Transaction, before: Dossier | None, outcome: Outcome, now: datetime) -> None:
    """Save what changed: the row, the tasks that opened, closed or changed hands, the documents."""
    after = outcome.dossier
    if after is None or after is before:
        return
    stored = split(after.state)
    if before is not None:
        tx.execute(update(dossier).where(dossier.c.code == after.code).values(**_changing(after, stored)))
    parts.save(tx, after.code, stored)
    _save_tasks(tx, before, after, outcome)
    for made in outcome.documents:
        add_document(tx, after.code, made, now)


def _save_tasks(tx: Transaction, before: Dossier | None, after: Dossier, outcome: Outcome) -> None:
    if outcome.closed:
        this = task.c.id == bindparam("closed")
        closed = [{"closed": f"{after.code}.{number}", "state": state} for number, state in outcome.closed.items()]
        tx.execute(update(task).where(this), closed)
        queues.forget(tx, [row["closed"] for row in closed])
    if outcome.opened:
        part_of = places(after.state)
        rows = [{**_task_row(after, opened), "part": part_of.get(opened.number)} for opened in outcome.opened]
        tx.execute(insert(task), rows)
        queues.name(tx, outcome.opened)
        for unit in sorted({opened.unit for opened in outcome.opened} - {after.unit}):
            take_part(tx, after.code, unit)
        search.learn(tx, after.code, words(*sorted({opened.name for opened in outcome.opened})))
    for number, held in after.tasks.items():
        known = before.tasks.get(number) if before else None
        if before is not None and known is not None and (changed := _changes(before, known, after, held)):
            tx.execute(update(task).where(task.c.id == held.id).values(**changed))
            if "candidates" in changed:
                queues.forget(tx, [held.id])
                queues.name(tx, [held])


def open_tasks(
    tx: Transaction, code: str, *, after: int = 0, limit: int | None = None, seen: ColumnElement[bool] | None = None
) -> list[Task]:
    """All open tasks of a dossier, or a page of them, by number; `seen`: those alone (`scope.task_seen`)."""
    query = select(task).where(task.c.dossier == code, task.c.state == "open", task.c.number > after)
    query = query if seen is None else query.where(seen)
    return [task_of(row) for row in tx.execute(query.order_by(task.c.number).limit(limit)).mappings()]


def count_tasks(tx: Transaction, code: str, seen: ColumnElement[bool] | None = None) -> int:
    """How many tasks of a dossier are open; `seen`: of those alone."""
    query = select(func.count()).select_from(task).where(task.c.dossier == code, task.c.state == "open")
    query = query if seen is None else query.where(seen)
    return tx.execute(query).scalar_one()


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
    rows = tx.execute(_EVERY_DOCUMENT if every else _DOCUMENTS, {"asked": code}).mappings()
    return [_document(row) for row in rows]


def seen_with(tx: Transaction, officer: Officer, sha256: str) -> bool:
    """Whether a dossier within the officer's sight holds a document of these bytes."""
    query = select(document.c.dossier).where(document.c.sha256 == sha256, scope.seen(officer, document.c.dossier))
    return tx.execute(query.limit(1)).first() is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which dossiers to list: of that process, of that version of it, those that run still, with all of these words.

    All of them by default.
    """

    process: str | None = None
    version: int | None = None
    running: bool = False
    words: tuple[str, ...] = ()


ALL = Wanted()


def listed(
    tx: Transaction,
    officer: Officer,
    *,
    after: str,
    limit: int,
    wanted: Wanted = ALL,
) -> list[Row]:
    """A page of the dossiers within the officer's sight, by code; each with its number of `incidents`.

    Words are searched by `found`.
    """
    query = _shown()
    if AUDITOR in officer.roles:
        query = query.where(dossier.c.code > after, *_wanted(wanted))
    else:
        query = query.where(dossier.c.code.in_(_first_codes(tx, officer, after, limit, wanted)))
    return [dict(row) for row in tx.execute(query.order_by(dossier.c.code).limit(limit)).mappings()]


def found(
    tx: Transaction, officer: Officer, *, behind: str, limit: int, wanted: Wanted
) -> tuple[list[Row], str | None]:
    """A page of those that have the words, the newest first, and behind which code to go on.

    It may be short, or empty, and yet go on: one page looks at so many dossiers and no more.
    """
    units = None if AUDITOR in officer.roles else scope.units(officer)
    page = leads.find(tx, wanted.words, units, behind=behind, limit=limit, tests=_wanted(wanted))
    query = _shown().where(dossier.c.code.in_(page.codes)).order_by(dossier.c.code.desc())
    return [dict(row) for row in tx.execute(query).mappings()], page.behind


def _shown() -> Select[Row]:
    incidents = select(func.count()).where(incident.c.dossier == dossier.c.code).scalar_subquery()
    shown = [column for column in dossier.c if column.name not in ("state", "performers")]
    return select(*shown, incidents.label("incidents"))


def _first_codes(tx: Transaction, officer: Officer, after: str, limit: int, wanted: Wanted) -> list[str]:
    """The first codes behind `after`: each unit's own are read in order, as far as the page goes."""
    found = set[str]()
    units = scope.units(officer)
    for start in range(0, len(units), leads.PARTS):
        ahead = [_codes_of(unit, after, limit, wanted).subquery() for unit in units[start : start + leads.PARTS]]
        found |= set(tx.execute(union_all(*(select(each.c.dossier) for each in ahead))).scalars())
    return sorted(found)[:limit]


def _codes_of(unit: str, after: str, limit: int, wanted: Wanted) -> Select[tuple[str]]:
    query = select(dossier_unit.c.dossier).where(dossier_unit.c.unit == unit, dossier_unit.c.dossier > after)
    if tests := _wanted(wanted):
        query = query.join(dossier, dossier.c.code == dossier_unit.c.dossier).where(*tests)
    return query.order_by(dossier_unit.c.dossier).limit(limit)


def _wanted(wanted: Wanted) -> list[ColumnElement[bool]]:
    tests: list[ColumnElement[bool]] = [dossier.c.finished.is_(None)] if wanted.running else []
    tests += [dossier.c.process_key == wanted.process] if wanted.process is not None else []
    return tests + ([dossier.c.process_version == wanted.version] if wanted.version is not None else [])


def listed_tasks(tx: Transaction, ids: Sequence[str]) -> list[tuple[Task, Row]]:
    """The tasks of these ids, in their order.

    Each comes with what its dossier says of it: `dossier_title`, `dossier_due`, `procedure_code`.
    """
    told = (dossier.c.title.label("dossier_title"), dossier.c.due.label("dossier_due"))
    query = select(task, *told, procedure.c.code.label("procedure_code")).where(task.c.id.in_(ids))
    query = query.join(dossier, dossier.c.code == task.c.dossier)
    query = query.outerjoin(procedure, procedure.c.sha256 == dossier.c.procedure)
    rows = {row["id"]: dict(row) for row in tx.execute(query).mappings()}
    return [(task_of(rows[id]), rows[id]) for id in ids]


def find_task(tx: Transaction, id: str) -> Row | None:
    """The row of a task, open or not."""
    row = tx.execute(_TASK, {"asked": id}).mappings().first()
    return dict(row) if row else None


def subscribe(tx: Transaction, code: str, awaited: Awaited, now: datetime) -> None:
    """Remember that the dossier listens for a message or a signal."""
    values = {"number": awaited.number, "kind": awaited.kind, "name": awaited.name, "key": awaited.key}
    tx.execute(insert(subscription).values(dossier=code, **values, element=awaited.element, opened=now))


def rename_subscriptions(tx: Transaction, code: str, listened_for: Iterable[Awaited]) -> None:
    """The dossier goes on under another model: what it listens for stands at elements of that."""
    if named := [{"listening": item.number, "at": item.element} for item in listened_for]:
        this = (subscription.c.dossier == code, subscription.c.number == bindparam("listening"))
        tx.execute(update(subscription).where(*this).values(element=bindparam("at")), named)


def unsubscribe(tx: Transaction, code: str, number: int) -> None:
    """Forget it."""
    tx.execute(delete(subscription).where(subscription.c.dossier == code, subscription.c.number == number))


def listens(tx: Transaction, code: str, number: int) -> bool:
    """Whether the dossier still listens for that."""
    query = select(subscription.c.number).where(subscription.c.dossier == code, subscription.c.number == number)
    return tx.execute(query).first() is not None


def unit_of(tx: Transaction, code: str) -> str:
    """The unit of a dossier, which must exist."""
    return str(tx.execute(select(dossier.c.unit).where(dossier.c.code == code)).scalar_one())


def listening(tx: Transaction, signal: str) -> list[str]:
    """The dossiers that listen for a signal of that name, by code: all of them, also those that are suspended."""
    query = select(subscription.c.dossier).where(subscription.c.name == signal, subscription.c.kind == "signal")
    return list(tx.execute(query.distinct().order_by(subscription.c.dossier)).scalars())


def count(tx: Transaction) -> int:
    """How many dossiers there are."""
    return tx.execute(select(func.count()).select_from(dossier)).scalar_one()


def _changing(of: Dossier, stored: Stored) -> dict[str, object]:
    return {
        "status": int(of.status),
        "finished": of.finished,
        "suspended": of.suspended,
        "process_version": of.process_version,
        "bundle_hash": of.bundle_hash,
        "state": orjson.loads(stored.head),
        "performers": {element: list(officers) for element, officers in of.performers.items()},
        "called": dict(of.called),
        "revision": of.revision,
    }


def _changes(before: Dossier, known: Task, after: Dossier, held: Task) -> dict[str, object]:
    """The columns of an open task that changed; its place in the queue, for which its dossier's term counts, is one."""
    if known == held and before.due == after.due:
        return {}
    then = _task_row(before, known)
    return {name: value for name, value in _task_row(after, held).items() if then[name] != value}


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
        "unit": opened.unit,
        "opened": opened.opened,
        "due": opened.due,
        "place": opened.place,
        "signature": opened.signature,
        "form": opened.form,
        "follow_up": opened.follow_up,
        "priority": opened.priority,
        "note": opened.note or None,
        "owner": opened.owner,
        "returned": opened.returned,
        "kind": opened.kind,
        "met": sorted(opened.met),
        "due_by": opened.due or of.due,
        "rank": task_rank(opened, of.due),
        "state": "open",
    }


def task_of(row: Row) -> Task:
    """The task of a row."""
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
        unit=row["unit"],
        signature=row["signature"],
        form=row["form"],
        follow_up=row["follow_up"],
        priority=row["priority"],
        note=row["note"] or "",
        owner=row["owner"],
        returned=row["returned"],
        kind=row["kind"],
        met=frozenset(row["met"]),
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
