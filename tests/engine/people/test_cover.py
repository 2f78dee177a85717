"""Every live task stands in exactly one queue that somebody who is there sees."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from engine.people.cover import Live, Personal, Shared, Unattended, entitled, queue
from engine.people.organisation import Absence, Organisation
from tests.engine.people.office import HOLDERS, NOW, away, held, office

DRAFT = Live(unit="ho-tich", role="ho-tich", holder="minh")
FREE = Live(unit="ho-tich", role="ho-tich")


def test_a_held_task_is_with_its_holder() -> None:
    """Nobody is away."""
    assert queue(office(), DRAFT, NOW) == Personal(officer="minh")


def test_a_substitute_who_could_do_it_has_it_while_the_holder_is_away() -> None:
    """From the absence's first minute to its end, and then it is the holder's again."""
    absent = away("minh", "lan", until=datetime(2026, 11, 20, 5, 0, tzinfo=UTC))
    here = office(absences=(absent,), besides=(held("lan", "ho-tich-vien"),))
    assert queue(here, DRAFT, NOW) == Personal(officer="lan", instead_of="minh")
    assert queue(here, DRAFT, absent.until) == Personal(officer="minh")


def test_a_substitute_without_the_role_does_not_get_it() -> None:
    """It goes to the nearest head who is there."""
    assert queue(office(absences=(away("minh", "giang"),)), DRAFT, NOW) == Personal(officer="lan", instead_of="minh")
    both = office(absences=(away("minh", "giang"), away("lan")))
    assert queue(both, DRAFT, NOW) == Personal(officer="hoa", instead_of="minh")


def test_the_substitute_is_away_too() -> None:
    """The substitute's substitute has it."""
    here = office(absences=(away("minh", "lan"), away("lan", "khanh")), besides=(held("khanh", "ho-tich-vien"),))
    assert queue(here, DRAFT, NOW) == Personal(officer="khanh", instead_of="minh")


def test_two_who_stand_in_for_each_other_are_both_away() -> None:
    """The circle ends, and a head has it."""
    here = office(absences=(away("minh", "lan"), away("lan", "minh")), besides=(held("lan", "ho-tich-vien"),))
    assert queue(here, DRAFT, NOW) == Personal(officer="hoa", instead_of="minh")


def test_four_eyes_hold_for_those_who_stand_in() -> None:
    """Who did the other step gets the task neither as a substitute nor as a head."""
    here = office(absences=(away("minh", "lan"),), besides=(held("lan", "ho-tich-vien"),))
    task = Live(unit="ho-tich", role="ho-tich", holder="minh", excluded=frozenset({"lan"}))
    assert queue(here, task, NOW) == Personal(officer="hoa", instead_of="minh")


def test_a_free_task_waits_for_those_with_the_role() -> None:
    """As long as one of them is there."""
    assert queue(office(), FREE, NOW) == Shared(unit="ho-tich", role="ho-tich", candidates=frozenset())


def test_a_free_task_whose_only_officer_is_away() -> None:
    """The substitute has it if able, else the nearest head."""
    assert queue(office(absences=(away("minh"),)), FREE, NOW) == Personal(officer="lan")


def test_an_officer_who_left_is_not_there() -> None:
    """A held task does not go with its holder."""
    assert queue(office(without=frozenset({"minh"})), DRAFT, NOW) == Personal(officer="lan", instead_of="minh")


def test_when_nobody_is_left_administrators_see_it() -> None:
    """It is in no officer's queue, and not lost."""
    everybody = tuple(away(each) for each in HOLDERS)
    assert queue(office(absences=everybody), DRAFT, NOW) == Unattended(unit="ho-tich")


OFFICERS = st.sampled_from(sorted(HOLDERS))


@st.composite
def absences(draw: st.DrawFn) -> tuple[Absence, ...]:
    """Anybody away, with any substitute, themselves included."""
    absent = draw(st.frozensets(OFFICERS))
    return tuple(away(each, draw(st.one_of(st.none(), OFFICERS))) for each in sorted(absent))


@given(absences(), OFFICERS, st.frozensets(OFFICERS, max_size=3), st.booleans())
def test_every_live_task_stands_in_one_queue_that_somebody_sees(
    absent: tuple[Absence, ...], holder: str, excluded: frozenset[str], free: bool
) -> None:
    """Whoever is away and whoever stands in: who has the task is there, may see to it, and the queue is unique."""
    here: Organisation = office(absences=absent)
    task = Live(unit="ho-tich", role="ho-tich", excluded=excluded - {holder}, holder=None if free else holder)
    found = queue(here, task, NOW)
    assert found == queue(here, task, NOW)
    match found:
        case Personal(officer=officer):
            assert here.there(officer, NOW)
            assert officer not in task.excluded
        case Shared():
            assert any(here.there(each, NOW) and entitled(here, task, each, NOW) for each in HOLDERS)
        case Unattended():
            heads = {"an", "hoa", "lan"}
            assert not any(here.there(each, NOW) and each not in task.excluded for each in heads)
