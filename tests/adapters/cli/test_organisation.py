"""An administrator and officers at the command line, against the real server: the organisation seen and changed."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.adapters.application.world import World
from tests.adapters.cli.conftest import Result, signing
from tests.adapters.http.serving import serving

Hoso = Callable[..., Result]
WHY = ("--reason", "Theo QĐ 12")


@pytest.fixture
def office(world: World, hoso: Hoso) -> Iterator[World]:
    """A served agency; the administrator is signed in."""
    with serving(world) as server:
        assert hoso("login", "--server", server.url, "--token", world.tokens["an"]).code == 0
        yield world


@pytest.fixture
def sign(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> tuple[str, ...]:
    """The administrator's own key."""
    return signing(monkeypatch, tmp_path)


Sign = tuple[str, ...]


def lines(result: Result) -> list[str]:
    assert result.code == 0, result.err
    return result.out.splitlines()


def test_units_are_one_tree(office: World, hoso: Hoso, sign: Sign) -> None:
    """Added where said, or below one's own; listed as a tree; shown with head, positions and who holds them."""
    assert lines(hoso("unit", "add", "to-1", "--name", "Tổ 1", "--parent", "van-phong", *WHY, *sign)) == [
        "unit to-1 is added: Tổ 1, below van-phong"
    ]
    assert lines(hoso("unit", "add", "to-2", "--name", "Tổ 2", "--phone", "1900", *sign)) == [
        "unit to-2 is added: Tổ 2, below agency"
    ]
    assert lines(hoso("unit", "change", "to-2", "--parent", "to-1", "--email", "to2@example.vn", "--dry-run")) == [
        "unit to-2 is changed: parent to-1, contact to2@example.vn 1900"
    ]
    hoso("unit", "change", "to-2", "--parent", "to-1", "--email", "to2@example.vn", "--collective", *sign)
    tree = hoso("unit", "list").out
    assert "\n  van-phong  Văn phòng\n    to-1  Tổ 1\n      to-2  Tổ 2\n" in tree
    shown = json.loads(hoso("unit", "show", "to-2", "--json").out)
    assert (shown["email"], shown["phone"], shown["collective"]) == ("to2@example.vn", "1900", True)
    refused = hoso("unit", "change", "van-phong", "--parent", "to-2")
    assert (refused.code, "[unit-circle]" in refused.err) == (3, True)


def test_an_officer_is_appointed_shown_and_leaves(office: World, hoso: Hoso, sign: Sign) -> None:
    """A head by appointment, seen at the unit and the officer; ended by its number."""
    hoso("position", "add", "chanh", "--title", "Chánh Văn phòng", "--unit", "van-phong", "--rank", "head", *sign)
    appoint = (
        "officer",
        "appoint",
        "lan",
        "--position",
        "chanh",
        "--since",
        "01/12/2026",
        "--document",
        "21/QĐ",
        *sign,
    )
    [line] = lines(hoso(*appoint, "--acting", *WHY))
    assert line == "lan holds chanh, from 2026-12-01 on (appointment 10)"
    office.clock.go(days=20)
    assert "Head of record: Lan, Chánh Văn phòng (van-phong)" in hoso("unit", "show", "van-phong").out
    assert "  - chanh  Chánh Văn phòng: Lan (from 2026-12-01 on)" in hoso("unit", "show", "van-phong").out
    shown = hoso("officer", "show", "lan").out
    assert "  - 10  Q. Chánh Văn phòng (van-phong), from 2026-12-01 on  21/QĐ" in shown
    hoso("officer", "change", "lan", "--email", "lan@example.vn")
    hoso("officer", "change", "lan", "--phone", "0903")
    told = json.loads(hoso("officer", "show", "lan", "--json").out)
    assert (told["email"], told["phone"]) == ("lan@example.vn", "0903")
    assert lines(hoso("officer", "end", "10", "--until", "31/12/2026", *sign)) == ["appointment 10 ends on 2026-12-31"]
    assert "lan" in hoso("position", "list", "--unit", "van-phong").out
    refused = hoso(*appoint)
    assert (refused.code, "[appointment-twice]" in refused.err) == (3, True)


