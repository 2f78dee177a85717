"""What an expression may cost: bounds on its text and on its results, and fuel for its evaluation.

Everything is counted, nothing is timed, so that a bound is hit at the same place on every machine and in every replay.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from engine.feel.errors import FeelError, Position, Problem

DEFAULT_FUEL = 50_000

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Upper bounds of one expression and of the values that it makes or reads."""

    text: int = 4096
    """Characters of an expression."""
    nodes: int = 1500
    """Nodes of its syntax tree."""
    depth: int = 80
    """Nesting of the text, of its syntax tree, and of a value."""
    string: int = 65_536
    """Characters of a string that it makes."""
    items: int = 10_000
    """Members of a list or context that it makes, and of all values within a result together."""
    stack: int = 250
    """Nesting of the evaluation: levels of all syntax trees that calls of functions put upon each other."""
    problems: int = 20
    """Problems that one evaluation reports; further ones are dropped."""


BOUNDS = Bounds()


class Run:
    """One evaluation under way: the data that it reads, its local names, the fuel that is left, the problems met."""

    __slots__ = ("bounds", "data", "fuel", "locals", "now", "problems", "stack", "trace")

    def __init__(self, data: Mapping[str, object], fuel: int, bounds: Bounds, now: datetime = EPOCH) -> None:
        self.data = data
        self.fuel = fuel
        self.bounds = bounds
        self.now = now
        """What `now()` and `today()` answer; an aware time, given by the caller, so that a replay gives the same."""
        self.locals: list[object] = []
        self.problems: list[Problem] = []
        self.stack = 0
        self.trace: list[object] = []
        """What decision tables have to tell of the evaluation, in order (`engine.dmn`)."""

    def spend(self, units: int, at: Position) -> None:
        """Take `units` of fuel, or stop the evaluation."""
        self.fuel -= units
        if self.fuel < 0:
            raise exhausted(at)

    def report(self, message: str, at: Position) -> Any:
        """Note why a value became null; the answer is None, so that `return run.report(…)` reads well."""
        if len(self.problems) < self.bounds.problems:
            self.problems.append(Problem(message, at))
        return None


def exhausted(at: Position) -> FeelError:
    """The error for an expression that takes more operations than it was given."""
    return FeelError(
        "fuel", "the expression needs more operations than its fuel allows; simplify it or raise the bound", at
    )


def too_large(what: str, bound: int, at: Position) -> FeelError:
    """The error for a value past its size bound; `what` is text, such as `a string` or `a list`."""
    return FeelError("result-bound", f"{what} would grow past its bound of {bound}; make the result smaller", at)
