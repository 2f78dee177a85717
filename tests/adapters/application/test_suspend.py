"""A suspended dossier waits, with all that works for it; resumed, it goes on where it stood."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime

import pytest

from adapters.application import message, messages, queries, work, workers
from adapters.application.answer import Request
from adapters.application.workers import Lease, Wanted
from adapters.jobs import handlers
from engine.acts.intervene import Intervention, Modify, Resume, Suspend
from engine.errors import Kind
from tests.adapters.application.intervening import (
    OUTSIDE,
    WHY,
    appoint,
    body_of,
    perform,
    resume,
    revision,
    states,
    suspend,
)
from tests.adapters.application.world import World, refusal_of
from tests.adapters.database.test_concurrency import PATIENCE


def test_nothing_moves_a_suspended_dossier(world: World) -> None:
    """Its task cannot be claimed, prepared or completed, its message not given; each refusal says who may resume it."""
    code = world.start("cho")
    held = world.task(code, "work")
    world.claim("lan", held).body_or_raise()
    told = suspend(world, code)
    assert told["suspended"] == "2026-11-21T08:30:00Z"
    assert body_of(world, code) == {"revision": told["revision"] - 1, "reason": WHY}
    for answer in (
        world.claim("mai", held),
        world.prepare("lan", held),
        world.complete("lan", held),
        message.send(world.app, world.officer("lan"), Request(officer="lan"), code, "bo-sung", {}),
    ):
        refusal = refusal_of(answer)
        assert (refusal.kind, refusal.code) == (Kind.CONFLICT, "dossier-suspended")
        assert f"hoso dossier resume {code}" in refusal.remedy
    assert world.dossier(code)["suspended"] == told["suspended"]
    [row] = queries.list_dossiers(world.app, world.officer("an"), "", 50).body_or_raise()["items"]
    assert row["suspended"] == told["suspended"]
    resume(world, code)
    world.complete("lan", held).body_or_raise()
    assert world.acts(code)[-2:] == ["dossier-resumed", "task-completed"]
    assert world.dossier(code)["suspended"] is None


def test_a_timer_that_comes_due_meanwhile_fires_at_resume(world: World) -> None:
    """It is not leased while the dossier is suspended, however long; then it fires once. The legal term stays."""
    world.adopt("cho").body_or_raise()
    code = world.start("cho")
    term = world.dossier(code)["due"]
    suspend(world, code)
    world.clock.go(days=3)
    assert world.work() == 0
    assert states(world, code) == {"late": "suspended"}
    resume(world, code)
    assert world.work() == 1
    assert [item["element"] for item in world.dossier(code)["tasks"]] == ["work", "remind"]
    assert world.dossier(code)["due"] == term


def test_what_is_begun_while_suspended_waits_too(world: World) -> None:
    """A modification of a suspended dossier asks for a job: nobody gets it before the dossier is resumed."""
    code = world.start("cap-so")
    world.work()
    suspend(world, code)
    act = Modify(revision=revision(world, code), reason=WHY, begin=(("number", None),))
    perform(world, act, code).body_or_raise()
    assert world.work() == 0
    resume(world, code)
    assert world.work() == 1


def test_a_job_that_reaches_a_dossier_while_it_is_suspended_waits(world: World) -> None:
    """A signal's delivery was asked for by another dossier: it is held back, and comes when the dossier goes on."""
    one, other = world.start("bao-tin"), world.start("bao-tin")
    suspend(world, one)
    world.do("lan", other, "tell", {"note": "tin mới"})
    world.work()
    assert "heard" not in states(world, one)
    assert "suspended" in states(world, one).values()
    resume(world, one)
    world.work()
    assert "read" in [item["element"] for item in world.dossier(one)["tasks"]]


def test_our_own_worker_records_nothing_of_a_held_job(world: World) -> None:
    """It had the lease as the dossier was suspended; the job is done when the dossier goes on."""
    code = world.start("cap-so")
    leased = work.take(world.app, "w")
    assert leased is not None
    suspend(world, code)
    assert not work.finish(world.app, leased, lambda *_: pytest.fail("decided"))
    resume(world, code)
    world.clock.go(minutes=2)
    assert world.work() == 1
    assert world.task(code, "file")


def test_a_number_is_issued_just_as_its_dossier_is_suspended(world: World) -> None:
    """The worker has its job, the administrator the dossier: neither waits for the other for ever."""
    code = world.start("cap-so")
    leased = work.take(world.app, "w")
    assert leased is not None
    at_work = threading.Event()

    def slowly() -> datetime:
        at_work.set()
        time.sleep(0.3)
        return world.clock.now

    robot = replace(world.app, clock=slowly)
    with ThreadPoolExecutor(1) as pool:
        issued = pool.submit(handlers.number, robot, leased)
        assert at_work.wait(PATIENCE)
        answer = perform(world, Suspend(revision=revision(world, code), reason=WHY), code)
        issued.result(PATIENCE)
    if answer.refusal is None:
        resume(world, code)
    else:
        assert answer.refusal.code == "stale-view"  # the worker was quicker
    world.clock.go(minutes=2)
    world.work()
    assert world.task(code, "file")
    assert world.acts(code).count("number-issued") == 1


def test_an_external_worker_is_told(world: World) -> None:
    """The job of a suspended dossier is not fetched, and who holds it gets 409; its lease stands again at resume."""
    world.deploy(OUTSIDE).body_or_raise()
    code = world.start("ngoai", data={}, files={})
    robot = appoint(world)
    wanted = Wanted(worker="w", types=["tra-cuu"], most=5, lease=workers.timedelta(hours=1))
    fetched = workers.fetch(world.app, robot, wanted)
    assert isinstance(fetched, list)
    [given] = fetched
    lease = Lease(job=given["id"], epoch=given["lease_epoch"])
    suspend(world, code)
    assert refusal_of(workers.complete(world.app, robot, Request(officer=robot.id), lease, {})).code == (
        "dossier-suspended"
    )
    world.clock.go(hours=2)
    assert workers.fetch(world.app, robot, wanted) == []
    resume(world, code)
    workers.complete(world.app, robot, Request(officer=robot.id), lease, {}).body_or_raise()
    assert world.task(code, "file")


def test_a_message_that_looks_for_it_waits_until_it_goes_on(world: World) -> None:
    """Whoever looks for a receiver passes a suspended dossier by; resumed, it is given what waits."""
    code = world.start("rut")
    suspend(world, code)
    sent = messages.send(world.app, world.officer("lan"), Request(officer="lan"), "rut", None, {}, None)
    assert sent.body_or_raise()["result"] == "buffered"
    assert world.work() == 0
    resume(world, code)
    world.work()
    assert world.acts(code)[-2:] == ["dossier-resumed", "message-received"]


@pytest.mark.parametrize(
    ("first", "act", "code"),
    [(Suspend, Suspend, "dossier-suspended"), (None, Resume, "not-suspended")],
)
def test_twice_is_refused(world: World, first: type[Intervention] | None, act: type[Intervention], code: str) -> None:
    """Suspending what is suspended, resuming what is not: a conflict, recorded as an attempt."""
    dossier = world.start("cho")
    if first is not None:
        perform(world, first(revision=revision(world, dossier), reason=WHY), dossier).body_or_raise()
    refusal = refusal_of(perform(world, act(revision=revision(world, dossier), reason=WHY), dossier))
    assert (refusal.kind, refusal.code) == (Kind.CONFLICT, code)
    assert world.last(dossier)["act"] == "act-refused"
    assert world.last(dossier)["details"]["code"] == code
