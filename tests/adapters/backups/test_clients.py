"""What officers see when the log's key changes, and when a backup is put back: the real server and the real client."""

from pathlib import Path

import pytest

from adapters.main import run
from tests.adapters.backups.conftest import House
from tests.adapters.cli.conftest import _english as _english
from tests.adapters.http.serving import Serving, serving

Said = tuple[int, str, str]


def complete(server: Serving, capfd: pytest.CaptureFixture[str]) -> Said:
    """Lan completes a task by her own client; its exit code, what it said, and the task."""
    world = server.world
    task = world.task(world.start("cho"), "work")
    world.claim("lan", task).body_or_raise()
    capfd.readouterr()
    code = run(["--profile", "lan", "--server", server.url, "task", "complete", task, "--yes"])
    return code, capfd.readouterr().err, task


def audit(server: Serving, who: str, *asked: str) -> int:
    """Her audit command's exit code."""
    return run(["--profile", who, "--server", server.url, "audit", *asked])


def test_clients_follow_the_log(house: House, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A rotation is followed and told once; a restore that lost what she did is shouted, and goes on once accepted."""
    path = tmp_path / "a.zip"
    with serving(house.world) as server:
        for who in ("lan", "kiem"):
            assert run(["login", "--server", server.url, "--token", server.world.tokens[who], "--profile", who]) == 0
        assert complete(server, capfd)[0] == 0
        house.rotate()
        code, told, _ = complete(server, capfd)
        assert code == 0
        assert "new key" in told
        code, told, _ = complete(server, capfd)
        assert (code, "new key" in told) == (0, False)
        assert audit(server, "lan", "receipts", "--check") == 0
        house.world.app = house.reopened()
        house.backup(path)
        code, _, lost = complete(server, capfd)
        assert code == 0
    store = house.empty()
    house.restore(path, store, known=[house.head().checkpoint])
    house.move(store)
    with serving(house.world) as server:
        code, told, _ = complete(server, capfd)
        assert code == 5
        assert "[log-restored]" in told
        assert lost in told
        assert audit(server, "lan", "accept-restore", "--yes") == 0
        assert complete(server, capfd)[0] == 0
        assert audit(server, "lan", "receipts", "--check") == 0
        assert [audit(server, "kiem", "verify") for _ in range(2)] == [0, 0]
