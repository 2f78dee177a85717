"""Erasing from the command line, against the real server: two administrators, many dossiers, proofs that hold."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from adapters.cli.retention import period_word
from adapters.database import tables
from engine.acts.intervene import Cancel
from tests.adapters.application.intervening import perform, revision
from tests.adapters.application.world import World
from tests.adapters.cli.conftest import Result
from tests.adapters.cli.test_proposal import Desk
from tests.adapters.http.serving import serving

RULE = {"period": "P10Y", "decided_by": "12/2026/QĐ-UBND"}


@pytest.fixture
def desk(world: World, tmp_path: Path, hoso: Callable[..., Result], monkeypatch: pytest.MonkeyPatch) -> Any:
    world.adopt("tra-ket-qua", valid_from="2026-11-21", retention=RULE).body_or_raise()
    with serving(world) as server:
        yield Desk(server, tmp_path, hoso, monkeypatch)


def cancelled(world: World) -> str:
    code = world.start("tra-ket-qua")
    perform(world, Cancel(revision=revision(world, code), reason="rút"), code).body_or_raise()
    return code


def answered(world: World, code: str) -> list[object]:
    """What is kept of the answers to requests on the dossier."""
    with world.app.store.read() as tx:
        query = select(tables.idempotency.c.body).where(tables.idempotency.c.dossier == code)
        return list(tx.execute(query).scalars())


def test_two_administrators_erase_many(desk: Desk) -> None:
    """What is refused is told and the others go on; show and history say by whom and why; the whole log verifies."""
    world, binh = desk.server.world, desk.appoint(signs=True)
    codes = [cancelled(world), cancelled(world), world.start("tra-ket-qua")]
    assert "VALID" in desk.sit("kiem")("audit", "verify").out
    an = desk.sit("an")
    assert an("comment", "add", codes[0], "bà Ánh Tuyết đã rút").code == 0
    assert any("Ánh Tuyết" in str(each) for each in answered(world, codes[0]))
    said = ("--decision", "45/QĐ-UBND", "--reason", "theo yêu cầu", "--key", desk.key("an"), "--yes")
    told = an("dossier", "erase", *codes, *said, "--json")
    assert told.code == 6
    items = json.loads(told.out)["items"]
    assert [(item["refused"], item.get("code")) for item in items] == [(False, None)] * 2 + [
        (True, "dossier-unfinished")
    ]
    assert "10 year(s), by 12/2026/QĐ-UBND" in told.err
    listed = json.loads(an("dossier", "show", codes[0], "--json").out)
    assert (listed["erased"], listed["retention"]["period"]) == (None, "P10Y")
    other = desk.sit(binh)
    for item in items[:2]:
        shown = other("proposal", "show", item["proposal"])
        assert "By decision 45/QĐ-UBND" in shown.out
        assert other("proposal", "approve", item["proposal"], "--key", desk.key(binh), "--yes").code == 0
    shown = other("--lang", "vi", "dossier", "show", codes[0]).out
    assert "căn cứ 45/QĐ-UBND" in shown
    assert "Ánh Tuyết" not in shown
    assert set(map(str, answered(world, codes[0]))) == {"{}"}
    story = other("dossier", "history", codes[0]).out
    assert "erased the dossier's data, under 45/QĐ-UBND" in story
    assert "dossier-cancelled" in story
    assert "its contents were erased" in story
    kept = json.loads(other("retention", "erased", "--json").out)["items"]
    assert [(item["dossier"], item["approved_by"]) for item in kept] == [(code, binh) for code in codes[:2]]
    assert json.loads(other("retention", "list", "--due", "2099-01-01", "--json").out)["items"] == []
    refused = other("audit", "export", codes[0], "-o", desk.folder / "x.asice")
    assert (refused.code, "dossier-erased" in refused.err) == (3, True)
    assert "VALID" in desk.sit("kiem")("audit", "verify").out


def test_what_is_due_is_listed(desk: Desk) -> None:
    """By the day that is asked about; nothing today."""
    code = cancelled(desk.server.world)
    an = desk.sit("an")
    assert json.loads(an("retention", "list", "--json").out)["items"] == []
    listed = an("retention", "list", "--due", "22/11/2036").out
    assert code in listed
    assert "2036-11-21" in listed


def test_periods_in_words() -> None:
    """As the procedure has them; one that this client cannot read is shown as it is."""
    assert period_word("P1Y6M") == "1 year(s) 6 month(s)"
    assert period_word("permanent") == "permanently"
    assert period_word("PT1H") == "PT1H"
