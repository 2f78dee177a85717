"""Tasks that ask another unit, and tasks that are given to somebody as they open."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from adapters.application import queries
from adapters.application.answer import Request
from adapters.application.start import Intake, start_dossier
from adapters.database import dossiers, tables
from adapters.database.store import Transaction
from adapters.database.tables import dossier_unit
from engine.errors import Kind
from engine.people.organisation import Appointment, RoleGrant
from tests.adapters.application import bundles
from tests.adapters.application.offices import SINCE, add, away, leaders, mandate
from tests.adapters.application.test_capacities import process
from tests.adapters.application.world import World, refusal_of
from tests.adapters.database.test_concurrency import at_once


def asking(key: str, unit: str) -> bundles.Bundle:
    """A first step of the agency's own, then one of another unit's officers."""
    return process(
        key, bundles.task("look", "lanh-dao"), bundles.task("draft", "chuyen-vien", properties={"unit": unit})
    )


def given(key: str, strategy: str, **more: str) -> bundles.Bundle:
    """One step that is given to somebody as it opens."""
    return process(key, bundles.task("work", "chuyen-vien", properties={"assign": strategy, **more}))


def holder(world: World, code: str, element: str = "work") -> str | None:
    """Who holds the task of that element."""
    [found] = [item["holder"] for item in world.dossier(code)["tasks"] if item["element"] == element]
    return None if found is None else str(found)


def history(world: World, code: str) -> list[Any]:
    """What happened to the dossier."""
    return list(queries.history(world.app, world.officer("hoa"), code).body_or_raise()["items"])


# Another unit


def test_a_task_asks_the_officers_of_the_unit_that_it_names(world: World) -> None:
    """They see the dossier from then on, and do the task; the history says whom it asked."""
    world.deploy(asking("hoi-van-phong", "=&quot;van-&quot; + &quot;phong&quot;")).body_or_raise()
    code = world.start("hoi-van-phong", "hang")
    assert refusal_of_showing(world, "lan", code) == "dossier-unknown"
    world.do("hang", code, "look")
    [opened] = world.last(code)["details"]["opened"]
    assert opened["unit"] == "van-phong"
    assert refusal_of(world.claim("nam", world.task(code, "draft"))).code == "task-unknown"
    world.do("lan", code, "draft")
    units = select(dossier_unit.c.unit).where(dossier_unit.c.dossier == code)
    with world.app.store.read() as tx:
        assert set(tx.execute(units).scalars()) == {"agency", "van-phong"}


def refusal_of_showing(world: World, who: str, code: str) -> str:
    """The code with which showing the dossier is refused."""
    return refusal_of(queries.show_dossier(world.app, world.officer(who), code)).code


@pytest.mark.parametrize("unit", ["nowhere", "=null", "=missing"])
def test_a_unit_that_is_none_goes_to_the_administrators(world: World, unit: str) -> None:
    """Unknown, null, not there: the task stands in the queue of the administrators of the dossier's unit, with why."""
    world.deploy(asking("hoi-ai", unit)).body_or_raise()
    code = world.start("hoi-ai", "hang", data={})
    world.do("hang", code, "look")
    [opened] = world.last(code)["details"]["opened"]
    assert opened["role"] == "administrator"
    assert "hoso:unit" in opened["why"]
    assert world.claim("an", opened["task"]).body_or_raise()["holder"] == "an"


# Where it begins


def start_in(world: World, who: str, unit: str | None) -> str:
    """Start a dossier there; gives its unit, or the refusal's code."""
    intake = Intake(
        process="tra-ket-qua", procedure=None, title="x", channel="direct", applicant={}, submitter="x", data={},
        documents=(), unit=unit,
    )  # fmt: skip
    answer = start_dossier(world.app, world.officer(who), Request(officer=who), intake)
    if answer.refusal is not None:
        return answer.refusal.code
    with world.app.store.read() as tx:
        return dossiers.unit_of(tx, str(answer.body_or_raise()["code"]))


def test_a_dossier_begins_where_its_starter_may(world: World) -> None:
    """In a unit that is named and where they work; without a name, where they hold something first."""
    add(world, RoleGrant(officer="lan", role="chuyen-vien", unit="khu-pho-3", document="QĐ 9", since=SINCE))
    assert start_in(world, "lan", None) == "van-phong"
    assert start_in(world, "lan", "khu-pho-3") == "khu-pho-3"
    assert start_in(world, "lan", "agency") == "not-starter"
    assert start_in(world, "mai", "khu-pho-3") == "not-starter"


# Given to somebody


