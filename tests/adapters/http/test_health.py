"""Health and numbers: for the machines that watch over the server, and nobody's data in them."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import insert, text, update

from adapters.application import anchoring
from adapters.database import tables
from adapters.database.store import Store, Transaction, open_store
from adapters.http import health
from adapters.http.server import build
from tests.adapters.application.world import CITIZEN, World
from tests.adapters.http.client import Caller, problem
from tests.adapters.http.serving import serving

EVERY = {"database": "ok", "schema": "ok", "log-key": "ok", "worker": "ok", "disk": "ok"}


def ready(client: TestClient, **differs: str) -> None:
    """The server is ready, or these checks fail and no others."""
    answer = client.get("/readyz")
    assert answer.json() == {"status": "unready" if differs else "ready", "checks": {**EVERY, **differs}}
    assert answer.status_code == (503 if differs else 200)


def test_each_check_has_its_name(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a token; what fails is named, and nothing else is told."""
    with TestClient(build(world.app, worker=False)) as client:
        assert client.get("/livez").json() == {"status": "live"}
        ready(client)
    with TestClient(build(world.app)) as client:
        ready(client)
        monkeypatch.setattr(health, "QUIET", -1.0)
        ready(client, worker="fail")
    monkeypatch.undo()
    with TestClient(build(replace(world.app, folder=tmp_path / "gone"), worker=False)) as client:
        ready(client, disk="fail")
    with world.app.store.write() as tx:
        tx.execute(text("CREATE TABLE IF NOT EXISTS alembic_version (version_num VARCHAR(32) NOT NULL)"))
        tx.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    try:
        with TestClient(build(world.app, worker=False)) as client:
            ready(client, **{"schema": "fail", "log-key": "fail"})
    finally:
        with world.app.store.write() as tx:
            tx.execute(text("UPDATE alembic_version SET version_num = :now"), {"now": health._expected()})


HANGS = 30.0  # seconds


class Hanging(Store):
    """A database whose network swallows everything."""

    def __init__(self, store: Store) -> None:
        super().__init__(store.engine)
        self.let_go = threading.Event()
        self.looks = 0

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        self.looks += 1
        self.let_go.wait(HANGS)
        with super().read() as tx:
            yield tx


def _all_threads_hang(hanging: Hanging) -> int:
    """Wait until no more of the server's threads can look; how many do."""
    seen, end = -1, time.monotonic() + 20
    while (hanging.looks != seen or seen == 0) and time.monotonic() < end:
        seen = hanging.looks
        time.sleep(1)
    return seen


def test_a_database_that_hangs_hangs_nobody(world: World) -> None:
    """Ready says no within two seconds, live says yes at once, however many requests wait; one look hangs, not many."""
    assert health.PATIENCE < 2
    hanging = Hanging(world.app.store)
    whole = world.app
    world.change(store=hanging)
    with serving(world) as served:
        headers = {"Authorization": f"Bearer {world.tokens['lan']}"}
        waiting = [
            threading.Thread(target=served.http.get, args=("/v1/me",), kwargs={"headers": headers}) for _ in range(45)
        ]
        for each in waiting:
            each.start()
        looks = _all_threads_hang(hanging)
        with httpx.Client(base_url=served.url, timeout=20) as supervisor:
            for _ in range(2):
                answer = supervisor.get("/readyz")
                assert (answer.status_code, answer.json()["checks"]["database"]) == (503, "fail")
                assert answer.elapsed.total_seconds() < HANGS / 2, (
                    "two seconds, on a machine that is not busy with tests"
                )
            assert hanging.looks == looks + 1
            live = supervisor.get("/livez")
            assert (live.status_code, live.elapsed.total_seconds() < HANGS / 2) == (200, True)
        hanging.let_go.set()
        for each in waiting:
            each.join()
        assert served.http.get("/readyz").status_code == 200
    world.app = whole


