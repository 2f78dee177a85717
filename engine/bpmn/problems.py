"""What is wrong with a process file, said so that its author can mend it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from engine.bpmn.clauses import cited, clause_of

Severity = Literal["error", "warning"]
# A message quotes the file, and a hostile file may hold names of any length.
_LONGEST = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What within an element a problem is about, so that it can be underlined.

    An attribute by its local name, or a text that stands in the element and the place in that text: `line`, `column`
    and `length` count from 1, in characters; without a length the word there is meant, without a place all of it.
    """

    attribute: str = ""
    text: str = ""
    line: int = 0
    column: int = 0
    length: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One finding: where it lies, what is wrong, how to mend it. An error refuses the process, a warning does not.

    `column` and `length` are found when it is shown (`engine.bpmn.located`), 0 until then, as is the element's `name`.
    `notes` are further lines, such as the paths that two engines took.
    """

    severity: Severity
    file: str
    line: int
    element: str | None
    code: str
    message: str
    remedy: str
    column: int = 0
    length: int = 0
    name: str = ""
    mark: Mark | None = None
    notes: tuple[str, ...] = ()

    @property
    def rule(self) -> str:
        """The clause of BPMN 2.0.2 behind it; empty where the rule is Hoso's own."""
        return clause_of(self.code, self.message)

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}"
        who = f" {self.element}:" if self.element else ""
        return f"{where}: {self.severity}:{who} {self.message}; {self.remedy}   [{self.code}]"


class Problems:
    """Collects the findings of one file while it is read and checked."""

    def __init__(self, source: str) -> None:
        self.source = source
        self._found: dict[Problem, None] = {}  # in the order in which they were found

    def error(
        self,
        line: int,
        element: str | None,
        code: str,
        message: str,
        remedy: str,
        mark: Mark | None = None,
        notes: tuple[str, ...] = (),
    ) -> None:
        """Add a finding that refuses the process."""
        self._add("error", line, element, code, message, remedy, mark, notes)

    def warning(
        self,
        line: int,
        element: str | None,
        code: str,
        message: str,
        remedy: str,
        mark: Mark | None = None,
        notes: tuple[str, ...] = (),
    ) -> None:
        """Add a finding that its author should know; the process still deploys."""
        self._add("warning", line, element, code, message, remedy, mark, notes)

    def take(self, found: Iterable[Problem]) -> None:
        """Add what was found elsewhere."""
        self._found |= dict.fromkeys(found)

    def _add(
        self,
        severity: Severity,
        line: int,
        element: str | None,
        code: str,
        message: str,
        remedy: str,
        mark: Mark | None,
        notes: tuple[str, ...],
    ) -> None:
        said = cited(code, message if len(message) <= _LONGEST else message[: _LONGEST - 1] + "…")
        found = Problem(
            severity=severity,
            file=self.source,
            line=line,
            element=element and element[:_LONGEST],
            code=code,
            message=said,
            remedy=remedy,
            mark=mark,
            notes=notes,
        )
        self._found[found] = None

    def refuses(self, element: str) -> bool:
        """Whether a finding about this element refuses the process already."""
        return any(problem.severity == "error" and problem.element == element for problem in self._found)

    @property
    def refused(self) -> bool:
        """Whether any finding refuses the process."""
        return any(problem.severity == "error" for problem in self._found)

    def found(self) -> tuple[Problem, ...]:
        """All findings, in the order of their lines; errors before warnings on the same line."""
        return tuple(sorted(self._found, key=lambda problem: (problem.line, problem.severity)))
