"""By which words people find things."""

import pytest

from engine.words import LONGEST, MOST, words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Nguyễn Thị Đào", ["nguyen", "thi", "dao"]),
        ("Nguye\u0302\u0303n", ["nguyen"]),
        ("đường Đ", ["duong", "d"]),
        ("H29.5-261121-0017", ["h29", "5", "261121", "0017"]),
        ("a A á", ["a"]),
        ("  ", []),
        ("x" * 99, ["x" * LONGEST]),
    ],
)
def test_words_have_no_accents_and_no_capitals(text: str, found: list[str]) -> None:
    """Composed or decomposed, each once, of letters and digits alone."""
    assert words(text) == found


def test_no_text_has_too_many() -> None:
    """What comes after is not found by."""
    assert len(words(" ".join(map(str, range(999))))) == MOST
