"""Letters are PDF/A, the same bytes each time, and a template cannot hurt the server."""

import time
from datetime import UTC, datetime
from io import BytesIO

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from adapters.letters.errors import LetterError
from adapters.letters.render import render
from adapters.letters.typeset import typeset
from tests.adapters.letters.text import text_of

AT = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)
ALPHABET = "aàáảãạăằắẳẵặâầấẩẫậeèéẻẽẹêềếểễệiìíỉĩịoòóỏõọôồốổỗộơờớởỡợuùúủũụưừứửữựyỳýỷỹỵđ"


def make(source: str, data: dict[str, object] | None = None, **files: bytes) -> bytes:
    return render("a.typ", {"a.typ": source.encode(), **files}, data or {}, at=AT)


def refusal(source: str, data: dict[str, object] | None = None) -> LetterError:
    with pytest.raises(LetterError) as caught:
        make(source, data)
    return caught.value


def test_same_input_and_time_give_the_same_bytes() -> None:
    """A letter can be made again: two runs agree byte for byte, another time does not."""
    source = '#import "/hoso.typ": *\n#show: letter.with(title: "x")\nSố #field("number")'
    one, two = (render("a.typ", {"a.typ": source.encode()}, {}, at=AT, fields=("number",)) for _ in range(2))
    assert one == two
    assert one != render("a.typ", {"a.typ": source.encode()}, {}, at=AT.replace(hour=9), fields=("number",))


def test_a_letter_declares_pdfa_2b_and_embeds_its_fonts() -> None:
    """The archive's format: the metadata says PDF/A-2b, and each font carries its glyphs and their text."""
    reader = PdfFileReader(BytesIO(make("Hẹn")))
    metadata = reader.root["/Metadata"].data
    assert b"<pdfaid:part>2</pdfaid:part>" in metadata
    assert b"<pdfaid:conformance>B</pdfaid:conformance>" in metadata
    font = reader.root["/Pages"]["/Kids"][0]["/Resources"]["/Font"]["/f0"]
    assert "/ToUnicode" in font
    assert "/FontFile3" in font["/DescendantFonts"][0]["/FontDescriptor"]


@pytest.mark.parametrize("letters", [ALPHABET, ALPHABET.upper()], ids=["small", "capital"])
@pytest.mark.parametrize("style", ['style: "normal"', 'weight: "bold"', 'style: "italic"'])
def test_every_vietnamese_letter_can_be_copied_out(letters: str, style: str) -> None:
    """What is shown is what a search or a screen reader finds, in each style that the letters use."""
    assert text_of(make(f'#set page(width: 900pt)\n#set text(font: "Libertinus Serif", {style})\n{letters}')) == letters


@pytest.mark.parametrize(
    "typed",
    ["#panic()", "*đậm* _nghiêng_", "$x$ = 1", "`mã` <nhãn> @ref", '#read("/data.json")', "\\ // \" '' --- ..."],
)
def test_an_applicants_text_stays_text(typed: str) -> None:
    """Markup that an applicant types is shown as it is, never run."""
    made = make('#import "/hoso.typ": *\n#set page(width: 900pt)\n#paragraphs(value("name"))', {"name": typed})
    assert text_of(made) == typed


def test_a_template_that_loops_for_ever_is_killed() -> None:
    """An endless template costs the server its time limit and no more."""
    started = time.monotonic()
    source = b"#for i in range(100000) { for j in range(100000) { for k in range(100000) { } } }"
    with pytest.raises(LetterError, match=r"stopped after 1\.5 s") as caught:
        typeset("a.typ", {"a.typ": source}, {}, at=AT, wall_seconds=1.5)
    assert time.monotonic() - started < 5
    assert caught.value.code == "letter-limit"


def test_a_template_that_wants_all_memory_is_stopped() -> None:
    """A template cannot use up the machine's memory."""
    error = refusal("#((0,) * 500000000).len()")
    assert error.code == "letter-limit"


def test_a_package_is_refused_before_typst_runs() -> None:
    """Templates come from the bundle alone; the remedy says so."""
    error = refusal('#import "@preview/cetz:0.3.0": canvas')
    assert error.code == "letter-template"
    assert "into the bundle" in error.message


def test_a_package_name_that_is_put_together_finds_no_network() -> None:
    """Hiding the package's name from the scan gains nothing: there is no network behind it."""
    started = time.monotonic()
    assert refusal('#let name = "@pre" + "view/cetz:0.3.0"\n#import name: canvas').code == "letter-failed"
    assert time.monotonic() - started < 5


@pytest.mark.parametrize("path", ["/etc/passwd", "../../../../etc/passwd"])
def test_a_template_reads_only_its_own_folder(path: str) -> None:
    """Files of the server are out of a template's reach."""
    assert refusal(f'#read("{path}")').code == "letter-failed"


@pytest.mark.parametrize("name", ["../a.typ", "/a.typ", "data.json", "hoso.typ", "x/../../a"])
def test_a_bundle_cannot_write_beside_its_folder(name: str) -> None:
    """A file name that climbs out, or takes the place of ours, is refused."""
    with pytest.raises(LetterError) as caught:
        render("a.typ", {"a.typ": b"", name: b""}, {}, at=AT)
    assert caught.value.code == "letter-template"


def test_an_error_says_where_and_keeps_the_content_back() -> None:
    """The integrator learns the place in the template, and no log learns the citizen's name."""
    error = refusal('#import "/hoso.typ": *\n#int(value("name"))', {"name": "Nguyễn Thị Bí Mật"})
    assert error.code == "letter-failed"
    assert "a.typ:2" in error.message
    assert "Nguyễn" not in error.message
    assert "Mật" not in error.message


def test_a_missing_template_and_a_missing_field_name_the_remedy() -> None:
    """What is missing is named with what was found."""
    with pytest.raises(LetterError, match=r"b\.typ is not in the bundle") as caught:
        render("b.typ", {"a.typ": b""}, {}, at=AT)
    assert caught.value.code == "letter-template"
    with pytest.raises(LetterError, match="no place for the field number") as caught:
        render("a.typ", {"a.typ": b"Xin"}, {}, at=AT, fields=("number",))
    assert caught.value.code == "letter-field"
