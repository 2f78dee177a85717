"""Who answers for whose work, and why somebody cannot be given a task."""

from dataclasses import replace
from datetime import timedelta

import pytest

from engine.people.answering import answers_for, hindrance
from engine.people.cover import Live
from engine.people.officers import officer_at
from engine.people.organisation import Absence, Organisation, Person, RoleGrant
from tests.engine.people.office import HOLDERS, NOW, POSITIONS, SINCE, UNITS, held

OFFICE = Organisation(
    units=UNITS,
    positions=POSITIONS,
    people=tuple(Person(id=id, name=id) for id in (*HOLDERS, "phong", "quy", "moi")),
    appointments=tuple(held(officer, position) for officer, position in HOLDERS.items()),
    grants=(
        RoleGrant(officer="phong", role="administrator", unit="tu-phap", document="QĐ", since=SINCE),
        RoleGrant(officer="quy", role="head", unit="ho-tich", document="QĐ", since=SINCE),
    ),
    absences=(Absence(officer="minh", since=NOW, until=NOW + timedelta(days=1), substitute=None, document="Đơn"),),
)


@pytest.mark.parametrize(
    ("who", "unit", "holder", "answers"),
    [
        ("lan", "ho-tich", None, True),  # heads it
        ("hoa", "ho-tich", None, True),  # heads the unit around it
        ("an", "ho-tich", None, True),  # at the top
        ("khanh", "ho-tich", None, False),  # a deputy
        ("minh", "ho-tich", "minh", False),  # a member
        ("dung", "ho-tich", None, False),  # heads another unit
        ("dung", "ho-tich", "giang", True),  # whose member holds the task
        ("phong", "ho-tich", None, True),  # an administrator around it
        ("phong", "van-phong", None, False),  # not of that one
        ("quy", "ho-tich", None, True),  # has the role
        ("quy", "tu-phap", None, False),
    ],
)
def test_who_answers_for_a_task(who: str, unit: str, holder: str | None, answers: bool) -> None:
    """Heads of record upwards from its unit or its holder's, the role, administrators."""
    officer = officer_at(OFFICE, who, NOW)
    assert officer is not None
    assert answers_for(OFFICE, officer, unit, holder, NOW) is answers


TASK = Live(unit="ho-tich", role="ho-tich", candidates=frozenset({"lan", "dung", "nobody"}), holder="minh")


@pytest.mark.parametrize(
    ("task", "to", "why"),
    [
        (TASK, "lan", ""),
        (TASK, "minh", "is away until 2026-11-21T02:00:00Z"),
        (TASK, "moi", "holds no position today"),
        (TASK, "nobody", "holds no position today"),
        (TASK, "dung", "does not work in ho-tich"),
        (TASK, "hoa", "is not ho-tich"),
        (replace(TASK, role=None), "hoa", "is not named for it"),
        (replace(TASK, excluded=frozenset({"lan"})), "lan", "did a step that it must not share an officer with"),
    ],
)
def test_what_somebody_lacks(task: Live, to: str, why: str) -> None:
    """Told in words that follow the officer's id; an empty text when nothing is lacking."""
    assert hindrance(OFFICE, task, to, NOW) == why


def test_being_away_does_not_matter_to_who_gets_it_back() -> None:
    """Their substitute sees to it."""
    assert hindrance(OFFICE, TASK, "minh", NOW, present=False) == ""
