"""`hoso mailbox` against the real server, and on the server itself."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.application.application import Agency
from adapters.application.mails import take
from adapters.mailbox.reply import dossier_of
from adapters.mailbox.setup import read_secret
from adapters.settings import read_settings
from adapters.wiring import write_agency
from tests.adapters.application.world import World
from tests.adapters.cli.conftest import Result
from tests.adapters.http.serving import serving
from tests.adapters.mailbox.imap_server import PASSWORD, USER, Imap
from tests.adapters.mailbox.imap_server import serving as mailing
from tests.adapters.mailbox.letters import PNG, letter
from tests.adapters.mailbox.test_intake import reads

Hoso = Callable[..., Result]


def test_a_clerk_looks_at_what_waits(world: World, hoso: Hoso, monkeypatch: pytest.MonkeyPatch) -> None:
    """Listed with the reason in words, shown without what could repaint the terminal, released, discarded."""
    reads(world)
    world.give("hoa", "clerk", "van-thu", "chuyen-vien")
    first = letter(1, subject="Xin hỏi", text="dòng một\n\x1b[2Jdòng hai", files={"a.png": ("image/png", PNG)})
    for raw in (first, letter(2, subject="Quảng cáo", List_Id="<x.y>")):
        take(world.app, raw, None)
    with serving(world) as served:
        monkeypatch.setenv("HOSO_SERVER", served.url)
        monkeypatch.setenv("HOSO_TOKEN", world.tokens["hoa"])
        numbers = [str(item["id"]) for item in json.loads(hoso("mailbox", "list", "--json").out)["items"]]
        assert "no rule fits" in hoso("mailbox", "list").out
        shown = hoso("mailbox", "show", numbers[0])
        assert "| dòng một\n| [2Jdòng hai" in shown.out
        assert "a.png  image/png" in shown.out
        refused = hoso("mailbox", "release", numbers[0])
        assert "[mail-release]" in refused.err
        told = hoso("mailbox", "release", numbers[0], "--rule", "khai-tu")
        assert told.out.startswith(f"Mail {numbers[0]} belongs to dossier H29.5-")
        assert hoso("mailbox", "discard", numbers[1]).code != 0
        assert hoso("mailbox", "discard", numbers[1], "--yes").out == f"Mail {numbers[1]} was discarded.\n"
        assert "[mail-decided]" in hoso("mailbox", "discard", numbers[1], "--yes").err
        monkeypatch.setenv("HOSO_TOKEN", world.tokens["lan"])
        assert "[right-missing]" in hoso("mailbox", "list").err


def test_rules_and_mailbox_are_checked(tmp_path: Path, hoso: Hoso, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is wrong is one line; the mailbox is only looked at; a reply address holds the code and is ours."""
    monkeypatch.setenv("HOSO_DATA", str(tmp_path))
    write_agency(read_settings(tmp_path), Agency(identifier="H29.5", name="UBND", email="vanthu@b.example"))
    assert "every mail waits in quarantine" in hoso("mailbox", "check").out
    imap = Imap()
    imap.put(letter())
    with mailing(imap) as server:
        quoted = PASSWORD.replace('"', "%22").replace("\\", "%5C").replace(" ", "%20")
        url = f"imap://{USER.replace('@', '%40')}:{quoted}@127.0.0.1:{server.port}/INBOX"
        monkeypatch.setenv("HOSO_MAILBOX_URL", url)
        assert json.loads(hoso("mailbox", "check", "--json").out)["waiting"] == 1
        imap.refuse.add("LOGIN")
        refused = hoso("mailbox", "check")
        assert (refused.code, "[mailbox-unavailable]" in refused.err, PASSWORD in refused.err) == (1, True, False)
    assert {"STORE", "MOVE", "COPY", "CREATE"}.isdisjoint(imap.commands)
    (tmp_path / "mail-rules.json").write_text('{"rules": 1}')
    assert "mail-rules.json: rules:" in hoso("mailbox", "check").err
    made = hoso("mailbox", "address", "H29.5-261121-0002").out.strip()
    assert made.endswith("@b.example")
    assert dossier_of(made, read_secret(tmp_path)) == "H29.5-261121-0002"
