"""Positions, mandates and absences in the small agency, as a decision brings them."""

from datetime import date, datetime
from typing import Any

from adapters.database import organisation
from engine.people.changes import Change, MandateGiven, OfficerAppointed, PositionAdded
from engine.people.organisation import (
    Absence,
    Appointment,
    Mandate,
    MandateKind,
    Organisation,
    Position,
    Rank,
    RoleGrant,
    Unit,
)
from tests.adapters.application.world import World

SINCE = date(2026, 1, 1)


def add(world: World, *records: Unit | Position | Appointment | RoleGrant | Absence | Mandate) -> None:
    """Record them."""
    with world.app.store.write() as tx:
        for record in records:
            organisation.add(tx, record)


def position(
    world: World, id: str, title: str, unit: str, rank: Rank, who: str | None = None, roles: tuple[str, ...] = ()
) -> None:
    """A position, and who holds it, by signed acts."""
    made: list[Change] = [PositionAdded(id=id, title=title, unit=unit, rank=rank, roles=frozenset(roles))]
    if who is not None:
        made.append(OfficerAppointed(officer=who, position=id, document=f"QĐ {id}", since=SINCE))
    world.reorganise("an", *made).body_or_raise()


def leaders(world: World) -> None:
    """A chairwoman (hang), her deputy (duc), and the head of the office below (lan)."""
    position(world, "chu-tich", "Chủ tịch", "agency", "head", "hang", ("chu-tich",))
    position(world, "pho-chu-tich", "Phó Chủ tịch", "agency", "deputy", "duc")
    position(world, "chanh-van-phong", "Chánh Văn phòng", "van-phong", "head", "lan")


def mandate(
    world: World,
    kind: MandateKind,
    to: str,
    *,
    by: str = "chu-tich",
    until: date | None = date(2026, 12, 31),
    when_away: bool = False,
    **scope: Any,
) -> Mandate:
    """A mandate in force, for decisions if nothing else is said; given by a signed act."""
    id = f"{kind.lower()}-{to}"
    given = MandateGiven(
        id=id,
        capacity=kind,
        given_by=by,
        given_to=to,
        since=SINCE,
        until=until,
        document=f"QĐ {kind} {to}",
        when_away=when_away,
        **(scope or {"kinds": frozenset({"quyet-dinh"})}),
    )
    world.reorganise("an", given).body_or_raise()
    found = known(world).mandate(id)
    assert found is not None
    return found


def away(world: World, who: str, until: datetime, substitute: str | None = None) -> None:
    """That officer is away from now on."""
    since = world.clock()
    add(world, Absence(officer=who, since=since, until=until, substitute=substitute, document="Giấy nghỉ phép"))


def known(world: World) -> Organisation:
    """The organisation as it stands."""
    with world.app.store.read() as tx:
        return world.app.organisations.get(tx)
