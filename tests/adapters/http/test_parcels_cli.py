"""`hoso dispatch`: what an office does about its parcels, and a carrier's list, over the real server."""

import hashlib
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.cli.language import activate
from adapters.database import jobs, parcels
from adapters.main import run
from tests.adapters.application.test_parcel_acts import code_of
from tests.adapters.application.test_tracking import ITEM, parcel
from tests.adapters.application.world import World
from tests.adapters.http.serving import serving


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("HOSO_LANG", "en")
    monkeypatch.setenv("HOSO_CONFIG_DIR", str(tmp_path / "config"))
    activate("en")
    yield
    activate("en")


def test_a_clerk_s_day(world: World, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A list with good and bad lines; what came back is received by its item's code, sent again; the proof is written
    with its hash and leaf; both languages, JSON, and the whole way.
    """
    world.give("hoa", "van-thu", "clerk")
    first, second = parcel(world), parcel(world)
    with world.app.store.write() as tx:
        parcels.change(tx, first, carrier="vnpost", item=ITEM)
    lost, arrived = ITEM, code_of(world, second)
    world.clock.go(hours=30)

    def said(code: int, *words: str) -> tuple[str, str]:
        capfd.readouterr()
        assert run(list(words)) == code
        written = capfd.readouterr()
        return written.out, written.err

    listed = tmp_path / "trang-thai.csv"
    listed.write_text(
        "\ufeffMã bưu gửi;Trạng thái;Thời gian;Ghi chú\n"
        f"{lost};Đã bàn giao;21/11/2026 16:30;\n"
        f"{arrived};phát thành công;2026-11-21T10:00:00Z;Bà Tuyết nhận\n"
        f"{lost};không gặp người nhận;hôm qua;\n"
        f"\n{arrived};đã phát\n"
        f"RR000000005VN;đã phát;21/11/2026 17:00;\n"
        f"{lost};Không gặp người nhận;21/11/2026 18:00;\n",
        "utf-8",
    )
    with serving(world) as running:
        assert run(["login", "--server", running.url, "--token", world.tokens["hoa"]]) == 0
        out, err = said(6, "dispatch", "import-status", str(listed), "--carrier", "vnpost")
        assert [line.partition(":")[0] for line in out.splitlines()] == ["line 4", "line 6", "line 7"]
        assert "3 moved a parcel, 0 were known, 0 mean nothing here" in err
        assert "3 of 6 lines were not taken" in err
        found = json.loads(said(6, "dispatch", "import-status", str(listed), "--carrier", "vnpost", "--json")[0])
        assert (found["moved"], found["known"], found["refused"]) == (0, 3, 3)

        file = tmp_path / "proof"
        out, _err = said(0, "dispatch", "proof", arrived, "-o", str(file))
        assert hashlib.sha256(file.read_bytes()).hexdigest() in out
        assert file.read_text("utf-8") == f"{arrived};phát thành công;2026-11-21T10:00:00Z;Bà Tuyết nhận"
        assert "proof-unknown" in said(1, "dispatch", "proof", lost, "-o", str(file))[1]

        assert "came back" in said(0, "dispatch", "receive", lost)[0]
        items = json.loads(said(0, "dispatch", "list", "--unsettled", "--channel", "post", "--json")[0])["items"]
        assert [item["state"] for item in items] == ["returned"]
        assert "parcel-left" in said(3, "dispatch", "cancel", lost, "--reason", "Thôi")[1]
        again = json.loads(said(0, "dispatch", "retry", lost, "--reason", "Hẹn lại", "--json")[0])["id"]
        assert "Nothing to list" in said(0, "dispatch", "list", "--unsettled")[1]
        out, _err = said(0, "dispatch", "show", lost, "--lang", "vi")
        assert f"Gửi lại thành: {again}" in out
        assert "Hẹn lại" in out
        assert "parcel-settled" in said(3, "dispatch", "settle", lost, "--reason", "Đã trao", "--lang", "en")[1]
        assert "is recorded" in said(0, "dispatch", "complain", lost, "--reason", "Chậm")[0]
        assert "called off" in said(0, "dispatch", "cancel", again, "--reason", "Đến nhận")[0]
        day = [
            item["id"] for item in json.loads(said(0, "dispatch", "list", "--day", "2026-11-21", "--json")[0])["items"]
        ]
        assert arrived in day
        assert again not in day


def test_a_thousand_lines(world: World, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Five hundred words of one parcel and five hundred of another, well under twenty seconds; the progress is told."""
    world.give("hoa", "van-thu", "clerk")
    codes = [code_of(world, parcel(world)) for _ in range(2)]
    began = world.clock.now
    world.clock.go(days=2)
    times = [(began + timedelta(minutes=at)).isoformat() for at in range(1000)]
    words = ({"dispatch": codes[at % 2], "status": "in-transit", "time": time} for at, time in enumerate(times))
    listed = tmp_path / "status.jsonl"
    listed.write_text("\n".join(map(json.dumps, words)), "utf-8")
    with serving(world) as running:
        assert run(["login", "--server", running.url, "--token", world.tokens["hoa"]]) == 0
        capfd.readouterr()
        assert run(["dispatch", "import-status", str(listed), "--carrier", "vnpost"]) == 0
    assert "2 moved a parcel, 998 were known" in capfd.readouterr().err
    with world.app.store.read() as tx:
        assert {str(row["state"]) for code in codes if (row := jobs.find_dispatch(tx, code))} == {"in-transit"}
