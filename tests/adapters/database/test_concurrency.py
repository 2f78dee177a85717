"""Two at once: nothing is lost, nothing is given twice, on either database."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError, InternalError

from adapters.database import acts, definitions, dossiers, jobs, leasing, organisation, tables
from adapters.database.store import Store, Transaction
from engine.outcome import Outcome
from engine.tracks import MOVES, TRACKS, track_of
from signing.canonical import sha256_hex
from tests.adapters.database.rows import CODE, NOW, add_dossier, add_unit, dossier, job, people_of

PATIENCE = 10  # seconds
AT: Any = {"worker": "w", "now": NOW, "until": NOW + timedelta(minutes=1), "start": 1}


def at_once(count: int, do: Callable[[int], object]) -> list[object]:
    """Run `do` in so many threads that begin together; gives what they gave, raises what they raised."""
    ready = threading.Barrier(count)

    def run(number: int) -> object:
        ready.wait(PATIENCE)
        return do(number)

    with ThreadPoolExecutor(count) as pool:
        return [future.result(PATIENCE * 3) for future in [pool.submit(run, number) for number in range(count)]]


def test_two_interleaved_changes_of_a_dossier_lose_nothing(store: Store) -> None:
    """The second reads what the first wrote, though it asked while the first was between its read and its write."""
    with store.write() as tx:
        people_of(tx)
        add_dossier(tx, dossier())
    first_has_read, second_asks = threading.Event(), threading.Event()
    moments: dict[str, float] = {}

    def change(tx: Transaction, meanwhile: Callable[[], None]) -> int:
        loaded = dossiers.load(tx, CODE, lock=True)
        assert loaded is not None
        meanwhile()
        dossiers.save(tx, loaded, Outcome(dossier=replace(loaded, revision=loaded.revision + 1)), NOW)
        return loaded.revision

    def hold() -> None:
        first_has_read.set()
        assert second_asks.wait(PATIENCE)
        time.sleep(0.2)

    def first() -> int:
        with store.write() as tx:
            seen = change(tx, hold)
            moments["first is done"] = time.monotonic()
        return seen

    def second() -> int:
        assert first_has_read.wait(PATIENCE)
        moments["second asks"] = time.monotonic()
        second_asks.set()
        with store.write() as tx:
            return change(tx, lambda: None)

    with ThreadPoolExecutor(2) as pool:
        seen = [future.result(PATIENCE * 3) for future in (pool.submit(first), pool.submit(second))]
    assert moments["second asks"] < moments["first is done"], "the changes did not interleave: this shows nothing"
    assert seen == [0, 1]
    with store.read() as tx:
        assert tx.execute(select(tables.dossier.c.revision)).scalar_one() == 2


def test_the_same_interleaving_without_a_lock_loses_a_change(store: Store) -> None:
    """The control: where rows must be locked, leaving the lock out is what loses; else the other cannot even begin."""
    with store.write() as tx:
        people_of(tx)
        add_dossier(tx, dossier())
    if store.engine.dialect.name == "sqlite":
        with store.write():
            other = store.engine.connect().execution_options(hoso_write=True)
            blocked = threading.Event()

            def begin() -> None:
                with other.begin():
                    blocked.set()

            thread = threading.Thread(target=begin)
            thread.start()
            assert not blocked.wait(0.3), "two writers at once"
        thread.join(PATIENCE)
        assert blocked.is_set()
        other.close()
        return
    with store.write() as one, store.write() as two:
        for tx in (one, two):
            loaded = dossiers.load(tx, CODE)
            assert loaded is not None
            assert loaded.revision == 0
        dossiers.save(one, loaded, Outcome(dossier=replace(loaded, revision=1)), NOW)
        one.commit()
        dossiers.save(two, loaded, Outcome(dossier=replace(loaded, revision=1)), NOW)
        two.commit()
    with store.read() as tx:
        assert tx.execute(select(tables.dossier.c.revision)).scalar_one() == 1  # two changes, one is lost


def test_a_write_that_raises_leaves_nothing(store: Store) -> None:
    """All or nothing, whatever the reason."""

    def fail() -> None:
        with store.write() as tx:
            people_of(tx)
            add_unit(tx, "agency", None)

    with pytest.raises(IntegrityError):
        fail()
    with store.read() as tx:
        assert organisation.load(tx).units == ()


def test_a_read_sees_one_moment(store: Store) -> None:
    """What commits between two questions of a read is not seen by the second: evidence and its checkpoint must fit."""
    with store.write() as tx:
        people_of(tx)
    with store.read() as tx:
        before = dossiers.count(tx)
        with store.write() as other:
            add_dossier(other, dossier())
        assert dossiers.count(tx) == before == 0
    with store.read() as tx:
        assert dossiers.count(tx) == 1


def test_a_read_cannot_write_on_postgresql(store: Store) -> None:
    """A question that changes something would lose it in a race; PostgreSQL refuses it outright."""
    if store.engine.dialect.name == "sqlite":
        with store.read() as tx:
            assert tx.execute(text("SELECT 1")).scalar_one() == 1
        return
    with pytest.raises(InternalError, match="read-only"), store.read() as tx:
        add_unit(tx, "x", None)


def test_running_numbers_are_unique_and_without_gaps(store: Store) -> None:
    """Also the very first ones, which find no row to lock."""

    def take(_number: int) -> list[int]:
        taken = []
        for _ in range(5):
            with store.write() as tx:
                taken.append(acts.next_value(tx, "register/van-ban-di/2026"))
        return taken

    taken = sorted(value for values in at_once(4, take) for value in values)  # type: ignore[attr-defined]
    assert taken == list(range(1, 21))


def test_a_number_that_is_rolled_back_is_given_again(store: Store) -> None:
    """A register has no holes (NĐ 30/2020): a number is only taken with the act that uses it."""
    with store.write() as tx:
        assert acts.next_value(tx, "register") == 1
    with pytest.raises(ZeroDivisionError), store.write() as tx:
        1 / (acts.next_value(tx, "register") - 2)
    with store.write() as tx:
        assert acts.next_value(tx, "register") == 2
        assert acts.next_value(tx, "another") == 1


def test_the_same_bytes_at_once_are_kept_once(store: Store) -> None:
    """Two officers upload one form at the same moment: both succeed, and both may hand it in."""
    with store.write() as tx:
        people_of(tx)
    content = b"%PDF-1.7 the same form" * 1000
    digest = sha256_hex(content)
    officers = ("of-agency", "of-north", "of-east", "of-south")

    def upload(number: int) -> None:
        with store.write() as tx:
            definitions.put_upload(tx, digest, content, officers[number])

    at_once(4, upload)
    with store.read() as tx:
        assert definitions.get_content(tx, digest) == content
        assert definitions.content_size(tx, digest) == len(content)
        assert all(definitions.uploaded(tx, digest, officer) for officer in officers)
        assert tx.execute(select(func.count()).select_from(tables.content)).scalar_one() == 1


def test_a_job_is_leased_to_one_worker(store: Store) -> None:
    """Of many workers that ask at once, each job goes to exactly one."""
    with store.write() as tx:
        people_of(tx)
        add_dossier(tx, dossier())
        for number in range(6):
            jobs.add_job(tx, CODE, replace(job(number), type="timer"))

    def work(_number: int) -> list[int]:
        taken = []
        while True:
            with store.write() as tx:
                leased = leasing.lease(tx, MOVES, **AT)
            if leased is None:
                return taken
            taken.append(leased["number"])

    taken = [number for numbers in at_once(4, work) for number in numbers]  # type: ignore[attr-defined]
    # A worker that finds the one free row locked by another looks again later; nothing is taken twice.
    assert len(taken) == len(set(taken))
    with store.write() as tx:
        while leased := leasing.lease(tx, MOVES, **AT):
            taken.append(leased["number"])
    assert sorted(taken) == list(range(6))


def test_no_more_jobs_of_a_provider_are_at_work_than_its_track_allows(store: Store) -> None:
    """Over all machines, however many ask at once; what is due elsewhere is taken meanwhile, and a place that is given
    back is taken again.
    """
    mail = track_of("hoso.email")
    assert mail.most is not None
    with store.write() as tx:
        people_of(tx)
        add_dossier(tx, dossier())
        for number in range(mail.most + 4):
            jobs.add_job(tx, CODE, job(number))
        jobs.add_job(tx, CODE, replace(job(99), type="timer"))

    def work(_number: int) -> list[int]:
        taken = []
        while True:
            with store.write() as tx:
                leased = leasing.lease(tx, mail, **AT)
            if leased is None:
                return taken
            taken.append(leased["id"])

    taken = [id for ids in at_once(4, work) for id in ids]  # type: ignore[attr-defined]
    assert len(taken) == mail.most
    with store.write() as tx:
        assert [track.name for track in leasing.waiting(tx, TRACKS, NOW)] == ["moves"]
        jobs.postpone(tx, taken[0], NOW, "greylisted")
        assert [track.name for track in leasing.waiting(tx, TRACKS, NOW)] == ["moves", "mail"]
        assert leasing.lease(tx, mail, **AT) is not None
        assert leasing.lease(tx, mail, **AT) is None


def test_of_two_requests_with_one_key_the_second_waits_for_the_first(store: Store) -> None:
    """Neither runs the act twice nor fails: the second finds the first one's answer."""
    row = {"officer": "lan", "key": "k1", "fingerprint": "f", "created": NOW}
    began = threading.Event()

    def first() -> bool:
        with store.write() as tx:
            mine = acts.reserve_answer(tx, row)
            began.set()
            time.sleep(0.2)
            acts.save_answer(tx, "lan", "k1", 201, {"code": "1"})
        return mine

    def second() -> tuple[bool, object]:
        assert began.wait(PATIENCE)
        with store.write() as tx:
            return acts.reserve_answer(tx, row), acts.find_answer(tx, "lan", "k1")

    with ThreadPoolExecutor(2) as pool:
        one, two = pool.submit(first), pool.submit(second)
        assert one.result(PATIENCE) is True
        mine, found = two.result(PATIENCE)
    assert mine is False
    assert found is not None
    assert (found["status"], found["body"]) == (201, {"code": "1"})
