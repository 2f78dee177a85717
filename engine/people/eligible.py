"""Who may do a task: who has its role, who is named, and who may sign for the competent position by a mandate.

Queues ask without the dossier's data (`met` are the mandates whose conditions were found to hold); whoever claims or
signs is asked over the data themselves.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime

from engine.people.capacity import OWN, Capacity, Denied, Matter, authorities_of, by_mandate, capacity, excluded, holds
from engine.people.organisation import Mandate, Organisation, day_of

_FINAL = ("absent", "capacity-excluded")
"""What being named does not mend: nobody leaves their position aside to sign as themselves."""


def able_officers(
    organisation: Organisation,
    *,
    role: str | None,
    unit: str,
    procedure: str | None,
    kind: str | None,
    met: frozenset[str],
    now: datetime,
) -> tuple[str, ...]:
    """Who could do a task of that role in that unit now, by id: its role's holders, and who has a mandate from them.

    Named officers come beside these. Whether anybody of them is there, or is kept from it by four eyes, is not asked.
    """
    if role is None:
        return ()
    day = day_of(now)
    matter = Matter(role=role, unit=unit, procedure=procedure, kind=kind, met=met)
    found = set(organisation.with_role(role, unit, day))
    for mandate in mandates_for(organisation, role, unit):
        if isinstance(by_mandate(organisation, mandate, matter, now), Capacity):
            found |= {each.officer for each in organisation.holders(mandate.given_to, day)}
    return tuple(sorted(found))


def mandates_for(organisation: Organisation, role: str, unit: str) -> Iterator[Mandate]:
    """All mandates, in force or not, that could let somebody sign for who is competent; also those passed on."""
    for position in authorities_of(organisation, role, unit):
        for mandate in organisation.mandates_by(position.id):
            if mandate.under is None:
                yield mandate
                yield from organisation.mandates_under(mandate.id)


def met_by(
    organisation: Organisation, role: str | None, unit: str, data: Mapping[str, object], now: datetime
) -> frozenset[str]:
    """The mandates for that role and unit whose condition the data meet; those without a condition are not listed."""
    if role is None:
        return frozenset()
    found = mandates_for(organisation, role, unit)
    return frozenset(each.id for each in found if each.scope.condition is not None and holds(each.scope, data, now))


def acting(
    organisation: Organisation,
    officer: str,
    matter: Matter | None,
    now: datetime,
    *,
    named: bool = False,
    allowed: Collection[str] | None = None,
) -> Capacity | Denied:
    """In which capacity the officer does a task: as `capacity` says; who is named one by one, also in their own name.

    `matter` is None where the task has no role. Where no position has the role, nobody signs for another one.
    """
    if matter is not None:
        found = capacity(organisation, officer, matter, now, allowed=allowed)
        nobody = not authorities_of(organisation, matter.role, matter.unit)
        if isinstance(found, Capacity) or found.code in _FINAL or not (named or nobody):
            return found
    own = _in_person(organisation, officer, now)
    return excluded(own, allowed) if isinstance(own, Capacity) and allowed is not None and OWN not in allowed else own


def _in_person(organisation: Organisation, officer: str, now: datetime) -> Capacity | Denied:
    if (absent := organisation.away(officer, now)) is not None:
        return Denied(code="absent", reason=f"{officer} is away ({absent.document})")
    held = organisation.held(officer, day_of(now))
    block = (held[0][1].title.upper(),) if held else ()
    return Capacity(kind="", authority="", block=block, reason=f"{officer} is named, or nobody has the role")
