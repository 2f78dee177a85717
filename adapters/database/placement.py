"""Where open tasks stand, as it is stored: the queue of each task, and until when these are right."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Text, func, null, select, type_coerce, update

from adapters.database import organisation
from adapters.database.store import Transaction, insert_new, lock_rows
from adapters.database.tables import dossier, placement, procedure, task
from engine.people.cover import Live, Personal, Queue, Shared

_ONLY = 1  # the one row
_MOVING = -2  # in place of a revision
_CLASS = ("unit", "role", "holder", "candidates", "excluded", "kind", "met", "queue", "instead_of")
_LISTS = ("candidates", "excluded", "met")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A queue by its name, and for whom a substitute has the task."""

    queue: str
    instead_of: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Class:
    """Open tasks that the rules cannot tell apart, where they stand, and how many they are."""

    live: Live
    stands: Standing
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """An open task, and where it stands."""

    id: str
    rank: str
    live: Live
    stands: Standing


def named(queue: Queue) -> Standing:
    """`@lan`: her own queue; `unit#role`: of all who have the role there, or are named; `!unit`: nobody's."""
    match queue:
        case Personal(officer=officer, instead_of=instead_of):
            return Standing(queue=f"@{officer}", instead_of=instead_of)
        case Shared(unit=unit, role=role):
            return Standing(queue=f"{unit}#{role or ''}")
    return Standing(queue=f"!{queue.unit}")


def stale(tx: Transaction, now: datetime) -> bool:
    """Whether the organisation or the time may have moved tasks since they were placed."""
    row = tx.execute(select(placement.c.revision, placement.c.until).where(placement.c.id == _ONLY)).first()
    if row is None or row.revision != organisation.revision(tx):
        return True
    return row.until is not None and row.until <= now


def lock(tx: Transaction) -> None:
    """One settles at a time; a second one waits, and finds it done."""
    insert_new(tx, placement, {"id": _ONLY, "revision": -1})
    if lock_rows(tx):
        tx.execute(select(placement.c.id).where(placement.c.id == _ONLY).with_for_update())


def settled(tx: Transaction, revision: int, until: datetime | None) -> None:
    """All stand right as the organisation was at that revision, until that time or its next change."""
    tx.execute(update(placement).where(placement.c.id == _ONLY).values(revision=revision, until=until))


def begin_moving(tx: Transaction, until: datetime) -> None:
    """Many tasks are on their way, in several transactions; unless the next one of them comes until then, no more."""
    tx.execute(update(placement).where(placement.c.id == _ONLY).values(revision=_MOVING, until=until))


def moving(tx: Transaction, now: datetime) -> bool:
    """Whether many tasks are on their way."""
    row = tx.execute(select(placement.c.revision, placement.c.until).where(placement.c.id == _ONLY)).first()
    return row is not None and row.revision == _MOVING and row.until > now


def put(tx: Transaction, ids: Sequence[str], stands: Standing) -> None:
    """These tasks stand there now."""
    tx.execute(update(task).where(task.c.id.in_(ids)).values(queue=stands.queue, instead_of=stands.instead_of))


def batch(tx: Transaction, queue: str, after: str, size: int, *, by_procedure: bool) -> list[Placed]:
    """The next open tasks of a queue, by rank. Those on which an act is under way are passed over, as by `move`."""
    code = procedure.c.code if by_procedure else type_coerce(null(), Text).label("code")
    query = select(task.c.id, task.c.rank, *(task.c[name] for name in _CLASS), code)
    query = query.where(task.c.state == "open", task.c.queue == queue, task.c.rank > after)
    if by_procedure:
        query = query.join(dossier, dossier.c.code == task.c.dossier)
        query = query.outerjoin(procedure, procedure.c.sha256 == dossier.c.procedure)
    if lock_rows(tx):
        query = query.with_for_update(of=task, skip_locked=True)
    return [_placed(row) for row in tx.execute(query.order_by(task.c.rank).limit(size))]


def classes(tx: Transaction, *, by_procedure: bool) -> list[Class]:
    """The open tasks by what decides where they stand; by procedure where mandates ask for it."""
    columns = [task.c[name] for name in _CLASS]
    code = procedure.c.code if by_procedure else type_coerce(null(), Text).label("code")
    query = select(*columns, code, func.count().label("size")).where(task.c.state == "open").group_by(*columns)
    if by_procedure:
        query = query.join(dossier, dossier.c.code == task.c.dossier)
        query = query.outerjoin(procedure, procedure.c.sha256 == dossier.c.procedure).group_by(procedure.c.code)
    return [_class(row) for row in tx.execute(query)]


def move(tx: Transaction, of: Class, to: Standing, *, by_procedure: bool) -> int:
    """Let the tasks of the class stand there; gives how many moved.

    Those on which an act is under way are passed over, never waited for: its officer's transaction places them.
    """
    live = of.live
    told = {
        "unit": live.unit, "role": live.role, "holder": live.holder, "kind": live.kind, "queue": of.stands.queue,
        "instead_of": of.stands.instead_of, **{name: sorted(getattr(live, name)) for name in _LISTS},
    }  # fmt: skip
    same = select(task.c.id).where(task.c.state == "open", *(task.c[name] == value for name, value in told.items()))
    if by_procedure:
        same = same.join(dossier, dossier.c.code == task.c.dossier)
        same = same.outerjoin(procedure, procedure.c.sha256 == dossier.c.procedure)
        same = same.where(procedure.c.code == live.procedure)
    if lock_rows(tx):
        same = same.with_for_update(of=task, skip_locked=True)
    moved = update(task).where(task.c.id.in_(same)).values(queue=to.queue, instead_of=to.instead_of)
    return int(tx.execute(moved).rowcount)


def _class(row: Any) -> Class:
    return Class(live=_live(row), stands=_stands(row), size=row.size)


def _placed(row: Any) -> Placed:
    return Placed(id=row.id, rank=row.rank, live=_live(row), stands=_stands(row))


def _stands(row: Any) -> Standing:
    return Standing(queue=row.queue, instead_of=row.instead_of)


def _live(row: Any) -> Live:
    return Live(
        unit=row.unit,
        role=row.role,
        candidates=frozenset(row.candidates),
        excluded=frozenset(row.excluded),
        holder=row.holder,
        procedure=row.code,
        kind=row.kind,
        met=frozenset(row.met),
    )
