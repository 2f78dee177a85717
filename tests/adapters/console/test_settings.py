"""Settings: one table in the program and in the documentation; whatever is wrong is told at once, and no secret."""

import json
import re
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.database.store import StoreUnavailable
from adapters.settings import CHECKS, FILE, OTHERS, VARIABLES, SettingError, Settings, listed, read_settings, unknown
from adapters.wiring import await_database
from tests.adapters.cli.conftest import Result

ROOT = Path(__file__).resolve().parents[3]
SECRET = "p@ss/w0rd"
BAD = {
    "HOSO_DATABASE_URL": f"mysql://hoso:{SECRET}@db/x",
    "HOSO_LOG": "xml",
    "HOSO_OIDC_ISSUER": f"ftp://hoso:{SECRET}@id",
    "HOSO_MAILBOX_URL": f"imap://hoso:{SECRET}@mail.example/INBOX",
    "HOSO_SMTP_REPLY_TO": "a@b.vn\nBcc: c@d.vn",
    "HOSO_SMTP_RETURN_PATH": "nobody",
    "HOSO_SMTP_URL": f"smtp://hoso:{SECRET}@mail.example:25x",
    "HOSO_TSA_URL": "tsa.example",
    "HOSO_WITNESSES": "w.example+x https://w.example",
}


def test_the_page_is_the_table() -> None:
    """docs/reference/settings.md has a row for each variable, with these words, and no other row."""
    page = (ROOT / "docs/reference/settings.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| `(HOSO_[A-Z_]+)` \| (.*) \|$", page, re.MULTILINE))
    assert rows == dict(VARIABLES)
    client = (ROOT / "docs/reference/client.md").read_text("utf-8")
    named = set(re.findall(r"`(HOSO_[A-Z0-9_]+)`", "".join(re.findall(r"^\| .*", client, re.MULTILINE))))
    assert named | {"HOSO_WITNESS_DIR"} == OTHERS, "what the client reads is no typing error of the server's"


def test_all_that_is_wrong_at_once(tmp_path: Path) -> None:
    """Not one after another, each with its name and what is expected; no password is repeated."""
    assert BAD.keys() == CHECKS.keys()
    files = {f"HOSO_OIDC_CLIENT_SECRET{FILE}": str(tmp_path / "none"), f"HOSO_TSA_URL{FILE}": "x"}
    with pytest.raises(SettingError) as refused:
        read_settings(tmp_path, {**BAD, **files})
    told = str(refused.value).split("; ")
    assert [sum(name in part for part in told) for name in (*BAD, *files)] == [1, 1, 2, 1, 1, 1, 1, 2, 1, 1, 1], told
    assert "HOSO_OIDC_CLIENT_ID is missing" in str(refused.value)
    assert not [part for part in (SECRET, "w0rd") if part in str(refused.value)]


def test_secrets_lie_in_files_and_are_not_shown(tmp_path: Path) -> None:
    """A URL with a password may come from a file; lists show where it is from, and not the password."""
    for name, value in (("a", f"smtps://hoso:{SECRET}@mail.example\n"), ("b", SECRET)):
        (tmp_path / name).write_text(value)
    environment = {
        "HOSO_SMTP_URL_FILE": str(tmp_path / "a"),
        "HOSO_OIDC_CLIENT_SECRET_FILE": str(tmp_path / "b"),
        "HOSO_OIDC_ISSUER": "https://id.example",
        "HOSO_OIDC_CLIENT_ID": "hoso",
        "HOSO_DATABASE_URL": f"postgresql+psycopg://hoso:{SECRET}@db/hoso?password={SECRET}",
    }
    found = read_settings(tmp_path, environment)
    assert found.smtp_url == f"smtps://hoso:{SECRET}@mail.example"
    assert found.oidc is not None
    assert found.oidc.secret == SECRET
    shown = {each.name: each for each in listed(tmp_path, environment)}
    assert (shown["HOSO_SMTP_URL"].value, shown["HOSO_SMTP_URL"].source) == ("smtps://***@mail.example", "file")
    assert (shown["HOSO_OIDC_CLIENT_SECRET"].value, shown["HOSO_LOG"].source) == ("***", "default")
    assert (shown["HOSO_DATA"].source, shown["HOSO_TSA_URL"].source) == ("flag", "unset")
    assert "w0rd" not in str(shown)


def test_a_mistyped_name_is_told(hoso: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """With the known one that is nearest; those of the client are none."""
    known = {"HOSO_WITNESESS": "x", "HOSO_PIN": "1", "HOSO_LANG": "vi", "HOSO_QWERTY": "x", "PATH": "x"}
    assert list(unknown(known)) == [("HOSO_QWERTY", None), ("HOSO_WITNESESS", "HOSO_WITNESSES")]
    monkeypatch.setenv("HOSO_DATABSE_URL", SECRET)
    monkeypatch.setenv("HOSO_SMTP_URL", f"smtps://a:{SECRET}@mail.example")
    done = hoso("setting", "list", "--json", "--data", str(tmp_path))
    assert "HOSO_DATABSE_URL is no setting; did you mean HOSO_DATABASE_URL?" in done.err
    items = {item["name"]: item for item in json.loads(done.out)["items"]}
    assert items.keys() == VARIABLES.keys()
    assert SECRET not in done.out + done.err
    table = hoso("setting", "list", "--data", str(tmp_path))
    assert (table.code, "smtps://***@mail.example" in table.out) == (0, True)


def test_the_database_may_come_later(tmp_path: Path) -> None:
    """One that answers within the time is waited for, with a word now and then; else it is said, without a password."""
    port = _free_port()
    url = f"postgresql+psycopg://a:secret@127.0.0.1:{port}/x"
    settings = Settings(data=tmp_path, database_url=url, smtp_url=None)
    told: list[str] = []
    with pytest.raises(StoreUnavailable) as away:
        await_database(settings, lambda _left, why: told.append(why), seconds=1)
    assert "Connection refused" in told[0]
    assert str(away.value) == f"it did not answer within 1 s: {told[-1]}"
    assert "secret" not in "".join(told)
    folder = tmp_path / "later"
    threading.Timer(0.5, folder.mkdir).start()
    lite = Settings(data=tmp_path, database_url=f"sqlite:///{folder}/hoso.db", smtp_url=None)
    await_database(lite, lambda _left, why: told.append(why), seconds=20)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])
