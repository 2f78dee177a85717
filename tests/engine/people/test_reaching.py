"""Who may change what: nobody reaches beyond the units that they answer for, whatever the change is called."""

from dataclasses import replace
from datetime import timedelta

import pytest

from engine.people import changes as to
from engine.people.changes import Change
from engine.people.organisation import Organisation, Position, RoleGrant
from engine.people.proposals import BIND, Proposal, of_subject
from engine.people.rights import concerned, refuses
from tests.engine.people.office import NOW, SINCE, office

AUDIT = Position(id="kiem-tra", title="Kiểm tra", unit="van-phong", roles=frozenset({"auditor"}))


def agency(*more: RoleGrant) -> Organisation:
    """An administers all; giang the office alone."""
    granted = [("an", "ubnd"), ("giang", "van-phong")]
    grants = tuple(
        RoleGrant(id=n, officer=who, role="administrator", unit=unit, document="QĐ", since=SINCE)
        for n, (who, unit) in enumerate(granted, 1)
    )
    found = office(grants=(*grants, *more))
    return replace(found, positions=(*found.positions, AUDIT))


def code(organisation: Organisation, officer: str, change: Change) -> str | None:
    refusal = refuses(organisation, officer, change, NOW)
    return None if refusal is None else refusal.code


@pytest.mark.parametrize(
    "change",
    [
        to.RoleGranted(officer="giang", role="auditor", unit="van-phong", document="QĐ", since=SINCE),
        to.PositionAdded(id="xem", title="Xem", unit="van-phong", roles=frozenset({"auditor"})),
        to.PositionChanged(id="pho-van-phong", roles=frozenset({"auditor"})),
        to.OfficerAppointed(officer="giang", position="kiem-tra", document="QĐ", since=SINCE),
    ],
    ids=["granted", "position-added", "position-changed", "appointed"],
)
def test_who_administers_a_unit_makes_no_auditor(change: Change) -> None:
    """An auditor reads every unit's dossiers, wherever the role is held: that is for who administers all of them."""
    assert code(agency(), "giang", change) == "right-missing"
    assert code(agency(), "an", change) is None
    assert "ubnd" in concerned(agency(), [change], NOW)


def test_other_roles_stay_within_their_unit() -> None:
    """Who administers a unit gives its roles."""
    given = to.RoleGranted(officer="giang", role="don-vi", unit="van-phong", document="QĐ", since=SINCE)
    assert code(agency(), "giang", given) is None


def test_nobody_sends_their_own_head_away() -> None:
    """The chairman has a role in the office, too; its head could else let mandates count that wait for an absence."""
    beside = RoleGrant(id=9, officer="an", role="don-vi", unit="van-phong", document="QĐ", since=SINCE)
    away = to.AbsenceRecorded(officer="an", since=NOW, until=NOW + timedelta(days=1), substitute="binh")
    assert code(agency(beside), "dung", away) == "right-missing"
    assert code(agency(beside), "an", away) is None
    below = to.AbsenceRecorded(officer="giang", since=NOW, until=NOW + timedelta(days=1))
    assert code(agency(), "dung", below) is None


def test_who_somebody_is_is_not_said_before_they_rise() -> None:
    """Khanh is to administer the whole from tomorrow on: who administers her division alone links her to nobody."""
    tomorrow = (NOW + timedelta(days=1)).date()
    local = RoleGrant(id=9, officer="hoa", role="administrator", unit="tu-phap", document="QĐ", since=SINCE)
    soon = RoleGrant(id=10, officer="khanh", role="administrator", unit="ubnd", document="QĐ", since=tomorrow)
    here = agency(local, soon)
    linked = to.OfficerChanged(id="khanh", subject="https://id x")
    assert code(here, "hoa", linked) == "right-missing"
    assert code(here, "an", linked) is None
    bind = Proposal(id="p-1", act=BIND, subject="khanh", body={}, author="an", reason=None, proposed=NOW)
    assert "ubnd" in of_subject(here, bind, NOW)
    assert code(agency(local), "hoa", linked) is None
