"""A server that is stopped in the middle of a job, past the time when another took it over, records nothing."""

import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import select

from adapters.database import tables
from tests.adapters.application.world import CITIZEN
from tests.killing.office import Office, office
from tests.killing.servers import Servers, servers
from tests.killing.test_killed import database

pytestmark = pytest.mark.system
LEASE = 2.0
PATIENCE = 30.0


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_who_slept_past_the_takeover_records_nothing(kind: str, tmp_path: Path) -> None:
    """SIGSTOP between the final dot and the mail server's answer; another sends the mail and notes it; SIGCONT: the
    sleeper finds its lease gone, and neither the dossier, the dispatch, the job nor the log change.
    """
    with (
        database(kind, tmp_path) as url,
        office(url, tmp_path, Random(0)) as at_work,
        servers(at_work.environment, tmp_path, count=2, ahead=at_work.ahead, lease=LEASE) as running,
    ):
        running.start(0)
        running.wait(0)
        running.warmed()
        code = sealed(at_work)
        at_work.mail.held = threading.Event()
        running.start(0)
        _until(lambda: len(at_work.mail.taken) == 1, running)
        running.send(0, signal.SIGSTOP)
        at_work.mail.held.set()  # the answer reaches a process that does not run
        running.start(1)
        _until(lambda: _sent(at_work), running)
        time.sleep(LEASE / 2)  # whatever else it has to do is done
        before = _all(at_work)
        running.kill(1)
        running.send(0, signal.SIGCONT)
        _until(lambda: running.ready(0), running)
        time.sleep(LEASE)
        assert _all(at_work) == before
        assert len({mail.id for mail in at_work.mail.taken}) == 1
        assert len(at_work.mail.taken) == 2
        [sent] = [job for job in before["job"] if job["type"] == "hoso.email"]
        assert (sent["state"], sent["attempts"]) == ("done", 2)
        assert at_work.world.acts(code).count("dispatch-sent") == 1


def sealed(at_work: Office) -> str:
    """A dossier whose result is signed and stamped, and is next mailed."""
    world = at_work.world
    code = world.start("tra-ket-qua", data=CITIZEN)
    world.do("lan", code, "prepare", {"note": "đủ"})
    world.sign_off("hang", code, "decide", {"decision": "approve"})
    world.sign_off("hoa", code, "seal")
    world.stamp()
    return code


def _sent(at_work: Office) -> bool:
    with at_work.store.read() as tx:
        return tx.execute(select(tables.dispatch.c.state)).scalars().all() == ["sent"]


def _all(at_work: Office) -> dict[str, list[dict[str, object]]]:
    """Everything that a report could change."""
    with at_work.store.read() as tx:
        return {
            table.name: [dict(row) for row in tx.execute(select(table).order_by(*table.primary_key)).mappings()]
            for table in (tables.job, tables.dispatch, tables.dossier, tables.leaf)
        }


def _until(holds: Callable[[], bool], running: Servers) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > deadline:
            raise AssertionError(running.log.read_text()[-3000:])
        time.sleep(0.02)
