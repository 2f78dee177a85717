"""Who sees what: the one place where lists are narrowed to an officer's sight.

An officer sees a dossier when they work in a unit that takes part in it: its own, or one that a task of it asked. An
auditor sees all. A task is seen in its own unit and in its dossier's, and by who holds it (also by a mandate).
"""

from collections.abc import Sequence

from sqlalchemy import Column, ColumnElement, exists, or_, select, true

from adapters.database.store import Transaction
from adapters.database.tables import dossier_unit, task
from engine.officer import AUDITOR, Officer


def seen(officer: Officer, code: Column[str]) -> ColumnElement[bool]:
    """Whether the dossier of that code is within the officer's sight."""
    return true() if AUDITOR in officer.roles else worked_on(officer, code)


def worked_on(officer: Officer, code: Column[str]) -> ColumnElement[bool]:
    """Whether the officer works in a unit that takes part in the dossier; an auditor's sight alone is not enough."""
    return exists(select(1).where(dossier_unit.c.dossier == code, dossier_unit.c.unit.in_(units(officer))))


def of_seen_unit(officer: Officer, unit: Column[str]) -> ColumnElement[bool]:
    """Whether what belongs to a unit, and to no dossier, is within the officer's sight."""
    return true() if AUDITOR in officer.roles else of_unit(officer, unit)


def of_unit(officer: Officer, unit: Column[str]) -> ColumnElement[bool]:
    """Whether it belongs to a unit that the officer works in."""
    return unit.in_(units(officer))


def task_seen(officer: Officer, dossier_unit: str) -> ColumnElement[bool]:
    """Whether a task of a dossier of that unit is within the officer's sight."""
    held = task.c.holder == officer.id
    return true() if officer.sees(dossier_unit) else or_(task.c.unit.in_(units(officer)), held)


def takes_part(tx: Transaction, officer: Officer, code: str) -> bool:
    """Whether the officer works in a unit that takes part in the dossier."""
    query = select(dossier_unit.c.unit).where(dossier_unit.c.dossier == code)
    return any(officer.works_in(unit) for unit in tx.execute(query).scalars())


def sees(tx: Transaction, officer: Officer, code: str) -> bool:
    """Whether the dossier, which exists, is within the officer's sight."""
    return AUDITOR in officer.roles or takes_part(tx, officer, code)


def units(officer: Officer) -> Sequence[str]:
    """The units that the officer works in, in one order, so that the same question is the same text."""
    return sorted(officer.units)
