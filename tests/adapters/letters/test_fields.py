"""Number and date are filled after the signature, and nothing but them changes."""

from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import DEFAULT_DIFF_POLICY, ModificationLevel
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.signers import PdfSignatureMetadata, SimpleSigner, sign_pdf
from pyhanko.sign.validation import SignatureCoverageLevel

from adapters.letters.errors import LetterError
from adapters.letters.fields import fill_fields, letter_date
from adapters.letters.render import render
from tests.adapters.letters.text import field_text, text_of
from tests.pki import PIN, file_of, known

AT = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)
DATE = "ngày 21 tháng 11 năm 2026"
SOURCE = """#import "/hoso.typ": *
#show: letter.with(title: "Thử")
Số: #field("number", width: 26pt)/UBND, #field("date", width: 160pt, style: "italic", align: "left")
"""


@cache
def draft() -> bytes:
    return render("a.typ", {"a.typ": SOURCE.encode()}, {}, at=AT, fields=("number", "date"))


@cache
def filled() -> bytes:
    return fill_fields(draft(), {"number": "01", "date": DATE})


def form(pdf: bytes) -> dict[str, Any]:
    entries = PdfFileReader(BytesIO(pdf)).root["/AcroForm"]["/Fields"]
    return {entry.get_object()["/T"]: entry.get_object() for entry in entries}


def test_the_draft_is_a_prefix_of_the_filled_letter() -> None:
    """Whatever was signed over the draft is still there, byte for byte."""
    assert filled().startswith(draft())
    assert filled() == fill_fields(draft(), {"number": "01", "date": DATE})
    assert filled() != fill_fields(draft(), {"number": "02", "date": DATE})


def test_nothing_but_the_fields_changes() -> None:
    """pyHanko's difference analysis, which knows nothing of us, finds form filling and no more."""
    assert len(filled()) > len(draft())
    reader = PdfFileReader(BytesIO(filled()))
    last = reader.xrefs.total_revisions - 1
    found = DEFAULT_DIFF_POLICY.review_file(reader, last - 1)
    assert found.modification_level == ModificationLevel.FORM_FILLING
    assert found.changed_form_fields == {"number", "date"}


def test_a_signature_that_certifies_the_draft_permits_the_filling(tmp_path: Path) -> None:
    """The leader signs the draft and allows form filling; number and date come later and the signature stands."""
    key = tmp_path / "leader.p12"
    key.write_bytes(file_of(known("leader")))
    wanted = PdfSignatureMetadata(field_name="leader", certify=True, docmdp_permissions=MDPPerm.FILL_FORMS)
    signer = SimpleSigner.load_pkcs12(str(key), passphrase=PIN.encode())
    assert signer is not None
    signed = sign_pdf(IncrementalPdfFileWriter(BytesIO(draft())), wanted, signer).getvalue()
    reader = PdfFileReader(BytesIO(fill_fields(signed, {"number": "01", "date": DATE})))
    (signature,) = reader.embedded_signatures
    signature.compute_integrity_info()
    assert signature.coverage == SignatureCoverageLevel.ENTIRE_REVISION
    assert signature.diff_result.modification_level == ModificationLevel.FORM_FILLING


def test_a_letter_keeps_its_place_for_number_and_date_empty() -> None:
    """The draft shows neither number nor date; the filled letter has both as value and as seen text."""
    assert all("/V" not in field for field in form(draft()).values())
    assert "01" not in text_of(draft())
    fields = form(filled())
    assert {name: field["/V"] for name, field in fields.items()} == {"number": "01", "date": DATE}
    assert {name: field_text(field) for name, field in fields.items()} == {"number": "01", "date": DATE}


def test_the_fields_lie_where_the_template_put_them() -> None:
    """A field stands on the page where its place in the text is, in the size that the template asks for."""
    left, bottom, right, top = (float(v) for v in form(draft())["number"]["/Rect"])
    assert right - left == pytest.approx(26, abs=0.01)
    assert top - bottom == pytest.approx(1.4 * 13, abs=0.01)
    assert 85 < left < 150  # after the 30 mm margin and "Số: "
    assert 740 < bottom < 800  # the first line of an A4 page


def test_fields_can_be_filled_one_after_the_other() -> None:
    """Two updates are as good as one."""
    first = fill_fields(draft(), {"number": "07"})
    second = fill_fields(first, {"date": DATE})
    assert second.startswith(first)
    assert {name: field["/V"] for name, field in form(second).items()} == {"number": "07", "date": DATE}


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"place": "x"}, "no field place .found: date, number."),
        ({"number": "9" * 40}, "too long"),
    ],
)
def test_a_value_that_does_not_fit_is_refused(values: dict[str, str], said: str) -> None:
    """A field that is not there, or a text that would be cut off, is an error with its remedy."""
    with pytest.raises(LetterError, match=said) as caught:
        fill_fields(draft(), values)
    assert caught.value.code == "letter-field"


def test_a_number_is_given_once() -> None:
    """A filled number cannot be replaced by another."""
    with pytest.raises(LetterError, match="number is filled already"):
        fill_fields(filled(), {"number": "02"})


def test_no_pdf_is_refused() -> None:
    """Bytes that are no PDF give one clear error."""
    with pytest.raises(LetterError, match="no readable PDF"):
        fill_fields(b"hello", {"number": "1"})


@pytest.mark.parametrize(
    ("day", "text"),
    [
        ("2026-01-02", "ngày 02 tháng 01 năm 2026"),
        ("2026-03-31", "ngày 31 tháng 3 năm 2026"),
        ("2026-11-21", "ngày 21 tháng 11 năm 2026"),
    ],
)
def test_dates_are_written_as_the_decree_asks(day: str, text: str) -> None:
    """Days below 10 and the months 1 and 2 take a zero in front, other months do not."""
    assert letter_date(datetime.fromisoformat(day).replace(tzinfo=UTC)) == text
