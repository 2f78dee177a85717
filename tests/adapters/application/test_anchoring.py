"""Publishing checkpoints: cosigned by real witnesses over HTTP, kept as they are, stamped; on both databases."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, update

from adapters.application import anchoring, queries, trail
from adapters.application.anchoring import PUBLISH, STAMP, STAMPED
from adapters.application.application import Told
from adapters.application.appointing import APPOINTED, DISMISSED, WitnessesDisputed, appointed
from adapters.application.log_keys import StoredNoteDamaged
from adapters.console import anchors
from adapters.database import checkpoints, definitions, tables
from adapters.database import trail as stored
from adapters.database.checkpoints import Published
from adapters.http.server import build
from adapters.jobs.worker import work_once
from adapters.witnesses import HttpWitness, read_witnesses
from engine.outcome import SYSTEM, LeafDraft
from signing.canonical import parse_canonical
from signing.timestamp import verify_stamp
from signing.trail.cosignature import WitnessKey, verify_anchored
from signing.trail.leaf import decode_leaf
from signing.trail.note import LogKey
from tests import stamps
from tests.adapters.application.world import World
from tests.adapters.witness.serving import Serving, serving

HOUR = timedelta(hours=1)


@pytest.fixture
def witness(world: World, tmp_path: Path) -> Iterator[Serving]:
    """A witness that trusts the agency's log, by the agency's clock; the server names it in its settings."""
    with serving(tmp_path / "w", world.app.log_key.vkey, world.clock) as found:
        world.change(witnesses=(found.asked(),))
        yield found


def happen(world: World, count: int = 1) -> int:
    """Something happens; gives the index of its last leaf."""
    with world.app.store.write() as tx:
        drafts = [LeafDraft(actor=SYSTEM, act="letter-made", subject="x", details={})] * count
        return trail.append(world.app, tx, drafts, world.clock())[-1].index


def listed(world: World) -> list[dict[str, Any]]:
    return list(queries.checkpoints(world.app, 0, 200).body_or_raise()["items"])


def told(world: World, start: int) -> list[tuple[str, str]]:
    """The acts of the log from there on, with their subjects."""
    with world.app.store.read() as tx:
        leaves = [decode_leaf(leaf.encoded) for leaf in stored.leaves(tx, start=start, limit=200)]
    return [(leaf.act, leaf.subject) for leaf in leaves]


def scheduled(world: World) -> None:
    with world.app.store.write() as tx:
        anchoring.schedule(world.app, tx)


def jobs_of(world: World, kind: str) -> list[Any]:
    with world.app.store.read() as tx:
        query = select(tables.job).where(tables.job.c.type == kind).order_by(tables.job.c.id)
        return [dict(row) for row in tx.execute(query).mappings()]


def dead(key: WitnessKey | None = None) -> HttpWitness:
    """A witness that nobody runs."""
    return read_witnesses(f"{(key or WitnessKey.generate('dead.example')).vkey} http://127.0.0.1:9")[0]


def test_the_hourly_job(world: World, witness: Serving) -> None:
    """Appointed, published with its cosignature, stamped with a leaf; in an hour again, if anything happened."""
    start = world.size()
    scheduled(world)
    scheduled(world)
    assert len(jobs_of(world, PUBLISH)) == 1
    world.work()
    [first] = listed(world)
    assert told(world, start) == [(APPOINTED, "w.example"), (STAMPED, str(start + 1))]
    anchored = verify_anchored(first["note"], world.app.log_key.vkey, [witness.key.vkey])
    assert (anchored.checkpoint.size, first["size"], first["witnesses"]) == (start + 1, start + 1, ["w.example"])
    assert anchored.cosigned[0].time == world.clock()

    world.clock.go(hours=1)
    assert world.work() == 1
    assert (listed(world), world.size()) == ([first], start + 2), "the log's own anchors are nothing new"

    happen(world)
    world.clock.go(hours=1)
    world.work()
    assert [item["size"] for item in listed(world)] == [start + 1, start + 3]
    assert witness.held() == start + 3
    assert queries.checkpoints(world.app, start + 1, 1).body_or_raise()["next"] == start + 3
    [job] = jobs_of(world, PUBLISH)
    assert (job["state"], job["attempts"], job["due"]) == ("open", 0, world.clock() + HOUR)


def test_the_stamp_and_its_leaf(world: World, witness: Serving) -> None:
    """The leaf names the note that was stamped, the stamp and what it was judged by; the stamp verifies over it."""
    found = anchoring.publish_covering(world.app, happen(world))
    world.work()
    with world.app.store.read() as tx:
        leaf = stored.leaves(tx, start=found.size, limit=9)[-1]
        evidence = parse_canonical(leaf.evidence)
        assert isinstance(evidence, dict)
        objects = evidence["objects"]
        note, token = (definitions.get_content(tx, objects[name]) for name in ("checkpoint", "stamp"))
    assert (decode_leaf(leaf.encoded).act, note) == (STAMPED, found.note.encode())
    assert token is not None
    assert verify_stamp(token, found.note.encode(), trust=world.app.trust(), at=world.clock()).time == world.clock()
    assert set(evidence["details"]) == {"time", "root"}
    assert objects["chain"]
    assert objects["crl"]


def test_publish_covering(world: World, witness: Serving) -> None:
    """The first that covers a leaf, the same for ever; published now where there is none, once."""
    with pytest.raises(LookupError):
        anchoring.publish_covering(world.app, 10**6)
    first = happen(world)
    one = anchoring.publish_covering(world.app, first)
    later = happen(world, 3)
    two = anchoring.publish_covering(world.app, later)
    assert (one.size, two.size) == (first + 1, later + 1)
    assert [anchoring.publish_covering(world.app, index) for index in (first, first + 1, later)] == [one, two, two]
    with world.app.store.write() as tx:
        assert not checkpoints.add(tx, Published(size=one.size, note="other", published=world.clock()))
    assert anchoring.publish_covering(world.app, first) == one


def test_a_witness_that_is_away(world: World, witness: Serving) -> None:
    """Published without it, and it says so; asked again; no flood of checkpoints; then one with all, and none lost."""
    world.change(witnesses=(witness.asked(), dead()))
    scheduled(world)
    index = happen(world)
    for _ in range(5):
        world.work()
        world.clock.go(hours=1)
    assert [item["witnesses"] for item in listed(world)] == [["w.example"]]
    [job] = jobs_of(world, PUBLISH)
    assert "127.0.0.1:9" in job["error"]
    found = anchors.published(world.app)
    assert (found.verdict, "lacks the cosignature of dead.example" in found.message) == ("warning", True)
    kept = anchoring.publish_covering(world.app, index)

    key = WitnessKey.generate("back.example")
    world.change(witnesses=(witness.asked(), dead(key)))
    world.work()
    with serving(witness.folder.path.parent / "back", world.app.log_key.vkey, world.clock) as back:
        world.change(witnesses=(witness.asked(), back.asked()))
        world.clock.go(hours=1)
        world.work()
        assert len(listed(world)[-1]["witnesses"]) == 2
    assert anchoring.publish_covering(world.app, index) == kept


def test_witnesses_come_and_go(world: World, witness: Serving) -> None:
    """Each coming and going is a leaf with the key; a new key under an old name is another witness."""
    anchoring.publish(world.app)
    scheduled(world)
    world.work()
    start = world.size()
    twin = dead(WitnessKey.generate("w.example"))
    scheduled(world)
    assert world.work() == 0
    world.change(witnesses=(twin,))
    scheduled(world)  # a server starts with other settings: it does not wait for the hour
    assert work_once(world.app)
    assert told(world, start) == [(APPOINTED, "w.example"), (DISMISSED, "w.example")]
    with world.app.store.read() as tx:
        assert appointed(tx) == {twin.vkey: "w.example"}
    world.change(witnesses=())
    anchoring.publish(world.app)
    anchoring.publish(world.app)
    assert told(world, start + 2) == [(DISMISSED, "w.example")]
    assert listed(world)[-1]["witnesses"] == []


def test_servers_with_other_witnesses(world: World, witness: Serving) -> None:
    """Each told its own once; the one that is behind then refuses, aloud, and does not dismiss the other's."""
    behind = world.app
    anchoring.publish(behind)
    ahead = replace(behind, witnesses=(dead(),), told=Told())
    start = world.size()
    anchoring.publish(ahead)
    for _ in range(2):
        happen(world)
        with pytest.raises(WitnessesDisputed) as refused:
            anchoring.publish(behind)
        assert "here w.example; there dead.example" in str(refused.value)
        anchoring.publish(ahead)
    assert [act for act, _ in told(world, start)].count(DISMISSED) == 1
    scheduled(world)
    while work_once(behind):  # the stamps of checkpoints, too
        pass
    [job] = jobs_of(world, PUBLISH)
    assert (job["state"], "[witnesses-disputed]" in job["error"]) == ("open", True)
    doctor = anchors.witnesses(replace(behind, told=Told(), witnesses=(outside(witness),)))
    assert (doctor.verdict, "dead.example" in doctor.message) == ("warning", True)
    again = replace(ahead, told=Told())  # it was started again with the settings of the other
    anchoring.publish(again)
    assert [act for act, _ in told(world, start)].count(DISMISSED) == 1


