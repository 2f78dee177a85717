"""What is wrong with a process file, said so that its author can mend it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from engine.bpmn.clauses import cited

Severity = Literal["error", "warning"]
# A message quotes the file, and a hostile file may hold names of any length.
_LONGEST = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One finding: where it lies, what is wrong, how to mend it. An error refuses the process, a warning does not."""

    severity: Severity
    file: str
    line: int
    element: str | None
    code: str
    message: str
    remedy: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}"
        who = f" {self.element}:" if self.element else ""
        return f"{where}: {self.severity}:{who} {self.message}; {self.remedy}   [{self.code}]"


class Problems:
    """Collects the findings of one file while it is read and checked."""

    def __init__(self, source: str) -> None:
        self.source = source
        self._found: dict[Problem, None] = {}  # in the order in which they were found

    def error(self, line: int, element: str | None, code: str, message: str, remedy: str) -> None:
        """Add a finding that refuses the process."""
        self._add("error", line, element, code, message, remedy)

    def warning(self, line: int, element: str | None, code: str, message: str, remedy: str) -> None:
        """Add a finding that its author should know; the process still deploys."""
        self._add("warning", line, element, code, message, remedy)

    def take(self, found: Iterable[Problem]) -> None:
        """Add what was found elsewhere."""
        self._found |= dict.fromkeys(found)

    def _add(self, severity: Severity, line: int, element: str | None, code: str, message: str, remedy: str) -> None:
        said = cited(code, message if len(message) <= _LONGEST else message[: _LONGEST - 1] + "…")
        found = Problem(
            severity=severity,
            file=self.source,
            line=line,
            element=element and element[:_LONGEST],
            code=code,
            message=said,
            remedy=remedy,
        )
        self._found[found] = None

    @property
    def refused(self) -> bool:
        """Whether any finding refuses the process."""
        return any(problem.severity == "error" for problem in self._found)

    def found(self) -> tuple[Problem, ...]:
        """All findings, in the order of their lines; errors before warnings on the same line."""
        return tuple(sorted(self._found, key=lambda problem: (problem.line, problem.severity)))
