"""What is wrong with a list, with its place, so that whoever keeps the list finds it."""

from dataclasses import dataclass

TOLD = 100  # problems that are told; the others are counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A line of a list; the first is 1."""

    file: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why a list cannot be taken: where (None: because a row is missing), a stable code, found against expected."""

    place: Place | None
    column: str = ""
    code: str
    message: str


class Problems:
    """The problems found so far. All are counted; the first hundred are kept."""

    def __init__(self) -> None:
        self.first: list[Problem] = []
        self.count = 0

    def add(self, place: Place | None, code: str, message: str, column: str = "") -> None:
        """Note one more."""
        self.count += 1
        if self.count <= TOLD:
            self.first.append(Problem(place=place, column=column, code=code, message=message))
