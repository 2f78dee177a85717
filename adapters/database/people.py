"""Units, officers, their tokens and certificates."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import and_, insert, select, update

from adapters.database.store import Transaction, lock_rows
from adapters.database.tables import certificate, officer, token, unit
from engine.officer import Officer

Row = Mapping[Any, Any]


def add_unit(tx: Transaction, id: str, name: str, parent: str | None) -> None:
    """Add a unit below its parent."""
    tx.execute(insert(unit).values(id=id, name=name, parent=parent))


def units(tx: Transaction) -> list[Row]:
    """All units, by id."""
    return [dict(row) for row in tx.execute(select(unit).order_by(unit.c.id)).mappings()]


def units_below(tx: Transaction, top: str) -> frozenset[str]:
    """The unit and all units below it."""
    below = select(unit.c.id).where(unit.c.id == top).cte("below", recursive=True)
    below = below.union(select(unit.c.id).join(below, unit.c.parent == below.c.id))
    return frozenset(tx.execute(select(below.c.id)).scalars())


def add_officer(tx: Transaction, who: Officer) -> None:
    """Add an officer."""
    tx.execute(
        insert(officer).values(
            id=who.id, name=who.name, position=who.position, unit=who.unit, roles=sorted(who.roles), active=who.active
        )
    )


def find_officer(tx: Transaction, id: str) -> Officer | None:
    """The officer of that id."""
    row = tx.execute(select(officer).where(officer.c.id == id)).mappings().first()
    return _officer(tx, row) if row else None


def officers(tx: Transaction, *, after: str, limit: int) -> list[Row]:
    """A page of officers, by id."""
    query = select(officer).where(officer.c.id > after).order_by(officer.c.id).limit(limit)
    return [dict(row) for row in tx.execute(query).mappings()]


def held_roles(tx: Transaction) -> frozenset[str]:
    """The roles that active officers hold."""
    held = tx.execute(select(officer.c.roles).where(officer.c.active.is_(True))).scalars()
    return frozenset(role for roles in held for role in roles)


def names(tx: Transaction, ids: set[str]) -> dict[str, Row]:
    """Name and position of these officers, by id."""
    query = select(officer.c.id, officer.c.name, officer.c.position).where(officer.c.id.in_(ids))
    return {row["id"]: dict(row) for row in tx.execute(query).mappings()}


def add_token(tx: Transaction, hash: str, officer_id: str, label: str, created: datetime, expires: datetime) -> None:
    """Add an access token; only its hash is kept."""
    tx.execute(insert(token).values(hash=hash, officer=officer_id, label=label, created=created, expires=expires))


def find_token(tx: Transaction, hash: str) -> Row | None:
    """Whose token has that hash, and until when it is good."""
    row = tx.execute(select(token).where(token.c.hash == hash)).mappings().first()
    return dict(row) if row else None


def _officer(tx: Transaction, row: Row) -> Officer:
    return Officer(
        id=row["id"],
        name=row["name"],
        position=row["position"],
        unit=row["unit"],
        roles=frozenset(row["roles"]),
        active=row["active"],
        units=units_below(tx, row["unit"]),
    )


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


def any_certificate(tx: Transaction) -> bool:
    """Whether any certificate was ever bound; the first one binds itself."""
    return tx.execute(select(certificate.c.fingerprint).limit(1)).first() is not None


def revoke_certificate(tx: Transaction, fingerprint: str, at: datetime, leaf: int) -> None:
    """End a binding."""
    unrevoked = and_(certificate.c.fingerprint == fingerprint, certificate.c.revoked.is_(None))
    tx.execute(update(certificate).where(unrevoked).values(revoked=at, revoked_leaf=leaf))
