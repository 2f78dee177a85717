"""After a restore acts go on over the real server: a new client verifies the whole log, and reads how it came so."""

from pathlib import Path

import pytest

from adapters.main import run
from signing.trail.succession import follow, present_key
from tests.adapters.backups.conftest import House, house
from tests.adapters.cli.conftest import _english
from tests.adapters.http.serving import serving

__all__ = ["_english", "house"]


def test_a_new_client_verifies_the_restored_log(
    house: House, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """It pins the new key, or comes to it from the old one by the statements that are served."""
    old, path = house.app.log_key, tmp_path / "a.zip"
    house.backup(path)
    house.world.start("tra-ket-qua")
    store = house.empty(house.other)
    house.restore(path, store, known=[house.head().checkpoint])
    house.move(store)
    with serving(house.world) as server:
        token = server.world.tokens["kiem"]
        assert run(["login", "--server", server.url, "--token", token, "--profile", "kiem"]) == 0
        house.world.approved()
        capfd.readouterr()
        assert run(["--profile", "kiem", "audit", "verify"]) == 0
        assert "VALID" in capfd.readouterr().out
        caller = {"Authorization": f"Bearer {server.world.tokens['lan']}"}
        answer = server.http.get("/v1/log/successions", headers=caller).json()
    notes = [item["note"] for item in answer["items"]]
    assert (len(notes), answer["next"]) == (1, None)
    assert present_key(old.vkey, follow(old.vkey, notes)) == house.app.log_key.vkey
