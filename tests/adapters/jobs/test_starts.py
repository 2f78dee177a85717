"""Messages, signals and timers start dossiers, from a deploy until the next."""

import itertools
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from adapters.application import messages, signed_acts
from adapters.application.answer import Answer, Request
from adapters.database import jobs, tables
from adapters.database import messages as stored
from adapters.jobs.worker import work_once
from engine.errors import Kind, Refused
from engine.outcome import JobRequest
from tests import stamps
from tests.adapters.application.bundles import bundle, task
from tests.adapters.application.world import World, act_of, refusal_of, sign
from tests.adapters.database.test_concurrency import PATIENCE, at_once
from tests.adapters.jobs.speaking import (
    MESSAGE,
    SIGNAL,
    codes,
    elements,
    leaves,
    named,
    receiving,
    send,
    started_by,
    waits,
)
from tests.engine.bpmn.models import chain, end, start_event, timer
from tests.pki import known

# -- messages


def test_a_message_starts_a_dossier(world: World) -> None:
    """With its data, in the sender's unit, when no dossier waits for it; its leaf says by what."""
    world.deploy(started_by("mo", start_event("m1", MESSAGE))).body_or_raise()
    told = send(world, subject="x").body_or_raise()
    assert told["result"] == "started"
    shown = world.dossier(told["dossier"])
    assert (shown["data"], shown["unit"], shown["channel"]) == ({"subject": "x"}, "van-phong", "online")
    assert [item["element"] for item in shown["tasks"]] == ["read"]
    [leaf] = leaves(world, "dossier-started")
    assert (leaf["actor"], leaf["started_by"]) == ("lan", {"message": "tra-loi"})
    world.deploy(receiving()).body_or_raise()
    code = waits(world)
    assert send(world).body_or_raise()["dossier"] == code


def test_a_message_start_obeys_the_role_of_its_lane(world: World) -> None:
    """As a start at the counter does; the refusal is recorded."""
    lanes = '<bpmn:laneSet id="ls"><bpmn:lane id="l" name="van-thu"><bpmn:flowNodeRef>m1</bpmn:flowNodeRef></bpmn:lane>'
    body = lanes + "</bpmn:laneSet>" + start_event("m1", MESSAGE) + task("read", "chuyen-vien") + end()
    world.deploy(bundle("mo", body + chain("m1", "read", "e"), named())).body_or_raise()
    refusal = refusal_of(send(world))
    assert (refusal.kind, refusal.code) == (Kind.FORBIDDEN, "not-starter")
    assert len(leaves(world, "start-refused")) == 1
    assert send(world, "hoa").body_or_raise()["result"] == "started"


def test_a_message_has_one_receiver_among_processes_too(world: World) -> None:
    """A second process that starts by it is refused; a new version that does not frees the name."""
    world.deploy(started_by("mo", start_event("m1", MESSAGE))).body_or_raise()
    refusal = refusal_of(world.deploy(started_by("nua", start_event("m1", MESSAGE))))
    assert (refusal.kind, refusal.code) == (Kind.CONFLICT, "message-start-taken")
    world.deploy(started_by("mo", start_event("m1"))).body_or_raise()
    world.deploy(started_by("nua", start_event("m1", MESSAGE))).body_or_raise()
    told = send(world).body_or_raise()
    assert world.dossier(told["dossier"])["process"] == "nua"


def test_the_newest_version_alone_starts_by_its_events(world: World) -> None:
    """A new version replaces message, signal and timer of the older one."""
    minute = timer("timeCycle", "R/PT1M")
    world.deploy(started_by("mo", start_event("m1", MESSAGE), start_event("t1", minute))).body_or_raise()
    world.deploy(started_by("mo", start_event("s1", SIGNAL), start_event("c1"))).body_or_raise()
    assert send(world).body_or_raise()["result"] == "buffered"
    world.clock.go(hours=1)
    assert world.work() == 0
    tell(world)
    world.work()
    [code] = codes(world)
    assert world.dossier(code)["version"] == 2
    with world.app.store.read() as tx:
        assert [row["name"] for row in stored.starts(tx, "signal", "tin")] == ["tin"]
        open_jobs = select(func.count()).select_from(tables.job).where(tables.job.c.process == "mo")
        assert tx.execute(open_jobs.where(tables.job.c.state == "open")).scalar() == 0


def test_a_start_by_several_events_in_one_process(world: World) -> None:
    """Counter, message, signal and timer, each by its own event."""
    starts = (start_event("c1"), start_event("m1", MESSAGE), start_event("s1", SIGNAL))
    world.deploy(started_by("mo", *starts, start_event("t1", timer("timeDuration", "PT1H")))).body_or_raise()
    world.start("mo", data={}, files={})
    send(world).body_or_raise()
    tell(world)
    world.clock.go(hours=1)
    world.work()
    causes = [leaf.get("started_by") for leaf in leaves(world, "dossier-started")]
    assert sorted(map(str, causes)) == ["None", "{'message': 'tra-loi'}", "{'signal': 'tin'}", "{'timer': 't1'}"]
    assert [elements(world, code) for code in codes(world)] == [["read"]] * 4


