"""Stale views and late comers as `hoso` tells them, over the real server."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.cli.language import activate
from adapters.main import run
from tests.adapters.application.world import World
from tests.adapters.http.serving import Serving, serving


@pytest.fixture
def server(world: World) -> Iterator[Serving]:
    with serving(world) as running:
        yield running


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("HOSO_LANG", "en")
    monkeypatch.setenv("HOSO_CONFIG_DIR", str(tmp_path / "config"))
    activate("en")
    yield
    activate("en")


def sign_in(server: Serving, who: str) -> None:
    assert run(["login", "--server", server.url, "--token", server.world.tokens[who], "--profile", who]) == 0


def test_who_names_the_revision_is_told_what_changed_since(server: Serving, capfd: pytest.CaptureFixture[str]) -> None:
    """Exit code 3, one line for each act, and what to do; with the present revision it goes through."""
    code = server.world.start("cho")
    task = server.world.task(code, "work")
    sign_in(server, "lan")
    seen = _revision(server, task)
    server.post("mai", f"/tasks/{task}/claim")
    server.post("mai", f"/tasks/{task}/release")
    capfd.readouterr()
    assert run(["--profile", "lan", "task", "claim", task, "--revision", str(seen)]) == 3
    told = capfd.readouterr().err
    assert "[stale-view]" in told
    assert "Mai took “work”" in told
    assert "Mai gave “work” back" in told
    assert "then repeat" in told
    assert run(["--profile", "lan", "task", "claim", task, "--revision", str(_revision(server, task))]) == 0
    old = ["--profile", "lan", "task", "complete", task, "--yes", "--revision", str(seen)]
    assert run(old) == 3
    assert run(old[:-2]) == 0
    capfd.readouterr()
    assert run(["--profile", "lan", "task", "claim", task]) == 3
    assert "was completed by lan at 2026-11-21T08:30:00Z" in capfd.readouterr().err


def _revision(server: Serving, task: str) -> int:
    return int(server.world.dossier(task.rpartition(".")[0])["revision"])
