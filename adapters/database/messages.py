"""Messages that wait, what of dossiers waits for messages, and what starts processes."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, or_, select, tuple_, update

from adapters.database import scope
from adapters.database.store import Transaction, lock_rows
from adapters.database.tables import dossier, job, message, start_subscription, subscription
from engine.officer import Officer

Row = Mapping[Any, Any]
Group = tuple[str, int, str]
"""Process key, version and element: what awaits at the same place of the same drawing."""


def receiver(
    tx: Transaction, name: str, key: str | None, units: Collection[str] | None, *, without: Collection[Group] = ()
) -> Row | None:
    """The oldest subscription that a message of that name and key fits, of a dossier of these `units` (None: of any).

    One without key takes any message, a message without key fits no other. `without` leaves out groups. Gives
    `dossier`, `number`, `process_key`, `process_version`, `called` (as `dossier.called`) and `element`. A suspended
    dossier takes none.
    """
    element = func.coalesce(subscription.c.element, "").label("element")
    group = (dossier.c.process_key, dossier.c.process_version, element)
    query = select(subscription.c.dossier, subscription.c.number, dossier.c.called, *group)
    query = query.join(dossier, dossier.c.code == subscription.c.dossier)
    fits = _fits(subscription.c.key, key)
    query = query.where(subscription.c.kind == "message", subscription.c.name == name, fits)
    query = query.where(dossier.c.suspended.is_(None))
    if units is not None:
        query = query.where(dossier.c.unit.in_(sorted(units)))
    if without:
        query = query.where(tuple_(*group).not_in(sorted(without)))
    query = query.order_by(subscription.c.opened, subscription.c.dossier, subscription.c.number).limit(1)
    row = tx.execute(query).mappings().first()
    return dict(row) if row else None


def _fits(column: ColumnElement[Any], key: str | None) -> ColumnElement[bool]:
    return column.is_(None) if key is None else or_(column.is_(None), column == key)


def keep(tx: Transaction, values: Row) -> int:
    """Keep a message until somebody waits for it or it expires; gives its id."""
    return int(tx.execute(insert(message).values(**values).returning(message.c.id)).scalar_one())


def tell_leaf(tx: Transaction, id: int, leaf: int) -> None:
    """Keep which leaf tells that it waits."""
    tx.execute(update(message).where(message.c.id == id).values(leaf=leaf))


def find(tx: Transaction, id: int) -> Row | None:
    """The message of that id, while it waits."""
    row = tx.execute(select(message).where(message.c.id == id)).mappings().first()
    return dict(row) if row else None


def kept(tx: Transaction, name: str, unit: str) -> int:
    """How many messages of that name from that unit wait."""
    query = select(func.count()).select_from(message).where(message.c.name == name, message.c.unit == unit)
    return int(tx.execute(query).scalar_one())


def waiting(tx: Transaction, name: str, key: str | None, now: datetime, *, after: int = 0, limit: int) -> list[Row]:
    """A page of the messages that a subscription of that name and key takes, the oldest first."""
    query = select(message).where(message.c.name == name, message.c.expires > now, message.c.id > after)
    if key is not None:
        query = query.where(message.c.key == key)
    return [dict(row) for row in tx.execute(query.order_by(message.c.id).limit(limit)).mappings()]


def take(tx: Transaction, id: int) -> bool:
    """End the wait of a message; False when another did, which is waited for."""
    return tx.execute(delete(message).where(message.c.id == id)).rowcount == 1


def listed(tx: Transaction, officer: Officer, *, after: int, limit: int) -> list[Row]:
    """A page of the messages that wait, from units within the officer's sight, the oldest first."""
    query = select(message).where(message.c.id > after)
    query = query.where(scope.of_seen_unit(officer, message.c.unit))
    return [dict(row) for row in tx.execute(query.order_by(message.c.id).limit(limit)).mappings()]


# What starts processes


def starts(tx: Transaction, kind: str, name: str) -> list[Row]:
    """The processes whose newest version starts by a `message` or `signal` of that name, by key, each once."""
    query = select(start_subscription).where(start_subscription.c.kind == kind, start_subscription.c.name == name)
    return [dict(row) for row in tx.execute(query.order_by(start_subscription.c.process)).mappings()]


def lock_starts(tx: Transaction, process: str) -> bool:
    """Wait for others who start this process by a message, until they commit; whether there could be others."""
    if not lock_rows(tx):
        return False
    query = select(start_subscription.c.name).where(start_subscription.c.process == process)
    order = (start_subscription.c.element, start_subscription.c.kind, start_subscription.c.name)
    tx.execute(query.order_by(*order).with_for_update())
    return True


def replace_starts(tx: Transaction, process: str, version: int, awaited: Iterable[tuple[str, str, str]]) -> None:
    """From now on the process starts by these (element, kind, name), in that version, and by nothing else."""
    tx.execute(delete(start_subscription).where(start_subscription.c.process == process))
    for element, kind, name in awaited:
        row = {"process": process, "element": element, "kind": kind, "name": name, "version": version}
        tx.execute(insert(start_subscription).values(**row))


def lock_timers(tx: Transaction, process: str) -> None:
    """Lock the process's own jobs, before anything else is locked, as those who do them lock first."""
    if lock_rows(tx):
        query = select(job.c.id).where(job.c.process == process, job.c.state == "open")
        tx.execute(query.order_by(job.c.id).with_for_update())


def cancel_timers(tx: Transaction, process: str) -> None:
    """A newer version is there: what the older one would still start is not wanted."""
    ours = (job.c.process == process, job.c.state == "open", job.c.dossier.is_(None))
    tx.execute(update(job).where(*ours).values(state="cancelled"))


def rearm(tx: Transaction, leased: Row, due: datetime, payload: Row) -> None:
    """The job comes again at `due`; who still holds it records nothing more."""
    again = {"lease_until": None, "lease_epoch": leased["lease_epoch"] + 1, "attempts": 0, "error": None}
    tx.execute(update(job).where(job.c.id == leased["id"]).values(due=due, payload=dict(payload), **again))
