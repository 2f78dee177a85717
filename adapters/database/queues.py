"""Queues: in which order tasks stand, and which an officer has.

A page costs the same however many tasks there are: each of the queues that make it up (the officer's own, that of each
role in each unit, what names the officer) is read in order, from an index, as far as the page goes.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from sqlalchemy import (
    Column,
    ColumnElement,
    Select,
    Text,
    and_,
    bindparam,
    delete,
    insert,
    or_,
    select,
    type_coerce,
    union_all,
)

from adapters.database.store import Transaction
from adapters.database.tables import task, task_candidate
from engine.bpmn.schedule import LAST_PRIORITY
from engine.officer import Officer
from engine.task import Task

_NEVER = "9" * 14
_PARTS = 400  # queues in one question; SQLite takes 500


def task_rank(of: Task, dossier_due: datetime | None) -> str:
    """A task's place in its queue as one text, which orders: by priority, then due time (none comes last), then id.

    What has no due time of its own is due when its dossier is.
    """
    due = of.due or dossier_due
    digits = due.astimezone(UTC).strftime("%Y%m%d%H%M%S") if due else _NEVER
    return f"{LAST_PRIORITY - of.priority:03d}{digits:0>14}.{of.id}"


def name(tx: Transaction, opened: Iterable[Task]) -> None:
    """Put tasks that opened before the officers whom they name.

    A name from the data may hold what no officer's id holds, and what PostgreSQL does not store (NUL).
    """
    rows = [
        {"task": each.id, "officer": officer}
        for each in opened
        for officer in sorted(each.candidates)
        if officer.isprintable()
    ]
    if rows:
        tx.execute(insert(task_candidate), rows)


def forget(tx: Transaction, ids: Sequence[str]) -> None:
    """Take tasks that are over from them."""
    if ids:
        over = delete(task_candidate).where(task_candidate.c.task == bindparam("over"))
        tx.execute(over, [{"over": id} for id in ids])


def first_tasks(
    tx: Transaction, officer: Officer, *, which: str, after: str, limit: int, at: datetime | None
) -> list[str]:
    """The ids of the officer's first tasks behind the rank `after`, in their order; see `dossiers.queue`."""
    questions = list(questions_for(officer, which=which, after=after, limit=limit, at=at))
    found: dict[str, str] = {}
    for start in range(0, len(questions), _PARTS):
        ahead = [question.subquery() for question in questions[start : start + _PARTS]]
        together = union_all(*(select(each.c.rank, each.c.id) for each in ahead))
        found |= {row.rank: row.id for row in tx.execute(together)}
    return [found[rank] for rank in sorted(found)[:limit]]


def questions_for(
    officer: Officer, *, which: str, after: str, limit: int, at: datetime | None
) -> Iterator[Select[tuple[str, str]]]:
    """Rank and id of the first tasks behind `after`, in order, of each queue that the officer has."""
    # The holder is one in each queue; named first, since PostgreSQL reads the index in order only where all of it is.
    order = (task.c.holder, task.c.rank)
    for queue in _queues(officer, which, at):
        yield queue.where(task.c.rank > after).order_by(*order).limit(limit)


def _queues(officer: Officer, which: str, at: datetime | None) -> Iterator[Select[tuple[str, str]]]:
    tasks = select(task.c.rank, task.c.id).where(task.c.state == "open")
    if which != "unclaimed":
        yield tasks.where(task.c.holder == officer.id)
    if which == "mine":
        return
    free = tasks.where(_free(officer, at))
    for unit in sorted(officer.units):
        for role in sorted(officer.roles):
            yield free.where(task.c.unit == unit, task.c.role == role)
    named = free.join(task_candidate, task_candidate.c.task == task.c.id)
    yield named.where(task_candidate.c.officer == officer.id, task.c.unit.in_(sorted(officer.units)))


def _free(officer: Officer, at: datetime | None) -> ColumnElement[bool]:
    free = and_(task.c.holder.is_(None), ~_names(task.c.excluded, officer))
    return free if at is None else and_(free, or_(task.c.follow_up.is_(None), task.c.follow_up <= at))


def _names(column: Column[object], officer: Officer) -> ColumnElement[bool]:
    """Whether the JSON list of officer ids holds this one; ids have no characters that JSON would escape."""
    return type_coerce(column, Text).contains(f'"{officer.id}"', autoescape=True)
