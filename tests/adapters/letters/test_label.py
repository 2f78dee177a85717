"""The parcel's label can be read by a scanner and by a postman."""

from datetime import UTC, datetime
from typing import Any

import pytest
import zxingcpp

from adapters.letters.errors import LetterError
from adapters.letters.label import address_label, draw_label
from tests.adapters.letters.png import grey_pixels
from tests.adapters.letters.text import text_of

AT = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)
ADDRESS = "12/5 đường Lê Thị Riêng, phường Bến Thành, Thành phố Hồ Chí Minh"
DISPATCH: dict[str, Any] = {
    "code": "HS2611210007VN",
    "sender": {"name": "UBND phường Bến Thành", "address": "92 Nguyễn Trãi, phường Bến Thành"},
    "recipient": {"recipient": "Bà Nguyễn Thị Ánh Tuyết", "address": ADDRESS, "phone": "0903 123 456"},
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
    shown = [DISPATCH["code"], DISPATCH["dossier"], *DISPATCH["sender"].values(), *DISPATCH["recipient"].values()]
    for part in shown:
        assert part.replace(" ", "") in text.replace(" ", "")
    assert "15:30 ngày 21/11/2026" in text


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"recipient": {"recipient": "Bà Tuyết"}}, "needs the recipient's address"),
        ({"recipient": {"address": ADDRESS}}, "needs the recipient's name"),
        ({"sender": None}, "needs the sender's name"),
        ({"code": "Hồ sơ 1"}, "not printable ASCII"),
        ({"code": "X" * 65}, "65 characters, room is for 64"),
    ],
)
def test_a_label_that_could_not_be_delivered_is_refused(change: dict[str, object], said: str) -> None:
    """No parcel leaves with a label that lacks its address or its code."""
    with pytest.raises(LetterError, match=said) as caught:
        address_label({**DISPATCH, **change}, at=AT)
    assert caught.value.code == "letter-field"
