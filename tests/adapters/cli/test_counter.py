"""`hoso dispatch give`, `hoso visit` and `hoso parcel` against the real server."""

import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from adapters.cli.identity import VARIABLE, hashed
from adapters.database import definitions, tables
from signing.canonical import parse_canonical
from tests.adapters.application.test_counter import LATER, lies_ready, move, visits_of
from tests.adapters.application.test_inbound import PAPER, SCAN, deployed
from tests.adapters.application.world import World
from tests.adapters.cli.conftest import Result
from tests.adapters.http.serving import Serving, serving

Hoso = Callable[..., Result]
NUMBER = "079070123456"


@pytest.fixture
def served(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Serving]:
    with serving(world) as found:
        monkeypatch.setenv("HOSO_SERVER", found.url)
        monkeypatch.setenv("HOSO_TOKEN", world.tokens["hoa"])
        yield found


def test_a_number_stays_on_the_officers_machine(
    world: World, served: Serving, hoso: Hoso, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Four digits and a salted hash of it leave; it stands nowhere in the database; a wrong one is not repeated."""
    code, id = lies_ready(world)
    file, scan = tmp_path / "r.pdf", tmp_path / "signed.pdf"
    assert "bytes" in hoso("dispatch", "receipt", id, "-o", str(file)).err
    scan.write_bytes(file.read_bytes() + b"signed")
    taker = ("dispatch", "give", id, "--to", "applicant", "--name", "Bà Tuyết", "--scan", str(scan))
    wrong = hoso(*taker, "--identity", "cccd:12345")
    assert "[bad-identity]" in wrong.err
    assert "12345" not in wrong.err
    assert "[bad-identity]" in hoso(*taker, "--identity", "thẻ").err
    monkeypatch.setenv(VARIABLE, "0790 7012 3456")
    told = hoso(*taker, "--identity", "cccd", "--paper", "Trích lục:2", "--copy", "Giấy báo tử", "--json")
    digest = json.loads(told.out)["record"]
    with world.app.store.read() as tx:
        record = parse_canonical(definitions.get_content(tx, digest) or b"")
        answers = str(list(tx.execute(select(tables.idempotency))))
    assert isinstance(record, dict)
    identity = record["identity"]
    assert identity == {
        "kind": "cccd", "last": "3456", "salt": identity["salt"],
        "hash": hashed(NUMBER, bytes.fromhex(identity["salt"])),
    }  # fmt: skip
    assert record["scan"] == hashlib.sha256(scan.read_bytes()).hexdigest()
    assert [paper["original"] for paper in record["papers"]] == [True, False]
    assert NUMBER not in answers
    assert "[not-at-counter]" in hoso(*taker).err
    assert "gave the result at the counter" in hoso("dossier", "history", code).out


def test_a_day_is_moved_whole(world: World, served: Serving, hoso: Hoso) -> None:
    """First said, then done with consent; another moved one meanwhile, who stays; done again, nothing is left to do."""
    ids = [lies_ready(world, appointment=f"2026-11-25T09:{minute}+07:00") for minute in ("30", "45")]
    day = ("visit", "move", "--day", "2026-11-25", "--to", "2026-11-27", "--reason", "dịch kiểm soát")
    said = hoso(*day, "--dry-run")
    assert [line.partition(":")[0] for line in said.out.splitlines()] == [id for _code, id in ids]
    assert [state for code, _id in ids for state, _at in visits_of(world, code)] == ["set", "set"]
    assert hoso(*day).code != 0  # nobody said yes
    move(world, ids[0][1], LATER.replace(hour=8)).body_or_raise()
    done = json.loads(hoso(*day, "--yes", "--json").out)
    assert (done["moved"], done["refused"]) == (1, 0)
    assert json.loads(hoso(*day, "--yes", "--json").out)["items"] == []
    assert visits_of(world, ids[1][0])[-1] == ("set", datetime(2026, 11, 27, 2, 45, tzinfo=UTC))
    listed = json.loads(hoso("visit", "list", "--day", "2026-11-27", "--json").out)["items"]
    assert [(item["dispatch"], item["reason"]) for item in listed] == [
        (ids[1][1], "dịch kiểm soát"), (ids[0][1], "dịch kiểm soát"),
    ]  # fmt: skip
    one = ("--day", "2026-11-27", "--to", "2026-11-30", "--reason", "mưa", "--hours", "08:00-08:15", "--yes")
    full = hoso("visit", "move", *one)
    assert "[visit-no-slot]" in full.out
    assert full.code == 6
    assert "[visit-day-off]" in hoso(*day[:4], "--to", "2026-11-28", *day[6:], "--yes").err
    assert "[visit-time]" in hoso(*day, "--hours", "12:00-11:00").err
    assert "[bad-visit]" in hoso("visit", "move", "--to", "2026-11-27", "--reason", "x").err
    moved = hoso("visit", "move", ids[0][1], "--to", "2026-12-01 14:00", "--reason", "bận")
    assert "2026-12-01 14:00, set" in moved.out


def test_a_parcel_is_filed_with_what_it_lacks(world: World, served: Serving, hoso: Hoso, tmp_path: Path) -> None:
    """Received by its list, filed, added to, its originals given back; and one that is not for us refused."""
    deployed(world)
    world.give("hoa", "chuyen-vien", "van-thu")
    paper, scan, listed = tmp_path / "bien-ban.pdf", tmp_path / "to-khai.pdf", tmp_path / "list.json"
    paper.write_bytes(PAPER)
    scan.write_bytes(SCAN)
    documents = [{"name": "to-khai", "title": "Tờ khai", "file": "to-khai.pdf"}]
    listed.write_text(json.dumps({"sender": "Bà Lê Thị Hoa", "documents": documents}), encoding="utf-8")
    given = ("--handover-signed-at", "2026-11-20 14:00", "--paper", str(paper), "--list", str(listed))
    came = hoso("parcel", "receive", "--carrier", "vnpost", "--item", "RR123456785VN", *given)
    assert came.out == "Parcel 1 was received.\n"
    filed = hoso("parcel", "file", "1", "--process", "nhan-buu-chinh")
    assert filed.out.endswith("  missing: Giấy báo tử\n")
    code = filed.out.split()[1]
    assert world.dossier(code)["due"] == "2026-11-25T10:00:00Z"
    assert "Giấy báo tử" in hoso("parcel", "list", "--incomplete").out
    assert "giay-bao-tu: Giấy báo tử, original, missing" in hoso("parcel", "show", "1").out
    assert hoso("parcel", "add", "1", "--document", f"giay-bao-tu={scan}").out == "Still missing: nothing\n"
    assert hoso("parcel", "paper", "1", "-o", str(tmp_path / "p")).code == 0
    assert (tmp_path / "p").read_bytes() == PAPER
    assert "Tờ khai" in hoso("parcel", "originals", code).out
    back = hoso("parcel", "return", code, "to-khai", "--by", "post")
    assert back.out == f"The office holds 1 originals of dossier {code}.\n"
    hoso("parcel", "receive", "--carrier", "vnpost", "--item", "VN-77", *given)
    assert hoso("parcel", "refuse", "2", "--reason", "thuộc phường khác", "--yes").out == "Parcel 2 was refused.\n"
    listed.write_text('{"documents": [{"name": "a", "kind": "?"}]}', encoding="utf-8")
    assert "[bad-list]" in hoso("parcel", "receive", "--carrier", "vnpost", "--item", "VN-78", *given).err
