"""Many workers in one process: timers are in time however slow a mail server is, and what is stopped is given back."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy import insert, select, text

from adapters.application import anchoring, work
from adapters.application.alarms import alarms
from adapters.database import job_list, jobs, leasing, notices, tables
from adapters.database.store import Store
from adapters.dispatch.email.server import MailServer
from adapters.jobs.bell import Bell
from adapters.jobs.crew import Crew
from adapters.jobs.handlers import HANDLERS
from adapters.jobs.worker import MOST_LAPSES, do
from engine.outcome import JobRequest
from engine.tracks import MOVES, TRACKS, track_of
from tests.adapters.application.world import World
from tests.adapters.database.rows import CODE, NOW, add_dossier, dossier, job, people_of

IN_TIME = 2.0  # seconds


def running(start: datetime) -> Callable[[], datetime]:
    """A clock that goes on by itself from there."""
    began = time.monotonic()
    return lambda: start + timedelta(seconds=time.monotonic() - began)


@contextmanager
def hanging() -> Iterator[MailServer]:
    """A mail server that takes the call and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield MailServer(host="127.0.0.1", port=listener.getsockname()[1], scheme="smtp")


def until(true: Callable[[], bool], seconds: float) -> float:
    """Wait until it is so; gives how long that took."""
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < seconds, "not in time"
        time.sleep(0.02)
    return time.monotonic() - began


def test_a_timer_fires_in_time_while_mails_hang_and_what_is_stopped_is_given_back(world: World) -> None:
    """As many mails hang as may be at work at once, and the timer fires within two seconds of its time. Told to stop,
    the crew waits for a while, and then another takes the mails at once; who had them records nothing.
    """
    with hanging() as server:
        world.change(mail=server)
        mails = [world.approved(channel="email") for _ in range(3)]
        code = world.start("cho")
        due = world.clock.now + timedelta(days=1)
        world.renew()
        world.change(clock=running(due - timedelta(seconds=1.5)))
        crew = Crew(world.app)
        crew.start()
        until(lambda: "timer-fired" in world.acts(code), 1.5 + IN_TIME)
        assert crew.alive()
        with world.app.store.read() as tx:
            held = [row for row in _of_mail(tx) if row["lease_until"] is not None]
        assert len(held) == min(len(mails), crew.threads - 2)
        assert all(row["worker"] and row["taken"] for row in held)
        began = time.monotonic()
        crew.end(grace=0.3)
        assert time.monotonic() - began < 3
        with world.app.store.read() as tx:
            left = _of_mail(tx)
        assert [row["lease_until"] for row in left] == [None] * len(mails)
        assert not any(_held(world, row) for row in held)


def _of_mail(tx: leasing.Transaction) -> list[leasing.Row]:
    query = select(tables.job).where(tables.job.c.type == "hoso.email", tables.job.c.state == "open")
    return [dict(row) for row in tx.execute(query).mappings()]


def _held(world: World, row: leasing.Row) -> bool:
    with world.app.store.write() as tx:
        return jobs.held(tx, row)


def test_postgresql_tells_of_a_job_when_it_is_there_and_not_before(store: Store) -> None:
    """Whoever listens hears it once the adding act has committed; SQLite tells nobody, and is looked at instead."""
    with store.write() as tx:
        people_of(tx)
        add_dossier(tx, dossier())
    if not notices.tells(store):
        assert store.engine.dialect.name == "sqlite"
        return
    heard, stop = Bell(), threading.Event()
    listener = threading.Thread(target=notices.listen, args=(store, heard.ring, stop))
    listener.start()
    try:
        until(lambda: heard.rings == 1, 5)  # it listens
        with store.write() as tx:
            jobs.add_job(tx, CODE, job())
            heard.wait(1, 0.5)
            assert heard.rings == 1
        until(lambda: heard.rings == 2, IN_TIME)
    finally:
        stop.set()
        listener.join()


def test_to_take_a_job_costs_the_same_beside_many_that_are_done_or_due_later(store: Store) -> None:
    """Each track is found by its index: what it reads besides the first job are those that are held."""
    many = 5_000
    with store.write() as tx:
        people_of(tx)
        add_dossier(tx, dossier())
        for number in range(3):
            jobs.add_job(tx, CODE, job(number))
        row = {"dossier": CODE, "element": "x", "payload": {}, "lease_epoch": 0, "attempts": 0}
        later, moves = NOW + timedelta(days=1), {"type": "timer", "track": "moves"}
        mail = {"type": "hoso.email", "track": "mail"}
        for kind in (moves, mail):
            for state, due in (("open", later), ("done", NOW - timedelta(days=1))):
                each = {**row, **kind, "state": state, "due": due}
                tx.execute(insert(tables.job), [{**each, "number": number} for number in range(many)])
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE job")
    for track in (MOVES, track_of("hoso.email")):
        assert _read(store, track) < 50, track.name
    with store.write() as tx:
        assert [track.name for track in leasing.waiting(tx, TRACKS, NOW)] == ["mail"]


