"""Dispatches as their office looks for them, and parcels that stand still, counted: what an alarm is raised for."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, select

from adapters.database import scope
from adapters.database.parcels import Row
from adapters.database.store import Transaction
from adapters.database.tables import dispatch, parcel, parcel_event
from engine.delivery import State
from engine.officer import Officer
from engine.parcels import UNDELIVERED

CONTRADICTED = "contradicted"
"""The effect of a word that says otherwise than is known (`parcel_event.effect`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which dispatches: all of these at once. `since`, `before`: when they were prepared; `late_at`: late by then."""

    states: Collection[State] = ()
    channel: str | None = None
    since: datetime | None = None
    before: datetime | None = None
    unsettled: bool = False
    late_at: datetime | None = None


ALL = Wanted()


def listed(tx: Transaction, officer: Officer, wanted: Wanted, *, after: str, limit: int) -> list[Row]:
    """A page of the dispatches within the officer's sight, by code."""
    seen = (dispatch.c.code > after, scope.seen(officer, dispatch.c.dossier), *_narrowed(wanted))
    query = select(dispatch).where(*seen).order_by(dispatch.c.code).limit(limit)
    return [dict(row) for row in tx.execute(query).mappings()]


def _narrowed(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.states:
        found.append(dispatch.c.state.in_([state.value for state in wanted.states]))
    if wanted.channel is not None:
        found.append(dispatch.c.channel == wanted.channel)
    if wanted.since is not None:
        found.append(dispatch.c.created >= wanted.since)
    if wanted.before is not None:
        found.append(dispatch.c.created < wanted.before)
    if wanted.unsettled:
        found.append(_UNDELIVERED)
        found.append(_parcel(_NOBODY))
    if wanted.late_at is not None:
        found.append(_parcel(parcel.c.late_after < wanted.late_at))
    return found


_UNDELIVERED = dispatch.c.state.in_([state.value for state in sorted(UNDELIVERED)])
_NOBODY = parcel.c.settled.is_(None) & parcel.c.again.is_(None)


def _parcel(holds: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists(select(1).where(parcel.c.key == dispatch.c.key, holds))


def late(tx: Transaction, now: datetime) -> int:
    """Parcels that should have arrived before now, and whose way has not ended."""
    return tx.execute(select(func.count()).where(parcel.c.late_after < now)).scalar_one()


def unsettled(tx: Transaction) -> int:
    """Parcels that came back or were lost, and to which nobody has seen."""
    return tx.execute(select(func.count()).where(_UNDELIVERED, _parcel(_NOBODY))).scalar_one()


def contradicted(tx: Transaction, since: datetime) -> int:
    """Parcels of which something was told since then that says otherwise than what is known."""
    said = (parcel_event.c.effect == CONTRADICTED, parcel_event.c.received >= since)
    return tx.execute(select(func.count(parcel_event.c.key.distinct())).where(*said)).scalar_one()


def waiting(tx: Transaction, before: datetime) -> int:
    """Parcels that were prepared before then, and have not left."""
    stays = (dispatch.c.state == State.PREPARED.value, dispatch.c.created < before)
    return tx.execute(select(func.count()).where(dispatch.c.channel == "post", *stays)).scalar_one()
