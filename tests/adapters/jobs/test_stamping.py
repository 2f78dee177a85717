"""Stamping: accepted at once, stamped when the authority answers, and until then no result leaves."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from adapters.application import evidence, queries, work
from adapters.application.stamp_requests import STAMP
from adapters.application.stamping import STAMPED
from adapters.console.checks import to_stamp
from adapters.console.demo.authority import DemoAuthority
from adapters.console.demo.stamps import LocalStamps
from adapters.database import acts, jobs, tables, trail
from adapters.jobs.stamping import stamp
from adapters.jobs.worker import work_once
from engine.people.changes import PositionAdded
from signing.evidence.contents import APPROVER, AUTHOR
from signing.evidence.persons import PROPOSAL_APPROVED
from signing.evidence.report import Report
from signing.evidence.verify import verify_pack
from tests import pki, stamps
from tests.adapters.application.test_proposals import opened, proposed, second_signer
from tests.adapters.application.world import World
from tests.pki import authority
from tests.stamps import STAMPING, Down, token

SECOND = timedelta(seconds=1)


def records(world: World, code: str) -> list[Any]:
    with world.app.store.read() as tx:
        return list(acts.records_of(tx, code))


def job_of(world: World, kind: str) -> Any:
    with world.app.store.read() as tx:
        query = select(tables.job).where(tables.job.c.type == kind).order_by(tables.job.c.id.desc()).limit(1)
        return dict(tx.execute(query).mappings().one())


def sealed(world: World) -> str:
    """A dossier approved and sealed, its stamps asked for; the result is to lie ready at the counter."""
    code = world.start("tra-ket-qua", data={**_citizen(), "channel": "counter"})
    world.do("lan", code, "prepare", {"note": "đủ"})
    world.sign_off("hang", code, "decide", {"decision": "approve"})
    world.sign_off("hoa", code, "seal")
    return code


def _citizen() -> dict[str, Any]:
    from tests.adapters.application.world import CITIZEN

    return dict(CITIZEN)


def dispatches(world: World, code: str) -> list[str]:
    return [str(item["state"]) for item in world.dossier(code)["dispatches"]]


def verdict(world: World, code: str, **changes: Any) -> Report:
    packed = evidence.pack(world.app, world.officer("kiem"), code)
    assert isinstance(packed, bytes)
    values = {"roots": [authority().root], "log_key": world.app.log_key.vkey, "at": world.clock() + SECOND, **changes}
    return verify_pack(packed, **values)


def test_an_accepted_signature_is_stamped(world: World) -> None:
    """One leaf of the dossier a signature, whose objects are token, chain and lists; then the result goes out."""
    code = sealed(world)
    assert [row["stamp"] for row in records(world, code)] == [None, None]
    world.work()
    rows = records(world, code)
    assert all(row["stamp"] and row["stamped"] == world.clock() + SECOND for row in rows)
    assert dispatches(world, code) == ["ready"]
    signatures = verdict(world, code).signatures
    signed = [line for line in signatures if line.purpose in {"approval", "organ"}]
    assert [line.stamped for line in signed] == ["2026-11-21T08:30:01Z"] * 2
    acts = {line.purpose for line in signatures} - {"approval", "organ"}
    assert acts == {"certificate-bound", "procedure-adopted", "process-deployed", "proposal-approved"}
    assert all(line.stamped for line in signatures), "acts outside, too, of author and approver"


def test_what_two_persons_signed_has_two_stamps(world: World) -> None:
    """Author and approver of an act are stamped each once, though a list of changes is a leaf for every change."""
    other, titles = second_signer(world), ("Phó A", "Phó B")
    made = [PositionAdded(id=title[-1].lower(), title=title, unit="agency", rank="deputy") for title in titles]
    id = proposed(world.reorganise("an", *made, reason="QĐ 7"))
    world.approve(other, id).body_or_raise()
    objects, last = opened(world)["objects"], world.size() - 1
    world.work()
    with world.app.store.read() as tx:
        rows = [acts.find_record(tx, objects[f"{whose}record"]) or {} for whose in (AUTHOR, APPROVER)]
        told = [json.loads(leaf.evidence) for leaf in trail.leaves_at(tx, set(range(last + 1, world.size())))]
    assert [(row["officer"], row["purpose"]) for row in rows] == [("an", "position-added"), (other, PROPOSAL_APPROVED)]
    assert all(row["stamp"] and row["leaf"] == last - 1 for row in rows)
    stamped = [each["details"]["record"] for each in told if each["act"] == STAMPED]
    assert {stamped.count(objects[f"{whose}record"]) for whose in (AUTHOR, APPROVER)} == {1}


def test_nobody_waits_for_the_authority(world: World) -> None:
    """The authority is down: acts are accepted, the result waits without an incident, and leaves once it answers."""
    down = Down(stamps.at(world.clock))
    world.change(stamp=down)
    code = sealed(world)
    world.work()
    shown = world.dossier(code)
    assert dispatches(world, code) == []
    assert shown["incidents"] == []
    waiting = job_of(world, "hoso.counter")
    assert waiting["state"] == "open"
    assert waiting["error"].endswith("[result-unstamped]")
    assert job_of(world, "stamp")["error"].endswith("[stamp-unavailable]")
    world.clock.go(hours=2)
    world.work()
    assert dispatches(world, code) == []
    down.up = True
    world.clock.go(hours=1)
    world.trusted.append(pki.trust(at=world.clock()))
    world.work()
    assert dispatches(world, code) == ["ready"], "what waited was woken by the stamp"
    verdict(world, code)


def test_without_an_authority_results_wait(world: World) -> None:
    """None is configured: nothing is lost, nothing leaves."""
    world.change(stamp=None)
    code = sealed(world)
    world.work()
    assert dispatches(world, code) == []
    assert "HOSO_TSA_URL" in job_of(world, "stamp")["error"]
    world.change(stamp=stamps.at(world.clock))
    world.clock.go(hours=1)
    world.work()
    assert dispatches(world, code) == ["ready"]


@dataclass
class Telling:
    """An authority of which each stamp is as told."""

    make: Any

    def stamp(self, imprint: bytes) -> bytes:
        return self.make(imprint)


def over(imprint: bytes, who: Any, moment: datetime, **told: Any) -> bytes:
    hashed = {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": imprint}
    return token(b"", who, **{"message_imprint": hashed, "gen_time": moment, **told})


def _certified(world: World, **dates: Any) -> LocalStamps:
    honest = stamps.at(world.clock)
    dates = {"not_before": world.clock() - timedelta(days=1), "not_after": world.clock() + timedelta(days=1), **dates}
    certificate = authority().certify(honest._key, "x", "x@y.vn", purposes=STAMPING, **dates)
    return replace(honest, certificate=certificate)


BAD = {
    "other bytes": lambda world, _: over(b"\x01" * 32, stamps.honest(), world.clock()),
    "sha-1": lambda world, imprint: over(imprint, stamps.honest(), world.clock(), sign="sha1"),
    "an officer's key": lambda world, imprint: over(imprint, pki.known("lan"), world.clock()),
    "expired": lambda world, imprint: over(imprint, _certified(world, not_after=world.clock() - SECOND), world.clock()),
    "a day ahead": lambda world, imprint: over(imprint, stamps.honest(), world.clock() + timedelta(days=1)),
    "a day behind": lambda world, imprint: over(imprint, stamps.honest(), world.clock() - timedelta(days=1)),
    "rubbish": lambda _world, _imprint: b"rubbish",
}


@pytest.mark.parametrize("defect", BAD)
def test_a_bad_stamp_is_none(world: World, defect: str) -> None:
    """It is neither kept nor counted: the authority is asked again, until it gives a good one."""
    code = sealed(world)
    world.change(stamp=Telling(lambda imprint: BAD[defect](world, imprint)))
    world.work()
    assert [row["stamp"] for row in records(world, code)] == [None, None]
    assert "[stamp-" in job_of(world, "stamp")["error"]
    world.change(stamp=stamps.at(world.clock))
    world.clock.go(hours=1)
    world.work()
    assert dispatches(world, code) == ["ready"]


@pytest.mark.parametrize("skew", [-1, 0, 1])
def test_a_second_of_skew_is_nothing(world: World, skew: int) -> None:
    """An authority a second ahead or behind serves as any other, here and before an auditor."""
    clock = world.clock
    world.change(stamp=stamps.at(lambda: clock() + skew * SECOND))
    code = sealed(world)
    world.work()
    assert dispatches(world, code) == ["ready"]
    verdict(world, code)


def test_a_revoked_authority_stamps_nothing(world: World) -> None:
    """Its list is taken up: from then on its stamps are none, those kept before stay."""
    ca = DemoAuthority.create("Times", at=world.clock() - timedelta(days=9))
    tsa = stamps.stamps(ca, clock=world.clock)
    trust = world.trusted[-1]
    known = replace(trust, stamp_roots=(ca.root,), intermediates=(*trust.intermediates, ca.issuing))
    world.trusted.append(replace(known, crls=(*trust.crls, *ca.crls(world.clock()))))
    world.change(stamp=tsa)
    code = sealed(world)
    assert work_once(world.app), "the leader's is stamped"
    world.clock.go(minutes=1)
    ca.revoke(tsa.certificate, world.clock())
    world.trusted.append(replace(known, crls=(*trust.crls, *ca.crls(world.clock()))))
    world.work()
    assert [row["stamp"] is not None for row in records(world, code)] == [True, False]
    assert job_of(world, "stamp")["error"].endswith("[stamp-certificate-revoked]")


def test_without_the_authoritys_list_nothing_is_decided(world: World) -> None:
    """Unknown whether the authority was revoked: the stamp is asked for again, and not kept."""
    code = sealed(world)
    world.trusted.append(replace(world.trusted[-1], crls=()))
    world.work()
    assert [row["stamp"] for row in records(world, code)] == [None, None]
    assert job_of(world, "stamp")["state"] == "open"


@pytest.mark.parametrize("seconds", [0, 1])
def test_a_certificate_that_ends_before_the_stamp(world: World, seconds: int) -> None:
    """Accepted in time, stamped too late, to the second: nothing proves it any more, and its result never leaves."""
    hang = pki.person("hang", not_after=world.clock() + SECOND * (10 + seconds))
    world.bind("hang", hang).body_or_raise()
    code = world.start("tra-ket-qua", data={**_citizen(), "channel": "counter"})
    world.do("lan", code, "prepare", {"note": "đủ"})
    task = world.task(code, "decide")
    world.claim("hang", task).body_or_raise()
    offered = world.prepare("hang", task, {"decision": "approve"}).body_or_raise()
    world.send("hang", task, world.submission(offered, hang)).body_or_raise()
    world.clock.go(seconds=10)
    world.work()
    [row] = records(world, code)
    if seconds:
        assert row["stamped"] == world.clock() + SECOND
        return
    assert row["stamp"] is None
    assert job_of(world, "stamp")["state"] == "failed"
    assert job_of(world, "stamp")["error"].endswith("[certificate-expired]")
    assert world.dossier(code)["incidents"] == []
    verdict(world, code)  # the act stands as the log told it
    world.sign_off("hoa", code, "seal")
    world.work()
    assert dispatches(world, code) == []
    [told] = world.dossier(code)["incidents"]
    assert told["code"] == "result-unsigned"
    assert "have the step signed again" in told["message"]
    with world.app.store.read() as tx:
        assert [job["payload"]["record"] for job in jobs.failed(tx, STAMP)] == [row["sha256"]]
    found = to_stamp(world.app)
    assert found.verdict == "warning"
    assert code in found.message


def test_two_workers_make_one_stamp(world: World) -> None:
    """A worker that slept past its lease, and the one that took the job over: one leaf, one stamp."""
    code = world.approved(channel="counter")
    row = records(world, code)[0]
    with world.app.store.write() as tx:
        tx.execute(tables.record.update().values(stamp=None, stamped=None, stamp_leaf=None))
        tx.execute(tables.job.update().where(tables.job.c.type == "stamp").values(state="open", lease_until=None))
    slow = work.take(world.app, "w")
    assert slow is not None
    world.clock.go(minutes=2)
    fast = work.take(world.app, "w")
    assert fast is not None
    assert fast["id"] == slow["id"]
    stamp(world.app, fast)
    size = world.size()
    stamp(world.app, slow)
    assert world.size() == size
    assert records(world, code)[0]["stamp"] != row["stamp"]


def test_a_suspended_dossiers_signatures_are_stamped(world: World) -> None:
    """Suspending holds up work, not proof."""
    code = world.start("tra-ket-qua", data={**_citizen(), "channel": "counter"})
    world.do("lan", code, "prepare", {"note": "đủ"})
    world.sign_off("hang", code, "decide", {"decision": "approve"})
    with world.app.store.write() as tx:
        jobs.suspend(tx, code)
    world.work()
    [row] = records(world, code)
    assert row["stamp"] is not None


def test_a_stamp_taken_from_another_record_is_noticed(world: World) -> None:
    """Dispatch verifies each stamp again: rows exchanged in the database let nothing out."""
    code = sealed(world)
    world.stamp()
    leader, clerk = records(world, code)
    with world.app.store.write() as tx:
        for mine, theirs in ((leader, clerk), (clerk, leader)):
            values = {name: theirs[name] for name in ("stamp", "stamped", "stamp_leaf")}
            tx.execute(tables.record.update().where(tables.record.c.sha256 == mine["sha256"]).values(**values))
    world.work()
    assert dispatches(world, code) == []
    assert [item["code"] for item in world.dossier(code)["incidents"]] == ["result-unsigned"]


def test_many_workers_stamp_each_signature_once(world: World) -> None:
    """Three workers at once, with results that wait: one leaf a record, nobody waits for another crosswise."""
    codes = [sealed(world) for _ in range(3)]

    def work_on(_worker: int) -> None:
        while work_once(world.app):
            pass

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(work_on, range(3)))
    world.clock.go(minutes=1)  # a result that looked just before its last stamp was kept
    world.work()
    assert [dispatches(world, code) for code in codes] == [["ready"]] * 3
    for code in codes:
        told = [item["act"] for item in queries.history(world.app, world.officer("hoa"), code).body_or_raise()["items"]]
        assert told.count(STAMPED) == len(records(world, code)) == 2
        assert world.dossier(code)["incidents"] == []
