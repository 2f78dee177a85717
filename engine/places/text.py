"""Read a postal address as words: without accents for finding, with them for telling apart what is found.

All of it takes time in proportion to the text, which is bounded.
"""

import unicodedata
from dataclasses import dataclass

LONGEST = 240  # characters
_TONES = "\u0300\u0301\u0303\u0309\u0323"
_BREAKS = ",;|()\n\t"  # nothing that is named runs over these


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A word of an address: folded, spelled, and the number of the part between commas in which it stands."""

    folded: str
    spelled: str
    part: int


def words(text: str) -> list[Word]:
    """The words of an address in order; dots, dashes and quotes only separate. `12/5` is one word."""
    found: list[Word] = []
    for number, part in enumerate(_parts(unicodedata.normalize("NFC", text).lower())):
        spaced = "".join(letter if letter.isalnum() or letter == "/" else " " for letter in part)
        found += [Word(folded=_number(fold(word)), spelled=spell(word), part=number) for word in spaced.split()]
    return [word for word in found if word.folded]


def fold(word: str) -> str:
    """The word without accents: a to z, digits and what is no letter of Vietnamese as it is."""
    apart = unicodedata.normalize("NFD", word.lower()).replace("đ", "d")
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def spell(word: str) -> str:
    """The word with its tone at its end: `hoà` and `hòa` are one word."""
    apart = unicodedata.normalize("NFD", word.lower())
    tone = "".join(letter for letter in apart if letter in _TONES)
    return unicodedata.normalize("NFC", "".join(letter for letter in apart if letter not in _TONES)) + tone


def glued(name: str) -> str:
    """A name as it is looked for: folded, without spaces; `Phường 05` is `phuong5`."""
    return "".join(word.folded for word in words(name))


def spelled(name: str) -> str:
    """A name as it is told apart from those that are written alike without accents."""
    return "".join(word.spelled for word in words(name))


def _parts(text: str) -> list[str]:
    for sign in _BREAKS:
        text = text.replace(sign, ",")
    return text.split(",")


def _number(word: str) -> str:
    """`p05` and `05` without their zero."""
    head = word.rstrip("0123456789")
    digits = word[len(head) :].lstrip("0")
    return head + digits if digits and digits.isascii() and len(head) <= 2 else word
