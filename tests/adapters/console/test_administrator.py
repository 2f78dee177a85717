"""The way out where no administrator is left: on the server itself, loudly."""

import json
from collections.abc import Callable
from pathlib import Path

from tests.adapters.cli.conftest import Result


def test_an_administrator_is_appointed_on_the_server(hoso: Callable[..., Result], tmp_path: Path) -> None:
    """At once; the trail tells that it was done there, and why. Twice is refused; who is unknown needs a name."""
    data = ("--data", str(tmp_path / "data"))
    made = hoso("init", *data, "--agency", "H29.5", "--name", "UBND", "--administrator", "an", "--json")
    assert made.code == 0, made.err
    unknown = hoso("administrator", "appoint", "binh", "--reason", "QĐ 12", *data)
    assert (unknown.code, "officer-unknown" in unknown.err) == (6, True)
    named = hoso("administrator", "appoint", "binh", "--name", "Bình", "--reason", "QĐ 12", "--json", *data)
    told = json.loads(named.out)["changes"]
    assert [each["kind"] for each in told] == ["officer-added", "role-granted"]
    assert (told[1]["officer"], told[1]["role"], told[1]["unit"]) == ("binh", "administrator", "agency")
    again = hoso("administrator", "appoint", "binh", "--reason", "QĐ 12", *data)
    assert (again.code, "grant-twice" in again.err) == (6, True)
    assert hoso("token", "create", "binh", *data).code == 0
