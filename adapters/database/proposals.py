"""What one officer proposed and another one decides."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Row, insert, select, update

from adapters.database.store import Transaction
from adapters.database.tables import proposal
from engine.people.proposals import OPEN, Proposal


def add(tx: Transaction, new: Proposal) -> None:
    """Keep a proposal."""
    tx.execute(insert(proposal).values(**{**asdict(new), "body": dict(new.body)}))


def find(tx: Transaction, id: str) -> Proposal | None:
    """The proposal of that id."""
    row = tx.execute(select(proposal).where(proposal.c.id == id)).first()
    return None if row is None else _of(row)


def undecided(tx: Transaction, act: str, subject: str, *, since: datetime) -> list[Proposal]:
    """The proposals of that act on that subject that nobody decided, made after that time."""
    query = select(proposal).where(proposal.c.state == OPEN, proposal.c.act == act, proposal.c.subject == subject)
    rows = tx.execute(query.where(proposal.c.proposed > since).order_by(proposal.c.id))
    return [_of(row) for row in rows]


def page(
    tx: Transaction, *, after: str, limit: int, author: str | None = None, undecided_since: datetime | None = None
) -> Sequence[Proposal]:
    """A page by id: of all or of one author; with a time, those made after it that nobody decided."""
    query = select(proposal).where(proposal.c.id > after)
    if author is not None:
        query = query.where(proposal.c.author == author)
    if undecided_since is not None:
        query = query.where(proposal.c.state == OPEN, proposal.c.proposed > undecided_since)
    return [_of(row) for row in tx.execute(query.order_by(proposal.c.id).limit(limit))]


def decide(tx: Transaction, id: str, state: str, by: str, at: datetime, note: str | None) -> None:
    """Decide one that is open."""
    values = {"state": state, "decided": at, "decided_by": by, "note": note}
    tx.execute(update(proposal).where(proposal.c.id == id, proposal.c.state == OPEN).values(**values))


def _of(row: Row[tuple[object, ...]]) -> Proposal:
    return Proposal(**row._mapping)
