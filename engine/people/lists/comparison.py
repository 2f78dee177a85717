"""What comparing lists with the organisation gives: changes in an order that applies, and what is only told."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from engine.people.changes import Change
from engine.people.lists.problems import Place, Problems

Sign = Literal["+", "~", "-"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A change, because of which row (None: of a row that is missing), of what, and what stood there before."""

    change: Change
    place: Place | None
    sign: Sign
    subject: str
    before: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What differs and is left as it is."""

    place: Place | None
    code: str
    subject: str
    message: str


class Comparison:
    """The steps by the phase in which they apply, the notes and the problems, while they are found."""

    def __init__(self, problems: Problems) -> None:
        self.problems = problems
        self.notes: list[Note] = []
        self.units: list[Step] = []
        self.added: list[Step] = []  # positions, then people
        self.ends: list[Step] = []  # before what begins in their place
        self.changed: list[Step] = []
        self.begins: list[Step] = []

    @property
    def phases(self) -> tuple[tuple[Step, ...], ...]:
        """The steps in an order that applies."""
        return tuple(tuple(each) for each in (self.units, self.added, self.ends, self.changed, self.begins))

    @property
    def steps(self) -> tuple[Step, ...]:
        """All steps, one phase after the other."""
        return tuple(step for phase in self.phases for step in phase)

    def note(self, place: Place | None, code: str, subject: str, message: str) -> None:
        """Tell a difference that stays."""
        self.notes.append(Note(place=place, code=code, subject=subject, message=message))