def test_what_starts_by_events_alone_is_not_started_at_the_counter(world: World) -> None:
    """The refusal says what it starts by."""
    world.deploy(started_by("mo", start_event("m1", MESSAGE))).body_or_raise()
    with pytest.raises(Refused, match="it starts by message 'tra-loi'") as refused:
        world.start("mo", files={})
    assert refused.value.refusal.code == "no-such-start"


# -- signals


def tell(world: World, who: str = "an", **data: Any) -> Answer:
    return messages.send_signal(world.app, world.officer(who), Request(officer=who), "tin", data)


def test_a_signal_reaches_who_listens_and_starts_every_process_that_it_starts(world: World) -> None:
    """One dossier each, in the name and unit of who deployed; an officer who is no administrator sends none."""
    for process in ("mot", "hai"):
        world.deploy(started_by(process, start_event("s1", SIGNAL))).body_or_raise()
    listening = world.start("bao-tin")
    assert refusal_of(tell(world, "lan")).code == "right-missing"
    told = tell(world, note="lũ").body_or_raise()
    assert (told["dossiers"], told["processes"]) == (1, 2)
    world.work()
    assert elements(world, listening) == ["read", "tell", "work"]
    started = [world.dossier(code) for code in codes(world) if code != listening]
    assert sorted(item["process"] for item in started) == ["hai", "mot"]
    assert {(item["unit"], item["submitter"], str(item["data"])) for item in started} == {
        ("agency", "hoso", "{'note': 'lũ'}")
    }
    assert [leaf["name"] for leaf in leaves(world, "signal-sent")] == ["tin"]


def test_a_thrown_signal_starts_dossiers_too(world: World) -> None:
    """As one that an administrator sends."""
    world.deploy(started_by("mot", start_event("s1", SIGNAL))).body_or_raise()
    thrower = world.start("bao-tin")
    world.do("lan", thrower, "tell", {"note": "sập cầu", "copies": 1})
    world.work()
    [code] = [code for code in codes(world) if code != thrower]
    assert (world.dossier(code)["process"], world.dossier(code)["data"]["note"]) == ("mot", "sập cầu")


# -- timers


def begun(world: World) -> list[str]:
    """When dossiers were started."""
    return [world.dossier(code)["started"] for code in codes(world)]


def test_a_cycle_starts_a_dossier_each_time(world: World) -> None:
    """By its own rhythm, not by when the worker looks; so often as it says."""
    world.deploy(started_by("lich", start_event("t1", timer("timeCycle", "R3/PT1H")))).body_or_raise()
    for _ in range(5):
        world.clock.go(minutes=59)
        assert world.work() == 0
        world.clock.go(minutes=1)
        world.work()
    assert len(codes(world)) == 3
    assert {leaf["actor"] for leaf in leaves(world, "dossier-started")} == {"hoso"}


def test_what_was_missed_starts_once(world: World) -> None:
    """A server that was down for days starts one dossier, and goes on at the next time of the rhythm."""
    world.deploy(started_by("lich", start_event("t1", timer("timeCycle", "R/PT1H")))).body_or_raise()
    first = world.clock.now
    world.clock.go(days=3, minutes=30)
    assert world.work() == 1
    world.clock.go(minutes=29, seconds=59)
    assert world.work() == 0
    world.clock.go(seconds=1)
    assert world.work() == 1
    assert begun(world)[-1] == (first + timedelta(days=3, hours=1)).isoformat().replace("+00:00", "Z")


def test_a_date_starts_once_and_one_that_passed_is_told(world: World) -> None:
    """A date that lies in the past starts nothing, at no deploy."""
    soon = (world.clock.now + timedelta(days=1)).astimezone(UTC).isoformat(timespec="seconds")
    world.deploy(started_by("ngay", start_event("t1", timer("timeDate", soon)))).body_or_raise()
    world.clock.go(days=1)
    assert world.work() == 1
    world.clock.go(days=30)
    world.renew()
    assert world.work() == 0
    assert len(codes(world)) == 1
    again = world.deploy(started_by("ngay", start_event("t1", timer("timeDate", soon)), start_event("c1")))
    warnings = [item["code"] for item in again.body_or_raise()["warnings"] if item["element"] == "t1"]
    assert "timer-start-past" in warnings
    assert world.work() == 0


def test_feel_may_give_the_time_but_not_more_than_once_a_minute(world: World) -> None:
    """What FEEL gives is known when it is deployed."""
    world.deploy(started_by("feel", start_event("t1", timer("timeDuration", '=duration("PT2H")')))).body_or_raise()
    world.clock.go(hours=2)
    assert world.work() == 1
    often = refusal_of(world.deploy(started_by("mau", start_event("t1", timer("timeCycle", '="R/PT" + "1S"')))))
    assert (often.kind, often.code) == (Kind.INVALID, "timer-start")
    unknown = refusal_of(world.deploy(started_by("la", start_event("t1", timer("timeDate", "=khi_nao")))))
    assert unknown.code == "timer-unreadable"


