"""`hoso doctor` asks the time-stamp authority, and fails where results would wait."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.console.demo.authority import DemoAuthority
from adapters.console.demo.stamps import LocalStamps, StampServer
from tests.adapters.cli.conftest import Result

DAY = timedelta(days=1)


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def check(hoso: Callable[..., Result], tmp_path: Path) -> Callable[[], dict[str, Any]]:
    """An installation whose authorities are trusted; gives what doctor says of stamps."""
    ca = DemoAuthority.create(at=now() - DAY)
    data = ("--data", str(tmp_path / "data"))
    hoso("init", *data, "--agency", "H29.5", "--name", "UBND", "--administrator", "an")
    files = {"root.pem": ca.roots_pem(), "issuing.pem": ca.chain_pem()}
    files |= {f"{n}.crl": crl for n, crl in enumerate(ca.crls(now() - timedelta(hours=1)))}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    added = hoso("trust", "add", *(str(tmp_path / name) for name in files), *data)
    assert added.code == 0, added.err

    def checked() -> dict[str, Any]:
        done = hoso("doctor", "--json", *data)
        found = {item["name"]: item for item in json.loads(done.out)["checks"]}
        return {**found.get("time stamps", found["installation"]), "exit": done.code}

    checked.ca = ca  # type: ignore[attr-defined]
    return checked


def test_without_an_authority_doctor_fails(check: Callable[[], dict[str, Any]]) -> None:
    """Results would wait for ever: that is no warning."""
    found = check()
    assert (found["verdict"], found["exit"]) == ("failed", 1)
    assert "HOSO_TSA_URL" in found["message"]


def test_doctor_asks_for_a_stamp(check: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A real stamp is asked for and verified; one that is down, or not trusted, fails."""
    dates = {"not_before": now() - DAY, "not_after": now() + DAY}
    stranger = DemoAuthority.create(at=now() - DAY)
    for ca, verdict in ((check.ca, "ok"), (stranger, "failed")):
        server = StampServer(LocalStamps.create(ca, clock=now, **dates).answer)
        server.start()
        monkeypatch.setenv("HOSO_TSA_URL", server.url)
        assert check()["verdict"] == verdict
        server.stop()
    assert "does not answer" in check()["message"]
    monkeypatch.setenv("HOSO_TSA_URL", "ftp://tsa.example")
    assert (check()["verdict"], "HOSO_TSA_URL" in check()["message"]) == ("failed", True)


def test_stamps_may_have_roots_of_their_own(hoso: Callable[..., Result], tmp_path: Path) -> None:
    """`trust add --stamps` keeps a root apart; `trust list` tells so."""
    ca = DemoAuthority.create(at=now() - DAY)
    (tmp_path / "root.pem").write_bytes(ca.roots_pem())
    data = ("--data", str(tmp_path / "data"))
    assert hoso("trust", "add", "--stamps", str(tmp_path / "root.pem"), *data).code == 0
    listed = json.loads(hoso("trust", "list", "--json", *data).out)["items"]
    assert [item["kind"] for item in listed] == ["stamp-roots"]
