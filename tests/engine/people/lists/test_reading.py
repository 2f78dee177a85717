"""Reading lists: what spreadsheets save is read as it is meant; what is wrong is told with its place."""

import csv
import io
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.people.lists.problems import Problems
from engine.people.lists.reading import MAX_CHARACTERS, MAX_ROWS, read_lists
from engine.people.lists.table import read_table, write_table
from engine.people.lists.wanted import Wanted, WantedAppointment

HEADER = "id,name,position,since\n"


def read(**files: str) -> Wanted:
    """What sound lists want."""
    wanted, problems = read_lists({f"{name.replace('_', '-')}.csv": text for name, text in files.items()})
    assert problems.first == []
    return wanted


def problems_of(**files: str) -> list[tuple[str, int, str, str]]:
    """What is wrong with the lists: file, line, column, code."""
    _, problems = read_lists({f"{name.replace('_', '-')}.csv": text for name, text in files.items()})
    return [(each.place.file, each.place.line, each.column, each.code) for each in problems.first if each.place]


def appointment(text: str) -> WantedAppointment:
    [found] = read(officers=text).appointments
    return found


@pytest.mark.parametrize(
    "text",
    [
        "id,name,position,since,until\nlan,Nguyễn Thị Lan,ho-tich,2026-01-05,2026-12-31\n",
        "\ufeffid;name;position;since;until\r\nlan;Nguyễn Thị Lan;ho-tich;05/01/2026;31/12/2026\r\n",
        "sep=;\r\nid;name;position;since;until\r\nlan;Nguyễn Thị Lan;ho-tich;5/1/2026;31/12/2026\r\n",
        "id\tname\tposition\tsince\tuntil\nlan\tNguyễn Thị Lan\tho-tich\t5-1-2026\t31.12.2026\n",
        '"STT","Mã","Họ và tên","Vị trí","Từ ngày","Đến ngày"\n'
        '1,lan,"Nguyễn  Thị\nLan",ho-tich,2026-1-5,2026-12-31\n,,,,,\n',
        "MÃ,HỌ VÀ TÊN,VỊ TRÍ,TỪ NGÀY,ĐẾN NGÀY,GHI CHÚ\n lan , Nguyễn Thị Lan,ho-tich,2026-01-05,2026-12-31,mới\n",
        # NFD, as a Mac saves it
        "id,name,position,since,until\nlan,Nguye\u0302\u0303n Thi\u0323 Lan,ho-tich,2026-01-05,2026-12-31\n",
    ],
)
def test_spreadsheets_save_in_many_ways(text: str) -> None:
    """Comma, semicolon, tab, byte order mark, `sep=`, titles in either language, days in either form."""
    [person] = read(officers=text).people
    found = appointment(text)
    assert (person.id, person.name) == ("lan", "Nguyễn Thị Lan")
    assert (found.since, found.until) == (date(2026, 1, 5), date(2026, 12, 31))


