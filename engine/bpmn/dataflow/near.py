"""Names that look like another one: what somebody probably meant."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches

_SHORTEST = 5
_MOST = 2_000  # names that are compared
_LONGEST = 100


def nearest(name: str, names: Iterable[str]) -> str | None:
    """The name that is most like this one, if any is."""
    known = sorted(each for each in names if len(each) <= _LONGEST)[:_MOST]
    same = next((each for each in known if _plain(each) == _plain(name)), None)
    return same or next(iter(get_close_matches(name[:_LONGEST], known, n=1, cutoff=0.75)), None)


def misspelt(name: str, names: Iterable[str]) -> str | None:
    """The name that this one surely was meant to be: the same but for case, marks or `_`, or one slip of a key.

    A slip is one letter wrong, missing, too many, or two exchanged; `address2` or `names` are names of their own.
    """
    for each in sorted(each for each in names if len(each) <= _LONGEST)[:_MOST]:
        if each != name and (_plain(each) == _plain(name) or _slipped(name, each)):
            return each
    return None


def _plain(name: str) -> str:
    decomposed = unicodedata.normalize("NFD", name.replace("đ", "d").replace("Đ", "D"))
    return "".join(char for char in decomposed if not unicodedata.combining(char) and char != "_").casefold()


def _slipped(name: str, other: str) -> bool:
    if min(len(name), len(other)) < _SHORTEST or abs(len(name) - len(other)) > 1:
        return False
    start = next((n for n, (a, b) in enumerate(zip(name, other, strict=False)) if a != b), min(len(name), len(other)))
    left, right = name[start:], other[start:]
    if left[:1].isdigit() or right[:1].isdigit() or {left, right} & {"", "s"} == {"", "s"}:
        return False
    swapped = left[:2] == right[1::-1] and left[2:] == right[2:] and len(left) > 1
    return swapped or left[1:] == right[1:] or left[1:] == right or left == right[1:]
