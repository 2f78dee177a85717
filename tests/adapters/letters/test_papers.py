"""The papers of the post can be read by scanners and people; the record that is kept for good names codes alone."""

from datetime import UTC, datetime
from typing import Any

import pytest
import zxingcpp

from adapters.letters.label import draw_label
from adapters.letters.papers import COUNTERSIGNED_FIELD, handover_record, manifest, slip
from signing.pdf.fields import open_signature_fields
from signing.pdf.reading import read_pdf
from tests.adapters.letters.png import grey_pixels
from tests.adapters.letters.text import text_of, texts_of

AT = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)
CODE, ITEM = "H29.5-261121-0001-F3762734", "RR123456785VN"
TO = {"recipient": "Bà Nguyễn Thị Ánh Tuyết", "address": "12/5 đường Lê Thị Riêng", "phone": "0903 123 456"}
PARCEL: dict[str, Any] = {
    "code": CODE,
    "item": ITEM,
    "dossier": "H29.5-261121-0001",
    "procedure": "Đăng ký khai tử (1.000656)",
    "carrier": "vnpost",
    "payer": "recipient",
    "recipient": TO,
    "sender": {"name": "UBND phường Bến Thành", "address": "92 Nguyễn Trãi", "email": "vanthu@benthanh.example"},
    "consent": {"who": "Ánh Tuyết", "when": "2026-11-19T17:30:00Z", "channel": "telephone"},
    "document": "trich-luc.pdf",
    "originals": ["Giấy báo tử số 12/2026"],
}


def read(png: bytes) -> set[tuple[zxingcpp.BarcodeFormat, str]]:
    return {(mark.format, mark.text) for mark in zxingcpp.read_barcodes(grey_pixels(png))}


@pytest.mark.parametrize("item", [ITEM, None, "VTP/2026-11-21.0000000000000000000000001"])
@pytest.mark.parametrize("paper", [slip, draw_label])
def test_code_128_is_the_carrier_s_and_qr_is_ours(paper: Any, item: str | None) -> None:
    """On slip and label: Code 128 of the item code where it is known, else of the dispatch; QR always of that."""
    found = read(paper({**PARCEL, "item": item}, at=AT, form="png"))
    assert found == {(zxingcpp.BarcodeFormat.Code128, item or CODE), (zxingcpp.BarcodeFormat.QRCode, CODE)}


def test_what_the_slip_tells() -> None:
    """Parties, contacts, procedure, each paper and whether it exists once, payer, consent; the same bytes again."""
    made = slip(PARCEL, at=AT)
    assert made == slip(PARCEL, at=AT)
    text = text_of(made).replace(" ", "").replace("\n", "")
    told = (*TO.values(), *PARCEL["sender"].values(), PARCEL["procedure"], PARCEL["dossier"], "Người nhận trả", CODE)
    papers = ("trich-luc.pdf", "Bản in từ bản điện tử", "Giấy báo tử số 12/2026", "Bản chính")
    for part in (*told, *papers, "Ánh Tuyết, ngày 20/11/2026, qua điện thoại", "chưa được đơn vị bưu chính xác nhận"):
        assert part.replace(" ", "") in text


def test_the_manifest_has_its_head_on_each_page_and_totals() -> None:
    """Of 60 parcels: each page has the head and its number; how many parcels and originals each carrier takes."""
    carriers = ("vnpost", "viettelpost")
    rows = [{**PARCEL, "code": f"{CODE}{number}", "carrier": carriers[number % 2]} for number in range(60)]
    rows[0] = {**rows[0], "state": "returned"}
    pages = texts_of(manifest("UBND phường Bến Thành", "21/11/2026", "", rows, at=AT))
    assert len(pages) > 1
    for number, text in enumerate(pages, 1):
        assert "Mã bưu gửi" in text
        assert f"Trang {number}/{len(pages)}" in text
    assert "viettelpost3030vnpost3030" in pages[-1]
    assert "Đãchuyểnhoàn" in "".join(pages[0].split())


def test_the_record_names_codes_and_has_one_place_to_sign() -> None:
    """Nothing of a recipient stands in it; the carrier's field is empty."""
    record = {
        "code": "BG-261121-K7Q2MX",
        "agency": "UBND phường Bến Thành",
        "identifier": "H29.5",
        "carrier": "vnpost",
        "digest": "ab" * 32,
        "parcels": [{"dispatch": CODE, "item": ITEM}],
    }
    made = handover_record(record, at=AT)
    assert made == handover_record(record, at=AT)
    text = text_of(made)
    for part in (CODE, ITEM, "BG-261121-K7Q2MX", "ab" * 32):
        assert part in text
    assert list(open_signature_fields(read_pdf(made).root)) == [COUNTERSIGNED_FIELD]
