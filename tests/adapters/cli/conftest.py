"""One officer with a real key, one server, one profile; the command runs in this process or in its own."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.cli.language import activate
from adapters.console.demo.authority import DemoAuthority
from adapters.main import run
from signing.verify import Trust
from tests.adapters.cli.center import TOKEN, Center, running

PIN = "246810"
ROOT = Path(__file__).parents[3]


@dataclass
class Result:
    code: int
    out: str
    err: str


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    for name in (
        "HOSO_SERVER",
        "HOSO_TOKEN",
        "HOSO_PROFILE",
        "HOSO_PIN",
        "HOSO_KEY",
        "HOSO_ORGAN_KEY",
        "HOSO_ORGAN_PIN",
        "HOSO_DEBUG",
        "LC_ALL",
        "LC_MESSAGES",
        "LANGUAGE",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOSO_LANG", "en")
    monkeypatch.setenv("HOSO_CONFIG_DIR", str(tmp_path / "config"))
    activate("en")
    yield
    activate("en")


@pytest.fixture
def hoso(capfd: pytest.CaptureFixture[str]) -> Callable[..., Result]:
    """Run the command in this process; stdin is no terminal."""

    def call(*arguments: object) -> Result:
        capfd.readouterr()
        code = run([str(argument) for argument in arguments])
        captured = capfd.readouterr()
        return Result(code, captured.out, captured.err)

    return call


def signing(monkeypatch: pytest.MonkeyPatch, folder: Path, who: str = "an") -> tuple[str, ...]:
    """The options with which somebody of the small agency signs without being asked."""
    from tests import pki

    file = folder / f"{who}-key.p12"
    file.write_bytes(pki.file_of(pki.known(who), pin=PIN))
    file.chmod(0o600)
    monkeypatch.setenv("HOSO_PIN", PIN)
    return ("--key", str(file), "--yes")


def process(*arguments: str, stdin: str = "", **environment: str) -> Result:
    """Run the command as its own process."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.adapters.cli.start", *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        check=False,
    )
    return Result(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="session")
def authority() -> DemoAuthority:
    return DemoAuthority.create("Test", at=datetime.now(UTC) - timedelta(days=30))


@pytest.fixture(scope="session")
def key_file(authority: DemoAuthority, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("keys") / "lan.p12"
    now = datetime.now(UTC)
    validity = {"not_before": now - timedelta(days=1), "not_after": now + timedelta(days=30)}
    path.write_bytes(authority.issue("Nguyễn Thị Lan", "lan@example.vn", pin=PIN, **validity))
    return path


@pytest.fixture
def center(authority: DemoAuthority) -> Iterator[Center]:
    crls = authority.crls(datetime.now(UTC) - timedelta(hours=1))
    with running(Center(trust=Trust(roots=(authority.root,), intermediates=(authority.issuing,), crls=crls))) as served:
        yield served


@pytest.fixture
def signed_in(center: Center, hoso: Callable[..., Result], monkeypatch: pytest.MonkeyPatch) -> Center:
    """Lan is signed in with the profile in use."""
    assert hoso("login", "--server", center.url, "--token", TOKEN).code == 0
    monkeypatch.setenv("HOSO_PIN", PIN)
    return center
