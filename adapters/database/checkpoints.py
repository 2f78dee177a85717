"""Published checkpoints: added, never changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from adapters.database.store import Transaction, insert_new
from adapters.database.tables import checkpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A checkpoint as it was published: `note` with the log's signature, and cosignatures where witnesses gave them."""

    size: int
    note: str
    published: datetime


def add(tx: Transaction, new: Published) -> bool:
    """Publish it; False where one of that size was published before, which stays."""
    return insert_new(tx, checkpoint, {"size": new.size, "note": new.note, "published": new.published})


def last(tx: Transaction) -> Published | None:
    """The newest."""
    row = tx.execute(select(checkpoint).order_by(checkpoint.c.size.desc()).limit(1)).mappings().first()
    return None if row is None else _published(row)


def latest(tx: Transaction, limit: int) -> list[Published]:
    """The newest ones, the last first."""
    query = select(checkpoint).order_by(checkpoint.c.size.desc()).limit(limit)
    return [_published(row) for row in tx.execute(query).mappings()]


def of_size(tx: Transaction, size: int) -> Published | None:
    """The one of that size."""
    row = tx.execute(select(checkpoint).where(checkpoint.c.size == size)).mappings().first()
    return None if row is None else _published(row)


def covering(tx: Transaction, index: int) -> Published | None:
    """The first in which the leaf stands."""
    query = select(checkpoint).where(checkpoint.c.size > index).order_by(checkpoint.c.size).limit(1)
    row = tx.execute(query).mappings().first()
    return None if row is None else _published(row)


def page(tx: Transaction, *, after: int, limit: int) -> list[Published]:
    """A page, by size."""
    query = select(checkpoint).where(checkpoint.c.size > after).order_by(checkpoint.c.size).limit(limit)
    return [_published(row) for row in tx.execute(query).mappings()]


def _published(row: Mapping[Any, Any]) -> Published:
    return Published(size=row["size"], note=row["note"], published=row["published"])
