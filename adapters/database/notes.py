"""Comments and attachments of dossiers: beside their state, which they do not change."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from adapters.database.store import Transaction
from adapters.database.tables import attachment, comment

Row = Mapping[Any, Any]


def add_comment(tx: Transaction, dossier: str, task: str | None, officer: str, text: str, at: datetime) -> int:
    """Keep a comment; gives its number."""
    values = {"dossier": dossier, "task": task, "officer": officer, "text": text, "at": at}
    return int(tx.execute(insert(comment).values(**values).returning(comment.c.id)).scalar_one())


def comments(tx: Transaction, dossier: str, *, after: int, limit: int) -> list[Row]:
    """A page of a dossier's comments, the oldest first."""
    query = select(comment).where(comment.c.dossier == dossier, comment.c.id > after)
    return [dict(row) for row in tx.execute(query.order_by(comment.c.id).limit(limit)).mappings()]


def last_comments(tx: Transaction, dossier: str, *, limit: int) -> list[Row]:
    """A dossier's newest comments, the oldest of them first."""
    query = select(comment).where(comment.c.dossier == dossier).order_by(comment.c.id.desc()).limit(limit)
    return [dict(row) for row in reversed(tx.execute(query).mappings().all())]


def add_attachment(tx: Transaction, values: Row) -> int:
    """Keep an attachment, whose bytes are there; gives its number."""
    return int(tx.execute(insert(attachment).values(**values).returning(attachment.c.id)).scalar_one())


def attachments(tx: Transaction, dossier: str, *, after: int, limit: int, removed: bool = True) -> list[Row]:
    """A page of a dossier's attachments, the oldest first; without `removed`, those that were not taken away."""
    query = select(attachment).where(attachment.c.dossier == dossier, attachment.c.id > after)
    query = query if removed else query.where(attachment.c.removed.is_(None))
    return [dict(row) for row in tx.execute(query.order_by(attachment.c.id).limit(limit)).mappings()]


def find_attachment(tx: Transaction, dossier: str, id: int) -> Row | None:
    """The dossier's attachment of that number, removed or not."""
    query = select(attachment).where(attachment.c.dossier == dossier, attachment.c.id == id)
    row = tx.execute(query).mappings().first()
    return dict(row) if row else None


def remove_attachment(tx: Transaction, id: int, at: datetime) -> None:
    """Mark an attachment removed; its bytes stay."""
    tx.execute(update(attachment).where(attachment.c.id == id).values(removed=at))
