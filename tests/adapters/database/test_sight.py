"""What the store gives to whom: units and queues."""

from dataclasses import replace

import pytest

from adapters.database import dossiers, people
from adapters.database.store import Store
from engine.officer import Officer
from tests.adapters.database.rows import add_dossier, dossier, officer, people_of, task


@pytest.fixture
def peopled(store: Store) -> Store:
    """Units with officers, and a dossier with a free task in each unit."""
    with store.write() as tx:
        people_of(tx)
        for number, unit in enumerate(("agency", "north", "east", "south"), 1):
            add_dossier(tx, dossier(f"D-{number}", unit), task(1, f"D-{number}"))
    return store


def found(store: Store, id: str) -> Officer:
    with store.read() as tx:
        who = people.find_officer(tx, id)
    assert who is not None
    return who


def queue(store: Store, who: Officer, which: str = "all", after: str = "", limit: int = 50) -> list[str]:
    with store.read() as tx:
        return [item.id for item, _ in dossiers.queue(tx, who, which=which, after=after, limit=limit)]


@pytest.mark.parametrize(
    ("top", "below"),
    [
        ("agency", {"agency", "north", "east", "south"}),
        ("north", {"north", "east"}),
        ("east", {"east"}),
        ("south", {"south"}),
        ("nowhere", set()),
    ],
)
def test_units_below(peopled: Store, top: str, below: set[str]) -> None:
    """The unit and all below it, at any depth, and nothing beside it."""
    with peopled.read() as tx:
        assert people.units_below(tx, top) == below


def test_an_officer_knows_the_units_below_their_own(peopled: Store) -> None:
    """Which is what their sight is decided by."""
    assert found(peopled, "of-north").units == {"north", "east"}


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("of-agency", ["D-1.1", "D-2.1", "D-3.1", "D-4.1"]),
        ("of-north", ["D-2.1", "D-3.1"]),
        ("of-east", ["D-3.1"]),
        ("of-south", ["D-4.1"]),
    ],
)
def test_a_queue_holds_the_tasks_of_the_officers_units(peopled: Store, who: str, seen: list[str]) -> None:
    """And none of another office."""
    officer = found(peopled, who)
    assert queue(peopled, officer) == seen
    assert queue(peopled, officer, "unclaimed") == seen
    assert queue(peopled, officer, "mine") == []
    assert queue(peopled, replace(officer, roles=frozenset({"auditor"}))) == []


def test_a_page_goes_on_after_its_cursor(peopled: Store) -> None:
    """Each task once, however the pages fall."""
    who = found(peopled, "of-agency")
    assert queue(peopled, who, limit=2) == ["D-1.1", "D-2.1"]
    assert queue(peopled, who, after="D-2.1", limit=2) == ["D-3.1", "D-4.1"]
    assert queue(peopled, who, after="D-4.1") == []


def test_a_queue_has_what_the_officer_may_take_or_holds(store: Store) -> None:
    """By role or by name; not what others hold, not what four eyes keep from them, not what is closed."""
    with store.write() as tx:
        people_of(tx)
        people.add_officer(tx, officer("an", "agency", "leader"))
        add_dossier(
            tx,
            dossier("D"),
            task(1, "D"),
            task(2, "D", role="leader"),
            task(3, "D", role="leader", excluded=frozenset({"an"})),
            task(4, "D", role=None, candidates=frozenset({"an"})),
            task(5, "D", role=None, candidates=frozenset({"ann", "a", "n", "an-2"})),
            task(6, "D", role="leader", holder="of-agency"),
            task(7, "D", role="leader", holder="an"),
            task(8, "D", role=None),
        )
    an = found(store, "an")
    assert queue(store, an, "unclaimed") == ["D.2", "D.4"]
    assert queue(store, an, "mine") == ["D.7"]
    assert queue(store, an, "all") == ["D.2", "D.4", "D.7"]
    assert queue(store, found(store, "of-agency"), "mine") == ["D.6"]


def test_only_dossiers_within_sight_are_listed(peopled: Store) -> None:
    """An auditor sees every unit."""
    with peopled.read() as tx:
        listed = {
            who: [row["code"] for row in dossiers.listed(tx, found(peopled, who), after="", limit=50)]
            for who in ("of-agency", "of-north", "of-south")
        }
        auditor = replace(found(peopled, "of-south"), roles=frozenset({"auditor"}))
        every = [row["code"] for row in dossiers.listed(tx, auditor, after="", limit=50)]
    assert listed == {"of-agency": ["D-1", "D-2", "D-3", "D-4"], "of-north": ["D-2", "D-3"], "of-south": ["D-4"]}
    assert every == ["D-1", "D-2", "D-3", "D-4"]


def test_a_dossier_comes_back_as_it_was_saved(store: Store) -> None:
    """With its open tasks and its current documents."""
    with store.write() as tx:
        people_of(tx)
        people.add_officer(tx, officer("an", "agency"))
        saved = add_dossier(
            tx, dossier("D", performers={"draft": ("an", "of-agency")}), task(1, "D", excluded=frozenset({"an", "b"}))
        )
    with store.read() as tx:
        assert dossiers.load(tx, "D") == saved
        assert dossiers.load(tx, "E") is None
