"""What a suite's cases gave, and which failures are known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

_KNOWN = Path(__file__).parent / "known"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One case: passed when `got` is None, else what came instead of what was expected."""

    name: str
    expected: str
    got: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A line of `known/<suite>.txt`: a glob pattern over case names (`[` is plain), and why they fail."""

    pattern: str
    reason: str

    def fits(self, name: str) -> bool:
        """Whether the pattern names this case."""
        return fnmatchcase(name, self.pattern.replace("[", "[[]"))


@dataclass(slots=True, kw_only=True)
class Report:
    """All results of a suite, and remarks to print before the counts."""

    results: list[Result] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @property
    def passed(self) -> int:
        """How many cases passed."""
        return sum(result.got is None for result in self.results)

    @property
    def failed(self) -> int:
        """How many cases failed, the known ones among them."""
        return len(self.results) - self.passed

    def failures(self, known: Sequence[Known]) -> list[str]:
        """One line for each failure, with its reason where it is known."""
        lines = []
        for result in self.results:
            if result.got is not None:
                reason = _reason(result.name, known)
                tail = f"   [known: {reason}]" if reason else ""
                lines.append(f"{result.name}: expected {result.expected}, got {result.got}{tail}")
        return lines

    def surprises(self, known: Sequence[Known]) -> list[str]:
        """Failures that are not listed, and passes that are."""
        lines = []
        for result in self.results:
            reason = _reason(result.name, known)
            if result.got is not None and reason is None:
                lines.append(f"not listed as known: {result.name}: expected {result.expected}, got {result.got}")
            elif result.got is None and reason is not None:
                lines.append(f"listed as known, but it passes; take it off the list: {result.name}")
        if not self.results:
            lines.append("the folder holds no cases")
        return lines


def known_of(suite: str) -> tuple[Known, ...]:
    """The known failures of a suite: `pattern | reason` on each line of its file; `#` begins a comment."""
    path = _KNOWN / f"{suite}.txt"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    entries = []
    for line in lines:
        if line.strip() and not line.startswith("#"):
            pattern, bar, reason = line.partition("|")
            if not bar or not reason.strip():
                raise ValueError(f"{path.name}: {line!r} gives no reason; write: pattern | reason")
            entries.append(Known(pattern=pattern.strip(), reason=reason.strip()))
    return tuple(entries)


def _reason(name: str, known: Sequence[Known]) -> str | None:
    return next((entry.reason for entry in known if entry.fits(name)), None)