def test_who_has_least_in_hand_is_given_the_next(world: World) -> None:
    """Evenly while nobody finishes; then to whoever finished. The leaf says to whom and why; the answer, too."""
    world.deploy(given("chia-viec", "least-loaded")).body_or_raise()
    codes = [world.start("chia-viec") for _ in range(4)]
    assert Counter(holder(world, code) for code in codes) == {"lan": 2, "mai": 2}
    [leaf] = [item for item in history(world, codes[0]) if item["act"] == "task-assigned"]
    assert (leaf["actor"], leaf["details"]["officer"]) == ("hoso", holder(world, codes[0]))
    assert leaf["details"]["strategy"] == "least-loaded"
    assert leaf["details"]["why"]
    done = codes[1]
    busy = holder(world, done)
    assert busy is not None
    world.complete(busy, world.task(done, "work")).body_or_raise()
    assert holder(world, world.start("chia-viec")) == busy


def test_who_was_given_none_for_longest_is_given_the_next(world: World) -> None:
    """In turn, whatever they hold; who is away is passed over, and comes first when back."""
    world.deploy(given("lan-luot", "least-recent")).body_or_raise()

    def next_one() -> str | None:
        world.clock.go(minutes=1)
        return holder(world, world.start("lan-luot"))

    assert [next_one() for _ in range(4)] == ["lan", "mai", "lan", "mai"]
    away(world, "lan", world.clock() + timedelta(hours=1))
    assert [next_one(), next_one()] == ["mai", "mai"]
    world.clock.go(hours=2)
    assert next_one() == "lan"


def test_a_task_that_nobody_there_could_do_waits_in_its_queue(world: World) -> None:
    """Both are away: no holder, and no leaf says otherwise."""
    world.deploy(given("vang-het", "least-loaded")).body_or_raise()
    for who in ("lan", "mai"):
        away(world, who, world.clock() + timedelta(hours=1))
    code = world.start("vang-het")
    assert holder(world, code) is None
    assert world.acts(code) == ["dossier-started"]


def test_four_eyes_count_when_a_task_is_given(world: World) -> None:
    """Who did the first step is not given the second."""
    first = bundles.task("first", "chuyen-vien")
    second = bundles.task("second", "chuyen-vien", properties={"assign": "least-loaded", "notSameAs": "first"})
    world.deploy(process("bon-mat", first, second)).body_or_raise()
    code = world.start("bon-mat")
    world.do("lan", code, "first")
    assert holder(world, code, "second") == "mai"


def test_who_has_a_mandate_is_one_of_those_who_could(world: World) -> None:
    """The chairwoman is away: it is given to the deputy whose mandate covers it, and to no one else."""
    leaders(world)
    mandate(world, "KT", "pho-chu-tich", condition="=copies <= 3")
    mine = bundles.task("work", "chu-tich", properties={"assign": "least-loaded"})
    world.deploy(process("giao-ky-thay", mine)).body_or_raise()
    away(world, "hang", world.clock() + timedelta(hours=1))
    assert holder(world, world.start("giao-ky-thay", data={"copies": 2})) == "duc"
    assert holder(world, world.start("giao-ky-thay", data={"copies": 4})) is None


def test_many_that_open_at_once_are_all_given(world: World) -> None:
    """No two transactions wait for each other; every task has a holder, and everybody's turn is known."""
    world.deploy(given("cung-luc", "least-recent")).body_or_raise()
    codes = at_once(8, lambda _: world.start("cung-luc", files={}))
    assert {holder(world, str(code)) for code in codes} <= {"lan", "mai"}
    with world.app.store.read() as tx:
        assert turns(tx) <= {"lan", "mai"}


def turns(tx: Transaction) -> set[str]:
    """Who was ever given a task."""
    return set(tx.execute(select(tables.turn.c.officer)).scalars())


# What the data decide of a mandate


def test_which_mandates_count_is_kept_with_the_task_and_follows_the_data(world: World) -> None:
    """Queues need no data: the task names the mandates whose condition holds, from its opening on."""
    leaders(world)
    given_ = mandate(world, "KT", "pho-chu-tich", condition="=copies <= 3")
    side = bundles.task("first", "chuyen-vien", form="note")
    world.deploy(process("theo-so", side, bundles.task("work", "chu-tich"))).body_or_raise()
    small, large = (world.start("theo-so") for _ in range(2))
    world.do("lan", small, "first", {"note": "x", "copies": 2})
    world.do("lan", large, "first", {"note": "x", "copies": 7})
    with world.app.store.read() as tx:
        [few] = dossiers.open_tasks(tx, small)
        [many] = dossiers.open_tasks(tx, large)
    assert (few.met, many.met) == ({given_.id}, frozenset())


def test_an_officer_of_two_units_claims_in_both(world: World) -> None:
    """A role counts in the task's unit: one that is held elsewhere does not."""
    add(world, Appointment(officer="mai", position="nam", document="QĐ 10", since=SINCE))
    world.deploy(asking("hoi-khu-pho", "khu-pho-3")).body_or_raise()
    code = world.start("hoi-khu-pho", "hang")
    world.do("hang", code, "look")
    refusal = refusal_of(world.claim("lan", world.task(code, "draft")))
    assert refusal.kind in (Kind.NOT_FOUND, Kind.FORBIDDEN)
    world.do("mai", code, "draft")
