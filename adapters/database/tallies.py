"""Tallies: how often the same was refused to an officer, or asked by an auditor, since the leaf that told it.

Locks: the log's head comes before a tally. Who counts holds a tally and asks for no lock after it; who begins one or
takes some away has the head.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, literal, select, update

from adapters.database.store import Transaction
from adapters.database.tables import tally

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """What is told together: an actor, an act, a subject."""

    officer: str
    act: str
    subject: str


def again(tx: Transaction, group: Group, what: str, now: datetime) -> bool:
    """Count one more, and lock the tally; False, and nothing locked, where the trail has not told it this hour."""
    found = (*_of(group), tally.c.what == what, tally.c.until > now)
    first = func.coalesce(tally.c.first, literal(now, tally.c.first.type))
    counted = update(tally).where(*found).values(count=tally.c.count + 1, first=first, last=now)
    return tx.execute(counted).rowcount == 1


def running_until(tx: Transaction, group: Group) -> datetime | None:
    """When the hour of this group ends; None where it has none."""
    until: datetime | None = tx.execute(select(tally.c.until).where(*_of(group)).limit(1)).scalar()
    return until


def begin(tx: Transaction, values: Row) -> None:
    """Count from now on what the trail is told in this transaction."""
    tx.execute(insert(tally).values(**values, count=0))


def take_passed(tx: Transaction, group: Group, now: datetime) -> list[Row]:
    """Take away those of the group whose hour has passed; waits for who counts just now."""
    return _take(tx, *_of(group), tally.c.until <= now)


def take_ended(tx: Transaction, dossier: str, subjects: Collection[str] | None) -> list[Row]:
    """Take away those of these tasks of a dossier, or (None) all of the dossier's."""
    query = select(tally.c.subject).distinct().where(tally.c.dossier == dossier)
    found = [subject for subject in tx.execute(query).scalars() if subjects is None or subject in subjects]
    return _take(tx, tally.c.dossier == dossier, tally.c.subject.in_(found)) if found else []


def grouped(rows: Sequence[Row]) -> Mapping[Group, Sequence[Row]]:
    """The rows by what is told together, in one order."""
    groups: dict[Group, list[Row]] = {}
    for row in sorted(rows, key=lambda row: (row["officer"], row["act"], row["subject"], row["first"], row["what"])):
        groups.setdefault(Group(officer=row["officer"], act=row["act"], subject=row["subject"]), []).append(row)
    return groups


def _of(group: Group) -> tuple[ColumnElement[bool], ...]:
    return tally.c.officer == group.officer, tally.c.act == group.act, tally.c.subject == group.subject


def _take(tx: Transaction, *which: ColumnElement[bool]) -> list[Row]:
    """Those that were counted at all."""
    taken = tx.execute(delete(tally).where(*which).returning(*tally.c)).mappings()
    return [dict(row) for row in taken if row["count"]]