def test_roles_and_mandates_are_given_and_ended(office: World, hoso: Hoso, sign: Sign) -> None:
    """With their document and dates; what the law does not know is refused."""
    [line] = lines(hoso("role", "grant", "lan", "van-thu", "--unit", "van-phong", "--until", "31/12/2027", *sign))
    number = line.removesuffix(")").rpartition(" ")[2]
    assert "van-thu" in hoso("role", "list", "--officer", "lan").out
    assert lines(hoso("role", "end", number, "--until", "31/12/2026", *sign)) == [f"grant {number} ends on 2026-12-31"]
    hoso("position", "add", "chu-tich", "--title", "Chủ tịch", "--unit", "agency", "--rank", "head", *sign)
    hoso("position", "add", "chanh", "--title", "Chánh Văn phòng", "--unit", "van-phong", "--rank", "head", *sign)
    give = (
        "mandate",
        "give",
        "m-1",
        "--capacity",
        "tl.",
        "--by",
        "chu-tich",
        "--to",
        "chanh",
        "--document",
        "5/QĐ",
        *sign,
    )
    refused = hoso(*give)
    assert (refused.code, "[mandate-void]" in refused.err) == (6, True)
    [line] = lines(hoso(*give, "--kind", "cong-van", "--when", "=amount < 5", "--since", "2026-11-01"))
    assert line == "mandate m-1: chanh signs TL. for chu-tich, from 2026-11-01 on"
    assert "Condition: =amount < 5" in hoso("mandate", "show", "m-1").out
    assert lines(hoso("mandate", "end", "m-1", "--until", "2026-11-30")) == ["mandate m-1 ends on 2026-11-30"]
    assert "2026-11-01 to 2026-11-30" in hoso("mandate", "list").out


def test_an_absence_is_recorded_for_oneself_in_local_days(
    office: World, hoso: Hoso, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A typed day is meant whole; a typed time is local; who may not is refused."""
    monkeypatch.setenv("HOSO_TOKEN", office.tokens["lan"])
    record = ("absence", "record", "--since", "1/12/2026", "--until", "2026-12-03", "--substitute", "mai")
    [line] = lines(hoso(*record, "--document", "Giấy nghỉ phép"))
    assert line == "lan is away from 2026-12-01 00:00 to 2026-12-04 00:00; substitute: mai (absence 1)"
    assert "mai" in hoso("absence", "list", "--on", "03/12/2026").out
    assert lines(hoso("absence", "end", "1", "--at", "2026-12-02T12:00")) == ["absence 1 ends 2026-12-02 12:00"]
    refused = hoso(*record, "--officer", "nam")
    assert (refused.code, "[right-missing]" in refused.err) == (6, True)
    wrong = hoso("absence", "record", "--since", "tomorrow", "--until", "2026-12-03")
    assert (wrong.code, "[bad-time]" in wrong.err) == (2, True)


def test_a_dry_run_says_that_nothing_is_changed(office: World, hoso: Hoso) -> None:
    """The change is told, the tree stays."""
    told = hoso("unit", "add", "to-1", "--name", "Tổ 1", "--dry-run")
    assert told.err == "Nothing is changed; this would be:\nYou would have to sign it.\n"
    assert "to-1" not in hoso("unit", "list").out


def test_nobody_signs_without_a_key_or_consent(office: World, hoso: Hoso, sign: Sign) -> None:
    """Exit code 2 each time, after what would be signed was shown in words; nothing is changed."""
    grant = ("role", "grant", "lan", "van-thu", "--unit", "van-phong")
    assert "You would have to sign it." in hoso(*grant, "--dry-run").err
    assert (hoso(*grant).code, "[key-needed]" in hoso(*grant).err) == (2, True)
    asked = hoso(*grant, *sign[:2])
    assert (asked.code, "[no-terminal]" in asked.err) == (2, True)
    for text in (
        "Act:     change the organisation (organisation-changed)",
        "1. lan has the role van-thu in van-phong",
        "unit: van-phong",
    ):
        assert text in asked.err
    assert "van-thu" not in office.officer("lan").roles


def test_a_server_that_slips_in_another_change_is_caught(
    office: World, hoso: Hoso, sign: Sign, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is offered to be signed must be what was asked for; nothing is signed else."""
    from adapters.application import organising
    from engine.people.changes import to_json

    def lied(act: organising.Organise) -> list[dict[str, object]]:
        return [{**to_json(each), "role": "lanh-dao"} for each in act.changes]

    monkeypatch.setattr(organising.Organise, "listed", lied)
    told = hoso("role", "grant", "lan", "van-thu", "--unit", "van-phong", *sign)
    assert (told.code, "DO NOT SIGN" in told.err, "[statement-differs]" in told.err) == (5, True, True)
    assert office.officer("lan").roles == {"chuyen-vien"}
