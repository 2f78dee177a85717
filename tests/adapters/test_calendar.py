"""The agency's own days off: on top of the public holidays, each with its document, and nothing misspelt passes."""

import json
from datetime import date
from pathlib import Path

import pytest

from adapters.calendar import CalendarUnfit, days_off, read


def written(folder: Path, told: object) -> Path:
    path = folder / "days-off.json"
    path.write_text(told if isinstance(told, str) else json.dumps(told), "utf-8")
    return path


def test_on_top_of_the_public_holidays(tmp_path: Path) -> None:
    """Both ways of writing it: a document for each day, or one for all."""
    assert date(2026, 9, 2) in days_off(2026, tmp_path / "none.json")
    each = written(tmp_path, {"off": {"2026-01-02": "TB 1"}, "working": {"2026-09-02": "TB 2"}})
    assert date(2026, 1, 2) in days_off(2026, each)
    assert date(2026, 9, 2) not in days_off(2026, each)
    assert read(each)["working"] == {date(2026, 9, 2): "TB 2"}
    assert date(2026, 1, 2) in days_off(2026, written(tmp_path, {"off": ["2026-01-02"], "decided_by": "TB 1"}))


@pytest.mark.parametrize(
    ("told", "names"),
    [
        ("{", "expected JSON"),
        ([], "expected an object"),
        ({"of": ["2026-01-02"], "decided_by": "TB"}, "found of"),
        ({"off": "2026-01-02"}, "off is str"),
        ({"off": ["2026-13-02"], "decided_by": "TB"}, "'2026-13-02'"),
        ({"off": ["2026-01-02"]}, "2026-01-02 has no deciding document"),
        ({"working": {"2026-01-10": ""}}, "2026-01-10 has no deciding document"),
        ({"off": ["2026-01-02"], "working": ["2026-01-02"], "decided_by": "TB"}, "both off and working"),
    ],
)
def test_what_is_misspelt_is_refused(tmp_path: Path, told: object, names: str) -> None:
    """With the file, what was found and what is expected."""
    with pytest.raises(CalendarUnfit, match="days-off.json.*" + names):
        read(written(tmp_path, told))
