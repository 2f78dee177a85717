"""Absences that leave nobody without cover: who stands in, and who answers where nobody does."""

from __future__ import annotations

from datetime import datetime, timedelta

from engine.errors import Refusal, not_found
from engine.people.holding import overlap
from engine.people.organisation import Absence, Dated, Organisation, day_of
from engine.people.refusals import conflict, invalid

LONGEST = timedelta(days=366)


def refuses_absence(organisation: Organisation, new: Absence) -> Refusal | None:
    """Refuse an absence with wrong times, or one that leaves work without anybody."""
    if new.until <= new.since:
        return invalid("dates-order", f"{new.until} is not after {new.since}", "give an end after the beginning")
    if new.until - new.since > LONGEST:
        message = f"{(new.until - new.since).days} days; an absence has at most {LONGEST.days}"
        return invalid("absence-long", message, "end the appointment instead")
    for each in organisation.absences_of(new.officer):
        if each.since < new.until and new.since < each.until:
            message = f"{new.officer} is away from {each.since} to {each.until} already (absence {each.id})"
            return conflict("absence-twice", message, "end that one first, or choose other times")
    return _uncovered(organisation, new) if new.substitute is None else _no_substitute(organisation, new)


def _uncovered(organisation: Organisation, new: Absence) -> Refusal | None:
    """Refuse that nobody stands in for a head, or for somebody whose work falls to no head."""
    times = Dated(since=day_of(new.since), until=day_of(new.until))
    held = [each for each in organisation.appointments_of(new.officer) if overlap(each, times)]
    units = {organisation.position(each.position).unit for each in held}
    heading = [each.position for each in held if organisation.position(each.position).rank == "head"]
    if heading:
        return conflict("cover-missing", f"{new.officer} heads {', '.join(heading)}", "name a substitute")
    around = [above.id for unit in units for above in organisation.upwards(unit)]
    if units and not any(organisation.heads(unit, times.since) for unit in around):
        message = f"nobody heads {', '.join(sorted(units))} or a unit around it, to whom the work would fall"
        return conflict("cover-missing", message, "name a substitute")
    return None


def _no_substitute(organisation: Organisation, new: Absence) -> Refusal | None:
    """Refuse a substitute who cannot stand in."""
    substitute, another = str(new.substitute), "name another substitute"
    if substitute == new.officer:
        return invalid("substitute-self", f"{substitute} cannot stand in for themself", another)
    if organisation.person(substitute) is None:
        return not_found("officer", substitute, another)
    day = day_of(new.since)
    if not (organisation.held(substitute, day) or organisation.granted(substitute, day)):
        return conflict("substitute-out-of-office", f"{substitute} holds nothing on {day}", another)
    if _away_throughout(organisation, substitute, new):
        return conflict("substitute-away", f"{substitute} is away all that time", another)
    if _leads_back(organisation, substitute, new.officer, new.since, new.until, frozenset()):
        message = f"{substitute} is away in that time, too, and the substitutes lead back to {new.officer}"
        return conflict("cover-circle", message, another)
    return None


def _away_throughout(organisation: Organisation, officer: str, times: Absence) -> bool:
    back = times.since
    for each in sorted(organisation.absences_of(officer), key=lambda each: each.since):
        if each.since <= back:
            back = max(back, each.until)
    return back >= times.until


def _leads_back(
    organisation: Organisation, officer: str, to: str, since: datetime, until: datetime, seen: frozenset[str]
) -> bool:
    """Whether the officer's substitutes, where absences meet within these times, end at `to`."""
    for each in organisation.absences_of(officer):
        begin, end = max(since, each.since), min(until, each.until)
        if each.substitute is None or begin >= end or officer in seen:
            continue
        if each.substitute == to or _leads_back(organisation, each.substitute, to, begin, end, seen | {officer}):
            return True
    return False
