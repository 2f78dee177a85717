"""An administrator imports and exports spreadsheets, against the real server."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.officer import HEAD
from tests.adapters.application.world import World
from tests.adapters.cli.conftest import ROOT, Result, signing
from tests.adapters.http.serving import serving

Hoso = Callable[..., Result]
TEMPLATES = ROOT / "docs/how-to/organisation"


@pytest.fixture
def office(world: World, hoso: Hoso) -> Iterator[World]:
    """A served agency; the administrator is signed in."""
    with serving(world) as server:
        assert hoso("login", "--server", server.url, "--token", world.tokens["an"]).code == 0
        yield world


def lists(folder: Path, **files: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.csv").write_bytes(text.encode("utf-8-sig"))
    return folder


def test_a_diff_before_and_after(office: World, hoso: Hoso, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A dry run shows what would change, the import does it, and then there is nothing more to change."""
    folder = lists(
        tmp_path / "lists",
        units="id,name,parent\nvan-phong,Văn phòng UBND,agency\nto-1,Tổ Một,van-phong\n",
        officers="id,name,title,unit,rank,roles,since,until\n"
        "binh,Bình,Tổ trưởng,to-1,head,lanh-dao,01/11/2026,\n"
        "lan,Lan,,,,,,\n",
    )
    expected = [
        "~ unit van-phong: name: Văn phòng → Văn phòng UBND",
        "+ unit to-1: Tổ Một, below van-phong",
        "+ position binh: Tổ trưởng, in to-1",
        "+ officer binh: Bình",
        "+ binh: position binh, from 2026-11-01",
    ]
    dry = hoso("officer", "import", folder, "--dry-run")
    assert (dry.code, dry.out.splitlines()) == (0, expected), dry.err
    assert "4 added, 1 changed, 0 ended" in dry.err
    assert "dry run" in dry.err
    assert "lan: position lan is not in the list" in dry.err
    done = hoso("officer", "import", folder, "--reason", "QĐ 12", *signing(monkeypatch, tmp_path))
    assert done.out.splitlines() == expected
    assert office.officer("binh").has("lanh-dao", "to-1")
    again = hoso("officer", "import", folder)
    assert (again.out, "Nothing to change." in again.err) == ("", True)


def test_complete_lists_end_what_they_lack(
    office: World, hoso: Hoso, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Export, delete a row, import as complete: that officer's position ends; the file is as programs like it."""
    folder = tmp_path / "out"
    assert hoso("officer", "export", folder).code == 0
    officers = folder / "officers.csv"
    rows = officers.read_text("utf-8-sig").splitlines()
    officers.write_text("\n".join(row for row in rows if not row.startswith("mai,")), "utf-8")
    done = hoso("officer", "import", folder, "--complete", "--json", *signing(monkeypatch, tmp_path))
    [change] = json.loads(done.out)["changes"]
    assert (change["sign"], change["kind"], change["subject"]) == ("-", "appointment-ended", "mai")
    office.clock.go(days=2)
    with pytest.raises(AssertionError):
        office.officer("mai")


def test_problems_stand_with_their_places(office: World, hoso: Hoso, tmp_path: Path) -> None:
    """All of them on stderr, as a compiler tells them; nothing is changed."""
    folder = lists(tmp_path / "lists", officers="id,name,position,since\nx,X,lan,32/1/2026\ny,,lan,2026-01-01\n")
    refused = hoso("officer", "import", folder)
    assert refused.code == 6
    assert "officers.csv:2: since: expected a day such as 2026-11-21 or 21/11/2026" in refused.err
    assert "officers.csv:3: name: expected a value" in refused.err


def test_what_cannot_be_sent(hoso: Hoso, tmp_path: Path) -> None:
    """Another encoding, an empty folder, one list twice, a folder that holds lists already."""
    latin = tmp_path / "officers.csv"
    latin.write_bytes("id,name\nx,Nguy\xean\n".encode("latin-1"))
    assert "[list-encoding]" in hoso("officer", "import", latin).err
    (tmp_path / "empty").mkdir()
    assert "[list-missing]" in hoso("officer", "import", tmp_path / "empty").err
    sound = lists(tmp_path / "sound", officers="id,name\n")
    assert "[list-twice]" in hoso("officer", "import", sound, sound / "officers.csv").err


def test_an_export_overwrites_nothing(office: World, hoso: Hoso, tmp_path: Path) -> None:
    """A second export into the same folder is refused."""
    assert hoso("officer", "export", tmp_path / "out").code == 0
    assert "[file-exists]" in hoso("officer", "export", tmp_path / "out").err


def test_the_templates_of_the_manual_import(
    office: World, hoso: Hoso, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The example agency, in Vietnamese: its lists fit below this agency, and export as they are."""
    folder = tmp_path / "lists"
    folder.mkdir()
    for file in TEMPLATES.glob("*.csv"):
        text = file.read_text("utf-8-sig").replace("ubnd,Ủy", "agency,Ủy").replace(",ubnd,", ",agency,")
        for id in ("lan", "mai", "tuan", "hang", "duc", "nam", "hoa"):  # the world has these already
            text = (
                text.replace(f",{id},", f",{id}-2,")
                if file.name == "can-bo.csv"
                else text.replace(f"\n{id},", f"\n{id}-2,")
            )
        (folder / file.name).write_text(text, "utf-8")
    done = hoso("officer", "import", folder, *signing(monkeypatch, tmp_path))
    assert done.code == 0, done.err
    assert office.officer("binh").has(HEAD, "kinh-te")
    assert office.officer("lan-2").has("administrator", "trung-tam")
    assert "Nothing to change." in hoso("officer", "import", folder).err
    assert hoso("--lang", "vi", "officer", "export", tmp_path / "out").code == 0
    exported = (tmp_path / "out" / "can-bo.csv").read_text("utf-8-sig")
    assert exported.startswith("mã,họ và tên,vị trí,quyền,từ ngày")
    assert "\nmai-2,Bùi Thị Mai,truong-van-hoa,x,2026-10-01,2026-12-31," in exported
