"""A wide loop, stored in parts, goes on as one state would, through every act that can concern it."""

import random
from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from adapters.application import interventions, people, queries, workers
from adapters.application.answer import Request
from adapters.database import dossiers, tables
from adapters.database.tables import dossier_part
from engine.bpmn.events import Retried
from engine.bpmn.parts import WIDE
from engine.bpmn.run import step
from engine.outcome import SYSTEM
from tests.adapters.application.test_transaction import NoEntropy, snapshot, without_salt
from tests.adapters.application.wide import Run, found
from tests.adapters.application.world import World, build, opened
from tests.adapters.database.test_concurrency import at_once
from tests.databases import Templates


@pytest.fixture
def wide(templates: Templates) -> Iterator[World]:
    """The agency with wide processes."""
    with templates.copy(found, upon=build) as (store, founded), opened(store, founded) as world:
        yield world


def parts(world: World, code: str) -> int:
    with world.app.store.read() as tx:
        return tx.execute(select(func.count()).where(dossier_part.c.dossier == code)).scalar_one()


@pytest.mark.parametrize("count", [3, 50, 200])
def test_all_complete_in_any_order(wide: World, count: int) -> None:
    """Narrow or wide, first or last: the last one moves the dossier on, and no part is left behind."""
    run, order = Run(wide, count), random.Random(count)
    assert parts(wide, run.code) == (count if count >= WIDE else 0)
    while asked := [key for key, element in run.twin.open_tasks.items() if element == "ask"]:
        run.complete(order.choice(asked), note="skip" if order.random() < 0.8 else "x")
    run.agrees()
    while answers := [key for key, element in run.twin.open_tasks.items() if element == "answer"]:
        run.complete(order.choice(answers))
    run.agrees()
    assert list(run.twin.open_tasks.values()) == ["file"]
    assert parts(wide, run.code) == 0
    run.complete(next(iter(run.twin.open_tasks)))
    assert wide.dossier(run.code)["finished"] is not None


steps = st.lists(st.tuples(st.sampled_from("aaaabbcdeww"), st.integers(0, 99)), max_size=12)


