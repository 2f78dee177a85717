"""What an act needs beside the dossier: statements, accepted records, first answers, running numbers."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update

from adapters.database.store import Transaction, insert_new, upsert
from adapters.database.tables import counter, idempotency, number, record, statement
from signing.record import PURPOSES

Row = Mapping[Any, Any]
ERASED = -2  # an answer that went with its dossier's data
REGISTER = "register/"
"""How the names of the running numbers of registers begin: their register and year follow."""
PENDING = -1  # an answer that is being found; never seen outside the transaction that finds it

# Made once, as each act asks them: to make a statement takes as long as to execute it.
_ADD_STATEMENT = insert(statement)
_STATEMENT = select(statement).where(statement.c.id == bindparam("asked"))
_RECORD = select(record).where(record.c.sha256 == bindparam("asked"))
_OF_KEY = (idempotency.c.officer == bindparam("who"), idempotency.c.key == bindparam("under"))
_ANSWER = select(idempotency).where(*_OF_KEY)
_SAVE_ANSWER = update(idempotency).where(*_OF_KEY)


def add_statement(tx: Transaction, values: Row) -> None:
    """Keep a statement until it is used or expires."""
    tx.execute(_ADD_STATEMENT, dict(values))


def find_statement(tx: Transaction, id: str) -> Row | None:
    """The statement of that id."""
    row = tx.execute(_STATEMENT, {"asked": id}).mappings().first()
    return dict(row) if row else None


def statement_used(tx: Transaction, id: str) -> bool:
    """Whether the statement's nonce was used up before."""
    return tx.execute(select(statement.c.used).where(statement.c.id == id)).scalar() is not None


def use_statement(tx: Transaction, id: str, at: datetime) -> bool:
    """Use up the statement's nonce; False when it was used before."""
    used = tx.execute(update(statement).where(statement.c.id == id, statement.c.used.is_(None)).values(used=at))
    return used.rowcount == 1


def add_record(tx: Transaction, values: Row, prior: Sequence[str]) -> None:
    """Keep an accepted record as a head of its dossier; those that it names as prior are heads no longer."""
    tx.execute(update(record).where(record.c.sha256.in_(prior)).values(head=False))
    tx.execute(insert(record).values(**values, head=True))


def add_act(tx: Transaction, values: Row) -> bool:
    """Keep the record of a signed act outside any task; False when it is kept already."""
    return insert_new(tx, record, {**values, "head": False})


def stamp_leaves(tx: Transaction, records: Iterable[str]) -> set[int]:
    """The leaves that stamp these records' signatures, as far as they are stamped."""
    query = select(record.c.stamp_leaf).where(record.c.sha256.in_(set(records)), record.c.stamp_leaf.is_not(None))
    return set(tx.execute(query).scalars())


def find_record(tx: Transaction, sha256: str) -> Row | None:
    """The accepted record of that SHA-256."""
    row = tx.execute(_RECORD, {"asked": sha256}).mappings().first()
    return dict(row) if row else None


def stamp_record(tx: Transaction, sha256: str, *, stamp: str, stamped: datetime, leaf: int) -> None:
    """Keep which stamp proves the record's signature, the time that it proves, and the leaf that tells so."""
    this = update(record).where(record.c.sha256 == sha256, record.c.stamp.is_(None))
    tx.execute(this.values(stamp=stamp, stamped=stamped, stamp_leaf=leaf))


def unstamped(tx: Transaction, before: datetime) -> int:
    """How many records that were accepted before that time have no stamp."""
    query = select(func.count()).select_from(record).where(record.c.stamp.is_(None), record.c.accepted < before)
    return tx.execute(query).scalar_one()


def heads_of(tx: Transaction, dossier: str) -> list[str]:
    """The SHA-256 of the records that no other names as prior, sorted: through them, all earlier ones are named."""
    query = select(record.c.sha256).where(record.c.dossier == dossier, record.c.head)
    return sorted(tx.execute(query).scalars())


def records_of(tx: Transaction, dossier: str) -> list[Row]:
    """The accepted approvals of a dossier's tasks, in the order in which they were accepted."""
    approvals = (record.c.dossier == dossier, record.c.purpose.in_(PURPOSES))
    query = select(record).where(*approvals).order_by(record.c.leaf)
    return [dict(row) for row in tx.execute(query).mappings()]


def find_answer(tx: Transaction, officer: str, key: str) -> Row | None:
    """The first answer that was given to this key."""
    row = tx.execute(_ANSWER, {"who": officer, "under": key}).mappings().first()
    return dict(row) if row else None


def reserve_answer(tx: Transaction, values: Row) -> bool:
    """Begin the act of a key; False when the key has its answer. Of two at once, the second waits for the first."""
    return insert_new(tx, idempotency, {**values, "status": PENDING, "body": {}})


def save_answer(tx: Transaction, officer: str, key: str, status: int, body: Row, *, dossier: str | None = None) -> None:
    """Keep the answer of a key, in the act's own transaction. `dossier`: whose data it holds, and is erased with."""
    kept = {"status": status, "body": body, "dossier": dossier}
    tx.execute(_SAVE_ANSWER, {"who": officer, "under": key, **kept})


def next_value(tx: Transaction, name: str) -> int:
    """The next value of a running number, from 1; in the transaction that uses it, so that none is lost."""
    first = upsert(tx, counter).values(name=name, value=1)
    following = first.on_conflict_do_update(index_elements=[counter.c.name], set_={"value": counter.c.value + 1})
    return int(tx.execute(following.returning(counter.c.value)).scalar_one())


def skip_values(tx: Transaction, name: str, by: int) -> None:
    """Leave out the next values of a running number."""
    first = upsert(tx, counter).values(name=name, value=by)
    tx.execute(first.on_conflict_do_update(index_elements=[counter.c.name], set_={"value": counter.c.value + by}))


def next_values(tx: Transaction, prefix: str) -> dict[str, int]:
    """The running numbers whose names begin so, without that beginning, each with the value that comes next."""
    found = select(counter.c.name, counter.c.value).where(counter.c.name.startswith(prefix, autoescape=True))
    return {row.name.removeprefix(prefix): row.value + 1 for row in tx.execute(found.order_by(counter.c.name))}


def number_of_job(tx: Transaction, job: int) -> Row | None:
    """The number that was issued for this job, if any: a repeated job gets the same one."""
    row = tx.execute(select(number).where(number.c.job == job)).mappings().first()
    return dict(row) if row else None


def add_number(tx: Transaction, values: Row) -> None:
    """Enter a number into its register."""
    tx.execute(insert(number).values(**values))
