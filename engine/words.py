"""The words by which people find things: lower case, without accents, letters and digits alone."""

import unicodedata

LONGEST = 60  # characters of a word that count
MOST = 80  # words of one thing


def words(*texts: str) -> list[str]:
    """The words of the texts in their order, each once: `Nguyễn Thị Đào` gives nguyen, thi, dao."""
    found: dict[str, None] = {}
    for text in texts:
        for word in _plain(text).split():
            found.setdefault(word[:LONGEST])
            if len(found) == MOST:
                return list(found)
    return list(found)


def _plain(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.replace("đ", "d").replace("Đ", "d")).casefold()
    kept = (char for char in apart if not unicodedata.combining(char))
    return "".join(char if char.isalnum() else " " for char in kept)
