"""Lists as acts: a dry run changes nothing, an import all or nothing, and the same lists again nothing more."""

import time
from collections.abc import Mapping
from typing import Any

import pytest

from adapters.application import lists
from adapters.application.answer import Answer, Request
from adapters.application.changes import How
from adapters.database import organisation as stored
from engine.people.organisation import Organisation
from tests.adapters.application.world import World, refusal_of

TEAM = {
    "units.csv": "id,name,parent\nto-1,Tổ Một,van-phong\n",
    "officers.csv": "id,name,title,unit,rank,roles,since,document,email\n"
    'binh,Trần Văn Bình,Tổ trưởng,to-1,head,"lanh-dao, don-vi",2026-11-01,QĐ 7,binh@example.vn\n',
}


def ask(world: World, files: Mapping[str, str], who: str = "an", *, key: str | None = None, **options: Any) -> Answer:
    how = How(reason=options.pop("reason", None), sign=True)
    return lists.import_lists(world.app, world.officer(who), Request(officer=who, key=key), files, how=how, **options)


def give(world: World, files: Mapping[str, str], who: str = "an", **options: Any) -> Answer:
    """Import them, signed where they change rights."""
    return world.signed(who, ask(world, files, who, **options))


def exported(world: World, who: str = "an") -> dict[str, str]:
    files: dict[str, str] = lists.export_lists(world.app, world.officer(who), "en").body_or_raise()["files"]
    return files


def known(world: World) -> Organisation:
    with world.app.store.read() as tx:
        return stored.load(tx)


def test_a_dry_run_tells_and_changes_nothing(world: World) -> None:
    """It names each change with its row, and leaves no leaf."""
    before, size = known(world), world.size()
    body = give(world, TEAM, dry_run=True).body_or_raise()
    assert [(each["sign"], each["kind"], each["subject"], each["line"]) for each in body["changes"]] == [
        ("+", "unit-added", "to-1", 2),
        ("+", "position-added", "binh", 2),
        ("+", "officer-added", "binh", 2),
        ("+", "officer-appointed", "binh", 2),
    ]
    assert (body["counts"], body["dry_run"]) == ({"added": 4, "changed": 0, "ended": 0}, True)
    assert (known(world), world.size()) == (before, size)


def test_an_import_is_made_and_recorded_once(world: World) -> None:
    """Each change has its leaf; the officer is there; the same lists again, and the same request again, do nothing."""
    size = world.size()
    asked = ask(world, TEAM, key="k", reason="QĐ 7")
    first = asked.body_or_raise()
    assert [each["kind"] for each in world.signed("an", asked).body_or_raise()["changes"]] == [
        each["kind"] for each in first["changes"]
    ]
    assert world.size() == size + 4
    officer = world.officer("binh")
    assert (officer.name, officer.position, officer.unit) == ("Trần Văn Bình", "Tổ trưởng", "to-1")
    assert officer.has("lanh-dao", "to-1")
    assert ask(world, TEAM, key="k", reason="QĐ 7").body_or_raise() == first
    assert give(world, TEAM).body_or_raise()["changes"] == []
    assert world.size() == size + 4


def test_what_was_exported_imports_as_no_change(world: World) -> None:
    """Also as a complete list, after the database has kept it."""
    give(world, TEAM).body_or_raise()
    body = give(world, exported(world), complete=True).body_or_raise()
    assert (body["changes"], body["notes"]) == ([], [])


def test_one_problem_and_nothing_is_changed(world: World) -> None:
    """The refusal tells all problems with file, line and column; sound rows are not taken either."""
    before, size = known(world), world.size()
    files = {**TEAM, "roles.csv": "officer,role,unit,since\nbinh,r,nowhere,2026-11-01\nnobody,r,to-1,1/13/2026\n"}
    refusal = refusal_of(give(world, files))
    assert refusal.code == "lists-unfit"
    assert [(each["file"], each["line"], each["field"], each["code"]) for each in refusal.problems] == [
        ("roles.csv", 3, "since", "cell-value")
    ]
    files["roles.csv"] = files["roles.csv"].replace("1/13", "13/1")
    told = [(each["line"], each["field"], each["code"]) for each in refusal_of(give(world, files)).problems]
    assert told == [(2, "unit", "unit-unknown"), (3, "officer", "officer-unknown")]
    assert (known(world), world.size()) == (before, size)


def test_rules_of_the_organisation_hold(world: World) -> None:
    """A list cannot make an auditor something else; the row is told."""
    files = {"roles.csv": "officer,role,unit,since\nkiem,chuyen-vien,van-phong,2026-11-21\n"}
    [problem] = refusal_of(give(world, files)).problems
    assert (problem["line"], problem["code"]) == (2, "auditor-alone")


@pytest.mark.parametrize("who", ["kiem", "lan", "hang"])
def test_who_may_not_import(world: World, who: str) -> None:
    """Only an administrator imports; an auditor exports, others do not: lists hold contacts."""
    code = "auditor-changes-nothing" if who == "kiem" else "right-missing"
    assert refusal_of(give(world, TEAM, who)).code == code
    answer = lists.export_lists(world.app, world.officer(who), "vi")
    if who == "kiem":
        assert "can-bo.csv" in answer.body_or_raise()["files"]
    else:
        assert refusal_of(answer).code == "right-missing"


def many(count: int) -> dict[str, str]:
    """An agency of that many officers in a hundred units."""
    units = "".join(f"phong-{number},Phòng {number},agency\n" for number in range(100))
    officers = "".join(
        f"cb-{number},Nguyễn Văn {number},Chuyên viên,phong-{number % 100},{'head' if number < 100 else 'staff'},"
        f"chuyen-vien,2026-01-01,QĐ {number},cb{number}@example.vn\n"
        for number in range(count)
    )
    return {
        "units.csv": "id,name,parent\n" + units,
        "officers.csv": "id,name,title,unit,rank,roles,since,document,email\n" + officers,
    }


@pytest.mark.nightly
def test_five_thousand_officers_in_seconds(world: World) -> None:
    """A province's agency is imported with some ten seconds of work, and compared with less than five."""
    files = many(5000)
    begun = time.process_time()
    assert len(give(world, files).body_or_raise()["changes"]) == 15100
    imported = time.process_time()
    assert give(world, files).body_or_raise()["changes"] == []
    assert imported - begun < 15
    assert time.process_time() - imported < 5
