"""An auditor reads the whole log over the real server: leaves, evidence, signatures; nothing is taken on trust."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, update

from adapters.cli.language import activate
from adapters.database import tables, trail
from adapters.main import run
from signing.canonical import canonical
from signing.trail.checkpoint import Checkpoint
from tests.adapters.application.world import World
from tests.adapters.http.serving import Serving, serving
from tests.pki import authority


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


@pytest.fixture
def root(tmp_path: Path) -> str:
    (tmp_path / "root.pem").write_bytes(authority().roots_pem())
    return str(tmp_path / "root.pem")


def sign_in(server: Serving, who: str = "kiem") -> None:
    assert run(["login", "--server", server.url, "--token", server.world.tokens[who]]) == 0


def told(capfd: pytest.CaptureFixture[str], *words: str, code: int = 0) -> Any:
    """What a command says as JSON; it must end with that code."""
    capfd.readouterr()
    ended = run(["audit", *words, "--json"])
    captured = capfd.readouterr()
    assert ended == code, captured.err or captured.out
    return json.loads(captured.out)


def test_every_leaf_is_opened_and_every_signature_judged(
    server: Serving, root: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """All of them hold; the next run reads what is new alone, and says so; --again reads all."""
    world = server.world
    world.approved()
    world.stamp()
    sign_in(server)
    first = told(capfd, "verify", "--evidence", "--root", root)
    evidence = first["evidence"]
    assert (first["verdict"], first["before"], evidence["faults"]) == ("valid", 0, [])
    assert evidence["opened"] == first["size"] <= world.size()  # that it was read is a leaf itself
    assert evidence["signatures"] > 10
    assert evidence["stamps"] > 2
    world.reorganise("an")
    world.start("cho")
    second = told(capfd, "verify", "--evidence", "--root", root)
    assert second["before"] == first["size"] < second["size"] <= world.size()
    assert second["evidence"]["signatures"] >= evidence["signatures"]
    assert told(capfd, "verify", "--evidence", "--root", root, "--again")["before"] == 0
    assert run(["audit", "verify", "--evidence", "--root", root]) == 0
    assert capfd.readouterr().out.splitlines()[-1] == "VALID"


def test_what_does_not_hold_is_named(server: Serving, root: str, capfd: pytest.CaptureFixture[str]) -> None:
    """Evidence that was changed, and a record that is gone, each at its leaf; the hashes alone would not tell."""
    world = server.world
    world.approved()
    with world.app.store.write() as tx:
        kept = {row.index: row.evidence for row in tx.execute(tables.leaf.select())}
        leaves = {index: json.loads(evidence) for index, evidence in kept.items()}
        changed = next(index for index, each in leaves.items() if each["act"] == "dossier-started")
        signed = next(index for index, each in leaves.items() if "record" in each["objects"] and index > changed)
        other = canonical({**leaves[changed], "details": {}})
        at = update(tables.leaf).where(tables.leaf.c.index == changed)
        tx.execute(at.values(evidence=other))
        signature = leaves[signed]["objects"]["signature"]
        tx.execute(delete(tables.content_use).where(tables.content_use.c.sha256 == signature))
        tx.execute(delete(tables.content).where(tables.content.c.sha256 == signature))
    sign_in(server)
    found = told(capfd, "verify", "--evidence", "--root", root, code=5)
    faults = {fault["index"]: fault["code"] for fault in found["evidence"]["faults"]}
    assert found["verdict"] == "invalid"
    assert (faults[changed], faults[signed]) == ("leaf-evidence", "pack-object-missing")
    assert told(capfd, "verify")["verdict"] == "valid"
    with world.app.store.write() as tx:
        tx.execute(at.values(evidence=kept[changed]))


def test_a_search_finds_what_the_log_has(server: Serving, capfd: pytest.CaptureFixture[str]) -> None:
    """Each item is a leaf of the log; a last day counts whole; who is no auditor is refused."""
    code = server.world.approved()
    sign_in(server)
    found = told(capfd, "search", "--act", "task-completed", "--from", "2026-11-21", "--to", "2026-11-21")["items"]
    assert found
    assert {(each["act"], each["dossier"]) for each in found} == {("task-completed", code)}
    assert told(capfd, "search", "--act", "task-completed", "--to", "2026-11-20")["items"] == []
    assert len(told(capfd, "search", "--limit", "3")["items"]) == 3
    assert run(["audit", "search", "--dossier", code, "--officer", "lan"]) == 0
    assert "dossier-started" in capfd.readouterr().out
    assert run(["audit", "search", "--from", "2026-11-21", "--to", "2026-11-20"]) == 2
    assert run(["audit", "search", "--from", "soon"]) == 2
    assert run(["--profile", "an", "login", "--server", server.url, "--token", server.world.tokens["an"]]) == 0
    assert run(["--profile", "an", "audit", "search"]) == 6


def test_two_checkpoints_are_compared(server: Serving, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """By files and by sizes; what lies between is listed; a fork and a log that was cut back are called so."""
    world, key = server.world, server.world.app.log_key
    with world.app.store.read() as tx:
        older = trail.head(tx)
    (tmp_path / "older").write_text(older.checkpoint)
    world.approved()
    with world.app.store.read() as tx:
        newer = trail.head(tx)
    (tmp_path / "newer").write_text(newer.checkpoint)
    sign_in(server)
    found = told(capfd, "diff", str(tmp_path / "newer"), str(tmp_path / "older"))
    assert (found["older"]["size"], found["newer"]["size"]) == (older.size, newer.size)
    assert sum(found["by_act"].values()) == sum(found["by_officer"].values()) == newer.size - older.size
    assert told(capfd, "diff", str(older.size), str(newer.size))["by_act"] == found["by_act"]
    for size in (0, 1, 2, 3, 4, 63, 64, 65):
        assert sum(told(capfd, "diff", str(size), str(newer.size))["by_act"].values()) == newer.size - size
    assert run(["audit", "diff", "1", str(newer.size)]) == 0
    assert "CONSISTENT" in capfd.readouterr().out.splitlines()[-1]
    for size, words in ((older.size, "FORK"), (newer.size + 500, "ROLLBACK")):
        other = Checkpoint(origin=key.origin, size=size, root=bytes(32)).sign(key)
        (tmp_path / "other").write_text(other)
        assert run(["audit", "diff", str(tmp_path / "other"), str(tmp_path / "newer")]) == 5
        assert words in capfd.readouterr().err
    (tmp_path / "other").write_text(Checkpoint(origin=key.origin, size=newer.size, root=bytes(32)).sign(key))
    assert run(["audit", "diff", str(tmp_path / "other"), str(tmp_path / "newer")]) == 5
    assert "[log-forked]" in capfd.readouterr().err
    (tmp_path / "other").write_text("x")
    assert run(["audit", "diff", str(tmp_path / "other"), "1"]) == 5
    assert run(["audit", "diff", "1", str(newer.size + 100)]) == 2


def test_a_report_is_made_of_proven_leaves(server: Serving, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Each leaf of the period is counted once; administrative acts and exports one by one; a lie is not reported."""
    world = server.world
    code = world.approved()
    sign_in(server)
    assert run(["audit", "export", code, "-o", str(tmp_path / "pack")]) == 0
    whole = ("report", "--from", "2026-11-21", "--to", "2026-11-21")
    found = told(capfd, *whole)
    assert found["leaves"] == sum(found["by_act"].values()) == sum(found["by_officer"].values())
    assert found["leaves"] == found["checkpoint"]["size"]
    assert {"certificate-bound", "process-deployed"} <= {each["act"] for each in found["administrative"]}
    assert "evidence-exported" in [each["act"] for each in found["reads"]]
    assert sum(each["count"] for each in found["signed"]) >= 2
    late = told(capfd, "report", "--from", "2026-11-21T08:00:00Z")
    assert 0 < late["leaves"] < found["leaves"]
    assert "certificate-bound" not in late["by_act"]
    assert told(capfd, "report", "--from", "2026-11-22")["leaves"] == 0
    table = tmp_path / "report.csv"
    page = tmp_path / "report.html"
    assert run(["audit", *whole, "--csv", str(table), "--html", str(page)]) == 0
    assert "<td>task-completed" in page.read_text(encoding="utf-8")
    assert "task-completed" in table.read_text(encoding="utf-8-sig")
    for language, words in (("en", "Administrative acts:"), ("vi", "Việc quản trị:")):
        capfd.readouterr()
        assert run(["--lang", language, "audit", *whole]) == 0
        assert words in capfd.readouterr().out
    activate("en")
    with world.app.store.write() as tx:
        kept = tx.execute(tables.leaf.select().where(tables.leaf.c.index == 5)).mappings().one()
        at = update(tables.leaf).where(tables.leaf.c.index == 5)
        tx.execute(at.values(evidence=canonical({"act": "x", "details": {}, "objects": {}})))
    assert run(["audit", *whole]) == 5
    assert "[leaf-evidence]" in capfd.readouterr().err
    with world.app.store.write() as tx:
        tx.execute(at.values(evidence=kept["evidence"]))


def test_two_packs_of_a_dossier_are_compared(
    server: Serving, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """What only one has is listed, with its signatures; of two dossiers, or damaged, they are not compared."""
    world = server.world
    code = world.start("cho")
    sign_in(server)
    old, new, other = (str(tmp_path / name) for name in ("old.asice", "new.asice", "other.asice"))
    assert run(["audit", "export", code, "-o", old]) == 0
    world.claim("lan", world.task(code, "work")).body_or_raise()
    assert run(["audit", "export", code, "-o", new]) == 0
    assert run(["audit", "export", world.approved(), "-o", other]) == 0
    found = told(capfd, "diff", new, old)
    assert (found["older"]["file"], found["newer"]["file"], found["older"]["only"]) == (old, new, [])
    assert "task-claimed" in [each["act"] for each in found["newer"]["only"]]
    assert run(["audit", "diff", old, new]) == 0
    assert "CONSISTENT" in capfd.readouterr().out.splitlines()[-1]
    assert run(["audit", "diff", old, other]) == 1
    assert "[packs-differ]" in capfd.readouterr().err
    content = bytearray(Path(new).read_bytes())
    content[len(content) // 2] ^= 1
    Path(new).write_bytes(content)
    assert run(["audit", "diff", old, new]) == 5
