"""The statements by which the log's keys followed one another, in order, and the leaves that tell of backups."""

from datetime import datetime

from sqlalchemy import func, insert, select

from adapters.database.definitions import put_content
from adapters.database.store import Transaction
from adapters.database.tables import backup, content, succession
from signing.canonical import sha256_hex


def notes(tx: Transaction) -> list[str]:
    """The statements, the oldest first."""
    return [note for note, _ in told(tx)]


def told(tx: Transaction) -> list[tuple[str, int | None]]:
    """The statements, the oldest first, each with the leaf that tells it: None where that leaf was lost."""
    query = select(content.c.bytes, succession.c.leaf).join(content, content.c.sha256 == succession.c.sha256)
    return [(row.bytes.decode("utf-8"), row.leaf) for row in tx.execute(query.order_by(succession.c.number))]


def add(tx: Transaction, note: str, leaf: int | None) -> str:
    """Keep the next statement; gives the SHA-256 of its bytes."""
    last = tx.execute(select(func.coalesce(func.max(succession.c.number), 0))).scalar_one()
    digest = sha256_hex(note.encode())
    put_content(tx, digest, note.encode())
    tx.execute(insert(succession).values(number=last + 1, sha256=digest, leaf=leaf))
    return digest


def note_backup(tx: Transaction, leaf: int, made: datetime) -> None:
    """Note which leaf tells of a backup."""
    tx.execute(insert(backup).values(leaf=leaf, made=made))


def last_backup(tx: Transaction) -> datetime | None:
    """When the last backup was made that this database knows of."""
    return tx.execute(select(func.max(backup.c.made))).scalar()
