"""kill -9 of servers and workers at random moments under load: nothing accepted is lost, nothing is done twice."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import func, or_, select

from adapters.database import tables
from tests.databases import SqliteServer, postgres
from tests.killing.clients import Record, everybody
from tests.killing.invariants import check
from tests.killing.office import Office, office
from tests.killing.servers import Servers, servers

ROUNDS, NIGHTLY = 40, 1_000
LEASE = 2.0  # seconds, so that what a dead server held is taken over soon
PAUSE = (0.02, 0.8)  # seconds from a server's first answer to its death
SERVERS = {"sqlite": 1, "postgresql": 2}
VICTIMS = {"sqlite": 1, "postgresql": 3}  # on PostgreSQL one worker without a server, too
WARM = 9  # dossiers that are done before the first kill, one with a letter among them
PATIENCE = 180.0  # seconds that the rest may take


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.system
def test_killed_at_any_moment(kind: str, tmp_path: Path) -> None:
    """Every accepted act is there once, every job was done once, every dossier ended, and the log is whole."""
    _killed(kind, tmp_path, ROUNDS)


@pytest.mark.nightly
def test_killed_all_night(kind: str, tmp_path: Path) -> None:
    """The same, far more often."""
    _killed(kind, tmp_path, NIGHTLY)


def _killed(kind: str, folder: Path, rounds: int) -> None:
    seed = int(os.environ.get("HOSO_TEST_SEED") or int.from_bytes(os.urandom(4)))
    print(f"HOSO_TEST_SEED={seed}")
    chance, record, began = Random(seed), Record(), time.monotonic()
    with (
        database(kind, folder) as url,
        office(url, folder, Random(seed)) as at_work,
        servers(at_work.environment, folder, count=SERVERS[kind], ahead=at_work.ahead, lease=LEASE) as running,
    ):
        running.start(0)
        running.wait(0)
        people = everybody(at_work.world.tokens, running.urls, record, Random(seed))
        _until(lambda: len(record.of("seal")) >= WARM, at_work, record, running)
        running.warmed()
        for number in range(VICTIMS[kind]):
            running.start(number)
        began = time.monotonic()
        for _ in range(rounds):
            number = chance.randrange(VICTIMS[kind])
            running.wait(number)
            time.sleep(chance.uniform(*PAUSE))
            running.kill(number)
            running.start(number)
            assert not record.broken, record.broken
        struck = time.monotonic() - began
        record.stop.set()
        _until(lambda: _ended(at_work, record), at_work, record, running)
        record.over.set()
        for each in people:
            each.join(PATIENCE)
        assert not record.broken, record.broken
        counted = check(at_work, record, running.kills)
    print(f"{kind}: {counted}; {struck:.0f} s of kills, {time.monotonic() - began:.0f} s in all")
    assert counted["kills"] == rounds
    assert counted["dossiers"] >= rounds / 10, "too little was done between the kills: this test lost its point"


def _ended(at_work: Office, record: Record) -> bool:
    """Whether every dossier has ended and no job of one is open."""
    unfinished = select(func.count()).where(tables.dossier.c.finished.is_(None))
    of_dossiers = or_(tables.job.c.dossier.is_not(None), tables.job.c.type == "stamp")
    undone = select(func.count()).where(tables.job.c.state == "open", of_dossiers)
    with at_work.store.read() as tx:
        left = tx.execute(unfinished).scalar_one() + tx.execute(undone).scalar_one()
    return left == 0 and len(record.of("start")) == len(record.of("seal"))


def _until(holds: Callable[[], bool], at_work: Office, record: Record, running: Servers) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        if record.broken or time.monotonic() > deadline:
            with at_work.store.read() as tx:
                jobs = tx.execute(select(tables.job).where(tables.job.c.state != "done")).mappings().all()
            left = [(job["type"], job["dossier"], job["state"], job["error"]) for job in jobs][:20]
            raise AssertionError(f"{record.broken}; open jobs: {left}; {running.log.read_text()[-3000:]}")
        time.sleep(0.1)


@contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    """An empty database of that kind, as durable as one in use."""
    if kind == "sqlite":
        yield SqliteServer(folder).create()
        return
    with postgres(durable=True) as server:
        yield server.create()
