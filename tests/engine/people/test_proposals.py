"""Who needs a second person, and who may be one: pure rules over the organisation and its dates."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from engine.officer import ADMINISTRATOR, AUDITOR, INTEGRATOR, Officer
from engine.people.officers import officer_at
from engine.people.organisation import Appointment, Organisation, Person, Position, RoleGrant, Unit
from engine.people.proposals import (
    BIND,
    DEPLOY,
    LAPSED,
    LAPSES,
    OPEN,
    REJECTED,
    Proposal,
    may_see,
    needs_another,
    refuses_approval,
    refuses_withdrawal,
)

NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)
LONG = date(2020, 1, 1)
UNITS = (Unit(id="top", name="Top"), Unit(id="one", name="One", parent="top"), Unit(id="two", name="Two", parent="top"))
DUTIES = {
    "an": ("top", ADMINISTRATOR),
    "binh": ("top", ADMINISTRATOR),
    "chi": ("one", ADMINISTRATOR),
    "tuan": ("top", INTEGRATOR),
    "kiem": ("top", AUDITOR),
    "lan": ("one", "chuyen-vien"),
}


def agency(*who: str, **changes: object) -> Organisation:
    """An agency with these officers, each in a position of their own."""
    return Organisation(
        units=UNITS,
        people=tuple(Person(id=id, name=id) for id in DUTIES),
        positions=tuple(
            Position(id=id, title=id, unit=unit, roles=frozenset({role})) for id, (unit, role) in DUTIES.items()
        ),
        appointments=tuple(
            Appointment(id=n, officer=id, position=id, document="", since=LONG) for n, id in enumerate(who, 1)
        ),
        **changes,  # type: ignore[arg-type]
    )


def proposal(author: str = "tuan", act: str = DEPLOY, subject: str = "p", **changes: object) -> Proposal:
    new = Proposal(id="p-000001", act=act, subject=subject, body={}, author=author, reason=None, proposed=NOW)
    return replace(new, **changes)  # type: ignore[arg-type]


def officer(organisation: Organisation, id: str) -> Officer:
    found = officer_at(organisation, id, NOW)
    assert found is not None
    return found


def code(organisation: Organisation, of: Proposal, by: str, now: datetime = NOW) -> str | None:
    refusal = refuses_approval(organisation, of, officer(organisation, by), now)
    return None if refusal is None else refusal.code


@pytest.mark.parametrize(
    ("who", "author", "needed"),
    [
        (("an", "tuan"), "an", False),
        (("an", "tuan"), "tuan", True),
        (("an", "binh"), "an", True),
        (("an", "chi"), "an", False),
        (("an", "chi"), "chi", True),
        (("tuan", "lan"), "tuan", False),
    ],
)
def test_another_is_needed_as_soon_as_another_administers(who: tuple[str, ...], author: str, needed: bool) -> None:
    """All that it is about: a deployment is about the whole agency, and chi administers a unit of it."""
    assert needs_another(agency(*who), proposal(author), NOW) is needed


@pytest.mark.parametrize(("since", "until"), [(LONG, date(2021, 1, 1)), (date(2030, 1, 1), None)])
def test_the_dates_of_another_administrator_do_not_matter(since: date, until: date | None) -> None:
    """Who ended the other's office, or appointed them for later only, is not alone by that."""
    grant = RoleGrant(officer="lan", role=ADMINISTRATOR, unit="top", document="", since=since, until=until)
    assert needs_another(agency("an", "lan", grants=(grant,)), proposal("an"), NOW)
    once = Appointment(officer="binh", position="binh", document="", since=since, until=until)
    alone = agency("an")
    assert needs_another(replace(alone, appointments=(*alone.appointments, once)), proposal("an"), NOW)


def test_who_approves() -> None:
    """An administrator of all the units that it concerns, who is not its author."""
    office = agency(*DUTIES)
    assert {by: code(office, proposal(), by) for by in DUTIES} == {
        "an": None,
        "binh": None,
        "chi": "right-missing",
        "tuan": "proposal-own",
        "kiem": "right-missing",
        "lan": "right-missing",
    }
    binding = proposal(author="an", act=BIND, subject="lan")
    assert {by: code(office, binding, by) for by in ("an", "binh", "chi")} == {
        "an": "proposal-own",
        "binh": None,
        "chi": None,
    }
    whole = proposal(author="an", act=BIND, subject="nobody-yet")
    assert (code(office, whole, "binh"), code(office, whole, "chi")) == (None, "right-missing")


def test_the_author_must_still_have_the_right() -> None:
    """Who is no officer any more, or lost the role, has nothing approved."""
    assert code(agency("an"), proposal(), "an") == "author-lost-right"
    assert code(agency("an", "lan"), proposal(author="lan"), "an") == "author-lost-right"


def test_the_author_of_a_binding_must_still_administer_its_officer() -> None:
    """To administer another unit is not enough: chi administers one, and not (any more) the top."""
    office = agency(*DUTIES)
    assert code(office, proposal(author="chi", act=BIND, subject="lan"), "an") is None
    assert code(office, proposal(author="chi", act=BIND, subject="tuan"), "an") == "author-lost-right"


def test_a_proposal_is_open_for_30_days() -> None:
    """Up to the last moment; who decided is told."""
    office, last = agency(*DUTIES), NOW + LAPSES
    assert proposal().state_at(last - timedelta(seconds=1)) == OPEN
    assert proposal().state_at(last) == LAPSED
    assert proposal(state=REJECTED).state_at(last) == REJECTED
    assert code(office, proposal(), "an", last) == "proposal-lapsed"
    assert code(office, proposal(state=REJECTED, decided_by="binh"), "an", last) == "proposal-decided"


def test_only_the_author_withdraws() -> None:
    """And only what is open."""
    office = agency(*DUTIES)
    codes = {}
    for who in ("tuan", "an"):
        refusal = refuses_withdrawal(proposal(), officer(office, who), NOW)
        codes[who] = refusal and refusal.code
    assert codes == {"tuan": None, "an": "proposal-of-another"}
    late = refuses_withdrawal(proposal(state=REJECTED, decided_by="an"), officer(office, "tuan"), NOW)
    assert late is not None
    assert late.code == "proposal-decided"


def test_who_sees_it() -> None:
    """Administrators, auditors, its author."""
    office = agency(*DUTIES)
    assert {who for who in DUTIES if may_see(officer(office, who), proposal())} == {"an", "binh", "chi", "kiem", "tuan"}