def test_a_log_that_was_put_back(world: World, witness: Serving) -> None:
    """The witness saw more than the log has: it refuses, nothing is published with its name, doctor fails."""
    anchoring.publish(world.app)
    with world.app.store.read() as tx:
        before = stored.head(tx)
    happen(world, 2)
    anchoring.publish(world.app)
    with world.app.store.write() as tx:
        tx.execute(tables.checkpoint.delete())
        for table in (tables.leaf, tables.tree_node):
            tx.execute(table.delete().where(table.c.index >= before.size))
        stored.save_head(tx, before)
    attempt = anchoring.publish(world.app)
    assert attempt.published is not None
    assert anchoring.cosigners(attempt.published.note) == []
    assert f"saw {before.size + 2} leaves of this log, which has {before.size}" in attempt.missing[0]
    world.change(witnesses=(outside(witness),))
    assert anchors.witnesses(world.app).verdict == "failed"


def test_no_stamp_yet(world: World, witness: Serving) -> None:
    """The authority is away: published, doctor warns, stamped when it answers; where a later one came, that one."""
    down = stamps.Down(stamps.at(world.clock))
    world.change(stamp=down)
    scheduled(world)
    happen(world)
    world.work()
    assert "not stamped yet (the time-stamp authority does not answer" in anchors.published(world.app).message
    later = anchoring.publish_covering(world.app, happen(world))
    world.work()
    down.up = True
    world.clock.go(hours=1)
    world.work()
    assert [job["state"] for job in jobs_of(world, STAMP)] == ["cancelled", "done"]
    assert told(world, later.size) == [(STAMPED, str(later.size))]
    assert anchors.published(world.app).verdict == "ok"


