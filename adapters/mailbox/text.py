"""Text of strangers, made fit to be kept and shown."""

import unicodedata

_KEPT = frozenset("\n\t")


def plain(text: str, most: int) -> str:
    """Without control characters, marks that turn the direction of writing, and what no database takes; shortened."""
    whole = text[: 4 * most].encode("utf-8", "replace").decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    shown = (each for each in whole if each in _KEPT or unicodedata.category(each) not in ("Cc", "Cf", "Cs", "Co"))
    return unicodedata.normalize("NFC", "".join(shown))[:most]


def line(text: str, most: int) -> str:
    """The same in one line."""
    return " ".join(plain(text, most).split())
