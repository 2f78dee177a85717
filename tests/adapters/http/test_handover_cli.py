"""`hoso dispatch handover`: a clerk hands parcels over, over the real server, and an auditor finds both signatures."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from adapters.cli.language import activate
from adapters.main import run
from tests.adapters.application.test_handing_over import ITEM, make_clerk, posted, signed_by
from tests.adapters.application.world import World
from tests.adapters.http.serving import serving
from tests.pki import PIN, authority, file_of, known


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("HOSO_LANG", "en")
    monkeypatch.setenv("HOSO_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("HOSO_PIN", PIN)
    activate("en")
    yield
    activate("en")


def test_a_hand_over_from_label_to_audit(world: World, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Item codes from a file, papers, the record, both signatures, each parcel told; the whole log holds."""

    def said(*words: str, who: str = "hoa", code: int = 0) -> str:
        capfd.readouterr()
        ended = run(["--profile", who, *words])
        captured = capfd.readouterr()
        assert ended == code, captured.err + captured.out
        return captured.out

    def told(*words: str, who: str = "hoa", code: int = 0) -> Any:
        return json.loads(said(*words, "--json", who=who, code=code))

    make_clerk(world)
    first, second = sorted((posted(world), posted(world)))
    items, key, root = (tmp_path / name for name in ("items.csv", "hoa.p12", "root.pem"))
    items.write_text(f"dispatch,item\n{first},{ITEM}\n{second},RR123456784VN\n")
    key.write_bytes(file_of(known("hoa")))
    root.write_bytes(authority().roots_pem())
    with serving(world) as running:
        for who in ("hoa", "kiem"):
            assert run(["login", "--server", running.url, "--token", world.tokens[who], "--profile", who]) == 0
        done = told("dispatch", "item", "--file", str(items), "--carrier", "vnpost", code=6)
        assert [(each["refused"], each.get("code")) for each in done["items"]] == [
            (False, None),
            (True, "item-code-wrong"),
        ]
        said("dispatch", "originals", first, "Giấy CNQSDĐ số BA 123456")
        assert [each["place"] for each in told("dispatch", "originals")["items"]] == ["office"]
        for verb in ("label", "slip"):
            said("dispatch", verb, first, "-o", str(tmp_path / f"{verb}.pdf"))
            assert (tmp_path / f"{verb}.pdf").read_bytes().startswith(b"%PDF")
        said("dispatch", "manifest", "--date", "2026-11-21", "--format", "pdf", "-o", str(tmp_path / "manifest.pdf"))
        said(
            "dispatch", "manifest", "--date", "2026-11-21", "--carrier", "vnpost", "-o", str(tmp_path / "manifest.csv")
        )
        [_, row] = (tmp_path / "manifest.csv").read_text("utf-8-sig").splitlines()
        assert row.endswith(f"{ITEM},vnpost,Cơ quan trả")
        record = told("dispatch", "handover", "create", "--carrier", "vnpost", "--all")["id"]
        assert "the office signs next" in said("dispatch", "handover", "show", record)
        signed = said("dispatch", "handover", "sign", record, "--key", str(key), "--yes")
        assert "the carrier signs next" in signed
        paper = tmp_path / "record.pdf"
        said("dispatch", "handover", "paper", record, "-o", str(paper))
        paper.write_bytes(signed_by(paper.read_bytes(), known("buu-ta")))
        side = ("--file", str(paper), "--by", "Trần Văn Bưu")
        done = told("dispatch", "handover", "countersign", record, *side)
        assert (done["left"], done["means"], done["parcels"]) == (0, "signature", 2)
        assert told("dispatch", "handover", "countersign", record, *side) == done  # the same again
        assert told("dispatch", "handover", "list")["items"] == [done]
        assert [each["place"] for each in told("dispatch", "originals")["items"]] == ["carrier"]
        assert "The parcel was handed over" in said("dossier", "history", first.rpartition("-")[0])
        world.stamp()
        pack = str(tmp_path / "pack.asice")
        said("audit", "export", first.rpartition("-")[0], "-o", pack, who="kiem")
        verdict = said("verify", pack, "--root", str(root), who="kiem")
        assert f"hoa signed the record of a hand-over {record}" in verdict
        assert f"The carrier signed the record of a hand-over {record}" in verdict
        said("audit", "replay", pack, who="kiem")
        audited = told("audit", "verify", "--evidence", "--root", str(root), who="kiem")
        assert (audited["verdict"], audited["evidence"]["faults"]) == ("valid", [])