def test_many_servers_at_once(world: World, witness: Serving) -> None:
    """Servers that publish at the same time: sizes only grow, each is whole, the witness is told nothing twice."""
    index = happen(world)
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda _: anchoring.publish_covering(world.app, index), range(6)))
        list(pool.map(lambda _: scheduled(world), range(6)))
    assert len({each.size for each in found}) == 1
    assert {each.note for each in found} == {listed(world)[0]["note"]}
    assert len(jobs_of(world, PUBLISH)) == 1
    assert [act for act, _ in told(world, index)].count(APPOINTED) == 1


@pytest.mark.parametrize("how", ["other root", "other key", "garbage", "of another size"])
def test_a_published_checkpoint_that_was_changed(world: World, witness: Serving, how: str) -> None:
    """What lies in the database is verified before it is used: neither given out nor stamped, and doctor fails."""
    code = world.start("khong-ky")
    index = happen(world)
    found = anchoring.publish_covering(world.app, index)
    forger = LogKey.generate(world.app.log_key.origin)
    with world.app.store.read() as tx:
        head = stored.head(tx)
    lines = head.checkpoint.split("\n")
    made = anchoring.verify_checkpoint(head.checkpoint, world.app.log_key.vkey)
    other = {
        "other root": replace(made, root=bytes(32)).sign(world.app.log_key),
        "other key": made.sign(forger),
        "garbage": lines[0],
        "of another size": replace(made, size=found.size + 1).sign(world.app.log_key),
    }[how]
    with world.app.store.write() as tx:
        tx.execute(update(tables.checkpoint).values(note=other))
    with pytest.raises(StoredNoteDamaged):
        anchoring.publish_covering(world.app, index)
    with TestClient(build(world.app, worker=False), raise_server_exceptions=False) as client:
        headers = {"Authorization": f"Bearer {world.tokens['hang']}"}
        told = client.get(f"/v1/dossiers/{code}/evidence", headers=headers)
        assert (told.status_code, told.json()["code"]) == (500, "stored-note-damaged"), "it is not the asker's fault"
    assert anchors.published(world.app).verdict == "failed"
    assert work_once(world.app)
    [job] = jobs_of(world, STAMP)
    assert (job["state"], "[" in job["error"]) == ("failed", True)


def outside(witness: Serving) -> HttpWitness:
    """The same witness, by a name of this machine that is no loopback name."""

    class Outside(HttpWitness):
        @property
        def is_here(self) -> bool:
            return False

    asked = witness.asked()
    return Outside(vkey=asked.vkey, place=asked.place)


def test_what_doctor_says_of_witnesses(world: World, witness: Serving) -> None:
    """None, or none outside, is a failure; one outside that cosigns is well; one of two away is a warning."""
    own, other = witness.asked(), outside(witness)
    cases = [
        ((), "failed", "HOSO_WITNESSES"),
        ((own,), "failed", "on this machine"),
        ((other,), "ok", "cosigned by w.example"),
        ((other, dead()), "warning", "127.0.0.1:9"),
        ((own, replace(dead(), place=replace(dead().place, host="192.0.2.1", timeout=0.2))), "failed", "no outside"),
    ]
    for witnesses, verdict, message in cases:
        world.change(witnesses=witnesses)
        found = anchors.witnesses(world.app)
        assert (found.verdict, message in f"{found.message}; {found.remedy}") == (verdict, True), found


def test_what_doctor_says_of_old_checkpoints(world: World, witness: Serving) -> None:
    """Nothing published, or something that happened and is in none for two hours: a warning; a quiet night is none."""
    assert anchors.published(world.app).verdict == "warning"
    anchoring.publish(world.app)
    world.work()
    world.clock.go(hours=9)
    assert anchors.published(world.app).verdict == "ok"
    happen(world)
    assert "more happened since" in anchors.published(world.app).message
