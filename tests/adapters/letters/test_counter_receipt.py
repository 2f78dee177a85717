"""The receipt at the counter: one page that says what was given to whom, and leaves open what is not known yet."""

from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.letters.counter_receipt import counter_receipt
from adapters.letters.errors import LetterError
from tests.adapters.letters.text import text_of

AT = datetime(2026, 11, 25, 2, 35, tzinfo=UTC)
PAPER = {"title": "Trích lục khai tử", "copies": 2, "original": True}
OPEN: dict[str, Any] = {
    "code": "H29.5-261121-0001-F3762734",
    "dossier": "H29.5-261121-0001",
    "title": "Đăng ký khai tử #panic() *đậm*",
    "applicant": "Nguyễn Thị Kim Ngân",
    "agency": "UBND phường Bến Thành",
    "address": "92 Nguyễn Trãi",
    "papers": [PAPER],
    "given": False,
}
GIVEN = {
    **OPEN,
    "given": True,
    "to": "authorised",
    "name": "Trần Văn Bình",
    "identity": {"kind": "cccd", "last": "8901"},
}


def words_of(pdf: bytes) -> str:
    assert b"/Type/Pages/Count 1/" in pdf
    return " ".join(text_of(pdf).split())


def test_what_was_given_to_whom() -> None:
    """Names, four digits, papers and the time in Vietnam; what was typed stays text; the same bytes again."""
    pdf = counter_receipt(GIVEN, at=AT)
    found = words_of(pdf)
    for words in ("Trần Văn Bình", "8901", "Trích lục khai tử", "09 giờ 35 phút, ngày 25 tháng 11", "#panic() *đậm*"):
        assert words in found
    assert counter_receipt(GIVEN, at=AT) == pdf
    assert "Trần" not in words_of(counter_receipt(OPEN, at=AT))


def test_what_does_not_fit_is_refused() -> None:
    """More papers than the page has room for, a text without end."""
    for told in ({**OPEN, "papers": [PAPER] * 13}, {**OPEN, "title": "x" * 501}):
        with pytest.raises(LetterError):
            counter_receipt(told, at=AT)
    assert words_of(counter_receipt({**GIVEN, "papers": [PAPER] * 12, "title": "chữ " * 50}, at=AT))
