"""`hoso worker` as a process: refused on SQLite; on PostgreSQL it works until it is told to stop."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.application import anchoring
from adapters.database import jobs
from adapters.database.store import open_store
from tests.adapters.cli.conftest import Result

ROOT = Path(__file__).parents[3]


def test_it_works_until_it_is_stopped(
    hoso: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    """It does what is due, stops at the first SIGTERM with code 0, and leaves no job behind as if it were at work."""
    data = ("--data", str(tmp_path / "data"))
    setup = ("init", *data, "--agency", "H29.5", "--name", "UBND", "--administrator", "an")
    assert hoso(*setup).code == 0
    refused = hoso("worker", *data)
    assert (refused.code, "[worker-needs-postgresql]" in refused.err) == (1, True)
    url = request.getfixturevalue("_postgres").create()
    monkeypatch.setenv("HOSO_DATABASE_URL", url)
    data = ("--data", str(tmp_path / "other"))
    assert hoso("init", *data, *setup[3:]).code == 0
    started = [sys.executable, "-m", "adapters", "worker", *data]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "HOSO_LANG": "en"}
    with subprocess.Popen(started, stderr=subprocess.PIPE, text=True, env=environment) as process:
        try:
            assert process.stderr is not None
            assert any("with 4 threads" in line for line in process.stderr), "it says so when it is ready"
            published = _published(url)
            process.send_signal(signal.SIGTERM)
            assert process.wait(15) == 0
        finally:
            process.kill()
    assert published


def _published(url: str) -> bool:
    """Whether the job that publishes the log was done, and asked for again, within some seconds."""
    store, end = open_store(url), time.monotonic() + 20
    try:
        while time.monotonic() < end:
            with store.read() as tx:
                job = jobs.newest(tx, anchoring.PUBLISH)
            if job is not None and job["lease_epoch"] and job["lease_until"] is None:
                return True
            time.sleep(0.1)
    finally:
        store.close()
    return False
