"""The same refusal again and again: one leaf at once, its repeats one leaf more when the hour or the task ends."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import func, select

from adapters.application import complete as completing
from adapters.application import evidence, trail, work
from adapters.application.answer import Request
from adapters.application.foundations import opened
from adapters.application.repeats import TELL
from adapters.database import tables
from adapters.database import trail as stored
from adapters.jobs.handlers import HANDLERS
from engine.outcome import SYSTEM, LeafDraft
from signing.evidence.verify import verify_pack
from signing.trail.leaf import decode_leaf
from tests.adapters.application.test_transaction import NoEntropy, snapshot, without_salt
from tests.adapters.application.world import World, refusal_of
from tests.pki import authority, known

COUNTED = "refusals-counted"


def flooded(world: World, times: int, who: str = "mai") -> tuple[str, str]:
    """A dossier, and its task that somebody else holds, and that the officer tries to complete so often."""
    code = world.start("cho")
    task = world.task(code, "work")
    world.claim("lan", task).body_or_raise()
    for _ in range(times):
        assert refusal_of(world.complete(who, task)).code == "not-holder"
    return code, task


def tell(world: World, job: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
    """Do the next job, which tells what was counted."""
    job = job or work.take(world.app, "w")
    assert job is not None
    assert job["type"] == TELL
    HANDLERS[TELL](world.app, job)
    return job


def counts(world: World) -> int:
    with world.app.store.read() as tx:
        return tx.execute(select(func.count()).select_from(tables.tally)).scalar_one()


def test_a_flood_of_refusals_is_two_leaves_an_hour(world: World) -> None:
    """Each is answered alike; the first is told with what it says, the others by their number, first and last time."""
    code, task = flooded(world, 1)
    size = world.size()
    for _ in range(40):
        world.clock.go(minutes=1)
        assert refusal_of(world.complete("mai", task)).code == "not-holder"
        assert world.work() <= 1
    assert world.acts(code) == ["dossier-started", "task-claimed", "completion-refused"], "not before the hour ends"
    assert world.size() == size
    world.clock.go(minutes=20)
    assert world.work() == 1
    told = world.last(code)
    assert (told["act"], told["actor"], told["subject"], told["element"]) == (COUNTED, "mai", task, "work")
    repeated = {"code": "not-holder", "count": 40, "first": "2026-11-21T08:31:00Z", "last": "2026-11-21T09:10:00Z"}
    assert told["details"]["repeats"] == [repeated]
    assert (told["details"]["count"], told["details"]["of"]) == (40, "completion-refused")
    assert (world.size(), counts(world)) == (size + 1, 0)


def test_the_next_hour_begins_with_a_leaf_and_tells_what_nobody_told(world: World) -> None:
    """Where no program runs, the next refusal tells the number of those before; then it counts anew."""
    code, task = flooded(world, 3)
    world.clock.go(hours=1)
    for _ in range(2):
        world.complete("mai", task)
    assert world.acts(code)[2:] == ["completion-refused", COUNTED, "completion-refused"]
    assert world.work() == 1, "the job of the hour before, which tells nothing of this one"
    world.clock.go(hours=1)
    assert world.work() == 1
    assert world.acts(code)[2:] == ["completion-refused", COUNTED, "completion-refused", COUNTED]
    assert world.last(code)["details"]["count"] == 1


def test_the_number_is_told_with_the_act_that_ends_the_task(world: World) -> None:
    """After the act itself, whose receipt is of that; of whom else it was, and of the dossier when that is over."""
    code, task = flooded(world, 4)
    for _ in range(3):
        refusal_of(world.claim("mai", task))
    again = world.claim("mai", task)
    assert refusal_of(again).code == "task-held"
    answer = world.complete("lan", task).body_or_raise()
    told = world.acts(code)
    assert told[told.index("task-completed") :] == ["task-completed", COUNTED, COUNTED]
    assert answer["receipt"]["index"] == world.size() - 3
    assert counts(world) == 0
    assert refusal_of(world.complete("mai", task)).code == "task-closed"
    assert world.last(code)["act"] == "completion-refused", "of what is over, the first is a leaf, too"


def test_another_reason_or_another_officer_is_no_repeat(world: World) -> None:
    """Whoever is refused for a trifle hides nothing behind it; one leaf tells the numbers of all reasons."""
    code, task = flooded(world, 2)
    world.complete("hoa", task)
    stale = Request(officer="mai", seen=frozenset({999}))
    sent = replace(stale, key=None)
    for _ in range(3):
        done = completing.complete_task(
            world.app, world.officer("mai"), sent, completing.Completion(task=task, submission=None, data={})
        )
        assert refusal_of(done).code == "stale-view"
    assert world.acts(code)[2:] == ["completion-refused"] * 3
    world.clock.go(hours=1)
    world.work()
    told = world.last(code)["details"]
    assert {each["code"]: each["count"] for each in told["repeats"]} == {"not-holder": 1, "stale-view": 2}
    assert told["count"] == 3
    assert world.acts(code)[-1] == COUNTED
    assert world.acts(code).count(COUNTED) == 1


def test_a_repeated_key_counts_nothing(world: World) -> None:
    """It gets the first answer; only what is tried anew is a try."""
    _, task = flooded(world, 1)
    for _ in range(3):
        assert refusal_of(world.complete("mai", task, key="k")).code == "not-holder"
    with world.app.store.read() as tx:
        assert tx.execute(select(tables.tally.c.count)).scalar_one() == 1


def test_two_writers_at_once_lose_no_refusal(world: World) -> None:
    """However they meet: one leaf, and every other is in the number."""
    code, task = flooded(world, 0)
    ready = Barrier(4)

    def knock(_number: int) -> None:
        ready.wait(10)
        for _ in range(5):
            assert refusal_of(world.claim("mai", task)).code == "task-held"

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(knock, range(4)))
    assert world.acts(code)[2:] == ["claim-refused"]
    world.clock.go(hours=1)
    world.work()
    assert world.last(code)["details"]["count"] == 19


def test_refusals_outside_tasks_meet_their_job_without_waiting_for_each_other(world: World) -> None:
    """Counting while the hour ends, from many threads: nothing is lost, told twice, or waits crosswise."""
    ready = Barrier(3)
    draft = LeafDraft(actor="an", act="act-refused", subject="x", details={"act": "a", "code": "c", "message": "m"})

    def refuse(_number: int) -> None:
        ready.wait(10)
        for _ in range(10):
            with world.app.store.write() as tx:
                trail.append(world.app, tx, [draft], world.clock())
            world.clock.go(minutes=4)
            work_if_due(world)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(refuse, range(3)))
    world.clock.go(hours=1)
    world.work()
    found = told(world)
    assert sum(each["details"]["count"] if each["act"] == COUNTED else 1 for each in found) == 30
    assert counts(world) == 0


def work_if_due(world: World) -> None:
    job = work.take(world.app, "w")
    if job is not None:
        tell(world, job)


def told(world: World) -> list[Mapping[str, Any]]:
    """The leaves about x."""
    with world.app.store.read() as tx:
        leaves = stored.leaves(tx, start=0, limit=10_000)
    return [opened(each) for each in leaves if decode_leaf(each.encoded).subject == "x"]


def test_of_a_repeat_no_bytes_are_kept(world: World) -> None:
    """What the first one sent stands in the trail; what no leaf names would only fill the disk."""
    code = world.start("tra-ket-qua")
    world.do("lan", code, "prepare", {"note": "đủ"})
    task = world.task(code, "decide")
    world.claim("hang", task).body_or_raise()
    offered = world.prepare("hang", task, {"decision": "approve"}).body_or_raise()
    kept = [contents(world)]
    for _ in range(2):
        world.clock.go(seconds=1)
        submission = replace(world.submission(offered, known("lan")), signature=b"no CMS" * len(kept))
        assert refusal_of(world.send("hang", task, submission)).code.startswith("signature-")
        kept.append(contents(world))
    assert kept[0] < kept[1] == kept[2]
    world.sign_off("hang", code, "decide", {"decision": "approve"})


def contents(world: World) -> int:
    with world.app.store.read() as tx:
        return tx.execute(select(func.count()).select_from(tables.content)).scalar_one()


def test_a_kill_between_count_and_leaf_loses_nothing(world: World) -> None:
    """What was counted is forgotten in the transaction that tells it, or not at all; another tells it once."""
    code, _task = flooded(world, 5)
    world.clock.go(hours=1)
    job = work.take(world.app, "w")
    assert job is not None
    before, good = snapshot(world), world.app
    without_salt(world)
    with pytest.raises(NoEntropy):
        tell(world, job)
    assert snapshot(world) == before
    world.app = good
    tell(world, job)
    tell(world, job)
    assert world.acts(code)[2:] == ["completion-refused", COUNTED]
    assert world.last(code)["details"]["count"] == 4


def test_what_a_program_was_refused_is_told_each_time(world: World) -> None:
    """It is no officer's, and comes as often as the process asks for it."""
    draft = LeafDraft(actor=SYSTEM, act="start-refused", subject="cho", details={"code": "x", "message": "m"})
    size = world.size()
    for _ in range(3):
        with world.app.store.write() as tx:
            assert trail.append(world.app, tx, [draft], world.clock())
    assert (world.size(), counts(world)) == (size + 3, 0)


def test_the_pack_tells_the_number(world: World) -> None:
    """An auditor sees offline how often it was tried, and that nothing follows from it."""
    code, task = flooded(world, 7)
    world.complete("lan", task).body_or_raise()
    pack = evidence.pack(world.app, world.officer("kiem"), code)
    assert isinstance(pack, bytes)
    report = verify_pack(pack, roots=(authority().root,), log_key=world.app.log_key.vkey)
    [line] = [each for each in report.acts if each.act == COUNTED]
    assert (line.verdict, line.details["count"], line.actor) == ("refused", 6, "mai")
