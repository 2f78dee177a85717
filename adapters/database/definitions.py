"""Process definitions, procedures and the bytes of files and documents."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select

from adapters.database.store import Transaction, insert_new
from adapters.database.tables import content, content_use, procedure, process, upload

Row = Mapping[Any, Any]
FOR_GOOD = ""
"""Whose bytes they are that are no dossier's: they are never erased."""


_KEPT_FOR_GOOD = select(content_use.c.sha256).where(
    content_use.c.sha256 == bindparam("digest"), content_use.c.dossier == FOR_GOOD
)
_CONTENTS = select(content.c.sha256, content.c.bytes).where(content.c.sha256.in_(bindparam("digests", expanding=True)))


def put_content(tx: Transaction, sha256: str, data: bytes, *, of: str = FOR_GOOD) -> None:
    """Keep bytes under their SHA-256; keeping them twice changes nothing.

    `of`: the dossier with whose data they may be erased, unless they are kept for anything else, too.
    """
    # What is kept for good comes again and again (chains, revocation lists), what is a dossier's hardly ever.
    if of == FOR_GOOD and tx.execute(_KEPT_FOR_GOOD, {"digest": sha256}).first() is not None:
        return
    insert_new(tx, content, {"sha256": sha256, "bytes": data})
    insert_new(tx, content_use, {"sha256": sha256, "dossier": of})


def leave(tx: Transaction, owner: str) -> None:
    """What was kept for that owner for a while is kept by others now."""
    tx.execute(delete(content_use).where(content_use.c.dossier == owner))


def put_upload(tx: Transaction, sha256: str, data: bytes, officer: str) -> None:
    """Keep bytes that an officer uploaded; several may upload the same."""
    if tx.execute(select(content.c.sha256).where(content.c.sha256 == sha256)).first() is None:
        insert_new(tx, content, {"sha256": sha256, "bytes": data})
    insert_new(tx, upload, {"sha256": sha256, "officer": officer})


def get_content(tx: Transaction, sha256: str) -> bytes | None:
    """The bytes of that SHA-256."""
    return tx.execute(select(content.c.bytes).where(content.c.sha256 == sha256)).scalar()


def content_size(tx: Transaction, sha256: str) -> int | None:
    """How many bytes are kept under that SHA-256."""
    return tx.execute(select(func.length(content.c.bytes)).where(content.c.sha256 == sha256)).scalar()


def uploaded(tx: Transaction, sha256: str, officer: str) -> bool:
    """Whether this officer uploaded the bytes."""
    query = select(upload.c.sha256).where(upload.c.sha256 == sha256, upload.c.officer == officer)
    return tx.execute(query).first() is not None


def get_contents(tx: Transaction, digests: Iterable[str]) -> dict[str, bytes]:
    """The bytes of many digests, by digest."""
    return {row.sha256: row.bytes for row in tx.execute(_CONTENTS, {"digests": list(digests)})}


def add_process(tx: Transaction, values: Row) -> None:
    """Add a deployed version."""
    tx.execute(insert(process).values(**values))


def latest_process(tx: Transaction, key: str) -> Row | None:
    """The latest version of that process."""
    query = select(process).where(process.c.key == key).order_by(process.c.version.desc()).limit(1)
    row = tx.execute(query).mappings().first()
    return dict(row) if row else None


def latest_version(tx: Transaction, key: str, tag: str | None) -> int | None:
    """The latest version of that process; with a tag, of those that have it."""
    query = select(func.max(process.c.version)).where(process.c.key == key)
    if tag is not None:
        query = query.where(process.c.version_tag == tag)
    return tx.execute(query).scalar()


def find_process(tx: Transaction, key: str, version: int) -> Row | None:
    """That version of the process."""
    query = select(process).where(process.c.key == key, process.c.version == version)
    row = tx.execute(query).mappings().first()
    return dict(row) if row else None


def processes(tx: Transaction, *, after: str, limit: int) -> list[Row]:
    """A page of all versions, by key and version; the cursor is `key:version`."""
    key, _, number = after.rpartition(":")
    version = int(number) if number.isascii() and number.isdigit() and len(number) < 10 else 0
    later = (process.c.key > key) | ((process.c.key == key) & (process.c.version > version))
    query = select(process).where(later).order_by(process.c.key, process.c.version).limit(limit)
    return [dict(row) for row in tx.execute(query).mappings()]


def add_procedure(tx: Transaction, values: Row) -> None:
    """Add an adopted procedure record; adopting the same record again changes nothing."""
    if find_procedure(tx, values["sha256"]) is None:
        tx.execute(insert(procedure).values(**values))


def find_procedure(tx: Transaction, sha256: str) -> Row | None:
    """The procedure record of that SHA-256."""
    row = tx.execute(select(procedure).where(procedure.c.sha256 == sha256)).mappings().first()
    return dict(row) if row else None


def procedures_in_force(
    tx: Transaction, *, day: date, code: str | None = None, process: str | None = None, ended: bool = False
) -> list[Row]:
    """The records in force on that day, one of each code: the latest `valid_from` not after it, then the last adopted.

    Where that one has ended, none is, as no older one comes back; asked for `ended` ones, it is given all the same.
    """
    named = select(procedure.c.code)
    if code is not None:
        named = named.where(procedure.c.code == code)
    if process is not None:
        named = named.where(procedure.c.process == process)
    begun = procedure.c.valid_from <= day.isoformat()
    order = (procedure.c.valid_from, procedure.c.leaf)
    listed = select(procedure.c.code, procedure.c.sha256).where(procedure.c.code.in_(named), begun).order_by(*order)
    latest = {row.code: row.sha256 for row in tx.execute(listed)}
    found = (find_procedure(tx, latest[each]) for each in sorted(latest))
    return [row for row in found if row is not None and _governs(row, day, process, ended=ended)]


def _governs(row: Row, day: date, of: str | None, *, ended: bool) -> bool:
    until = row["body"].get("valid_until")
    return of in (None, row["process"]) and (ended or until is None or date.fromisoformat(until) >= day)


def latest_adopted(tx: Transaction, code: str, valid_from: date) -> Row | None:
    """The last adopted record of that code and date: it replaces the others."""
    query = select(procedure).where(procedure.c.code == code, procedure.c.valid_from == valid_from.isoformat())
    row = tx.execute(query.order_by(procedure.c.leaf.desc()).limit(1)).mappings().first()
    return dict(row) if row else None


def procedure_codes(tx: Transaction, process_key: str) -> list[str]:
    """The codes of all procedures that have, or had, a record for the process."""
    query = select(procedure.c.code).where(procedure.c.process == process_key).distinct().order_by(procedure.c.code)
    return list(tx.execute(query).scalars())


def procedures_of(tx: Transaction, code: str) -> list[Row]:
    """All records of that code, in the order in which they were adopted."""
    query = select(procedure).where(procedure.c.code == code).order_by(procedure.c.leaf)
    return [dict(row) for row in tx.execute(query).mappings()]


def procedures(tx: Transaction, *, after: int, limit: int) -> list[Row]:
    """A page of procedure records, in the order in which they were adopted."""
    query = select(procedure).where(procedure.c.leaf > after).order_by(procedure.c.leaf).limit(limit)
    return [dict(row) for row in tx.execute(query).mappings()]
