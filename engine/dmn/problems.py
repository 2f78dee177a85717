"""What is wrong with a decision model, said so that its author can mend it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

# A message quotes the file, and a hostile file may hold names of any length, and any number of defects.
_LONGEST = 400
_MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class DmnProblem:
    """One finding: where it lies, what is wrong, how to mend it.

    `element` is the id or name of what it is about. Codes: `too-large`, `doctype`, `xml-broken`, `too-deep`,
    `too-many`, `not-dmn`, `no-name`, `duplicate`, `unknown-reference`, `unknown-type`, `type-cycle`, `type-size`,
    `unknown-import`, `cycle`, `expression-language`, `foreign-function`, `no-expression`, `table`, `cross-table`,
    `hit-policy`, and those of a FEEL text (`engine.feel.errors.FeelError`).
    """

    source: str
    line: int
    element: str | None
    code: str
    message: str
    remedy: str

    def __str__(self) -> str:
        who = f"{self.element}: " if self.element else ""
        return f"{self.source}:{self.line}: {who}{self.message}; {self.remedy}   [{self.code}]"


class DmnError(Exception):
    """A decision model was refused; `problems` are all findings, in the order of their lines."""

    def __init__(self, problems: Iterable[DmnProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


class Problems:
    """Collects the findings of a model while it is read and compiled."""

    def __init__(self) -> None:
        self._found: list[DmnProblem] = []

    def add(self, source: str, line: int, element: str | None, code: str, message: str, remedy: str) -> DmnProblem:
        """Note a finding; past a bound they are dropped. Answers the finding."""
        found = DmnProblem(
            source=source,
            line=line,
            element=_short(element) if element else None,
            code=code,
            message=_short(message),
            remedy=_short(remedy),
        )
        if len(self._found) < _MOST and found not in self._found:
            self._found.append(found)
        return found

    def found(self) -> tuple[DmnProblem, ...]:
        """All findings, file by file, in the order of their lines."""
        return tuple(sorted(self._found, key=lambda problem: (problem.source, problem.line)))


def _short(text: str) -> str:
    kept = "".join(c if c.isprintable() else f"U+{ord(c):04X}" for c in text[:_LONGEST])
    return kept if len(text) <= _LONGEST else kept[: _LONGEST - 1] + "…"
