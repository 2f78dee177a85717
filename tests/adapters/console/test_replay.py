"""`hoso audit replay`: what it says in both languages, with which exit code."""

import json
from pathlib import Path

import pytest

from adapters.cli.codes import meaning
from adapters.cli.language import activate
from adapters.main import run
from engine.replay import events, interventions, tasks, telling
from engine.replay import replay as replaying
from signing.evidence.pack import build_pack
from tests.adapters.application.bundles import FOUR_EYES
from tests.engine.replay.recorder import LOG_KEY, Recorder, copied
from tests.engine.replay.test_replay import FORGED, same_eyes
from tests.pki import authority


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An honest pack and a forged one, a root and the log's key."""
    folder = tmp_path_factory.mktemp("replay")
    recorder = Recorder().begin(FOUR_EYES, {})
    recorder.do("draft")
    (folder / "open.asice").write_bytes(build_pack(recorder.contents()))
    recorder.do("check")
    forged = copied(recorder.leaves)
    same_eyes(forged)
    (folder / "forged.asice").write_bytes(build_pack(recorder.contents(forged)))
    (folder / "root.pem").write_bytes(authority().roots_pem())
    (folder / "log.vkey").write_text(LOG_KEY.vkey)
    return folder


def hoso(capsys: pytest.CaptureFixture[str], folder: Path, pack: str, *arguments: str) -> tuple[int, str]:
    exit_code = run(["audit", "replay", str(folder / pack), *arguments])
    captured = capsys.readouterr()
    return exit_code, captured.out + captured.err


def test_a_path_that_the_model_allows(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each act has its mark, the open task is named, and that nobody asked for genuineness is said plainly."""
    exit_code, said = hoso(capsys, folder, "open.asice", "--lang", "en")
    assert exit_code == 0
    assert said.count("  ✓ ") == 3
    assert "Open: H29.5-261121-0001.3 “check”" in said
    assert "Only the path was judged" in said
    assert said.splitlines()[-1].startswith("REPLAYS")
    exit_code, said = hoso(capsys, folder, "open.asice", "--json")
    answer = json.loads(said)
    assert (exit_code, answer["replays"], answer["verified"], answer["divergence"]) == (0, "yes", False, None)
    assert [each["element"] for each in answer["open"]] == ["check"]


def test_a_forged_path_is_told_in_the_readers_language(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Which leaf, what was found against expected, the code; what stands behind it is not judged. Exit code 5."""
    exit_code, said = hoso(capsys, folder, "forged.asice", "--lang", "vi")
    assert exit_code == 5
    assert "một cán bộ làm hai bước phải do hai người làm" in said
    assert "tìm thấy:  H29.5-261121-0001.3 held by o-draft" in said
    assert said.splitlines()[-1].endswith("[four-eyes-missing]")
    exit_code, said = hoso(capsys, folder, "forged.asice", "--lang", "en")
    assert (exit_code, "one officer did two steps" in said, said.count("  ✗ ")) == (5, True, 1)


def test_what_is_not_genuine_is_not_replayed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With roots and key the pack is verified first; with one of them alone nothing is done; no pack is no pack."""
    trust = ("--root", str(folder / "root.pem"), "--log-key", str(folder / "log.vkey"))
    exit_code, said = hoso(capsys, folder, "open.asice", *trust, "--lang", "en")
    assert (exit_code, "Not replayed" in said, "[act-unsigned]" in said) == (5, True, True)
    exit_code, said = hoso(capsys, folder, "open.asice", *trust[:2], "--lang", "en")
    assert (exit_code, "[usage]" in said) == (2, True)
    exit_code, said = hoso(capsys, folder, "root.pem", "--lang", "en")
    assert (exit_code, "hoso audit export" in said) == (5, True)


def test_every_code_has_its_words() -> None:
    """In both languages."""
    tables = (replaying._EVENTS, tasks._CODES, interventions._CODES, events._REFUSED, telling._CODES)
    codes = {code for table in tables for code in table.values()} | {code for *_, code in FORGED.values()}
    for language in ("en", "vi"):
        activate(language)
        assert not [code for code in codes if not meaning(code)]
