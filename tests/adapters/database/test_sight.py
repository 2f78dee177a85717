"""What the store gives to whom: units and queues."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Select, TextClause, select, text
from sqlalchemy.dialects import postgresql, sqlite

from adapters.database import dossiers, organisation, queues
from adapters.database.queues import Desk, Look, View
from adapters.database.store import Store, Transaction
from adapters.database.tables import task_candidate
from engine.officer import Officer
from engine.outcome import Outcome
from engine.people.officers import officer_at
from tests.adapters.database.rows import NOW, add_dossier, add_officer, add_unit, dossier, officer, people_of, task

CURSOR = f"{NOW:%Y%m%d%H%M%S%f}0"
DIALECTS = {"EXPLAIN": postgresql.dialect(), "EXPLAIN QUERY PLAN": sqlite.dialect()}


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
        who = officer_at(organisation.load(tx), id, NOW)
    assert who is not None
    return who


def look(view: View = "all", after: str = "", limit: int = 50, at: datetime | None = None) -> Look:
    return Look(view=view, now=NOW, soon=NOW + timedelta(days=2), after=after, limit=limit, at=at)


def queue(store: Store, who: Officer, view: View = "all", after: str = "", limit: int = 50) -> list[str]:
    with store.read() as tx:
        return ids(tx, who, look(view, after, limit))


def ids(tx: Transaction, who: Officer, asked: Look) -> list[str]:
    return [id for id, _ in queues.first_tasks(tx, Desk(officer=who), asked)]


def rank_of(store: Store, id: str) -> str:
    """The cursor that goes on after a task."""
    with store.read() as tx:
        row = dossiers.find_task(tx, id)
    assert row is not None
    return str(row["rank"])


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
        assert organisation.load(tx).within(top) == (below or {top})


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
    assert queue(peopled, officer, "unit") == seen
    assert queue(peopled, officer, "mine") == []
    assert queue(peopled, replace(officer, rights={unit: frozenset({"auditor"}) for unit in officer.units})) == []


def test_a_page_goes_on_after_its_cursor(peopled: Store) -> None:
    """Each task once, however the pages fall."""
    who = found(peopled, "of-agency")
    assert queue(peopled, who, limit=2) == ["D-1.1", "D-2.1"]
    assert queue(peopled, who, after=rank_of(peopled, "D-2.1"), limit=2) == ["D-3.1", "D-4.1"]
    assert queue(peopled, who, after=rank_of(peopled, "D-4.1")) == []


def test_a_queue_has_what_the_officer_may_take_or_holds(store: Store) -> None:
    """By role or by name; not what others hold, not what four eyes keep from them, not what is closed."""
    with store.write() as tx:
        people_of(tx)
        add_officer(tx, "an", "agency", "leader")
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
            task(9, "D", role=None, candidates=frozenset({"an\x00", "an"})),
        )
    an = found(store, "an")
    assert queue(store, an, "unit") == ["D.2", "D.4", "D.9"]
    assert queue(store, an, "mine") == ["D.7"]
    assert queue(store, an, "all") == ["D.2", "D.4", "D.7", "D.9"]
    assert queue(store, found(store, "of-agency"), "mine") == ["D.6"]


def test_only_dossiers_within_sight_are_listed(peopled: Store) -> None:
    """An auditor sees every unit."""
    with peopled.read() as tx:
        listed = {
            who: [row["code"] for row in dossiers.listed(tx, found(peopled, who), after="", limit=50)]
            for who in ("of-agency", "of-north", "of-south")
        }
        auditor = replace(found(peopled, "of-south"), rights={"south": frozenset({"auditor"})})
        every = [row["code"] for row in dossiers.listed(tx, auditor, after="", limit=50)]
    assert listed == {"of-agency": ["D-1", "D-2", "D-3", "D-4"], "of-north": ["D-2", "D-3"], "of-south": ["D-4"]}
    assert every == ["D-1", "D-2", "D-3", "D-4"]


def test_a_dossier_comes_back_as_it_was_saved(store: Store) -> None:
    """With its open tasks and its current documents."""
    with store.write() as tx:
        people_of(tx)
        add_officer(tx, "an", "agency")
        saved = add_dossier(
            tx, dossier("D", performers={"draft": ("an", "of-agency")}), task(1, "D", excluded=frozenset({"an", "b"}))
        )
    with store.read() as tx:
        assert dossiers.load(tx, "D") == saved
        assert dossiers.load(tx, "E") is None


def test_a_queue_begins_with_what_is_urgent(store: Store) -> None:
    """By priority, then by due time, the dossier's where the task has none; what is never due comes last."""
    later, soon = NOW + timedelta(days=9), NOW + timedelta(hours=1)
    with store.write() as tx:
        people_of(tx)
        add_dossier(tx, dossier("A"), task(1, "A", priority=0), task(2, "A"), task(3, "A", due=later))
        add_dossier(tx, dossier("B", due=soon), task(1, "B"), task(2, "B", due=later), task(3, "B", priority=100))
    who = found(store, "of-agency")
    order = ["B.3", "B.1", "A.3", "B.2", "A.2", "A.1"]
    assert queue(store, who) == order
    paged = [queue(store, who, after=rank_of(store, id), limit=1) for id in order]
    assert paged == [[id] for id in order[1:]] + [[]]


