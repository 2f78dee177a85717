"""Mail that came in: each once, whichever way it is recognised, and what waits in quarantine."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update

from adapters.database.store import Transaction, lock_rows, upsert
from adapters.database.tables import mail_message

Row = Mapping[Any, Any]
WAITING, TAKEN, RELEASED, DISCARDED = "waiting", "taken", "released", "discarded"


def owner(id: int) -> str:
    """Whose bytes the raw mail is while no dossier has it."""
    return f"mail/{id}"


def known(tx: Transaction, sha256: str) -> Row | None:
    """The mail of these very bytes."""
    row = tx.execute(select(mail_message).where(mail_message.c.sha256 == sha256)).mappings().first()
    return dict(row) if row else None


def at_place(tx: Transaction, validity: int, uid: int) -> Row | None:
    """The mail that was seen last at that place of the mailbox."""
    here = (mail_message.c.validity == validity, mail_message.c.uid == uid)
    row = tx.execute(select(mail_message).where(*here).order_by(mail_message.c.id.desc()).limit(1)).mappings().first()
    return dict(row) if row else None


def of_message_id(tx: Transaction, message_id: str) -> Row | None:
    """The first mail that bore that Message-ID (its SHA-256)."""
    query = select(mail_message).where(mail_message.c.message_id == message_id).order_by(mail_message.c.id).limit(1)
    row = tx.execute(query).mappings().first()
    return dict(row) if row else None


def add(tx: Transaction, values: Row) -> int | None:
    """Keep a mail; gives its number, or None where another has kept the same bytes just now."""
    new = upsert(tx, mail_message).values(**values).on_conflict_do_nothing().returning(mail_message.c.id)
    return tx.execute(new).scalar()


def change(tx: Transaction, id: int, **values: object) -> None:
    """Change what became of it."""
    tx.execute(update(mail_message).where(mail_message.c.id == id).values(**values))


def find(tx: Transaction, id: int, *, lock: bool = False) -> Row | None:
    """The mail of that number."""
    query = select(mail_message).where(mail_message.c.id == id)
    if lock and lock_rows(tx):
        query = query.with_for_update()
    row = tx.execute(query).mappings().first()
    return dict(row) if row else None


def listed(tx: Transaction, state: str, *, after: int, limit: int) -> list[Row]:
    """A page of the mails in that state, the oldest first."""
    query = select(mail_message).where(mail_message.c.state == state, mail_message.c.id > after)
    return [dict(row) for row in tx.execute(query.order_by(mail_message.c.id).limit(limit)).mappings()]


def count_from(tx: Transaction, sender: str, since: datetime) -> int:
    """How many mails named that sender since then."""
    these = (mail_message.c.sender == sender, mail_message.c.received >= since)
    return tx.execute(select(func.count()).select_from(mail_message).where(*these)).scalar_one()


def waiting(tx: Transaction) -> tuple[int, int]:
    """How many wait in quarantine, and how many bytes of them are kept."""
    kept = func.coalesce(func.sum(mail_message.c.size).filter(mail_message.c.sha256.is_not(None)), 0)
    count, size = tx.execute(select(func.count(), kept).where(mail_message.c.state == WAITING)).one()
    return int(count), int(size)


def forget(tx: Transaction, dossier: str) -> None:
    """Erase who wrote what for that dossier; that a mail lay at its place stays, so that it is not taken again."""
    gone = {"sender": "", "subject": "", "sha256": None, "message_id": None}
    tx.execute(update(mail_message).where(mail_message.c.dossier == dossier).values(**gone))
