"""`hoso doctor` looks at all that an installation needs, each for a bounded time, and says what to do."""

import json
import socket
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.console.checkup import examine
from adapters.console.demo.authority import DemoAuthority
from adapters.console.demo.stamps import LocalStamps, StampServer
from adapters.console.findings import NAMES, looked
from adapters.database.durability import durability
from adapters.database.store import Store
from tests.adapters.cli.conftest import Result
from tests.adapters.jobs.mail import Keeper
from tests.adapters.jobs.mail import serving as mail_server

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
        return {**found.get("time stamps", found["settings"]), "exit": done.code, "all": found}

    checked.ca = ca  # type: ignore[attr-defined]
    return checked


def test_without_an_authority_doctor_fails(check: Callable[[], dict[str, Any]]) -> None:
    """Results would wait for ever: that is no warning."""
    found = check()
    assert (found["verdict"], found["exit"]) == ("failed", 1)
    assert "HOSO_TSA_URL" in found["remedy"]


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


def test_what_doctor_says_of_this_machine(check: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Files that others may read, settings that are none, a database that is another's: each with its remedy."""
    found = check()["all"]
    names = ("settings", "data directory", "disk", "database", "installation", "log key", "letters", "jobs")
    assert {name: found[name]["verdict"] for name in names} == dict.fromkeys(names, "ok")
    key = tmp_path / "data" / "log.key"
    key.chmod(0o640)
    monkeypatch.setenv("HOSO_WITNESESS", "x")
    found = check()["all"]
    assert (found["data directory"]["verdict"], found["data directory"]["remedy"]) == ("failed", f"chmod 600 {key}")
    assert (found["settings"]["verdict"], "HOSO_WITNESSES?" in found["settings"]["message"]) == ("warning", True)
    monkeypatch.setenv("HOSO_DATABASE_URL", "postgresql+psycopg://a:b@127.0.0.1:1/x")
    found = check()["all"]
    assert [found[name]["verdict"] for name in ("database", "installation")] == ["failed", "failed"]
    assert "log key" not in found, "what needs the installation is left out"
    monkeypatch.setenv("HOSO_LOG", "xml")
    assert list(check()["all"]) == ["settings"]


def test_doctor_sends_no_mail(check: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mail server greets, and takes nothing; one that is away, or has no TLS where it is asked for, fails."""
    keeper = Keeper()
    with mail_server(keeper) as server:
        monkeypatch.setenv("HOSO_SMTP_URL", f"smtp://127.0.0.1:{server.port}")
        found = check()["all"]["mail"]
        assert (found["verdict"], "nothing was sent" in found["message"]) == ("ok", True)
        monkeypatch.setenv("HOSO_SMTP_URL", f"smtp+starttls://127.0.0.1:{server.port}")
        assert check()["all"]["mail"]["verdict"] == "failed"
    assert not keeper.taken
    assert check()["all"]["mail"]["verdict"] == "failed"


def test_what_hangs_hangs_no_other_check(check: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A mail server and a time-stamp authority that take a connection and say nothing: each costs its own time."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        monkeypatch.setenv("HOSO_SMTP_URL", f"smtp://127.0.0.1:{port}")
        monkeypatch.setenv("HOSO_TSA_URL", f"http://127.0.0.1:{port}/")
        told: list[str] = []
        began = time.monotonic()
        found = {each.name: each for each in examine(tmp_path / "data", told.append, seconds=6)}
        assert time.monotonic() - began < 60
    assert [found[name].verdict for name in ("mail", "time stamps", "letters")] == ["failed", "failed", "ok"]
    assert found["mail"].message == "no answer within 6 s"
    assert list(found) == told, "each is named before it begins"
    assert list(found) == list(NAMES)


def test_a_check_that_breaks_is_a_finding() -> None:
    """The others are looked at all the same."""

    def broken() -> Any:
        raise ZeroDivisionError("why\nSELECT name FROM officer")

    found = looked("jobs", broken)
    assert (found.verdict, found.message) == ("failed", "the check itself broke: ZeroDivisionError: why")


def test_what_the_database_promises(store: Store) -> None:
    """What may lose an accepted act is named; the clock is asked where it is another machine's."""
    found = durability(store)
    if store.engine.dialect.name == "sqlite":
        assert (found.weak, found.clock) == ([], None)
    else:
        assert set(found.weak) == {"fsync=off", "synchronous_commit=off", "full_page_writes=off"}, "the tests' haste"
        assert found.clock is not None


def test_doctor_speaks_vietnamese(hoso: Callable[..., Result], tmp_path: Path) -> None:
    """What it says to people, and what to do; programs find the names as they are."""
    data = ("--data", str(tmp_path / "data"))
    assert hoso("init", *data, "--agency", "H29.5", "--name", "UBND", "--administrator", "an").code == 0
    told = hoso("--lang", "vi", "doctor", *data)
    assert told.code == 1
    assert "HỎNG      dấu thời gian: chưa có tổ chức cấp dấu thời gian: kết quả phải chờ" in told.out
    assert "→ đặt HOSO_TSA_URL" in told.out
    checks = json.loads(hoso("--lang", "vi", "doctor", "--json", *data).out)["checks"]
    assert [item["name"] for item in checks] == list(NAMES)