def test_a_task_moves_in_its_queue_as_its_dossiers_term_moves(store: Store) -> None:
    """A suspended dossier gets a later term; its tasks are due then."""
    with store.write() as tx:
        people_of(tx)
        before = add_dossier(tx, dossier("A", due=NOW), task(1, "A"), task(2, "A", holder="of-agency"))
        add_dossier(tx, dossier("B", due=NOW + timedelta(days=1)), task(1, "B"))
        who = officer_at(organisation.load(tx), "of-agency", NOW)
        assert who is not None
        assert ids(tx, who, look(limit=9)) == ["A.1", "A.2", "B.1"]
        after = replace(before, due=NOW + timedelta(days=2), revision=1)
        dossiers.save(tx, before, Outcome(dossier=after), NOW)
        assert ids(tx, who, look(limit=9)) == ["B.1", "A.1", "A.2"]


def test_a_free_task_is_seen_from_its_follow_up_date_on(store: Store) -> None:
    """One that somebody holds is always seen: it is in their hands."""
    tomorrow = NOW + timedelta(days=1)
    with store.write() as tx:
        people_of(tx)
        held = task(3, "D", follow_up=tomorrow, holder="of-agency")
        named = task(4, "D", follow_up=tomorrow, role=None, candidates=frozenset({"of-agency"}))
        add_dossier(tx, dossier("D"), task(1, "D"), task(2, "D", follow_up=tomorrow), held, named)
    who = found(store, "of-agency")
    with store.read() as tx:
        seen = {at: ids(tx, who, look(at=at)) for at in (NOW, tomorrow - timedelta(microseconds=1), tomorrow, None)}
    assert seen[NOW] == seen[tomorrow - timedelta(microseconds=1)] == ["D.1", "D.3"]
    assert seen[tomorrow] == seen[None] == ["D.1", "D.2", "D.3", "D.4"]


def test_a_task_that_is_over_waits_for_nobody_it_named(store: Store) -> None:
    """Completed or cancelled, it leaves nothing behind in their queues."""
    with store.write() as tx:
        people_of(tx)
        one = add_dossier(tx, dossier("D"), task(1, "D", role=None, candidates=frozenset({"of-agency", "of-nowhere"})))
        dossiers.save(tx, one, Outcome(dossier=replace(one, tasks={}, revision=1), closed={1: "completed"}), NOW)
    assert queue(store, found(store, "of-agency")) == []
    with store.read() as tx:
        assert tx.execute(select(task_candidate)).all() == []


def test_an_officer_of_many_units_has_one_queue(store: Store) -> None:
    """More queues than one question to the database holds."""
    with store.write() as tx:
        add_unit(tx, "top", None)
        add_officer(tx, "an", "top", "clerk", "leader")
        for number in range(250):
            add_unit(tx, f"unit-{number:03}", "top")
            if number % 50 == 0:
                add_dossier(
                    tx, dossier(f"D{number:03}", f"unit-{number:03}"), task(1, f"D{number:03}", priority=number // 5)
                )
    assert queue(store, found(store, "an")) == ["D200.1", "D150.1", "D100.1", "D050.1", "D000.1"]


@pytest.mark.parametrize(
    ("view", "after"), [("all", "0"), ("soon", CURSOR), ("overdue", CURSOR), ("returned", CURSOR), ("soon", "")]
)
def test_every_queue_is_read_in_order_from_an_index(store: Store, view: View, after: str) -> None:
    """So a page costs the same however long the queue is: nothing is sorted, nothing is passed over row by row."""
    who = officer("an", "agency", "clerk")
    for each in queues.questions_for(Desk(officer=who, over=frozenset({"agency"})), look(view, after)):
        with store.read() as tx:
            if store.engine.dialect.name == "postgresql":
                for way in ("seqscan", "bitmapscan", "sort"):
                    tx.execute(text(f"SET LOCAL enable_{way} = off"))
                told = "\n".join(tx.execute(explained(each, "EXPLAIN")).scalars())
                assert "Seq Scan on task" not in told
                assert "Sort" not in told or "task_candidate" in told
            else:
                told = "\n".join(row.detail for row in tx.execute(explained(each, "EXPLAIN QUERY PLAN")))
                assert "SCAN" not in told
                assert "TEMP B-TREE" not in told or "task_candidate" in told


def explained(each: Select[tuple[str, str]], how: str) -> TextClause:
    """The question how the database would answer it."""
    bound = each.compile(dialect=DIALECTS[how], compile_kwargs={"literal_binds": True})
    return text(f"{how} {str(bound).replace(':', chr(92) + ':')}")