def test_two_workers_start_a_timers_dossier_once(world: World) -> None:
    """Both look at the same moment."""
    world.deploy(started_by("lich", start_event("t1", timer("timeCycle", "R/PT1H")))).body_or_raise()
    world.clock.go(hours=1)
    at_once(3, lambda _: work_once(world.app))
    assert len(codes(world)) == 1


def test_who_may_not_start_it_arms_nothing(world: World) -> None:
    """A timer or signal starts in the name of who deploys, who needs the role of the event's lane."""
    lanes = '<bpmn:laneSet id="ls"><bpmn:lane id="l" name="van-thu"><bpmn:flowNodeRef>t1</bpmn:flowNodeRef></bpmn:lane>'
    body = lanes + "</bpmn:laneSet>" + start_event("t1", timer("timeCycle", "R/P1D")) + task("read", "van-thu") + end()
    files = bundle("lich", body + chain("t1", "read", "e"))
    assert refusal_of(world.deploy(files)).code == "not-starter"
    world.give("tuan", "integrator", "van-thu")
    world.deploy(files).body_or_raise()
    world.give("tuan", "integrator")
    world.clock.go(days=1)
    assert world.work() == 1
    assert (codes(world), len(leaves(world, "start-refused"))) == ([], 1)


def test_a_deploy_and_a_timer_at_once_end_well(world: World) -> None:
    """One is first; the older version's timer starts nothing after the newer one is there."""
    world.deploy(started_by("lich", start_event("t1", timer("timeCycle", "R/PT1H")))).body_or_raise()
    world.clock.go(hours=1)
    newer = started_by("lich", start_event("c1"))
    at_once(2, lambda n: work_once(world.app) if n else world.deploy(newer).body_or_raise())
    count = len(codes(world))
    world.clock.go(days=1)
    world.work()
    assert len(codes(world)) == count <= 1


def test_a_deploy_and_a_message_that_starts_at_once_end_well(world: World) -> None:
    """Who deploys holds the log, who sends what starts the process: neither waits for the other for ever."""
    world.deploy(started_by("mo", start_event("m1", MESSAGE))).body_or_raise()
    deploying, looks = threading.Event(), itertools.count()

    def slowly() -> datetime:
        if next(looks) >= 3:  # both signatures are verified before, and the transaction begins
            deploying.set()
            time.sleep(0.3)
        return world.clock.now

    slow, newer = replace(world.app, clock=slowly), started_by("mo", start_event("m2", MESSAGE))
    id = world.propose(newer).body_or_raise()["proposal"]["id"]
    asked = signed_acts.prepare(
        world.app, world.officer("an"), Request(officer="an"), "proposal-approved", id, world.named("an", id)
    ).body_or_raise()
    approval = sign(asked["id"], act_of(asked), known("an"))
    with ThreadPoolExecutor(1) as pool:
        deployed = pool.submit(signed_acts.perform, slow, world.officer("an"), Request(officer="an"), approval)
        assert deploying.wait(PATIENCE)
        assert send(world).body_or_raise()["result"] == "started"
        assert deployed.result(PATIENCE).body_or_raise()["version"] == 2


def test_the_clock_is_an_argument(world: World) -> None:
    """What is due is decided by the application's clock, wherever it stands."""
    began = datetime(2027, 2, 28, 23, 0, tzinfo=UTC)
    world.change(clock=lambda: began, stamp=stamps.at(lambda: began))
    world.renew()
    world.deploy(
        started_by("thang", start_event("t1", timer("timeCycle", "R/2024-01-31T00:00:00Z/P1M")))
    ).body_or_raise()
    assert world.work() == 0
    world.change(clock=lambda: datetime(2027, 3, 31, tzinfo=UTC))
    assert world.work() == 1
    with world.app.store.read() as tx:
        due = tx.execute(select(tables.job.c.due).where(tables.job.c.process == "thang")).scalar_one()
    assert due == datetime(2027, 4, 30, tzinfo=UTC)


def test_who_is_no_officer_any_more_starts_nothing(world: World) -> None:
    """What they deployed still runs; its events start nothing in their name, and the trail says so."""
    world.deploy(started_by("mot", start_event("s1", SIGNAL))).body_or_raise()
    world.leave("tuan")
    tell(world)
    world.work()
    assert codes(world) == []
    assert [leaf["code"] for leaf in leaves(world, "start-refused")] == ["not-starter"]


def test_a_job_of_no_dossier_that_nobody_can_do_ends(world: World) -> None:
    """It is not taken again and again, and the next one is done."""
    with world.app.store.write() as tx:
        for kind in ("la", "signal"):
            payload = {"name": "tin", "data": {}}
            jobs.add_job(tx, None, JobRequest(number=0, element="", type=kind, payload=payload, due=world.clock.now))
    assert world.work() == 2
    with world.app.store.read() as tx:
        states = tx.execute(select(tables.job.c.type, tables.job.c.state).order_by(tables.job.c.id)).all()
    assert list(map(tuple, states)) == [("la", "failed"), ("signal", "done")]
