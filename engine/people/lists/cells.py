"""What a cell means: an id, a day, yes or no, a rank, names. What it cannot mean is a problem with its place."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import TypeVar, cast, get_args

from engine.people.lists.columns import plain
from engine.people.lists.problems import Problems
from engine.people.lists.table import Row
from engine.people.organisation import MandateKind, Rank

T = TypeVar("T")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_LOCAL = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_YES = frozenset({"yes", "true", "x", "1", "có", "q", "q."})
_NO = frozenset({"", "no", "false", "0", "không"})
_RANKS: Mapping[str, Rank] = {
    "head": "head",
    "trưởng": "head",
    "người đứng đầu": "head",
    "deputy": "deputy",
    "phó": "deputy",
    "cấp phó": "deputy",
    "staff": "staff",
    "nhân viên": "staff",
    "chuyên viên": "staff",
    "": "staff",
}


class Cells:
    """The cells of one row, read one after the other; `sound` as long as none was bad."""

    def __init__(self, row: Row, problems: Problems) -> None:
        self.place = row.place
        self.sound = True
        self._cells = row.cells
        self._problems = problems

    def told(self, column: str) -> bool:
        """Whether the list has that column."""
        return column in self._cells

    def text(self, column: str) -> str:
        """A line of text with single spaces; empty where there is none."""
        return plain(self._cells.get(column, ""))

    def if_told(self, column: str) -> str | None:
        """The text; None where the list has no such column."""
        return self.text(column) if self.told(column) else None

    def needed(self, column: str) -> str:
        """A text that must be there."""
        found = self.text(column)
        if not found:
            self.bad(column, "cell-empty", "expected a value")
        return found

    def day(self, column: str) -> date | None:
        """A day, as 2026-11-21 or 21/11/2026; None where the cell is empty."""
        found = self.text(column)
        return self._read(column, found, _day, "a day such as 2026-11-21 or 21/11/2026") if found else None

    def flag(self, column: str) -> bool:
        """Yes or no; no where the cell is empty."""
        return bool(self._read(column, self.text(column), _flag, "yes (có, x) or no (không, empty)"))

    def rank(self, column: str) -> Rank:
        """A rank; staff where the cell is empty."""
        ranks = "head (trưởng), deputy (phó) or staff (nhân viên)"
        return self._read(column, self.text(column), _rank, ranks) or "staff"

    def mandate(self, column: str) -> MandateKind:
        """KT, TL or TUQ."""
        return self._read(column, self.text(column), _mandate, "KT, TL or TUQ") or "KT"

    def names(self, column: str) -> frozenset[str]:
        """Names with commas, semicolons or bars between them."""
        return frozenset(name for each in re.split(r"[,;|]", self._cells.get(column, "")) if (name := plain(each)))

    def formula(self, column: str) -> str | None:
        """One line, its spaces as they are; None where the cell is empty."""
        found = self._cells.get(column, "")
        if "\n" in found or "\r" in found or "\t" in found:
            self.bad(column, "cell-lines", "expected one line")
        return found or None

    def bad(self, column: str, code: str, message: str) -> None:
        """Note a problem of a cell."""
        self.sound = False
        self._problems.add(self.place, code, message, column)

    def _read(self, column: str, text: str, read: Callable[[str], T], expected: str) -> T | None:
        try:
            return read(text)
        except (ValueError, KeyError):
            self.bad(column, "cell-value", f"expected {expected}, found {text[:80]!r}")
            return None


def _day(text: str) -> date:
    if found := _ISO.fullmatch(text):
        year, month, day = map(int, found.groups())
    elif found := _LOCAL.fullmatch(text):
        day, month, year = map(int, found.groups())
    else:
        raise ValueError
    if not 1900 <= year < 2200:
        raise ValueError
    return date(year, month, day)


def _flag(text: str) -> bool:
    word = text.casefold()
    if word not in _YES | _NO:
        raise ValueError
    return word in _YES


def _rank(text: str) -> Rank:
    return _RANKS[text.casefold()]


def _mandate(text: str) -> MandateKind:
    word = text.upper().removesuffix(".")
    if word not in get_args(MandateKind):
        raise ValueError
    return cast(MandateKind, word)