def test_every_problem_is_told_with_its_place() -> None:
    """Not only the first one; lines count as an editor counts them, also behind a cell of two lines."""
    text = (
        "id,name,position,since,until,rank,acting\n"
        'lan,"Nguyễn\nThị Lan",ho-tich,31/02/2026,,,\n'
        ",Mai,ho-tich,45978,,chief,maybe\n"
        "duc,Đức,chu-tich,2026-05-01,2026-04-30,,\n"
        "duc,Đức,chu-tich,2026-01-01,,,\n"
        "duc,Đúc,,,,,\n"
        "nam,Nam,,2026-01-01,,,\n"
        "nam,Nam,x,2026-01-01,,,,too,many\n"
        "an,An,x,,,,\n"
        "an,\u202eAn,x,2026-01-01,,,\n"
    )
    assert sorted(problems_of(officers=text)) == [
        ("officers.csv", 2, "since", "cell-value"),
        ("officers.csv", 4, "acting", "cell-value"),
        ("officers.csv", 4, "id", "cell-empty"),
        ("officers.csv", 4, "rank", "cell-value"),
        ("officers.csv", 4, "since", "cell-value"),
        ("officers.csv", 5, "since", "dates-overlap"),
        ("officers.csv", 5, "until", "dates-order"),
        ("officers.csv", 7, "name", "rows-differ"),
        ("officers.csv", 8, "position", "cell-empty"),
        ("officers.csv", 9, "", "cells-too-many"),
        ("officers.csv", 10, "since", "cell-empty"),
        ("officers.csv", 11, "name", "cell-control"),
        ("officers.csv", 11, "name", "cell-empty"),
    ]


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({"officers": ""}, "list-empty"),
        ({"officers": "id,position\n"}, "column-missing"),
        ({"officers": "id,name,salary\n"}, "column-unknown"),
        ({"officers": "id,name,mã\n"}, "column-twice"),
        ({"officers": HEADER + 'lan,"Lan,x,2026-01-01\n'}, "list-malformed"),
        ({"salaries": "id,name\n"}, "list-unknown"),
        ({"officers": HEADER, "can_bo": HEADER}, "list-twice"),
        ({"units": "id,name\na,A\na,B\n"}, "unit-twice"),
        ({"officers": "id,name,position,title,since\na,A,x,T,2026-01-01\nb,B,x,U,2026-01-01\n"}, "rows-differ"),
        ({"positions": "id,title,unit,roles\nx,T,u,\n", "officers":
          "id,name,position,roles,since\na,A,x,r,2026-01-01\n"}, "rows-differ"),
        ({"officers": HEADER + f"lan,{'x' * 501},ho-tich,2026-01-01\n"}, "cell-too-long"),
        ({"officers": "id,name\n" + "a,b\n" * (MAX_ROWS + 1)}, "lists-too-long"),
        ({"officers": "x" * (MAX_CHARACTERS + 1)}, "lists-too-long"),
        ({"mandates": "id,kind,given_by,given_to,since,document\nm,HH,a,b,2026-01-01,QĐ\n"}, "cell-value"),
    ],
)  # fmt: skip
def test_bad_lists_are_refused(files: dict[str, str], code: str) -> None:
    """Each defect has its code."""
    assert code in {found for *_, found in problems_of(**files)}


def test_a_flood_of_problems_is_counted_and_cut() -> None:
    """The first hundred are told, all are counted."""
    _, problems = read_lists({"officers.csv": "id,name\n" + ",\n" * 3 + ",x\n" * 500})
    assert (len(problems.first), problems.count) == (100, 500)


def test_a_position_may_stand_beside_its_holder() -> None:
    """A small agency keeps one list: title, unit and roles make the position, named by the officer if it has no id."""
    wanted = read(
        officers="id,name,title,unit,rank,roles,since\n"
        'lan,Lan,Chuyên viên,van-phong,,"chuyen-vien; van-thu",2026-01-01\n'
    )
    [position], [held] = wanted.positions, wanted.appointments
    assert (position.id, position.title, position.unit, position.rank) == ("lan", "Chuyên viên", "van-phong", None)
    assert position.roles == {"chuyen-vien", "van-thu"}
    assert held.position == "lan"


def test_mandates_are_read() -> None:
    """Empty bounds are none; the condition stays as it was typed, without the apostrophe that a spreadsheet needs."""
    [found] = read(
        uy_quyen="mã;hình thức;bên giao;bên nhận;từ ngày;văn bản;thủ tục;điều kiện;khi vắng\n"
        'm1;KT.;chu-tich;pho;1/1/2026;QĐ 1;"1.001193, 2.000908";\'=amount  <= 50000000;x\n'
    ).mandates
    assert (found.kind, found.kinds, found.when_away) == ("KT", None, True)
    assert found.procedures == {"1.001193", "2.000908"}
    assert found.condition == "=amount  <= 50000000"


CELLS = st.text(st.sampled_from("=+-@'\",;\t\nab ệ"), max_size=8).map(lambda text: text.strip(" \n\r\t"))


@given(CELLS, CELLS)
def test_no_cell_is_a_formula_and_each_comes_back(id: str, name: str) -> None:
    """What a spreadsheet would compute is written as text (CSV injection), and read again as it was."""
    text = write_table(["id", "name"], [["first", "row"], [id, name]])
    row = list(csv.reader(io.StringIO(text)))[2]
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)
    problems = Problems()
    rows = read_table("units", "units.csv", text, problems)
    assert problems.first == []
    assert [dict(each.cells) for each in rows[1:]] == ([{"id": id, "name": name}] if id or name else [])


@given(st.text(max_size=300))
def test_no_text_breaks_the_reader(text: str) -> None:
    """Whatever a file holds, it is read or its problems are told."""
    read_lists({"officers.csv": text, "units.csv": "id,name\n" + text})
