"""Who an officer is on a day: what they hold, and which roles they have in which units because of it."""

from __future__ import annotations

from datetime import datetime

from engine.officer import Officer
from engine.people.organisation import Organisation, day_of


def officer_at(organisation: Organisation, id: str, now: datetime) -> Officer | None:
    """The officer as of that time; None for somebody unknown, or who holds no position and no role then."""
    person, day = organisation.person(id), day_of(now)
    held = sorted(organisation.held(id, day), key=lambda each: each[0].id)
    granted = sorted(organisation.granted(id, day), key=lambda each: each.id)
    if person is None or not (held or granted):
        return None
    rights: dict[str, frozenset[str]] = {}
    tops = [(position.unit, position.roles) for _, position in held]
    tops += [(grant.unit, frozenset({grant.role})) for grant in granted]
    for top, roles in tops:
        for unit in (top, *sorted(organisation.within(top) - {top})):
            rights[unit] = rights.get(unit, frozenset()) | roles
    titles = [("Q. " if appointment.acting else "") + position.title for appointment, position in held]
    return Officer(id=id, name=person.name, position=", ".join(dict.fromkeys(titles)), unit=tops[0][0], rights=rights)
