"""`hoso backup`, `hoso restore`, `hoso log rotate` and what `hoso doctor` says of them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from adapters.database.store import sqlite_url
from signing.trail.succession import verify_succession
from tests.adapters.cli.conftest import Result


@pytest.fixture
def data(hoso: Callable[..., Result], tmp_path: Path) -> tuple[str, str]:
    found = ("--data", str(tmp_path / "data"))
    assert hoso("init", *found, "--agency", "H29.5", "--name", "UBND", "--administrator", "an").code == 0
    return found


def doctor(hoso: Callable[..., Result], data: tuple[str, str]) -> dict[str, Any]:
    return {item["name"]: item for item in json.loads(hoso("doctor", "--json", *data).out)["checks"]}


def test_there_and_back(
    hoso: Callable[..., Result],
    data: tuple[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:
    """To PostgreSQL and back with nothing lost; then an old backup, whose loss is told; each refusal in one line."""
    first, second = tmp_path / "a.zip", tmp_path / "b.zip"
    assert doctor(hoso, data)["backup"]["verdict"] == "warning"
    made = json.loads(hoso("backup", first, "--json", *data).out)
    assert made["size"] == first.stat().st_size
    assert doctor(hoso, data)["backup"]["verdict"] == "ok"
    assert hoso("backup", first, *data).code == 3
    why = ("--reason", "Chuyển máy chủ", "--yes")
    assert "[database-not-empty]" in hoso("restore", first, *why, *data).err
    monkeypatch.setenv("HOSO_DATABASE_URL", request.getfixturevalue("_postgres").create())
    moved = json.loads(hoso("restore", first, *why, "--json", *data).out)
    assert (moved["lost"], moved["log_key"], moved["rows"]) == (0, None, made["rows"])
    assert hoso("token", "create", "an", *data).code == 0
    assert hoso("backup", second, *data).code == 0
    monkeypatch.setenv("HOSO_DATABASE_URL", sqlite_url(tmp_path / "again.db"))
    assert json.loads(hoso("restore", second, *why, "--json", *data).out)["lost"] == 0
    monkeypatch.setenv("HOSO_DATABASE_URL", sqlite_url(tmp_path / "old.db"))
    number = ("--next-number", "quyet-dinh/2026=58")
    assert hoso("restore", first, *why, *data, "--next-number", "58").code == 2
    (tmp_path / "none.txt").write_text("hoso/H29.5\n1\nAAAA\n")
    wrong = hoso("restore", first, *why, *data, "--known-checkpoint", str(tmp_path / "none.txt"))
    assert (wrong.code, "[known-checkpoint-wrong]" in wrong.err) == (6, True)
    told = hoso("restore", first, *why, *data, *number)
    assert told.code == 0, told.err
    assert "the log goes on as hoso/H29.5/2" in told.out
    assert "quyet-dinh/2026: 58 comes next" in told.err
    assert "hoso/H29.5/2+" in doctor(hoso, data)["log key"]["message"]
    monkeypatch.setenv("HOSO_LANG", "vi")
    assert "[database-not-empty]" in hoso("restore", first, *why, *data).err


def test_the_key_is_changed(hoso: Callable[..., Result], data: tuple[str, str], tmp_path: Path) -> None:
    """Asked before; the old verifier key is in the statement; doctor names the new one."""
    folder = tmp_path / "data"
    old = (folder / "log.vkey").read_text().strip()
    assert "[no-terminal]" in hoso("log", "rotate", "--reason", "Định kỳ", *data).err
    done = json.loads(hoso("log", "rotate", "--reason", "Định kỳ", "--yes", "--json", *data).out)
    told = verify_succession(done["succession"])
    assert (told.before, told.after, told.reason) == (old, done["log_key"], "Định kỳ")
    assert (folder / "log.vkey").read_text().strip() == done["log_key"]
    assert (folder / "log.key").stat().st_mode & 0o777 == 0o600
    assert "1 key(s) before it" in doctor(hoso, data)["log key"]["message"]
    assert "[succession-wrong]" in hoso("log", "rotate", "--reason", " ", "--yes", *data).err
    (folder / "log.key").write_text("PRIVATE+KEY+x")
    assert "[setting]" in hoso("backup", tmp_path / "a.zip", *data).err
