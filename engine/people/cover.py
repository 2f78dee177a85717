"""Where a live task stands: in exactly one queue, whoever is away.

A held task is with its holder; while the holder is away, with the substitute, as far as that one could do it; else with
the nearest head who is there. A free task is with those who may claim it, as long as one of them is there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from engine.people.organisation import Organisation, day_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """What of an open task decides where it stands; `unit` is its dossier's. It has a holder, a role or candidates."""

    unit: str
    role: str | None
    candidates: frozenset[str] = frozenset()
    excluded: frozenset[str] = frozenset()
    holder: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Personal:
    """The queue of one officer; `instead_of` is who should have it, when that is somebody else."""

    officer: str
    instead_of: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """The queue of all who have the role for dossiers of the unit, or who are named."""

    unit: str
    role: str | None
    candidates: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unattended:
    """Nobody in the agency could do it: administrators see it, and mend the organisation."""

    unit: str


Queue = Personal | Shared | Unattended


def queue(organisation: Organisation, task: Live, now: datetime) -> Queue:
    """Where the task stands now."""
    if task.holder is None:
        return _shared(organisation, task, now)
    holder = task.holder
    stands = _standing_in(organisation, task, holder, now)
    if stands is None:
        stands = _present(organisation, _heads(organisation, holder, task.unit, now), task.excluded, now)
    if stands is None:
        return Unattended(unit=task.unit)
    return Personal(officer=stands, instead_of=holder if stands != holder else None)


def entitled(organisation: Organisation, task: Live, officer: str, now: datetime) -> bool:
    """Whether the officer could do the task: has its role or is named, and is not kept from it by four eyes."""
    if officer in task.excluded:
        return False
    role = task.role is not None and organisation.has_role(officer, task.role, task.unit, day_of(now))
    return role or officer in task.candidates


def _shared(organisation: Organisation, task: Live, now: datetime) -> Queue:
    day = day_of(now)
    able = {*task.candidates, *(organisation.with_role(task.role, task.unit, day) if task.role else ())}
    if _present(organisation, sorted(able), task.excluded, now) is not None:
        return Shared(unit=task.unit, role=task.role, candidates=task.candidates)
    for officer in sorted(able - task.excluded):
        stands = _standing_in(organisation, task, officer, now)
        if stands is not None:
            return Personal(officer=stands, instead_of=officer)
    head = _present(organisation, _unit_heads(organisation, task.unit, now), task.excluded, now)
    return Unattended(unit=task.unit) if head is None else Personal(officer=head)


def _standing_in(organisation: Organisation, task: Live, officer: str, now: datetime) -> str | None:
    """The officer, or who stands in: substitutes of substitutes too, each able to do the task; None when nobody is."""
    seen: set[str] = set()
    current: str | None = officer
    while current is not None and current not in seen:
        seen.add(current)
        if organisation.there(current, now):
            return current if current == officer or entitled(organisation, task, current, now) else None
        absence = organisation.away(current, now)
        current = absence.substitute if absence is not None else None
    return None


def _heads(organisation: Organisation, officer: str, unit: str, now: datetime) -> Iterator[str]:
    """Who answers for the officer's work, the nearest first, then who answers for the dossier's unit."""
    for _, position in organisation.held(officer, day_of(now)):
        yield from _unit_heads(organisation, position.unit, now)
    yield from _unit_heads(organisation, unit, now)


def _unit_heads(organisation: Organisation, unit: str, now: datetime) -> Iterator[str]:
    for each in organisation.upwards(unit):
        yield from organisation.heads(each.id, day_of(now))


def _present(
    organisation: Organisation, officers: Iterable[str], excluded: frozenset[str], now: datetime
) -> str | None:
    """The first of them who is there and may see to it."""
    return next((each for each in officers if each not in excluded and organisation.there(each, now)), None)
