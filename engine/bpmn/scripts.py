"""Script tasks: their languages are a port. FEEL is built in; a test may register its own, a deploy cannot.

A script computes over data and gives data; it changes nothing else, so that a step can be taken again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from engine.bpmn.scope import Scope
from engine.feel import Expression, Value, compile_expression


class ScriptError(Exception):
    """A script does not compile, or cannot be run. The message holds no data."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What a script gave: values by name, and how many seconds it takes before the task is done."""

    values: Mapping[str, Value] = field(default_factory=dict)
    seconds: int = 0
    error: bool = False
    """Whether it ended in a BPMN error without code."""


class Script(Protocol):
    """A script ready to run."""

    def run(self, scope: Scope) -> Ran:
        """Run it over what the task sees; raises ScriptError or Stuck."""
        ...


class Language(Protocol):
    """A language of script tasks."""

    def compile(self, text: str, result: str | None) -> Script:
        """The script of `text`, whose value goes to the variable `result`; raises ScriptError or FeelError."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FeelScript:
    """A FEEL expression whose value becomes a variable."""

    expression: Expression
    result: str

    def run(self, scope: Scope) -> Ran:
        """Evaluate it over what the task sees."""
        return Ran(values={self.result: scope.answer(self.expression).value})


class Feel:
    """The language FEEL."""

    def compile(self, text: str, result: str | None) -> Script:
        """The script of a FEEL expression, which needs a result variable."""
        if result is None:
            raise ScriptError("script-result", "the script's value goes nowhere: it names no result variable")
        return FeelScript(expression=compile_expression(text), result=result)


FEEL = Feel()
