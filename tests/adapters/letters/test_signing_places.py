"""Places for signatures in letters, and how signatures look in them (NĐ 30/2020)."""

from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from typing import Any

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from adapters.letters.fields import fill_fields, signing_places
from adapters.letters.looks import POINTS_PER_MM, appendix_look, copy_look, head_look, organ_look
from adapters.letters.render import render
from adapters.letters.typeset import Box
from tests.adapters.letters.png import drawn
from tests.adapters.letters.text import text_of

AT = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)
HEAD, ORGAN = "sign-approval-lanh-dao", "sign-organ-van-thu"
AGENCY = '(head: "Chủ tịch", body: "Ủy ban nhân dân")'
SOURCE = f"""#import "/hoso.typ": *
#show: letter.with(title: "Thử")
Số: #field("number", width: 26pt)/UBND
#signature({AGENCY}, name: "Hằng", sign: "{HEAD}", organ: "{ORGAN}")
"""
BOX = Box(page=1, x=0, y=0, width=130, height=74, kind="signature")


@cache
def draft() -> bytes:
    return make(SOURCE, ("number",))


def make(source: str, fields: tuple[str, ...] = ()) -> bytes:
    return render("a.typ", {"a.typ": source.encode()}, {}, at=AT, fields=fields)


def widgets(pdf: bytes) -> dict[str, Any]:
    entries = PdfFileReader(BytesIO(pdf)).root["/AcroForm"]["/Fields"]
    return {str(entry.get_object()["/T"]): entry.get_object() for entry in entries}


def page(pdf: bytes) -> tuple[float, float]:
    """Width and height of the only page."""
    kids = PdfFileReader(BytesIO(pdf)).root["/Pages"]["/Kids"]
    assert len(kids) == 1
    left, bottom, right, top = (float(corner) for corner in kids[0]["/MediaBox"])
    return right - left, top - bottom


def test_each_place_becomes_an_empty_signature_field() -> None:
    """Nobody need list them: the template's places are what a step can sign."""
    assert signing_places(draft()).keys() == {HEAD, ORGAN}
    fields = widgets(draft())
    assert fields.keys() == {HEAD, ORGAN, "number"}
    assert all("/V" not in field for field in fields.values())
    assert {name: field["/FT"] for name, field in fields.items() if name != "number"} == dict.fromkeys(
        (HEAD, ORGAN), "/Sig"
    )
    assert draft() == make(SOURCE, ("number",))


def test_the_seal_lies_over_the_left_third_of_the_heads_signature() -> None:
    """And both are in the middle of the same line."""
    fields = widgets(draft())
    left, bottom, right, top = (float(corner) for corner in fields[HEAD]["/Rect"])
    _, under, edge, over = (float(corner) for corner in fields[ORGAN]["/Rect"])
    assert edge == pytest.approx(left + (right - left) / 3, abs=0.01)
    assert (under + over) / 2 == pytest.approx((bottom + top) / 2, abs=0.01)
    assert edge - float(fields[ORGAN]["/Rect"][0]) == pytest.approx(42 * POINTS_PER_MM, abs=0.01)


def test_filling_the_number_leaves_the_places_empty() -> None:
    """The two kinds of fields do not disturb each other."""
    assert signing_places(fill_fields(draft(), {"number": "01"})).keys() == {HEAD, ORGAN}


@pytest.mark.parametrize("pdf", [b"", b"%PDF-1.7 no PDF", draft()[:2000]], ids=["empty", "text", "cut"])
def test_what_cannot_be_read_has_no_place(pdf: bytes) -> None:
    """An applicant's broken upload is no reason to stop: nobody signs inside it."""
    assert signing_places(pdf) == {}


def test_a_look_is_one_page_of_its_fields_size() -> None:
    """With an image or without, for a person or the agency; the same input gives the same bytes."""
    looks = [
        head_look(BOX, name="Trần Thị Thu Hằng", image=image, at=AT) for image in (None, drawn(60, 30), drawn(60, 30))
    ]
    looks += [
        organ_look(BOX, agency="UBND phường", image=image, diameter_mm=36, at=AT) for image in (None, drawn(9, 9))
    ]
    assert {page(look) for look in looks} == {(130.0, 74.0)}
    assert looks[1] == looks[2]
    assert looks[1] != looks[0]


def test_without_an_image_the_name_stands_in_its_place() -> None:
    """With the time of signing, in Vietnam's zone."""
    text = "".join(text_of(head_look(BOX, name="Trần Thị Thu Hằng", image=None, at=AT)).split())
    assert "TrầnThịThuHằng" in text
    assert "2026-11-21T15:30:00+07:00" in text
    assert "UBNDphường" in "".join(
        text_of(organ_look(BOX, agency="UBND phường", image=None, diameter_mm=36, at=AT)).split()
    )


def test_an_appendix_shows_number_symbol_and_time_and_a_copy_its_form() -> None:
    """As NĐ 30/2020 wants it: text alone, top right of the first page."""
    source = '#import "/hoso.typ": *\n#show: letter.with(title: "x")\n#{}\nPhụ lục'
    appendix = signing_places(make(source.format(f'appendix-place("{ORGAN}", "UBND")')))[ORGAN]
    copy = signing_places(make(source.format(f'copy-place("{ORGAN}", form: "sao-luc")')))[ORGAN]
    assert (appendix.look, copy.look) == ("appendix:UBND", "copy:sao-luc")
    assert appendix.x > 297  # the right half of an A4 page
    assert appendix.y > 780  # its bottom, counted from the page's bottom: the top margin
    shown = text_of(appendix_look(appendix, number="01", symbol="UBND", at=AT))
    assert "01/UBND" in shown
    assert "2026-11-21T15:30:00+07:00" in shown
    shown = text_of(copy_look(copy, form="sao-luc", agency="UBND phường Bến Thành", at=AT))
    assert [
        part for part in ("SAO LỤC", "UBND phường Bến Thành", "2026-11-21T15:30:00+07:00") if part not in shown
    ] == []
