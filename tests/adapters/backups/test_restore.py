"""A backup comes back whole, on the other kind of database, too; what was lost is told, and nothing is done twice."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from adapters.application import anchoring, interventions, people, queries, retention, workers
from adapters.application.answer import Request
from adapters.application.trail import append
from adapters.backups import making, restoring, tree
from adapters.backups.archive import reading
from adapters.backups.errors import BackupRefused
from adapters.database import dump, incidents, leasing, successions, tables
from adapters.database import trail as stored
from adapters.jobs.worker import work_once
from adapters.witnesses import HttpWitness
from engine.acts.intervene import Suspend
from engine.errors import Refusal
from engine.officer import WORKER
from engine.outcome import SYSTEM, LeafDraft
from engine.tracks import TRACKS
from signing.errors import Invalid
from signing.trail.checkpoint import Checkpoint, verify_checkpoint
from signing.trail.cosignature import WitnessKey, with_cosignatures
from signing.trail.leaf import decode_leaf
from signing.trail.note import LogKey
from signing.trail.succession import follow, present_key
from tests.adapters.application.bundles import bundle, job
from tests.adapters.application.test_erasing import RULE, erase, finished, found, later
from tests.adapters.application.test_proposals import second_signer
from tests.adapters.application.world import World, refusal_of
from tests.adapters.backups.conftest import House, rows
from tests.adapters.witness.serving import serving
from tests.engine.bpmn.models import chain, end, start_event

BACKED_UP = frozenset(
    {"leaf", "leaf_search", "tree_node", "log_head", "backup"}
)  # the leaf that tells of the backup is not in it


@pytest.mark.parametrize("where", ["server", "other"])
def test_all_rows_come_back(house: House, tmp_path: Path, where: str) -> None:
    """Every row of every table, exactly; the tree is computed anew; acts go on; back again gives the same."""
    world, path = house.world, tmp_path / "a.zip"
    code = world.approved()
    with house.app.store.write() as tx:
        tx.execute(update(tables.job).values(state="done"))  # none that would be held
    before = rows(house.app.store)
    made = house.backup(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert not list(tmp_path.glob("*.part"))
    store = house.empty(getattr(house, where))
    done = house.restore(path, store)
    assert (done.kept.size, done.succeeded) == (made.log_size + 1, None)  # with the leaf that tells of the backup
    after = rows(store)
    for table in before:
        if table not in BACKED_UP:
            assert after[table] == before[table], table
    size = made.log_size
    assert after["leaf"][:size] == before["leaf"]
    assert [decode_leaf(row[1]).act for row in after["leaf"][size:]] == ["backup-made", "log-restored"]
    house.move(store)
    world.start("tra-ket-qua")
    assert world.check_trail() > size
    assert world.dossier(code)["code"] == code


def test_what_was_lost_is_told(house: House, tmp_path: Path) -> None:
    """The lost log went on after the backup: another name, another key, a statement by both; the old key is gone."""
    world, path = house.world, tmp_path / "a.zip"
    old = house.app.log_key
    house.backup(path)
    world.start("tra-ket-qua")
    witnessed = house.head().checkpoint
    store = house.empty()
    line = WitnessKey.generate("witness.example").cosign(witnessed.partition("\n\n")[0] + "\n", house.app.clock())
    house.files.checkpoint.unlink()  # the witness alone knows
    done = house.restore(path, store, known=[with_cosignatures(witnessed, [line])])
    assert done.succeeded is not None
    new = done.succeeded.key
    assert new.origin == "hoso/H29.5/2"
    assert house.files.key.read_text() == new.dump()
    assert [file.name for file in sorted(house.files.folder.iterdir())] == [
        "log.checkpoint", "log.key", "log.vkey", "successions",
    ]  # fmt: skip
    told = done.succeeded.succession
    lost = verify_checkpoint(witnessed, old.vkey)
    assert (told.known.size, told.known.root) == (lost.size, lost.root)
    house.move(store)
    answer = queries.successions(house.app).body_or_raise()
    notes = [item["note"] for item in answer["items"]]
    assert present_key(old.vkey, follow(old.vkey, notes)) == new.vkey
    with store.read() as tx:
        [leaf] = stored.leaves(tx, start=answer["items"][0]["leaf"], limit=1)
    assert (leaf.index, decode_leaf(leaf.encoded).act) == (told.kept.size, "log-succeeded")
    code = world.start("tra-ket-qua")
    assert int(code.rpartition("-")[2]) > lost.size - told.kept.size  # no code of a lost dossier is given again
    assert verify_checkpoint(house.head().checkpoint, new.vkey).origin == "hoso/H29.5/2"


@pytest.mark.parametrize("suspended", [False, True])
def test_what_may_have_left_waits_for_somebody(house: House, tmp_path: Path, suspended: bool) -> None:
    """A mail that was due at the backup stands still after the restore, also where its dossier was suspended."""
    world, path = house.world, tmp_path / "a.zip"
    code = world.approved(channel="email")
    while (track := next_track(world)) not in (None, "mail"):
        work_once(world.app)
    assert track == "mail"
    if suspended:
        world.intervene("an", code, Suspend(revision=world.dossier(code)["revision"], reason="Chờ")).body_or_raise()
    house.backup(path)
    store = house.empty(house.other)
    done = house.restore(path, store)
    assert done.held == 1
    house.move(store)
    with store.read() as tx:
        [found] = incidents.of_dossier(tx, code)
    assert found["code"] == "perhaps-done"
    assert next_track(world) != "mail"
    if not suspended:
        asked = Request(officer="an")
        interventions.retry(house.app, world.officer("an"), asked, code, found["number"]).body_or_raise()
        assert next_track(world) == "mail"


def next_track(world: World) -> str | None:
    with world.app.store.read() as tx:
        found = leasing.waiting(tx, TRACKS, world.clock())
    return found[0].name if found else None


def test_who_holds_a_job_of_the_lost_database_reports_on_no_other(house: House, tmp_path: Path) -> None:
    """After the backup a worker fetched a job, which was lost; the restored database gives its number once more, to
    another dossier's job, and the same officer fetches that. The old report is refused, whatever lease it was.
    """
    world, path = house.world, tmp_path / "a.zip"
    body = start_event() + job("ask", "ngoai") + end() + chain("s", "ask", "e")
    world.deploy(bundle("ngoai", body)).body_or_raise()
    new = people.Newcomer(id="may-1", name="May", position="Chương trình", unit="agency", roles=frozenset({WORKER}))
    with world.app.store.write() as tx:
        people.appoint(world.app, tx, SYSTEM, new, with_token=False)
    world.work()
    house.backup(path)
    wanted = workers.Wanted(worker="w", types=["ngoai"], most=1, lease=timedelta(minutes=5))
    held = _fetched(house, wanted)
    store = house.empty(house.other)
    house.restore(path, store)
    house.move(store)
    again = _fetched(house, wanted)
    assert (again["id"], again["lease_epoch"] != held["lease_epoch"]) == (held["id"], True)
    old = workers.Lease(job=held["id"], epoch=held["lease_epoch"])
    officer = world.officer("may-1")
    answer = workers.complete(house.app, officer, Request(officer="may-1"), old, {})
    assert refusal_of(answer).code == "lease-lost"


def _fetched(house: House, wanted: workers.Wanted) -> Mapping[str, Any]:
    house.world.start("ngoai", data={}, files={})
    found = workers.fetch(house.app, house.world.officer("may-1"), wanted)
    assert not isinstance(found, Refusal)
    return found[0]


def test_a_backup_under_way_is_one_moment(house: House, tmp_path: Path) -> None:
    """Acts that commit while the tables are written are not in it, not in part either: the root fits."""
    path, world = tmp_path / "a.zip", house.world
    seen: list[str] = []

    def tell(table: str, _rows: int) -> None:
        if not seen or table == "leaf":
            seen.append(table)
            world.start("tra-ket-qua")

    size = house.head().size
    making.make(house.app, house.files, path, tell)
    assert (len(seen), house.head().size) == (2, size + 3)
    store = house.empty()
    assert house.restore(path, store).kept.size == size


def test_an_older_backup_is_restored_after_that(house: House, tmp_path: Path) -> None:
    """A second restore begins the third log; the statements lead from the first key to it."""
    old = house.app.log_key
    world, first = house.world, tmp_path / "a.zip"
    house.backup(first)
    world.start("tra-ket-qua")
    later = tmp_path / "b.zip"
    house.backup(later)
    store = house.empty()
    house.restore(first, store, known=[house.head().checkpoint])
    house.move(store)
    world.start("tra-ket-qua")
    with pytest.raises(BackupRefused) as refused:
        house.restore(later, house.empty())
    assert refused.value.code == "backup-of-other-history"
    again = house.empty(house.other)
    done = house.restore(first, again, known=[house.head().checkpoint])
    assert done.succeeded is not None
    assert done.succeeded.key.origin == "hoso/H29.5/3"
    house.move(again)
    with again.read() as tx:
        notes = successions.notes(tx)
    assert present_key(old.vkey, follow(old.vkey, notes)) == done.succeeded.key.vkey
    world.start("tra-ket-qua")


def test_a_backup_from_before_a_rotation_is_restored(house: House, tmp_path: Path) -> None:
    """The key that signed it is gone; what the folder keeps proves it, and says that the log went further."""
    old, path = house.app.log_key, tmp_path / "a.zip"
    house.backup(path)
    house.rotate()
    store = house.empty()
    done = house.restore(path, store)
    assert done.succeeded is not None
    assert done.succeeded.succession.known.size > done.kept.size
    house.move(store)
    with store.read() as tx:
        assert present_key(old.vkey, follow(old.vkey, successions.notes(tx))) == done.succeeded.key.vkey
    house.files.checkpoint.unlink()


def test_restores_that_are_refused(house: House, tmp_path: Path) -> None:
    """A database that is not empty; checkpoints that are another log's, or of another past; nothing is changed."""
    world, path = house.world, tmp_path / "a.zip"
    house.backup(path)
    before = rows(house.app.store)
    with house.app.store.read() as tx:
        [leaf] = stored.leaves(tx, start=3, limit=1)

    def refused(code: str, store: object = None, path: Path = path, **asked: object) -> None:
        with pytest.raises(BackupRefused) as found:
            house.restore(path, store or house.empty(), **asked)  # type: ignore[arg-type]
        assert found.value.code == code

    refused("database-not-empty", house.app.store)
    assert rows(house.app.store) == before
    key = house.app.log_key
    other = Checkpoint(origin=key.origin, size=3, root=bytes(32)).sign(key)
    refused("backup-of-other-history", known=[other])
    refused("known-checkpoint-wrong", known=[other.replace("\n3\n", "\n4\n")])
    refused("number-taken", numbers={"quyet-dinh/2026": 0})
    with reading(path, [key.vkey]) as archive, pytest.raises(BackupRefused) as found:
        restoring.check_fits(archive, "0001")
    assert found.value.code == "backup-schema"
    with pytest.raises(Invalid):
        house.restore(path, house.empty(), reason=" ")
    with house.app.store.write() as tx:
        tx.execute(update(tables.leaf).where(tables.leaf.c.index == 3).values(encoded=b"{}"))
    house.backup(tmp_path / "b.zip")
    refused("backup-log-unfit", path=tmp_path / "b.zip")
    with house.app.store.write() as tx:
        tx.execute(update(tables.leaf).where(tables.leaf.c.index == 3).values(encoded=leaf.encoded))
    assert house.files.key.read_text() == key.dump()
    world.start("tra-ket-qua")


