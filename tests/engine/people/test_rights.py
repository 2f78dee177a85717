"""Who may change what in the organisation: what concerns more than one's own unit is not for its administrator."""

from dataclasses import replace
from datetime import date

import pytest

from engine.people import changes as to
from engine.people.officers import officer_at
from engine.people.organisation import Organisation, Person, Position, RoleGrant
from engine.people.proposals import BIND, Proposal, refuses_decision
from engine.people.rights import home, refuses
from tests.engine.people.office import HOLDERS, NOW, SINCE, held, office

LATER = date(2026, 12, 1)
NAMES = (*HOLDERS, "kiem", "moi", "sap")


def agency() -> Organisation:
    """an administers the commune, hoa the justice division; sap works there and will be chairman, khanh is also in
    the centre, moi holds nothing.
    """
    started = office(
        grants=(
            RoleGrant(id=1, officer="an", role="administrator", unit="ubnd", document="QĐ", since=SINCE),
            RoleGrant(id=2, officer="hoa", role="administrator", unit="tu-phap", document="QĐ", since=SINCE),
            RoleGrant(id=3, officer="minh", role="auditor", unit="tu-phap", document="QĐ", since=SINCE),
        ),
    )
    audits = Position(id="thanh-tra", title="Thanh tra", unit="tu-phap", roles=frozenset({"auditor"}))
    writes = Position(id="van-thu", title="Văn thư", unit="tu-phap", roles=frozenset({"van-thu"}))
    more = (
        held("kiem", "thanh-tra"),
        held("khanh", "giam-doc"),
        held("sap", "van-thu"),
        held("sap", "chu-tich", since=LATER),
    )
    numbered = tuple(replace(each, id=number) for number, each in enumerate((*started.appointments, *more), 1))
    return replace(
        started,
        appointments=numbered,
        people=tuple(Person(id=id, name=id) for id in NAMES),
        positions=(*started.positions, audits, writes),
    )


def code(officer: str, change: to.Change) -> str | None:
    refusal = refuses(agency(), officer, change, NOW)
    return refusal.code if refusal else None


def number(officer: str, position: str) -> int:
    [found] = [each.id for each in agency().appointments if (each.officer, each.position) == (officer, position)]
    return found


def granted(role: str) -> to.Change:
    return to.RoleGranted(officer="minh", role=role, unit="tu-phap", document="QĐ", since=LATER)


def post(*roles: str) -> to.Change:
    return to.PositionAdded(id="moi", title="Mới", unit="tu-phap", roles=frozenset(roles))


def changed(position: str, *roles: str) -> to.Change:
    return to.PositionChanged(id=position, roles=frozenset(roles))


def appointed(position: str) -> to.Change:
    return to.OfficerAppointed(officer="minh", position=position, document="QĐ", since=LATER)


LOCAL = (
    granted("van-thu"), granted("administrator"), granted("head"), post("van-thu"), changed("van-thu", "chuyen-vien"),
    appointed("van-thu"), to.AppointmentEnded(appointment=number("hoa", "truong-phong"), until=LATER, document="QĐ"),
    to.OfficerChanged(id="minh", name="Minh"), to.PositionChanged(id="thanh-tra", title="Thanh tra viên"),
    to.OfficerChanged(id="moi", name="Mới"),
)  # fmt: skip
WIDE = (
    granted("auditor"), granted("worker"), post("auditor"), post("van-thu", "worker"), changed("van-thu", "auditor"),
    changed("thanh-tra", "van-thu"), appointed("thanh-tra"), to.RoleEnded(grant=3, until=LATER, document="QĐ"),
    to.AppointmentEnded(appointment=number("kiem", "thanh-tra"), until=LATER, document="QĐ"),
    to.OfficerChanged(id="khanh", name="Khánh"), to.OfficerChanged(id="sap", subject="https://id hoa"),
)  # fmt: skip


@pytest.mark.parametrize("change", LOCAL, ids=lambda change: str(change)[:80])
def test_an_administrator_changes_their_own_unit(change: to.Change) -> None:
    """What gives and takes rights within the division is its administrator's."""
    assert (code("hoa", change), code("an", change)) == (None, None)


@pytest.mark.parametrize("change", WIDE, ids=lambda change: str(change)[:80])
def test_what_counts_in_the_whole_agency_is_given_and_taken_at_the_top(change: to.Change) -> None:
    """Auditors read every office's dossiers and can change none, programs do every office's jobs: no division makes
    or unmakes one. Nor does it change who somebody is who holds something elsewhere, or will.
    """
    assert (code("hoa", change), code("an", change)) == ("right-missing", None)


def test_who_answers_for_somebody_administers_all_that_they_hold() -> None:
    """The lowest unit around it; the top one for who holds nothing."""
    found = {id: home(agency(), id, NOW) for id in ("minh", "khanh", "sap", "moi", "an")}
    assert found == {"minh": "tu-phap", "khanh": "ubnd", "sap": "ubnd", "moi": "ubnd", "an": "ubnd"}


def test_a_binding_is_approved_by_who_administers_what_the_officer_will_hold() -> None:
    """Else a division would sign for the next chairman."""
    hoa = officer_at(agency(), "hoa", NOW)
    assert hoa is not None
    said = {"id": "p-1", "act": BIND, "author": "an", "reason": None, "proposed": NOW}
    of = {id: Proposal(subject=id, body={}, **said) for id in ("minh", "sap")}  # type: ignore[arg-type]
    refused = {id: refuses_decision(agency(), each, hoa, NOW) for id, each in of.items()}
    assert refused["minh"] is None
    assert refused["sap"] is not None
