"""What a code of a check stands for, for people."""

from __future__ import annotations

from dataclasses import dataclass

from engine.bpmn.clauses import CLAUSES


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule. `title`, `why` and `mend` are English, which the catalogue translates; examples are XML or FEEL."""

    code: str
    title: str
    why: str
    mend: str
    wrong: str = ""
    right: str = ""

    @property
    def clause(self) -> str:
        """The clause of the standard that says it; empty where the rule is Hoso's own."""
        clause = CLAUSES.get(self.code)
        return f"BPMN 2.0.2 §{clause}" if clause else ""