def test_what_is_there_is_replaced(house: House, tmp_path: Path) -> None:
    """With --replace: the log that was there is known to have gone further, without being told."""
    path, world = tmp_path / "a.zip", house.world
    house.backup(path)
    world.start("tra-ket-qua")
    size = house.head().size
    done = house.restore(path, house.app.store, replace=True)
    assert done.known.size == size
    house.move(house.app.store)
    assert world.check_trail() == done.kept.size + 1
    assert world.start("tra-ket-qua")


def test_another_installations_database_is_left_alone(house: House, tmp_path: Path) -> None:
    """A wrong HOSO_DATABASE_URL with --replace deletes nobody's dossiers."""
    path, store = tmp_path / "a.zip", house.empty()
    house.backup(path)
    stranger = LogKey.generate("hoso/H01")
    with store.write() as tx:
        checkpoint = Checkpoint(origin="hoso/H01", size=0, root=bytes(32)).sign(stranger)
        stored.create_head(tx, "hoso/H01", checkpoint)
    with pytest.raises(BackupRefused) as found:
        house.restore(path, store, replace=True)
    assert found.value.code == "database-of-another-log"


def test_numbers_go_on_behind_the_last_row(house: House, tmp_path: Path) -> None:
    """What counts by itself does not begin again; registers begin where the operator says."""
    path = tmp_path / "a.zip"
    with house.app.store.write() as tx:
        tx.execute(delete(tables.comment))
    house.world.start("tra-ket-qua")
    house.backup(path)
    store = house.empty(house.other)
    done = house.restore(path, store, numbers={"quyet-dinh/2026": 58})
    assert done.registers["quyet-dinh/2026"] == 58
    house.move(store)
    house.world.start("tra-ket-qua")
    with store.read() as tx:
        ids = list(tx.execute(select(tables.job.c.id)).scalars())
    assert len(ids) == len(set(ids))
    assert dump.names()


