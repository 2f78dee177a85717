"""What officers see when the log's key changes, and when a backup is put back: the real server and the real client."""

import json
from pathlib import Path

import pytest

from adapters.application import evidence
from adapters.database import successions
from adapters.main import run
from signing.evidence.verify import verify_pack
from tests.adapters.backups.conftest import House
from tests.adapters.cli.conftest import _english as _english
from tests.adapters.http.serving import Serving, serving
from tests.pki import authority

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


def test_two_restores_in_a_row(house: House, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """The second reaches back behind the first, whose leaf is lost: clients go on, one that slept through both, too;
    receipts are told apart; a pack leads from the very first key to the present one.
    """
    pinned, paths = house.app.log_key.vkey, [tmp_path / name for name in ("a.zip", "b.zip")]
    with serving(house.world) as server:
        for who in ("lan", "kiem"):
            assert run(["login", "--server", server.url, "--token", server.world.tokens[who], "--profile", who]) == 0
        for path in paths:
            house.backup(path)
            assert complete(server, capfd)[0] == 0
        assert audit(server, "kiem", "verify") == 0
    for path, of in zip(reversed(paths), (house.server, house.other), strict=True):
        known, store = [house.head().checkpoint], house.empty(of)
        house.restore(path, store, known=known)
        house.move(store)
        with serving(house.world) as server:
            moved(tmp_path, server)
            code, told, _ = complete(server, capfd)
            assert (code, "[log-restored]" in told) == (5, True)
            assert audit(server, "lan", "accept-restore", "--yes") == 0
            assert complete(server, capfd)[0] == 0
            assert audit(server, "lan", "receipts", "--check") == 0
    with serving(house.world) as server:
        moved(tmp_path, server)
        assert audit(server, "kiem", "verify") == 5
        assert audit(server, "kiem", "accept-restore", "--yes") == 0
        assert [audit(server, "kiem", "verify") for _ in range(2)] == [0, 0]
        assert audit(server, "kiem", "receipts", "--check") == 0
    with house.app.store.read() as tx:
        assert [leaf is None for _, leaf in successions.told(tx)] == [True, False]
    code = house.world.start("cho")
    pack = evidence.pack(house.app, house.world.officer("kiem"), code, None)
    assert isinstance(pack, bytes)
    present = house.app.log_keys.of(house.head().checkpoint).vkey
    roots = (authority().root,)
    found = [len(verify_pack(pack, roots=roots, log_key=key).successions) for key in (pinned, present)]
    assert found == [2, 0]


def moved(folder: Path, server: Serving) -> None:
    """The server's address is another one now."""
    for path in folder.rglob("profile.json"):
        path.write_text(json.dumps({**json.loads(path.read_text()), "server": server.url}))
