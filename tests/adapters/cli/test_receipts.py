"""Kept receipts held to themselves and to the log; receipts of several officers held to each other."""

import json
import shutil
from pathlib import Path

import pytest

from tests.adapters.cli.center import TASK

OTHERS = [f"H29.5-261121-000{number}.3" for number in range(2, 6)]


@pytest.fixture
def kept(signed_in, hoso, key_file, tmp_path) -> list[Path]:
    """Three receipts."""
    signed_in.others = list(OTHERS)
    for task in (TASK, *OTHERS[:2]):
        assert hoso("task", "complete", task, "--decision", "approve", "--key", key_file, "--yes").code == 0
    return sorted((tmp_path / "config/profiles/default/receipts").glob("*.json"))


def test_all_hold(signed_in, hoso, kept):
    """Said in one line, with exit code 0; as JSON for programs."""
    signed_in.append("hoso", "unit-added", "x", {})
    told = hoso("audit", "receipts", "--check")
    assert (told.code, told.out.splitlines()[-1]) == (0, "VALID"), told.err
    assert "3 receipts, 4 checkpoints, held to the log of 7 leaves" in told.out
    found = json.loads(hoso("audit", "receipts", "--check", "--json").out)
    assert (found["verdict"], found["receipts"], found["compared"]) == ("valid", 3, 7)


@pytest.mark.parametrize("part", ["leaf", "evidence", "salt", "inclusion", "checkpoint", "index", "all"])
def test_a_damaged_file_is_named(hoso, kept, part):
    """Whatever part of a receipt was changed; the others are checked all the same."""
    value = json.loads(kept[1].read_text())
    changed = {
        "inclusion": ["00" * 32, *value["inclusion"][1:]],
        "index": value["index"] + 1,
        "checkpoint": value["checkpoint"].replace("\n5\n", "\n6\n"),
        "salt": "00" * 32,
    }.get(part, "AAAA")
    kept[1].write_text("{" if part == "all" else json.dumps({**value, part: changed}))
    found = json.loads((result := hoso("audit", "receipts", "--check", "--json")).out)
    assert (result.code, found["receipts"]) == (5, 2)
    [finding] = found["findings"]
    assert (finding["file"], finding["code"]) == (str(kept[1]), "receipt-invalid")
    assert str(kept[1]) in hoso("audit", "receipts", "--check").out


def test_checkpoints_that_do_not_fit(signed_in, hoso, kept, tmp_path):
    """Two of one size with other roots are a fork, whatever the server says; both are printed, and nothing else is."""
    folder = tmp_path / "gathered"
    shutil.copytree(kept[0].parent, folder / "lan" / "receipts")
    honest = list(signed_in.leaves)
    signed_in.leaves[-1] = honest[-1].replace(OTHERS[1].encode(), OTHERS[3].encode())
    (folder / "mai").mkdir()
    other = signed_in.checkpoint()
    (folder / "mai" / "checkpoint").write_text(other)
    (folder / "mai" / "profile.json").write_text("{}")
    signed_in.leaves[:] = honest
    found = json.loads((result := hoso("audit", "receipts", "--from", folder, "--json")).out)
    assert result.code == 5
    codes = {(each["code"], Path(each["file"]).name) for each in found["findings"]}
    assert codes == {("log-forked", "checkpoint")}
    true = json.loads(kept[2].read_text())["checkpoint"]
    assert all({true, other} == set(each["evidence"]) for each in found["findings"])
    shown = hoso("audit", "receipts", "--from", folder).out
    assert all(f"    {line}" in shown for line in other.splitlines() if line)


def test_a_checkpoint_of_another_log(hoso, kept, tmp_path):
    """What the pinned key never signed proves nothing, and is named; a folder that is not there is said."""
    from signing.trail.checkpoint import Checkpoint
    from signing.trail.note import LogKey

    folder = tmp_path / "gathered"
    folder.mkdir()
    foreign = Checkpoint(origin="other/log", size=3, root=b"\x01" * 32).sign(LogKey.generate("other/log"))
    (folder / "checkpoint").write_text(foreign)
    result = hoso("audit", "receipts", "--from", folder)
    assert (result.code, "[checkpoint-invalid]" in result.out) == (5, True)
    assert "[file-unknown]" in hoso("audit", "receipts", "--from", tmp_path / "none").err


def test_another_leaf_is_kept_beside(signed_in, hoso, kept, key_file):
    """A receipt of another leaf with the same number and name never overwrites one."""
    from adapters.cli.profiles import Profile
    from adapters.cli.receipts import keep, read

    value = read(kept[0])
    profile = Profile(name="default", directory=kept[0].parents[1])
    assert keep(profile, TASK, value) == kept[0]
    beside = keep(profile, TASK, {**value, "leaf": "AAAA"})
    assert (beside.name, read(kept[0])) == (kept[0].name.replace(".json", "-2.json"), value)