@pytest.mark.parametrize("step", ["rows", "key", "commit", "settled"])
def test_a_restore_that_is_killed(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    """Before its commit the database is as empty as it was; after it, the next start finds the key that fits."""
    path, world, old = tmp_path / "a.zip", house.world, house.app.log_key
    house.backup(path)
    world.start("tra-ket-qua")
    known, store = [house.head().checkpoint], house.empty(house.other)

    def dead(*_anything: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        if step == "rows":
            patch.setattr(tree, "rebuild", dead)
            patch.setattr(restoring, "rebuild", dead)
        if step == "key":
            patch.setattr(type(house.files), "add", dead)
        if step == "commit":
            patch.setattr(House, "settle", dead)
        if step == "settled":
            patch.setattr(type(house.files), "know", dead)
        with pytest.raises(Killed):
            house.restore(path, store, known=known)
    if step in ("rows", "key"):
        with store.read() as tx:
            assert dump.is_empty(tx)
        assert next(house.files.keys()).vkey == old.vkey
        house.restore(path, store, known=known)
    house.move(store)
    world.start("tra-ket-qua")
    house.settle(store)
    assert next(house.files.keys()).origin == "hoso/H29.5/2"


class Killed(BaseException):
    """The process is gone."""


@pytest.mark.parametrize("listed", [True, False], ids=["from-the-list", "from-the-database-replaced"])
def test_what_was_erased_since_is_erased_again(house: House, tmp_path: Path, listed: bool) -> None:
    """A backup from before an erasure brings nobody's data back: by the list beside it, or by what it replaces."""
    world, path = house.world, tmp_path / "a.zip"
    world.adopt("tra-ket-qua", valid_from="2026-11-21", retention=RULE).body_or_raise()
    second_signer(world)
    code = finished(world)
    house.backup(path)
    later(world)
    erase(world, code).body_or_raise()
    assert found(world, code) == []
    with house.app.store.read() as tx:
        told = retention.erased_since(tx)
    store = house.empty() if listed else house.app.store
    done = house.restore(path, store, erased=told if listed else (), replace=not listed)
    assert done.erased == 1
    house.move(store)
    assert found(world, code) == []
    with store.read() as tx:
        [again] = retention.erased_since(tx)
    assert (again["dossier"], again["basis"], again["reason"]) == (code, told[0]["basis"], told[0]["reason"])
    world.check_trail()


def test_a_restore_while_witnesses_are_asked(house: House, tmp_path: Path) -> None:
    """A server that runs on has the lost head cosigned, and does not publish it: it is of no log any more."""
    world, path = house.world, tmp_path / "a.zip"
    house.backup(path)
    world.start("tra-ket-qua")

    class Slow(HttpWitness):
        def cosign(self, *given: Any, **named: Any) -> str:
            line = super().cosign(*given, **named)
            if house.head().origin == world.app.log_key.origin:
                house.restore(path, house.app.store, replace=True)
                for _ in range(5):
                    replaced(house)
            return line

    with serving(tmp_path / "w", world.app.log_key.vkey, world.clock) as witness:
        asked = witness.asked()
        world.change(witnesses=(Slow(vkey=asked.vkey, place=asked.place),))
        lost = house.head().size
        assert anchoring.publish(world.app).published is None
        assert witness.held() == lost + 1, "with the leaf that tells of the witness"
    assert house.head().size > lost
    world.change(witnesses=())
    house.move(house.app.store)
    published = anchoring.publish(world.app).published
    assert published is not None
    assert verify_checkpoint(published.note, house.app.log_key.vkey).size == published.size


def replaced(house: House) -> None:
    """Something happens after the restore."""
    app = house.reopened()
    with app.store.write() as tx:
        append(app, tx, [LeafDraft(actor=SYSTEM, act="letter-made", subject="x", details={})], app.clock())
