"""Where a live task stands: in exactly one queue, whoever is away.

A held task is with its holder; while the holder is away, with the substitute, as far as that one could do it; else with
the nearest head who is there. A free task is with those who may claim it, as long as one of them is there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from engine.calendar import VIETNAM
from engine.people.eligible import able_officers
from engine.people.organisation import Organisation, day_of

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """What of an open task decides where it stands; `unit` is asked to do it. It has a holder, a role or candidates.

    `procedure`, `kind` and `met` (the mandates whose condition holds) say who may do it by a mandate.
    """

    unit: str
    role: str | None
    candidates: frozenset[str] = frozenset()
    excluded: frozenset[str] = frozenset()
    holder: str | None = None
    procedure: str | None = None
    kind: str | None = None
    met: frozenset[str] = frozenset()


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
    """Nobody in the agency could do it: administrators and heads around the unit see it, and mend the organisation."""

    unit: str


Queue = Personal | Shared | Unattended


def queue(organisation: Organisation, task: Live, now: datetime) -> Queue:
    """Where the task stands now; whoever it stands with is there, sees it, and is not kept from it."""
    if task.holder is None:
        return _shared(organisation, task, now)
    holder = task.holder
    stands = _standing_in(organisation, task, holder, now)
    if stands is None:
        stands = _present(organisation, task, _heads(organisation, holder, task.unit, now), now)
    if stands is None:
        return Unattended(unit=task.unit)
    return Personal(officer=stands, instead_of=holder if stands != holder else None)


def entitled(organisation: Organisation, task: Live, officer: str, now: datetime) -> bool:
    """Whether the officer could do the task: has its role or is named, and is not kept from it by four eyes."""
    return officer in able(organisation, task, now)


def able(organisation: Organisation, task: Live, now: datetime) -> frozenset[str]:
    """All who could do the task, there or not: by its role, by name, by a mandate.

    None whom four eyes keep from it. Who is named works in its unit, else they would not see it; by a mandate a unit
    takes part that has nothing else to do with it (TL., TUQ.).
    """
    by_role = able_officers(
        organisation,
        role=task.role,
        unit=task.unit,
        procedure=task.procedure,
        kind=task.kind,
        met=task.met,
        now=now,
    )
    day = day_of(now)
    named = frozenset(each for each in task.candidates if works_in(organisation, each, task.unit, day))
    return named.union(by_role) - task.excluded


def works_in(organisation: Organisation, officer: str, unit: str, day: date) -> bool:
    """Whether the officer holds anything in the unit or around it, and so sees what it has to do."""
    around = {each.id for each in organisation.upwards(unit)}
    held = (position.unit for _, position in organisation.held(officer, day))
    return any(each in around for each in held) or any(
        each.unit in around for each in organisation.granted(officer, day)
    )


def next_change(organisation: Organisation, after: datetime) -> datetime | None:
    """When, next after that time, an absence, appointment, role or mandate begins or ends; None: never."""
    dated = (*organisation.appointments, *organisation.grants, *organisation.mandates)
    days = {each.since for each in dated} | {each.until + ONE_DAY for each in dated if each.until is not None}
    moments = {datetime.combine(day, time(), VIETNAM) for day in days}
    moments |= {moment for each in organisation.absences for moment in (each.since, each.until)}
    return min((each for each in moments if each > after), default=None)


def _shared(organisation: Organisation, task: Live, now: datetime) -> Queue:
    could = sorted(able(organisation, task, now))
    if any(organisation.there(each, now) for each in could):
        return Shared(unit=task.unit, role=task.role, candidates=task.candidates)
    for officer in could:
        stands = _standing_in(organisation, task, officer, now)
        if stands is not None:
            return Personal(officer=stands, instead_of=officer)
    head = _present(organisation, task, _unit_heads(organisation, task.unit, now), now)
    return Unattended(unit=task.unit) if head is None else Personal(officer=head)


def _standing_in(organisation: Organisation, task: Live, officer: str, now: datetime) -> str | None:
    """The officer, or who stands in: substitutes of substitutes too, each able to do the task; None when nobody is."""
    seen: set[str] = set()
    current: str | None = officer
    while current is not None and current not in seen:
        seen.add(current)
        if organisation.there(current, now):
            keeps = current == officer and works_in(organisation, current, task.unit, day_of(now))
            return current if keeps or entitled(organisation, task, current, now) else None
        absence = organisation.away(current, now)
        current = absence.substitute if absence is not None else None
    return None


def _heads(organisation: Organisation, officer: str, unit: str, now: datetime) -> Iterator[str]:
    """Who answers for the officer's work, the nearest first, then who answers for the task's unit."""
    for _, position in organisation.held(officer, day_of(now)):
        yield from _unit_heads(organisation, position.unit, now)
    yield from _unit_heads(organisation, unit, now)


def _unit_heads(organisation: Organisation, unit: str, now: datetime) -> Iterator[str]:
    for each in organisation.upwards(unit):
        yield from organisation.heads(each.id, day_of(now))


def _present(organisation: Organisation, task: Live, officers: Iterable[str], now: datetime) -> str | None:
    """The first of them who is there, works in the task's unit and is not kept from it."""
    fit = (each for each in officers if each not in task.excluded and organisation.there(each, now))
    return next((each for each in fit if works_in(organisation, each, task.unit, day_of(now))), None)
