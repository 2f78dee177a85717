"""Comparing lists with the organisation: what changes, in an order that applies, and nothing else."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from functools import reduce
from itertools import pairwise
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import Refusal
from engine.people.applying import apply
from engine.people.changes import to_json
from engine.people.lists.compare import compare
from engine.people.lists.comparison import Comparison, Step
from engine.people.lists.export import Language, export
from engine.people.lists.fitting import fit
from engine.people.lists.reading import read_lists
from engine.people.organisation import (
    Appointment,
    Contact,
    Mandate,
    Organisation,
    Person,
    Position,
    RoleGrant,
    Scope,
    Unit,
)

TODAY = date(2026, 11, 22)
THEN = date(2026, 1, 1)
OFFICE = Organisation(
    units=(Unit(id="ubnd", name="Ủy ban nhân dân"), Unit(id="van-phong", name="Văn phòng", parent="ubnd")),
    people=(
        Person(id="an", name="An"),
        Person(id="lan", name="Lan", contact=Contact(email="lan@x.vn")),
        Person(id="mai", name="Mai"),
    ),
    positions=(
        Position(id="chu-tich", title="Chủ tịch", unit="ubnd", rank="head", roles=frozenset({"lanh-dao"})),
        Position(id="quan-tri", title="Quản trị", unit="ubnd", roles=frozenset({"administrator"})),
        Position(id="ho-tich", title="Hộ tịch viên", unit="van-phong", roles=frozenset({"chuyen-vien"})),
    ),
    appointments=(
        Appointment(id=1, officer="an", position="quan-tri", since=THEN, document="QĐ 1"),
        Appointment(id=2, officer="an", position="chu-tich", since=THEN, document="QĐ 2"),
        Appointment(id=3, officer="lan", position="ho-tich", since=THEN, document="QĐ 3"),
    ),
    grants=(RoleGrant(id=1, officer="lan", role="van-thu", unit="van-phong", since=THEN, document="QĐ 4"),),
)
OFFICERS = (
    "id,name,position,acting,since,until,document\n"
    "an,An,quan-tri,,2026-01-01,,QĐ 1\n"
    "an,An,chu-tich,,2026-01-01,,QĐ 2\n"
    "lan,Lan,ho-tich,,2026-01-01,,QĐ 3\n"
)


def compared(*, complete: bool = False, office: Organisation = OFFICE, **files: str) -> Comparison:
    """The comparison of lists that are sound in themselves."""
    wanted, problems = read_lists({f"{name}.csv": text for name, text in files.items()})
    assert problems.first == []
    return compare(office, wanted, today=TODAY, complete=complete, problems=problems)


def changes(found: Comparison, office: Organisation = OFFICE) -> list[dict[str, object]]:
    """The changes as JSON, all of which must fit."""
    steps = fit(office, found, today=TODAY)
    assert found.problems.first == []
    assert len(steps) == len(found.steps)
    return [to_json(step.change) for step in steps]


def applied(steps: Iterable[Step], office: Organisation) -> Organisation:
    def one(before: Organisation, step: Step) -> Organisation:
        after = apply(before, step.change, today=TODAY)
        assert not isinstance(after, Refusal), after
        return after

    return reduce(one, steps, office)


def test_what_is_so_already_changes_nothing() -> None:
    """The same list is no change; who stands in no list is not touched, nor told where the list was not given."""
    found = compared(officers=OFFICERS)
    assert (changes(found), found.notes) == ([], [])


def test_a_whole_new_branch_applies_in_order() -> None:
    """Units before what stands in them, whatever the order of the rows; people before what they hold."""
    found = compared(
        units="id,name,parent\nto-1,Tổ 1,phong\nphong,Phòng,ubnd\nubnd,Ủy ban nhân dân,\nvan-phong,Văn phòng,ubnd\n",
        officers=OFFICERS + "hoa,Hoa,to-truong,,2026-12-01,,QĐ 9\n",
        positions="id,title,unit,rank\nto-truong,Tổ trưởng,to-1,trưởng\n",
        roles="officer,role,unit,since\nhoa,van-thu,phong,2026-12-01\nlan,van-thu,van-phong,2026-01-01\n",
    )
    assert [each["kind"] for each in changes(found)] == [
        "unit-added", "unit-added", "position-added", "officer-added", "officer-appointed", "role-granted",
    ]  # fmt: skip


def test_a_head_follows_a_head() -> None:
    """Who leaves ends before who comes begins, though the list tells it the other way round."""
    moved = OFFICERS.replace("an,An,chu-tich,,2026-01-01,,", "an,An,chu-tich,,2026-01-01,2026-11-30,")
    found = compared(
        officers="id,name,position,acting,since,until,document\nmai,Mai,chu-tich,x,2026-12-01,,QĐ 8\n"
        + moved.split("\n", 1)[1]
    )
    assert changes(found) == [
        {"kind": "appointment-ended", "appointment": 2, "until": "2026-11-30", "document": "QĐ 2"},
        {
            "kind": "officer-appointed", "officer": "mai", "position": "chu-tich", "document": "QĐ 8",
            "since": "2026-12-01", "acting": True,
        },
    ]  # fmt: skip


def test_who_is_missing_is_told_or_in_a_complete_list_ends() -> None:
    """Without --complete nobody loses anything by not being in a list."""
    lists = {"officers": OFFICERS.rsplit("lan", 1)[0], "roles": "officer,role,unit,since\n"}
    found = compared(**lists)
    assert changes(found) == []
    assert [(each.code, each.subject) for each in found.notes] == [("not-listed", "lan"), ("not-listed", "lan")]
    assert changes(compared(complete=True, **lists)) == [
        {"kind": "appointment-ended", "appointment": 3, "until": "2026-11-22"},
        {"kind": "role-ended", "grant": 1, "until": "2026-11-22"},
    ]


def test_in_a_complete_list_a_head_makes_room() -> None:
    """The old head who is in the list no more ends before the new one begins, even where that was some days ago."""
    new = OFFICERS.replace("an,An,chu-tich,,2026-01-01", "mai,Mai,chu-tich,,2026-11-01")
    first, _ = changes(compared(complete=True, officers=new))
    assert (first["appointment"], first["until"]) == (2, "2026-10-31")


def test_the_last_administrator_goes_when_another_has_come() -> None:
    """A list that replaces the only administrator applies: the new one first."""
    new = OFFICERS.replace("an,An,quan-tri,,2026-01-01", "mai,Mai,quan-tri,,2026-11-22")
    kinds = [each["kind"] for each in changes(compared(complete=True, officers=new))]
    assert kinds == ["officer-appointed", "appointment-ended"]


def test_nobody_administrator_is_refused() -> None:
    """A complete list without any administrator does not fit; the problem has no row."""
    found = compared(complete=True, officers=OFFICERS.replace("an,An,quan-tri,,2026-01-01,,QĐ 1\n", ""))
    fit(OFFICE, found, today=TODAY)
    assert [(each.code, each.place) for each in found.problems.first] == [("last-administrator", None)]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("2026-01-01,2026-12-31,QĐ 3", [("appointment-ended", None, "2026-12-31")]),
        ("2026-02-01,,QĐ 3", []),  # told
        ("2026-01-01,,QĐ 30", []),  # told
        ("2026-01-01,2026-03-31,QĐ 3", [("appointment-ended", None, "2026-03-31")]),
    ],
)
def test_what_has_begun_is_not_rewritten(row: str, expected: list[object]) -> None:
    """Its last day may come; its first day and its document stay."""
    found = compared(officers=OFFICERS.replace("lan,Lan,ho-tich,,2026-01-01,,QĐ 3", f"lan,Lan,ho-tich,,{row}"))
    assert [(each["kind"], each.get("since"), each.get("until")) for each in changes(found)] == expected
    assert len(found.notes) == (0 if expected else 1)


def test_what_has_ended_may_go_on() -> None:
    """A later last day is a further appointment, and the list then tells what is so."""
    office = applied(compared(officers=OFFICERS.replace("-01-01,,QĐ 3", "-01-01,2026-11-30,QĐ 3")).steps, OFFICE)
    found = compared(office=office, officers=OFFICERS)
    [change] = changes(found, office)
    assert (change["kind"], change["since"], change.get("until")) == ("officer-appointed", "2026-12-01", None)
    office = applied(found.steps, office)
    assert changes(compared(office=office, officers=OFFICERS), office) == []


def test_what_has_not_begun_may_move() -> None:
    """An appointment from next month on begins two months later: the first never holds."""
    office = applied(compared(officers=OFFICERS + "mai,Mai,ho-tich,,2026-12-01,,QĐ 7\n").steps, OFFICE)
    found = compared(office=office, officers=OFFICERS + "mai,Mai,ho-tich,,2027-02-01,,QĐ 7\n")
    kinds = [(each["kind"], each.get("since"), each.get("until")) for each in changes(found, office)]
    assert kinds == [("appointment-ended", None, "2026-11-30"), ("officer-appointed", "2027-02-01", None)]


def test_contacts_and_names_change_only_where_told() -> None:
    """A column that the list does not have leaves what is there; an empty cell empties it."""
    [name] = changes(compared(officers="id,name\nlan,Nguyễn Thị Lan\n"))
    assert name == {"kind": "officer-changed", "id": "lan", "name": "Nguyễn Thị Lan"}
    [emptied] = changes(compared(officers="id,name,email\nlan,Lan,\n"))
    assert emptied == {"kind": "officer-changed", "id": "lan", "contact": {}}


@pytest.mark.parametrize(
    ("files", "code", "column"),
    [
        ({"units": "id,name,parent\nx,X,nowhere\n"}, "unit-unknown", "parent"),
        ({"units": "id,name,parent\nvan-phong,Văn phòng,\n"}, "unit-parent", "parent"),
        ({"officers": "id,name,position,since\nx,X,nothing,2026-01-01\n"}, "position-unknown", "position"),
        ({"officers": "id,name,position,title,since\nx,X,new,T,2026-01-01\n"}, "position-unknown", "position"),
        ({"positions": "id,title,unit\nho-tich,Hộ tịch viên,ubnd\n"}, "position-elsewhere", "unit"),
        ({"roles": "officer,role,unit,since\nnobody,r,ubnd,2026-01-01\n"}, "officer-unknown", "officer"),
        ({"roles": "officer,role,unit,since\nlan,r,nowhere,2026-01-01\n"}, "unit-unknown", "unit"),
        (
            {"mandates": "id,kind,given_by,given_to,since,document\nm,KT,chu-tich,nothing,2026-01-01,QĐ\n"},
            "position-unknown",
            "given_to",
        ),
    ],
)
def test_what_does_not_fit_is_told(files: dict[str, str], code: str, column: str) -> None:
    """An unknown name is a problem of its cell."""
    found = compared(**files)
    assert (code, column) in [(each.code, each.column) for each in found.problems.first]


def test_rules_of_the_organisation_are_told_with_the_row() -> None:
    """What only applying shows (here a second head, and a badly written id) is told at its row, each of them."""
    found = compared(
        officers=OFFICERS + "mai,Mai,chu-tich,,2026-11-22,,QĐ\nlan,Lan,chu-tich,,2026-11-22,,QĐ\n",
    )
    fit(OFFICE, found, today=TODAY)
    told = [(each.place.line, each.code) for each in found.problems.first if each.place]
    assert told == [(5, "head-taken"), (6, "head-taken")]


# Any organisation

Held = TypeVar("Held", Appointment, RoleGrant)
DAYS = st.integers(0, 9).map(lambda number: TODAY + timedelta(days=7 * (number - 6)))
TEXTS = st.sampled_from(["Tên", "Nguyễn Thị Ánh", "=1+1", "+84 903", "'=x", "a,b;c", 'nói "có"', "@x", "-"])
IDS = ["a", "b", "c", "d"]


def tenures(kind: st.SearchStrategy[tuple[str, ...]]) -> st.SearchStrategy[dict[tuple[str, ...], list[date]]]:
    """For each key some days in order: pairs of them are first and last days."""
    return st.dictionaries(kind, st.lists(DAYS, min_size=1, max_size=4, unique=True).map(sorted), max_size=6)


def dates(days: list[date]) -> list[tuple[date, date | None]]:
    return [(days[at], days[at + 1] if at + 1 < len(days) else None) for at in range(0, len(days), 2)]


@st.composite
def organisations(draw: st.DrawFn) -> Organisation:
    units = [Unit(id="top", name=draw(TEXTS), collective=draw(st.booleans()))]
    for id in draw(st.lists(st.sampled_from(IDS), unique=True)):
        parent = draw(st.sampled_from(units)).id
        contact = Contact(email=draw(st.sampled_from(["", "x@y.vn"])), phone=draw(st.sampled_from(["", "+84 9"])))
        units.append(Unit(id=id, name=draw(TEXTS), parent=parent, contact=contact))
    roles = st.frozensets(st.sampled_from(["administrator", "head", "van-thu"]), max_size=2)
    positions = [
        Position(id=f"p-{unit.id}-{rank}", title=draw(TEXTS), unit=unit.id, rank=rank, roles=draw(roles))
        for unit in units
        for rank in ("head", "deputy", "staff")
        if draw(st.booleans())
    ]
    people = [
        Person(id=id, name=draw(TEXTS), subject=draw(st.sampled_from([None, f"https://id#{id}"])))
        for id in draw(st.lists(st.sampled_from(IDS), unique=True))
    ]
    held = draw(_pairs([each.id for each in people], [each.id for each in positions]))
    granted = draw(_pairs([each.id for each in people], [each.id for each in units]))
    appointments = [
        Appointment(
            officer=who, position=what, since=since, until=until, document=draw(TEXTS), acting=draw(st.booleans())
        )
        for (who, what), days in held.items()
        for since, until in dates(days)
    ]
    grants = [
        RoleGrant(officer=who, role="head", unit=what, since=since, until=until, document=draw(TEXTS))
        for (who, what), days in granted.items()
        for since, until in dates(days)
    ]
    mandates = [
        Mandate(
            id=f"m-{number}", kind=draw(st.sampled_from(["KT", "TL", "TUQ"])), given_by=giver.id, given_to=taker.id,
            document=draw(TEXTS), since=draw(DAYS), until=draw(st.none() | DAYS), when_away=draw(st.booleans()),
            scope=Scope(kinds=draw(st.none() | st.just(frozenset({"cong-van", "to-trinh"}))),
                        condition=draw(st.none() | st.just('=amount  <= 5 and name = "a"'))),
        )
        for number, (giver, taker) in enumerate(pairwise(positions))
    ]  # fmt: skip
    return Organisation(
        units=tuple(units),
        people=tuple(people),
        positions=tuple(positions),
        appointments=tuple(_numbered(appointments)),
        grants=tuple(_numbered(grants)),
        mandates=tuple(mandates),
    )


def _pairs(one: list[str], other: list[str]) -> st.SearchStrategy[dict[tuple[str, ...], list[date]]]:
    if not one or not other:
        return st.just({})
    return tenures(st.tuples(st.sampled_from(one), st.sampled_from(other)))


def _numbered(items: list[Held]) -> list[Held]:
    return [replace(each, id=number) for number, each in enumerate(items, 1)]


@given(organisations(), st.sampled_from(["en", "vi"]), st.booleans())
@settings(max_examples=60, deadline=None)
def test_what_was_exported_changes_nothing(office: Organisation, language: Language, complete: bool) -> None:
    """Export, then import: no change, no problem, nothing to tell, in either language, complete or not."""
    wanted, problems = read_lists(export(office, today=TODAY, language=language))
    assert problems.first == []
    found = compare(office, wanted, today=TODAY, complete=complete, problems=problems)
    assert (found.steps, found.notes, problems.first) == ((), [], [])


@given(organisations(), organisations(), st.booleans())
@settings(max_examples=60, deadline=None)
def test_what_was_imported_is_so(office: Organisation, other: Organisation, complete: bool) -> None:
    """Whatever lists come: where they fit, all their steps apply, and the same lists again change nothing."""
    wanted, problems = read_lists(export(other, today=TODAY))
    found = compare(office, wanted, today=TODAY, complete=complete, problems=problems)
    steps = fit(office, found, today=TODAY)
    if problems.count:
        return
    assert len(steps) == len(found.steps)
    again = compare(applied(steps, office), wanted, today=TODAY, complete=complete)
    assert again.steps == ()
