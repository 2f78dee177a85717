"""Queues: in which order tasks stand, and which an officer has.

A page costs the same however many tasks there are: each of the queues that make it up (the officer's own, that of each
role in each unit, what names the officer) is read in order, from an index, as far as the page goes.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import (
    ColumnElement,
    FromClause,
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

from adapters.database import leads, scope, search
from adapters.database.store import Transaction
from adapters.database.tables import task, task_candidate
from engine.bpmn.schedule import LAST_PRIORITY
from engine.officer import Officer
from engine.task import Task

View = Literal["mine", "unit", "all", "soon", "overdue", "returned"]
Row = Any
COUNTED = 50  # more than so many are told as more
LOOKS = (200, 1_800)  # tasks that one page of a search for common words looks at: first so many, then as many more
Tasks = FromClause  # the table of tasks, or some of its rows
_NEVER = "9" * 14
_DIGITS = "%Y%m%d%H%M%S%f"


@dataclass(frozen=True, slots=True, kw_only=True)
class ByMandate:
    """What an officer may do for another one: tasks of that role in that unit, of these kinds (None: all)."""

    unit: str
    role: str
    kinds: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Whose queues they are: the officer, the units whose unattended tasks are shown to them, their mandates."""

    officer: Officer
    over: frozenset[str] = frozenset()
    mandates: tuple[ByMandate, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What is looked at: a view from a cursor on, of what can be done at `at` (None: whenever), with these words.

    What is due from `now` to `soon` is due soon.
    """

    view: View
    now: datetime
    soon: datetime
    after: str = ""
    limit: int = 50
    at: datetime | None = None
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Ids of tasks in their order, and the cursor behind which to go on; None when there are no more."""

    ids: tuple[str, ...]
    following: str | None


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


def page(tx: Transaction, desk: Desk, look: Look) -> Page:
    """The first tasks of the view behind the cursor, in their order.

    Of a search for common words it may be short, or empty, and yet go on: it looks at so many tasks and no more.
    Raises ValueError for a cursor that is none.
    """
    return _page(tx, desk, look, LOOKS)


def count(tx: Transaction, desk: Desk, look: Look) -> tuple[int, bool]:
    """How many there are of the view, at most `COUNTED`; and whether there are, or may be, more."""
    found = _page(tx, desk, replace(look, after="", limit=COUNTED), LOOKS[:1])
    return len(found.ids), found.following is not None


def _page(tx: Transaction, desk: Desk, look: Look, looks: Sequence[int]) -> Page:
    if not look.words:
        return _cut(first_tasks(tx, desk, replace(look, limit=look.limit + 1)), look.limit)
    units = scope.units(desk.officer)
    if (few := leads.few(tx, look.words, units)) is not None:
        among = _open_tasks_of(few)
        return _cut(first_tasks(tx, desk, replace(look, limit=look.limit + 1), among) if few else [], look.limit)
    found: list[tuple[str, str]] = []
    for size in looks:
        ahead = first_tasks(tx, desk, replace(look, limit=size))
        passing = _passing(tx, [id for id, _ in ahead], look.words, units)
        found += [each for each in ahead if each[0] in passing]
        if len(found) > look.limit or len(ahead) < size:
            return _cut(found, look.limit)
        look = replace(look, after=ahead[-1][1])
    return Page(ids=tuple(id for id, _ in found), following=look.after)


def _cut(found: Sequence[tuple[str, str]], limit: int) -> Page:
    following = found[limit - 1][1] if len(found) > limit else None
    return Page(ids=tuple(id for id, _ in found[:limit]), following=following)


def _open_tasks_of(codes: Sequence[str]) -> Tasks:
    """The open tasks of these dossiers; `offset` keeps PostgreSQL from reading a whole queue to find them in order."""
    return select(task).where(task.c.dossier.in_(codes), task.c.state == "open").offset(0).subquery()


def _passing(tx: Transaction, ids: Sequence[str], words: Sequence[str], units: Sequence[str]) -> set[str]:
    query = select(task.c.id).where(task.c.id.in_(ids), *search.tells(task.c.dossier, words, units))
    return set(tx.execute(query).scalars()) if ids else set()


def first_tasks(tx: Transaction, desk: Desk, look: Look, among: Tasks = task) -> list[tuple[str, str]]:
    """The ids of the first tasks of the view behind the cursor, whatever their words, each with its own cursor."""
    questions = list(questions_for(desk, look, among))
    found: dict[str, str] = {}
    for start in range(0, len(questions), leads.PARTS):
        ahead = [question.subquery() for question in questions[start : start + leads.PARTS]]
        together = union_all(*(select(each) for each in ahead))
        found |= {_cursor(row): row.id for row in tx.execute(together)}
    return [(found[cursor], cursor) for cursor in sorted(found)[: look.limit]]


def questions_for(desk: Desk, look: Look, among: Tasks = task) -> Iterator[Select[Row]]:
    """Rank and id of the first tasks behind `after`, in order, of each queue that makes up the view."""
    timed = among.c[_TIMED[look.view]] if look.view in _TIMED else None
    for queue in _queues(desk, look, among):
        if timed is None:
            yield queue.where(among.c.rank > look.after).order_by(among.c.rank).limit(look.limit)
        else:
            asked = queue.add_columns(timed.label("at")).where(*_within(look, timed, among))
            yield asked.order_by(timed, among.c.rank).limit(look.limit)


_TIMED = {"soon": "due_by", "overdue": "due_by", "returned": "returned"}


def _within(look: Look, timed: ColumnElement[Any], among: Tasks) -> Iterator[ColumnElement[bool]]:
    """What belongs to a view that is ordered by a time, and comes behind the cursor."""
    if look.view == "soon":
        yield and_(timed >= look.now, timed <= look.soon)
    elif look.view == "overdue":
        yield timed < look.now
    else:
        yield timed.is_not(None)
    if look.after:
        at, rank = _read_cursor(look.after)
        yield timed >= at
        yield or_(timed > at, among.c.rank > rank)


def _cursor(row: Row) -> str:
    """What orders as the view does: the rank, behind the time where that comes first."""
    return f"{row.at.astimezone(UTC):{_DIGITS}}{row.rank}" if hasattr(row, "at") else str(row.rank)


def _read_cursor(text: str) -> tuple[datetime, str]:
    """The time and the rank of a cursor; ValueError when it is none."""
    return datetime.strptime(text[:20], _DIGITS).replace(tzinfo=UTC), text[20:]


def _queues(desk: Desk, look: Look, among: Tasks) -> Iterator[Select[Row]]:
    officer, units = desk.officer, scope.units(desk.officer)
    tasks = select(among.c.rank, among.c.id).where(among.c.state == "open")
    if look.view != "unit":
        yield tasks.where(among.c.queue == f"@{officer.id}")
    if look.view in ("mine", "returned"):
        return
    for unit in sorted(desk.over):
        yield tasks.where(among.c.queue == f"!{unit}")
    free = tasks.where(_free(officer, look.at, among))
    for unit in units:
        for role in sorted(officer.rights[unit]):
            yield free.where(among.c.queue == f"{unit}#{role}")
    for each in desk.mandates:
        kinds = [] if each.kinds is None else [among.c.kind.in_(sorted(each.kinds))]
        yield free.where(among.c.queue == f"{each.unit}#{each.role}", *kinds)
    named = free.join(task_candidate, task_candidate.c.task == among.c.id).where(among.c.queue.contains("#"))
    yield named.where(task_candidate.c.officer == officer.id, among.c.unit.in_(units))


def _free(officer: Officer, at: datetime | None, among: Tasks) -> ColumnElement[bool]:
    """Whether four eyes let the officer take it, and it need be looked at already."""
    free = ~_names(among.c.excluded, officer)
    return free if at is None else and_(free, or_(among.c.follow_up.is_(None), among.c.follow_up <= at))


def _names(column: ColumnElement[Any], officer: Officer) -> ColumnElement[bool]:
    """Whether the JSON list of officer ids holds this one; ids have no characters that JSON would escape."""
    return type_coerce(column, Text).contains(f'"{officer.id}"', autoescape=True)
