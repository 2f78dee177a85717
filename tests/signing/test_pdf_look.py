"""How large an appearance may be: it is drawn over the page, and must not become another page."""

import pytest

from adapters.letters.fields import add_fields, fill_fields
from adapters.letters.typeset import Box
from signing.errors import Invalid
from signing.pdf.byte_range import covered
from signing.pdf.check import check_prepared
from signing.pdf.look import LARGEST
from signing.pdf.prepare import prepare
from signing.pdf.signed_additions import only_signed_additions
from tests.pki import NOW
from tests.signing.pdfs import HEAD, PERMITS, Place, look, plain

LARGE = "#set page(width: {width}pt, height: {height}pt, margin: 0pt, fill: white)\nSo tien khac"


def prepared(width: float, height: float) -> tuple[bytes, bytes]:
    shown = plain(HEAD, Place(x=20, y=20, width=width, height=height))
    drawn = look(LARGE.format(width=width, height=height))
    return shown, prepare(shown, field=HEAD, permits=PERMITS, look=drawn, at=NOW)


@pytest.mark.parametrize(("more", "less"), [((1, 0), (0, 0)), ((0, 1), (0, 0))])
def test_an_appearance_as_large_as_the_page_is_refused(more: tuple[int, int], less: tuple[int, int]) -> None:
    """A field over the whole text is empty when it is shown; what is drawn in it later would be the text."""
    width, height = LARGEST["/Sig"]
    shown, good = prepared(width + less[0], height + less[1])
    check_prepared(shown, good, field=HEAD, permits=PERMITS)
    assert len(covered(good, HEAD)) == 32
    with pytest.raises(Invalid) as found:
        prepared(width + more[0], height + more[1])
    assert found.value.code == "pdf-look"


@pytest.mark.parametrize(("height", "refused"), [(30, False), (200, True)])
def test_a_number_is_one_line(height: float, refused: bool) -> None:
    """A field for the number that lies over a paragraph would let the paragraph be written anew after it was signed."""
    shown = add_fields(letter_without_fields(), {"number": Box(page=1, x=20, y=20, width=200, height=height)})
    filled = fill_fields(shown, {"number": "12"})
    if not refused:
        only_signed_additions(shown, filled, PERMITS)
        return
    with pytest.raises(Invalid) as found:
        only_signed_additions(shown, filled, PERMITS)
    assert found.value.code == "pdf-look"


def letter_without_fields() -> bytes:
    return look("#set page(width: 400pt, height: 500pt)\nVan ban")