@settings(
    deadline=None,
    max_examples=12,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(count=st.sampled_from([WIDE - 1, WIDE, WIDE + 4]), acts=steps)
def test_whatever_happens_the_parts_are_the_whole(wide: World, count: int, acts: list[tuple[str, int]]) -> None:
    """Tasks, timers, incidents, the condition that ends them all and the message: each as on one undivided state."""
    run = Run(wide, count)
    for act, choice in acts:
        tasks = list(run.twin.open_tasks)
        if act == "w":
            run.wait()
        elif act in ("d", "e") and (heard := sorted({item.name for item in run.twin.subscriptions.values()})):
            run.hear(heard[-1 if act == "d" else 0])
        elif tasks:
            note = "?" if act == "b" else "x"
            run.complete(tasks[choice % len(tasks)], note=note, copies=9 if act == "c" else 1)
        run.agrees()


def test_a_timer_reminds_of_one_instance(wide: World) -> None:
    """Its job knows in which part it stands; the others are not read."""
    run = Run(wide, WIDE)
    run.complete(list(run.twin.open_tasks)[4])
    with wide.app.store.read() as tx:
        (job,) = tx.execute(select(tables.job).where(tables.job.c.dossier == run.code)).mappings()
        loaded = dossiers.load(tx, run.code, part=job["part"])
    assert loaded is not None
    assert list(loaded.state.timers) == [job["number"]]
    run.wait()
    run.agrees()
    run.complete(list(run.twin.open_tasks)[-1])
    assert parts(wide, run.code) == WIDE - 1


def test_the_condition_ends_the_rest(wide: World) -> None:
    """All others are cancelled, tasks and timers, wherever they are stored."""
    run = Run(wide, WIDE)
    first, second, third, *_ = run.twin.open_tasks
    run.complete(first)
    run.complete(second, note="?")
    run.complete(third, note="skip", copies=9)
    run.agrees()
    assert list(run.twin.open_tasks.values()) == ["file"]
    assert parts(wide, run.code) == 0
    with wide.app.store.read() as tx:
        states = tx.execute(select(tables.task.c.state, func.count()).group_by(tables.task.c.state)).all()
        own = select(tables.job.c.state).where(tables.job.c.dossier == run.code)
        assert tx.execute(own).scalars().all() == ["cancelled"]
    assert sorted(map(tuple, states)) == [("cancelled", WIDE - 2), ("completed", 3), ("open", 1)]
    assert wide.dossier(run.code)["incidents"] == []


def test_an_incident_of_one_instance_is_shown_and_retried(wide: World) -> None:
    """It stands in the head, where lists find it; what it holds lies in its part."""
    run = Run(wide, WIDE)
    number = list(run.twin.open_tasks)[6]
    run.complete(number, note="?")
    (shown,) = wide.dossier(run.code)["incidents"]
    assert shown["element"] == "known"
    request = Request(officer="an")
    interventions.retry(wide.app, wide.officer("an"), request, run.code, shown["id"]).body_or_raise()
    run.twin = step(run.graph, run.twin, Retried(incident=shown["id"]), now=wide.clock.now).state
    run.agrees()
    (again,) = wide.dossier(run.code)["incidents"]
    assert again["id"] > shown["id"]
    run.complete(next(iter(run.twin.open_tasks)))
    run.agrees()


def test_an_act_that_fails_leaves_head_and_parts(wide: World) -> None:
    """The very last write fails; the same act then succeeds."""
    run = Run(wide, WIDE)
    number = list(run.twin.open_tasks)[2]
    wide.claim("lan", f"{run.code}.{number}").body_or_raise()
    before, good = snapshot(wide), wide.app.entropy
    without_salt(wide)
    with pytest.raises(NoEntropy):
        wide.complete("lan", f"{run.code}.{number}", {"note": "x", "copies": 1})
    assert snapshot(wide) == before
    wide.change(entropy=good)
    run.complete(number)
    run.agrees()


def test_officers_who_complete_at_once_each_end_their_own(wide: World) -> None:
    """They wait for the dossier's lock, and read the head after it: no count is lost."""
    run = Run(wide, WIDE)
    numbers = list(run.twin.open_tasks)[:6]
    for number in numbers:
        wide.claim("lan", f"{run.code}.{number}").body_or_raise()
    given = {"note": "skip", "copies": 1}
    at_once(6, lambda each: wide.complete("lan", f"{run.code}.{numbers[each]}", given).body_or_raise())
    stored = run.stored()
    (loop,) = (thing.loop for thing in stored.things.values() if thing.loop is not None)
    assert (loop.completed, len(stored.open_tasks), parts(wide, run.code)) == (6, WIDE - 6, WIDE - 6)
    run.twin = stored
    run.complete(next(iter(stored.open_tasks)))
    run.agrees()


def test_external_workers_end_their_own_instance(wide: World) -> None:
    """Done, and ended in an error that is caught within the instance; each report finds its part."""
    new = people.Newcomer(id="may", name="Máy", position="Phần mềm", unit="agency", roles=frozenset({"worker"}))
    with wide.app.store.write() as tx:
        people.appoint(wide.app, tx, SYSTEM, new, with_token=False)
    code = wide.start("tra-cuu-nhieu", data={"count": WIDE, "copies": 1}, files={})
    wanted = workers.Wanted(worker="w", types=["tra-cuu"], most=2, lease=timedelta(seconds=60))
    leased = workers.fetch(wide.app, wide.officer("may"), wanted)
    assert isinstance(leased, list)
    done, threw = (workers.Lease(job=item["id"], epoch=item["lease_epoch"]) for item in leased)
    officer, request = wide.officer("may"), Request(officer="may")
    workers.complete(wide.app, officer, request, done, {}).body_or_raise()
    told = workers.throw(wide.app, officer, request, threw, "c", "không có", {}).body_or_raise()
    assert told["caught"]
    shown = wide.dossier(code)
    assert [item["element"] for item in shown["tasks"]] == ["mend"]
    assert (parts(wide, code), shown["open_jobs"]) == (WIDE - 1, WIDE - 2)
    wide.do("lan", code, "mend")
    assert parts(wide, code) == WIDE - 2


def test_a_wide_dossier_is_shown_by_its_first_tasks(wide: World) -> None:
    """With how many there are; the others come page by page, to those who may see the dossier."""
    run = Run(wide, 120)
    shown = wide.dossier(run.code)
    assert (len(shown["tasks"]), shown["open_tasks"]) == (50, 120)
    seen, after = [], 0
    while True:
        page = queries.tasks_of(wide.app, wide.officer("lan"), run.code, after, 50).body_or_raise()
        seen += [item["number"] for item in page["items"]]
        if page["next"] is None:
            break
        after = int(page["next"])
    assert seen == list(run.twin.open_tasks)
    hidden = queries.tasks_of(wide.app, wide.officer("nam"), run.code, 0, 50)
    assert hidden.refusal is not None
    assert hidden.refusal.code == "dossier-unknown"
