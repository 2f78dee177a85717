"""Officers' names and certificates."""

from collections.abc import Mapping, Set
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import and_, insert, select, update

from adapters.database.store import Transaction, lock_rows
from adapters.database.tables import certificate, content, officer

Row = Mapping[Any, Any]


def names(tx: Transaction, ids: set[str]) -> dict[str, str]:
    """The names of these officers, by id."""
    query = select(officer.c.id, officer.c.name).where(officer.c.id.in_(ids))
    return {row.id: row.name for row in tx.execute(query)}


def add_certificate(tx: Transaction, values: Row) -> None:
    """Bind a certificate to its officer."""
    tx.execute(insert(certificate).values(**values))


def find_certificate(tx: Transaction, fingerprint: str, *, lock: Literal["use", "change"] | None = None) -> Row | None:
    """The binding of that certificate, revoked or not; `lock` so that it stays so until the transaction ends."""
    query = select(certificate).where(certificate.c.fingerprint == fingerprint)
    if lock is not None and lock_rows(tx):
        query = query.with_for_update(read=lock == "use")
    row = tx.execute(query).mappings().first()
    return dict(row) if row else None


def certificates(tx: Transaction, *, after: str, limit: int) -> list[Row]:
    """A page of bindings, by fingerprint."""
    query = select(certificate).where(certificate.c.fingerprint > after)
    return [dict(row) for row in tx.execute(query.order_by(certificate.c.fingerprint).limit(limit)).mappings()]


def signing_certificates(tx: Transaction) -> list[bytes]:
    """The bytes of all certificates that are bound now."""
    query = select(content.c.bytes).join(certificate, certificate.c.fingerprint == content.c.sha256)
    return list(tx.execute(query.where(certificate.c.revoked.is_(None)).order_by(content.c.sha256)).scalars())


def has_certificate(tx: Transaction, officer_id: str, kind: str) -> bool:
    """Whether a certificate of that kind is bound to the officer now."""
    query = select(certificate.c.fingerprint).where(certificate.c.officer == officer_id, certificate.c.kind == kind)
    return tx.execute(query.where(certificate.c.revoked.is_(None)).limit(1)).first() is not None


def who_sign(tx: Transaction, officers: Set[str], at: datetime) -> set[str]:
    """Who of these officers has a certificate of their own with which they can sign then."""
    good = and_(certificate.c.revoked.is_(None), certificate.c.suspended.is_(None), certificate.c.kind == "person")
    dated = and_(certificate.c.not_before <= at, certificate.c.not_after >= at)
    query = select(certificate.c.officer).where(certificate.c.officer.in_(officers), good, dated)
    return set(tx.execute(query).scalars())


def any_certificate(tx: Transaction) -> bool:
    """Whether any certificate was ever bound; the first one binds itself."""
    return tx.execute(select(certificate.c.fingerprint).limit(1)).first() is not None


def revoke_certificate(tx: Transaction, fingerprint: str, at: datetime, leaf: int) -> None:
    """End a binding."""
    unrevoked = and_(certificate.c.fingerprint == fingerprint, certificate.c.revoked.is_(None))
    tx.execute(update(certificate).where(unrevoked).values(revoked=at, revoked_leaf=leaf))
