"""What an act needs beside the dossier: statements, accepted records, first answers, running numbers."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from adapters.database.store import Transaction, insert_new, upsert
from adapters.database.tables import counter, idempotency, number, record, statement

Row = Mapping[Any, Any]
PENDING = -1  # an answer that is being found; never seen outside the transaction that finds it


def add_statement(tx: Transaction, values: Row) -> None:
    """Keep a statement until it is used or expires."""
    tx.execute(insert(statement).values(**values))


def find_statement(tx: Transaction, id: str) -> Row | None:
    """The statement of that id."""
    row = tx.execute(select(statement).where(statement.c.id == id)).mappings().first()
    return dict(row) if row else None


def use_statement(tx: Transaction, id: str, at: datetime) -> bool:
    """Use up the statement's nonce; False when it was used before."""
    used = tx.execute(update(statement).where(statement.c.id == id, statement.c.used.is_(None)).values(used=at))
    return used.rowcount == 1


def add_record(tx: Transaction, values: Row, prior: Sequence[str]) -> None:
    """Keep an accepted record as a head of its dossier; those that it names as prior are heads no longer."""
    tx.execute(update(record).where(record.c.sha256.in_(prior)).values(head=False))
    tx.execute(insert(record).values(**values, head=True))


def heads_of(tx: Transaction, dossier: str) -> list[str]:
    """The SHA-256 of the records that no other names as prior, sorted: through them, all earlier ones are named."""
    query = select(record.c.sha256).where(record.c.dossier == dossier, record.c.head)
    return sorted(tx.execute(query).scalars())


def records_of(tx: Transaction, dossier: str) -> list[Row]:
    """The accepted records of a dossier, in the order in which they were accepted."""
    query = select(record).where(record.c.dossier == dossier).order_by(record.c.leaf)
    return [dict(row) for row in tx.execute(query).mappings()]


def find_answer(tx: Transaction, officer: str, key: str) -> Row | None:
    """The first answer that was given to this key."""
    query = select(idempotency).where(idempotency.c.officer == officer, idempotency.c.key == key)
    row = tx.execute(query).mappings().first()
    return dict(row) if row else None


def reserve_answer(tx: Transaction, values: Row) -> bool:
    """Begin the act of a key; False when the key has its answer. Of two at once, the second waits for the first."""
    return insert_new(tx, idempotency, {**values, "status": PENDING, "body": {}})


def save_answer(tx: Transaction, officer: str, key: str, status: int, body: Row) -> None:
    """Keep the answer of a key, in the act's own transaction."""
    this = (idempotency.c.officer == officer, idempotency.c.key == key)
    tx.execute(update(idempotency).where(*this).values(status=status, body=body))


def next_value(tx: Transaction, name: str) -> int:
    """The next value of a running number, from 1; in the transaction that uses it, so that none is lost."""
    first = upsert(tx, counter).values(name=name, value=1)
    following = first.on_conflict_do_update(index_elements=[counter.c.name], set_={"value": counter.c.value + 1})
    return int(tx.execute(following.returning(counter.c.value)).scalar_one())


def number_of_job(tx: Transaction, job: int) -> Row | None:
    """The number that was issued for this job, if any: a repeated job gets the same one."""
    row = tx.execute(select(number).where(number.c.job == job)).mappings().first()
    return dict(row) if row else None


def add_number(tx: Transaction, values: Row) -> None:
    """Enter a number into its register."""
    tx.execute(insert(number).values(**values))
