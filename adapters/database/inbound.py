"""Parcels that came in: each once, with the list of what is in it, and what of it is missing or was given back."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, String, cast, delete, exists, insert, select, update

from adapters.database import scope
from adapters.database.store import Transaction, lock_rows, upsert
from adapters.database.tables import inbound_document, inbound_parcel, organisation_leaf
from engine.officer import Officer

Row = Mapping[Any, Any]
RECEIVED, FILED, REFUSED = "received", "filed", "refused"
ORIGINAL, COPY = "original", "copy"
LEAF = "inbound"
"""As what the leaves of parcels that no dossier has are noted."""


def owner(id: int) -> str:
    """Whose bytes its papers are while no dossier has them."""
    return f"inbound/{id}"


def add(tx: Transaction, values: Row) -> int | None:
    """Keep a parcel; gives its number, or None where this item of the carrier was received before."""
    new = upsert(tx, inbound_parcel).values(**values).on_conflict_do_nothing().returning(inbound_parcel.c.id)
    return tx.execute(new).scalar()


def find(tx: Transaction, officer: Officer, id: int, *, lock: bool = False) -> Row | None:
    """The parcel of that number, where it is within the officer's sight."""
    query = select(inbound_parcel).where(inbound_parcel.c.id == id, _seen(officer))
    if lock and lock_rows(tx):
        query = query.with_for_update()
    row = tx.execute(query).mappings().first()
    return dict(row) if row else None


def change(tx: Transaction, id: int, **values: object) -> None:
    """Change what became of it."""
    tx.execute(update(inbound_parcel).where(inbound_parcel.c.id == id).values(**values))


def listed(
    tx: Transaction, officer: Officer, *, state: str | None, incomplete: bool, after: int, limit: int
) -> list[Row]:
    """A page of the parcels within the officer's sight, the oldest first; `incomplete`: which lack a document."""
    query = select(inbound_parcel).where(inbound_parcel.c.id > after, _seen(officer))
    if state is not None:
        query = query.where(inbound_parcel.c.state == state)
    if incomplete:
        lacks = (inbound_document.c.parcel == inbound_parcel.c.id, inbound_document.c.arrived.is_(None))
        query = query.where(inbound_parcel.c.state != REFUSED, exists(select(1).where(*lacks)))
    return [dict(row) for row in tx.execute(query.order_by(inbound_parcel.c.id).limit(limit)).mappings()]


def _seen(officer: Officer) -> ColumnElement[bool]:
    """In the unit that received it; once a dossier has it, whoever sees the dossier does, too."""
    of_dossier = inbound_parcel.c.dossier.is_not(None) & scope.seen(officer, inbound_parcel.c.dossier)
    return scope.of_seen_unit(officer, inbound_parcel.c.unit) | of_dossier


def add_document(tx: Transaction, values: Row) -> None:
    """Put a document on the parcel's list."""
    tx.execute(insert(inbound_document).values(**values))


def documents(tx: Transaction, *parcels: int) -> list[Row]:
    """The lists of these parcels, by parcel and name."""
    query = select(inbound_document).where(inbound_document.c.parcel.in_(parcels))
    query = query.order_by(inbound_document.c.parcel, inbound_document.c.name)
    return [dict(row) for row in tx.execute(query).mappings()]


def change_document(tx: Transaction, parcel: int, name: str, **values: object) -> None:
    """Change what is known of a document."""
    this = (inbound_document.c.parcel == parcel, inbound_document.c.name == name)
    tx.execute(update(inbound_document).where(*this).values(**values))


def drop_documents(tx: Transaction, parcel: int) -> None:
    """Delete the parcel's list."""
    tx.execute(delete(inbound_document).where(inbound_document.c.parcel == parcel))


def held(tx: Transaction, dossier: str) -> int:
    """How many originals of a dossier have not gone back."""
    return sum(row["returned"] is None for row in originals(tx, dossier))


def leaves(tx: Transaction, dossier: str) -> frozenset[int]:
    """The leaves outside the dossier's trail that tell of its parcels."""
    own = select(cast(inbound_parcel.c.id, String)).where(inbound_parcel.c.dossier == dossier)
    of = (organisation_leaf.c.kind == LEAF, organisation_leaf.c.id.in_(own))
    return frozenset(tx.execute(select(organisation_leaf.c.leaf).where(*of)).scalars())


def originals(tx: Transaction, dossier: str) -> list[Row]:
    """The originals that came in for a dossier, those that were given back, too."""
    query = select(inbound_document, inbound_parcel.c.item).join(inbound_parcel)
    query = query.where(
        inbound_parcel.c.dossier == dossier,
        inbound_document.c.kind == ORIGINAL,
        inbound_document.c.arrived.is_not(None),
    )
    ordered = query.order_by(inbound_document.c.parcel, inbound_document.c.name)
    return [dict(row) for row in tx.execute(ordered).mappings()]


def forget(tx: Transaction, dossier: str) -> None:
    """Erase who sent what for that dossier; that the item was received stays, so that it is not taken again."""
    own = select(inbound_parcel.c.id).where(inbound_parcel.c.dossier == dossier)
    tx.execute(delete(inbound_document).where(inbound_document.c.parcel.in_(own)))
    gone = {"sender": "", "paper": None}
    tx.execute(update(inbound_parcel).where(inbound_parcel.c.dossier == dossier).values(**gone))
