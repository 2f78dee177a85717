"""The parcel's label can be read by a scanner and by a postman."""

from datetime import UTC, datetime

import pytest
import zxingcpp

from adapters.letters.errors import LetterError
from adapters.letters.label import address_label, draw_label
from tests.adapters.letters.png import grey_pixels
from tests.adapters.letters.text import text_of

AT = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)
DISPATCH = {
    "code": "HS2611210007VN",
    "sender": "UBND phường Bến Thành",
    "recipient": "Bà Nguyễn Thị Ánh Tuyết",
    "address": "12/5 đường Lê Thị Riêng, phường Bến Thành, Thành phố Hồ Chí Minh",
    "phone": "0903 123 456",
    "dossier": "H29.5-261121-0001",
}


@pytest.mark.parametrize("code", ["HS2611210007VN", "LL473124829VN", "H29.5-261121-0001.DISPATCH-12345"])
def test_scanners_read_the_code_from_both_marks(code: str) -> None:
    """Code 128 and QR of the drawn label give the code back, the longest code too."""
    pixels = grey_pixels(draw_label({**DISPATCH, "code": code}, at=AT, form="png"))
    found = {(mark.format, mark.text) for mark in zxingcpp.read_barcodes(pixels)}
    assert found == {(zxingcpp.BarcodeFormat.Code128, code), (zxingcpp.BarcodeFormat.QRCode, code)}


def test_people_read_the_label() -> None:
    """Sender, recipient, address, phone and code stand on it as text; the same dispatch gives the same bytes."""
    label = address_label(DISPATCH, at=AT)
    assert label == address_label(DISPATCH, at=AT)
    text = text_of(label)
    for part in DISPATCH.values():
        assert part.replace(" ", "") in text.replace(" ", "")
    assert "15:30 ngày 21/11/2026" in text


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"address": ""}, "needs address"),
        ({"recipient": None}, "needs recipient"),
        ({"code": "Hồ sơ 1"}, "not printable ASCII"),
        ({"code": "X" * 33}, "33 characters, room is for 32"),
    ],
)
def test_a_label_that_could_not_be_delivered_is_refused(change: dict[str, object], said: str) -> None:
    """No parcel leaves with a label that lacks its address or its code."""
    with pytest.raises(LetterError, match=said) as caught:
        address_label({**DISPATCH, **change}, at=AT)
    assert caught.value.code == "letter-field"