def numbers(client: TestClient, token: str, path: str = "/metrics") -> dict[tuple[str, ...], float]:
    """The samples: name, then labels, → value."""
    answer = client.get(path, headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.headers["content-type"].split(";")[0]) == (200, "text/plain")
    return {
        (sample.name, *(f"{name}={value}" for name, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_what_a_monitor_reads(world: World) -> None:
    """Requests by template and status; jobs, tasks, dispatches, the log. By no path, no dossier, nobody's data."""
    code = world.start("rut", data=CITIZEN)
    now = world.clock()
    with world.app.store.write() as tx:
        tx.execute(update(tables.task).where(tables.task.c.dossier == code).values(due_by=now - timedelta(days=1)))
        asked: dict[str, Any] = {"number": 0, "element": "", "payload": {}, "lease_epoch": 0, "attempts": 0}
        rows = [("hoso.letter", "open", -90, None), ("hoso.letter", "failed", -9, None), ("may", "open", -5, -1)]
        rows += [("hoso.timer", "open", 900, None), ("hoso.letter", "open", -5, 30), ("hoso.letter", "done", -5, None)]
        for kind, state, due, lease in rows:
            held = None if lease is None else now + timedelta(seconds=lease)
            at = now + timedelta(seconds=due)
            tx.execute(insert(tables.job).values(**asked, type=kind, state=state, due=at, lease_until=held))
    anchoring.publish(world.app)
    world.clock.go(seconds=60)
    with TestClient(build(world.app, worker=False)) as client:
        token = world.tokens["an"]
        for path in (f"/v1/dossiers/{code}", "/v1/dossiers/H29.5-999999-0001", "/nowhere/0903123456"):
            client.get(path, headers={"Authorization": f"Bearer {token}"})
        found = numbers(client, token)
        assert found["hoso_http_requests_total", "method=GET", "route=/v1/dossiers/{code}", "status=200"] == 1
        assert found["hoso_http_requests_total", "method=GET", "route=/v1/dossiers/{code}", "status=404"] == 1
        assert found["hoso_http_requests_total", "method=GET", "route=none", "status=404"] == 1
        assert found["hoso_http_request_seconds_count", "method=GET", "route=/v1/dossiers/{code}"] == 2
        assert found["hoso_jobs", "state=open", "type=hoso.letter"] == 2
        assert found["hoso_jobs", "state=failed", "type=hoso.letter"] == 1
        assert found["hoso_jobs", "state=open", "type=external"] >= 1
        assert 150 <= found["hoso_job_oldest_due_seconds",] <= 151
        assert (found["hoso_jobs_leased",], found["hoso_jobs_lease_expired",]) == (0, 2)
        assert (found["hoso_tasks_open",], found["hoso_tasks_overdue",]) == (1, 1)
        assert (found["hoso_checkpoint_age_seconds",], found["hoso_checkpoint_unpublished",]) == (60, 0)
        assert (found["hoso_log_leaves",], found["hoso_checkpoint_lag_leaves",]) == (world.size(), 0)
        assert found["hoso_database_up",] == 1
        assert found["hoso_alarms", "code=dead-letters"] == 1
        told = "\n".join(" ".join(key) for key in found)
        assert not [secret for secret in (code, "999999", "0903", "lan", *world.tokens.values()) if secret in told]
        assert numbers(client, token, "/v1/metrics").keys() >= found.keys()
    with world.app.store.write() as tx:
        tx.execute(tables.job.delete())


def test_who_may_read_the_numbers(caller: Caller) -> None:
    """A monitor, who may do nothing else; not an officer; nobody without a token, from wherever the request comes."""
    world = caller.world
    world.give(_position(world, "mai"), "monitor")
    for path in ("/metrics", "/v1/metrics"):
        problem(caller.client.get(path), 401, "not-signed-in")
        problem(caller.client.get(path, headers=caller.headers("lan")), 403, "right-missing")
        assert caller.client.get(path, headers=caller.headers("mai")).status_code == 200
    problem(caller.get("mai", "/dossiers"), 403, "right-missing")


def _position(world: World, who: str) -> str:
    with world.app.store.read() as tx:
        return next(each.position for each in world.app.organisations.get(tx).appointments if each.officer == who)


def test_numbers_without_a_database(world: World) -> None:
    """What needs no database is told all the same, and that it is away."""
    with TestClient(build(world.app, worker=False)) as client:
        headers = {"Authorization": f"Bearer {world.tokens['an']}"}
        assert client.get("/metrics", headers=headers).status_code == 200
        metrics = client.app.state.metrics  # type: ignore[attr-defined]
        metrics._lookout._look = lambda: _unreachable()
        metrics._looked = None
        assert numbers(client, world.tokens["an"])["hoso_database_up",] == 0


def _unreachable() -> None:
    away = open_store("postgresql+psycopg://nobody@127.0.0.1:1/none")
    with away.read():
        pass