def _read(store: Store, track: leasing.Track) -> float:
    """How many rows the database reads to find the first job of a track; on SQLite those that the index gives."""
    query = leasing._next(track.name, locked=False).params(now=NOW)
    text = str(query.compile(store.engine, compile_kwargs={"literal_binds": True}))
    with store.read() as tx:
        if store.engine.dialect.name == "sqlite":
            plan = [row[-1] for row in tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}")]
            assert plan == ["SEARCH job USING INDEX ix_job_track (state=? AND track=? AND due<?)"]
            return 1
        [top] = tx.exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {text.replace('%', '%%')}").scalar_one()
    nodes, rows = [top["Plan"]], 0.0
    while nodes:
        node = nodes.pop()
        nodes += node.get("Plans", [])
        rows += node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
    return rows


def test_every_type_of_job_stands_in_one_track() -> None:
    """Whoever adds a type says which provider it leans on."""
    named = [type for track in TRACKS for type in track.types]
    assert sorted(named) == sorted(HANDLERS)


def test_a_listener_whose_connection_breaks_hears_again(store: Store) -> None:
    """PostgreSQL ended it: a new one is made, and who waits is woken, for something may have been missed."""
    if not notices.tells(store):
        return
    heard, stop = Bell(), threading.Event()
    listener = threading.Thread(target=notices.listen, args=(store, heard.ring, stop))
    listener.start()
    try:
        until(lambda: heard.rings == 1, 5)
        end = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'LISTEN hoso_job'")
        with store.write() as tx:
            assert tx.execute(end).scalars().all() == [True]
        until(lambda: heard.rings == 2, notices.PAUSE + 3)
    finally:
        stop.set()
        listener.join()


def test_old_mail_goes_before_new_timers(store: Store) -> None:
    """Mail lets pass what moves dossiers, for half a minute: then it is its turn, and nothing waits for ever."""
    with store.write() as tx:
        people_of(tx)
        add_dossier(tx, dossier())
        timer = JobRequest(number=2, element="t", type="timer", payload={}, due=NOW + timedelta(seconds=29))
        jobs.add_job(tx, CODE, job(1))
        jobs.add_job(tx, CODE, timer)
        later = NOW + timedelta(seconds=31)
        assert [track.name for track in leasing.waiting(tx, TRACKS, later)] == ["moves", "mail"]
        tx.execute(tables.job.update().where(tables.job.c.number == 2).values(due=later))
        assert [track.name for track in leasing.waiting(tx, TRACKS, later)] == ["mail", "moves"]


def test_a_job_that_kills_its_workers_is_a_dead_letter(world: World) -> None:
    """Twenty that took it, one after another, were never heard of again: the next does not try.

    After two it rests before anybody takes it again, longer each time: a server that restarts every second makes no
    dead letters of what it had at work.
    """
    code = world.start("cho")
    world.clock.go(days=1)
    rests, taken = [], work.take(world.app, "w")
    while taken is not None and taken["lapses"] < MOST_LAPSES:
        world.clock.now += work.LEASE + timedelta(seconds=1)
        died, taken = world.clock.now, work.take(world.app, "w")
        assert taken is not None
        if work.FEW_LAPSES <= taken["lapses"] < MOST_LAPSES:
            do(world.app, taken)
            with world.app.store.read() as tx:
                row = job_list.find(tx, taken["id"])
            assert row is not None
            rests.append((row["due"] - died).total_seconds())
            assert work.take(world.app, "w") is None
            world.clock.now = row["due"]
            taken = work.take(world.app, "w")
    assert taken is not None
    assert rests[:9] == sorted(rests[:9])
    assert (len(rests), rests[0] <= 5, rests[-1] >= 45 * 60) == (MOST_LAPSES - work.FEW_LAPSES, True, True)
    job = taken
    do(world.app, job)
    with world.app.store.read() as tx:
        row = job_list.find(tx, job["id"])
    assert row is not None
    assert (row["state"], "[worker-lost]" in row["error"]) == ("failed", True)
    assert world.acts(code) == ["dossier-started"]
    assert [(each.code, each.count) for each in alarms(world.app)] == [("dead-letters", 1)]


def test_what_is_stuck_raises_an_alarm(world: World) -> None:
    """Nobody takes what is due; who held a job gave no sign of life. Once all goes on, it is quiet."""
    world.start("cho")
    world.clock.go(days=1)
    assert alarms(world.app) == []
    world.clock.go(minutes=3)
    assert [(each.code, each.count) for each in alarms(world.app)] == [("jobs-overdue", 1)]
    assert work.take(world.app, "w") is not None
    assert alarms(world.app) == []
    world.clock.now += work.LEASE + timedelta(minutes=2)
    assert [(each.code, each.count) for each in alarms(world.app)] == [("leases-lapsed", 1)]
    world.work()
    assert alarms(world.app) == []


def test_the_log_is_published_again_though_the_job_failed(world: World) -> None:
    """Without a restart, an hour after; and what failed is no dead letter once it was published."""
    anchoring.keep_scheduled(world.app)
    leased = work.take(world.app, "w")
    assert leased is not None
    assert leased["type"] == anchoring.PUBLISH
    work.fail(world.app, leased, "job-broke", "a defect")
    anchoring.keep_scheduled(world.app)
    anchoring.keep_scheduled(world.app)
    assert [each.code for each in alarms(world.app)] == ["dead-letters"]
    assert work.take(world.app, "w") is None
    world.clock.go(hours=1)
    world.work()
    assert alarms(world.app) == []
    with world.app.store.read() as tx:
        assert jobs.is_open(tx, anchoring.PUBLISH)
