"""Incidents: what stands still, kept in step with the dossiers' states, so that people find it without reading them."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, or_, select

from adapters.database import scope
from adapters.database.store import Transaction, upsert
from adapters.database.tables import dossier, incident
from engine.officer import Officer
from engine.outcome import OpenIncident

Row = Mapping[Any, Any]


def put(tx: Transaction, code: str, raised: Iterable[OpenIncident], at: datetime) -> None:
    """Keep what stands still now; one that was known stays as old as it is."""
    for found in raised:
        told = {"element": found.element, "name": found.name, "code": found.code, "message": found.message}
        row = upsert(tx, incident).values(dossier=code, number=found.number, since=at, **told)
        tx.execute(row.on_conflict_do_update(index_elements=[incident.c.dossier, incident.c.number], set_=told))


def drop(tx: Transaction, code: str, resolved: Iterable[int]) -> None:
    """Forget what stands still no more."""
    numbers = list(resolved)
    if numbers:
        tx.execute(delete(incident).where(incident.c.dossier == code, incident.c.number.in_(numbers)))


def of_dossier(tx: Transaction, code: str) -> list[Row]:
    """The incidents of a dossier, in the order in which they came."""
    query = select(incident).where(incident.c.dossier == code).order_by(incident.c.number)
    return [dict(row) for row in tx.execute(query).mappings()]


def listed(tx: Transaction, officer: Officer, *, after: str, limit: int) -> list[Row]:
    """A page of the incidents within the officer's sight, by dossier and number; the cursor is `dossier:number`."""
    code, _, number = after.rpartition(":")
    last = int(number) if number.isascii() and number.isdigit() and len(number) < 10 else 0
    later = or_(incident.c.dossier > code, and_(incident.c.dossier == code, incident.c.number > last))
    query = select(incident, dossier.c.title, dossier.c.unit, dossier.c.suspended)
    query = query.join(dossier, dossier.c.code == incident.c.dossier).where(later)
    query = query.where(scope.seen(officer, incident.c.dossier))
    query = query.order_by(incident.c.dossier, incident.c.number).limit(limit)
    return [dict(row) for row in tx.execute(query).mappings()]
