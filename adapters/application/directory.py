"""Questions about the organisation: units with their heads, positions, who holds them, roles, mandates, absences."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

from adapters.application import views
from adapters.application.answer import Answer, refuse
from adapters.application.application import Application
from engine.errors import not_found
from engine.officer import AUDITOR, Officer
from engine.people.organisation import (
    Absence,
    Appointment,
    Dated,
    Mandate,
    Organisation,
    Position,
    RoleGrant,
    Unit,
    day_of,
)
from engine.people.rights import administers, heads_over

Json = dict[str, Any]
D = TypeVar("D", Appointment, RoleGrant, Mandate)
N = TypeVar("N", Appointment, RoleGrant, Absence)


def show_unit(app: Application, id: str) -> Answer:
    """A unit with its head of record (the nearest above where it has none), its positions and who holds them."""
    organisation, now = _known(app), app.clock()
    unit = organisation.find_unit(id)
    if unit is None:
        return refuse(not_found("unit", id, "list them: hoso unit list"))
    day = day_of(now)
    positions = [
        {**_position(each), "holders": [_holder(organisation, held) for held in organisation.holders(each.id, day)]}
        for each in organisation.positions_of(id)
    ]
    return Answer(body={**views.unit(unit), "head": _head(organisation, unit, day), "positions": positions})


def show_officer(app: Application, caller: Officer, id: str) -> Answer:
    """Somebody with all they hold, held or will hold, the mandates of what they hold now, and when they are away."""
    organisation, now = _known(app), app.clock()
    person = organisation.person(id)
    if person is None:
        return refuse(not_found("officer", id, "list them: hoso officer list"))
    held = {position.id for _, position in organisation.held(id, day_of(now))}
    mandates = [each for each in organisation.mandates if each.given_to in held or each.given_by in held]
    own = {"subject": person.subject} if _may_read(organisation, caller, id, now) else {}
    return Answer(
        body={
            **views.officer(organisation, id, now),
            **views.contact(person.contact),
            **own,
            "appointments": [_appointment(organisation, each) for each in organisation.appointments_of(id)],
            "grants": [_grant(each) for each in organisation.grants_of(id)],
            "mandates": [_mandate(each) for each in mandates if each.until is None or each.until >= day_of(now)],
            "absences": [_absence(organisation, caller, each, now) for each in organisation.absences_of(id)],
        }
    )


def list_positions(app: Application, unit: str | None, after: str, limit: int) -> Answer:
    """A page of positions, by id; with who holds them now."""
    organisation, day = _known(app), day_of(app.clock())
    wanted = organisation.positions if unit is None else organisation.positions_of(unit)
    found = sorted((each for each in wanted if each.id > after), key=lambda each: each.id)[:limit]
    items = [
        {**_position(each), "holders": [_holder(organisation, held) for held in organisation.holders(each.id, day)]}
        for each in found
    ]
    return _page(items, limit, "id")


def list_appointments(
    app: Application, officer: str | None, unit: str | None, on: date | None, after: str, limit: int
) -> Answer:
    """A page of appointments, by number: of an officer, in a unit, in force on a day."""
    organisation = _known(app)
    wanted = organisation.appointments if officer is None else organisation.appointments_of(officer)
    found = [each for each in wanted if unit is None or organisation.position(each.position).unit == unit]
    items = [_appointment(organisation, each) for each in _numbered(_on(found, on), after, limit)]
    return _page(items, limit, "number")


def list_grants(
    app: Application, officer: str | None, unit: str | None, on: date | None, after: str, limit: int
) -> Answer:
    """A page of the roles granted beside those of positions, by number."""
    organisation = _known(app)
    wanted = organisation.grants if officer is None else organisation.grants_of(officer)
    found = [each for each in wanted if unit is None or each.unit == unit]
    return _page([_grant(each) for each in _numbered(_on(found, on), after, limit)], limit, "number")


def list_mandates(app: Application, position: str | None, on: date | None, after: str, limit: int) -> Answer:
    """A page of mandates, by id; those that a position gave or has."""
    found = [each for each in _known(app).mandates if position in (None, each.given_by, each.given_to)]
    ahead = sorted((each for each in _on(found, on) if each.id > after), key=lambda each: each.id)
    return _page([_mandate(each) for each in ahead[:limit]], limit, "id")


def show_mandate(app: Application, id: str) -> Answer:
    """One mandate."""
    found = _known(app).mandate(id)
    if found is None:
        return refuse(not_found("mandate", id, "list them: hoso mandate list"))
    return Answer(body=_mandate(found))


def list_absences(
    app: Application, caller: Officer, officer: str | None, on: date | None, after: str, limit: int
) -> Answer:
    """A page of absences, by number; `on`: those that touch this day. Why somebody is away is told to few."""
    organisation, now = _known(app), app.clock()
    wanted = organisation.absences if officer is None else organisation.absences_of(officer)
    found = [each for each in wanted if on is None or day_of(each.since) <= on <= day_of(each.until)]
    items = [_absence(organisation, caller, each, now) for each in _numbered(found, after, limit)]
    return _page(items, limit, "number")


def _known(app: Application) -> Organisation:
    with app.store.read() as tx:
        return app.organisations.get(tx)


def _page(items: list[Json], limit: int, cursor: str) -> Answer:
    following = str(items[-1][cursor]) if len(items) == limit else None
    return Answer(body={"items": items, "next": following})


def _on(found: Iterable[D], on: date | None) -> list[D]:
    return [each for each in found if on is None or each.on(on)]


def _numbered(found: Iterable[N], after: str, limit: int) -> list[N]:
    start = int(after) if after.isdecimal() else 0
    return [each for each in found if each.id > start][:limit]


def _may_read(organisation: Organisation, caller: Officer, concerned: str, now: datetime) -> bool:
    """Whether the caller may read what is not for everybody: the officer, heads over them, administrators, auditors."""
    return (
        caller.id == concerned
        or AUDITOR in caller.roles
        or administers(organisation, caller.id, now)
        or heads_over(organisation, caller.id, concerned, now)
    )


def _head(organisation: Organisation, unit: Unit, day: date) -> Json | None:
    for above in organisation.upwards(unit.id):
        for position in organisation.positions_of(above.id):
            if position.rank == "head" and (held := organisation.holders(position.id, day)):
                where = {"position": position.id, "title": position.title, "unit": above.id}
                return {**_holder(organisation, held[0]), **where}
    return None


def _holder(organisation: Organisation, of: Appointment) -> Json:
    person = organisation.person(of.officer)
    return {"officer": of.officer, "name": person.name if person else of.officer, "acting": of.acting, **_days(of)}


def _days(of: Dated) -> Json:
    return {"since": of.since.isoformat(), "until": of.until.isoformat() if of.until else None}


def _position(of: Position) -> Json:
    return {"id": of.id, "title": of.title, "unit": of.unit, "rank": of.rank, "roles": sorted(of.roles)}


def _appointment(organisation: Organisation, of: Appointment) -> Json:
    position = organisation.position(of.position)
    what = {"position": of.position, "title": position.title, "unit": position.unit, "acting": of.acting}
    return {"number": of.id, "officer": of.officer, **what, **_days(of), "document": of.document}


def _grant(of: RoleGrant) -> Json:
    what = {"officer": of.officer, "role": of.role, "unit": of.unit}
    return {"number": of.id, **what, **_days(of), "document": of.document}


def _mandate(of: Mandate) -> Json:
    return {
        "id": of.id,
        "capacity": of.kind,
        "given_by": of.given_by,
        "given_to": of.given_to,
        **_days(of),
        "document": of.document,
        "procedures": _list(of.scope.procedures),
        "kinds": _list(of.scope.kinds),
        "condition": of.scope.condition,
        "under": of.under,
        "when_away": of.when_away,
    }


def _list(names: frozenset[str] | None) -> Sequence[str] | None:
    return None if names is None else sorted(names)


def _absence(organisation: Organisation, caller: Officer, of: Absence, now: datetime) -> Json:
    told = {
        "number": of.id,
        "officer": of.officer,
        "since": views.moment(of.since),
        "until": views.moment(of.until),
        "substitute": of.substitute,
    }
    return {**told, "document": of.document} if _may_read(organisation, caller, of.officer, now) else told
