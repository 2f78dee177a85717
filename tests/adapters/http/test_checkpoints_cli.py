"""`hoso audit checkpoints` over the real server: each is verified here, whatever the server says."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

from adapters.application import anchoring
from adapters.cli.language import activate
from adapters.database import tables
from adapters.main import run
from signing.trail.note import LogKey
from tests.adapters.application.world import World
from tests.adapters.http.serving import Serving, serving
from tests.adapters.witness.serving import serving as witnessing


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


def test_published_checkpoints(server: Serving, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Verified by the log key that is pinned, and by the witnesses that are named; one that does not hold stops it."""
    world = server.world
    assert run(["login", "--server", server.url, "--token", world.tokens["kiem"]]) == 0
    with witnessing(tmp_path / "w", world.app.log_key.vkey, world.clock) as witness:
        world.change(witnesses=(witness.asked(),))
        found = anchoring.publish(world.app).published
    assert found is not None
    vkey = witness.key.vkey

    def audit(*words: str) -> tuple[int, str]:
        capfd.readouterr()
        code = run(["audit", "checkpoints", *words])
        told = capfd.readouterr()
        return code, told.out + told.err

    assert "w.example (claimed)" in audit()[1]
    (tmp_path / "w.vkey").write_text(vkey + "\n")
    for named in (vkey, str(tmp_path / "w.vkey")):
        assert "w.example (verified)" in audit("--witness", named)[1]
    code, told = audit("--json", "--witness", vkey)
    [item] = json.loads(told)["items"]
    cosigned = {"name": "w.example", "verified": True, "time": "2026-11-21T08:30:00Z"}
    assert (code, item["size"], item["witnesses"]) == (0, found.size, [cosigned])
    assert "Nothing to list" in audit("--after", str(found.size))[1]
    assert audit("--witness", world.app.log_key.vkey)[0] == 5

    text, _, signatures = found.note.rpartition("\n\n")
    own, cosignature = signatures.splitlines()
    blob = bytearray(base64.b64decode(cosignature.split()[-1]))
    blob[-1] ^= 1
    forged = f"{text}\n\n{own}\n— w.example {base64.b64encode(blob).decode()}\n"
    stranger = LogKey.generate(world.app.log_key.origin)
    for note, words, expected in (
        (forged, ("--witness", vkey), 5),
        (forged, (), 0),
        (anchoring.verify_checkpoint(anchoring.log_note(found.note), world.app.log_key.vkey).sign(stranger), (), 5),
        ("rubbish", (), 1),  # the server itself cannot read it, and says so
    ):
        with world.app.store.write() as tx:
            tx.execute(update(tables.checkpoint).values(note=note))
        code, told = audit(*words)
        assert (code, "DO NOT SIGN" in told) == (expected, expected == 5), told
