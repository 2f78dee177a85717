"""What expressions at an element see: the process's data, what is local to the element, and the time of the step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol, TypeVar

from engine.bpmn.plain import plain_json
from engine.bpmn.state import Phase
from engine.feel import DEFAULT_FUEL, Answer, Expression, FeelError, Problem, Value, to_json
from engine.record import record

STEP_FUEL = 1_000_000
_EVALUATION = 10  # what beginning an expression costs, so that a step has no million small ones either
_MOST_REASONS = 3
_MOST_CHARACTERS = 1_000_000


class Metered(Protocol):
    """What an evaluation gave, and the operations that it took."""

    @property
    def fuel(self) -> int:
        """Operations."""
        ...


M = TypeVar("M", bound=Metered)
M_co = TypeVar("M_co", bound=Metered, covariant=True)


class Evaluate(Protocol[M_co]):
    """Evaluates over data; raises FeelError when it takes more than `fuel` operations."""

    def __call__(self, data: Mapping[str, object], /, *, fuel: int, now: datetime) -> M_co:
        """What it gives."""
        ...


@dataclass(slots=True)
class Tank:
    """The operations that all expressions of one step may still take together."""

    left: int = STEP_FUEL


class Stuck(Exception):
    """A token cannot go on here: raised inside a step, always turned into an incident."""

    def __init__(self, element: str, code: str, message: str, phase: Phase = "enter") -> None:
        super().__init__(message)
        self.element = element
        self.code = code
        self.message = message
        self.phase = phase


@record
class Scope:
    """The data and the time over which the expressions of `element` are evaluated."""

    element: str
    data: Mapping[str, object]
    now: datetime
    tank: Tank = field(default_factory=Tank, repr=False)

    def within(self, local: Mapping[str, object]) -> Scope:
        """The scope in which `local` stands before data of the same name."""
        return replace(self, data={**self.data, **local}) if local else self

    def answer(self, expression: Expression, phase: Phase = "enter") -> Answer:
        """The expression's value with what made parts of it null; Stuck when a bound is hit."""
        try:
            return self.metered(expression.answer, phase)
        except FeelError as error:
            message = f"{expression.text!r}: {error.message}"
            raise Stuck(self.element, "expression-failed", message, phase) from error

    def metered(self, evaluate: Evaluate[M], phase: Phase = "enter") -> M:
        """Evaluate with the fuel that is left for the step; what fails has used all that it was given."""
        given = DEFAULT_FUEL if self.tank.left >= DEFAULT_FUEL else max(0, self.tank.left)
        self.tank.left -= given + _EVALUATION
        try:
            answer = evaluate(self.data, fuel=given, now=self.now)
        except FeelError as error:
            if error.code != "fuel" or given == DEFAULT_FUEL:
                raise
            message = f"the expressions of one step took {STEP_FUEL} operations together; let the process wait between"
            raise Stuck(self.element, "step-fuel", message, phase) from error
        self.tank.left += given - answer.fuel
        return answer

    def json(self, expression: Expression) -> object:
        """The expression's value as plain JSON; Stuck when it cannot be evaluated or written as JSON."""
        return self.as_json(self.answer(expression).value, repr(expression.text))

    def as_json(self, value: Value, what: str) -> object:
        """A value as plain JSON; Stuck, naming `what` gave it, when JSON or the state has no room for it."""
        try:
            return self.plain(to_json(value), what)
        except FeelError as error:
            raise Stuck(self.element, "expression-failed", f"{what}: {error.message}") from error

    def plain(self, value: object, what: str) -> object:
        """The same JSON; Stuck when it is deeper, or its texts together longer, than a state should carry."""
        try:
            plain = plain_json(value)
        except ValueError as error:
            raise Stuck(self.element, "expression-failed", f"{what}: {error}") from error
        if _characters(plain, _MOST_CHARACTERS) < 0:
            message = f"{what} gives more than {_MOST_CHARACTERS} characters of text"
            raise Stuck(self.element, "result-too-large", message)
        return plain


def _characters(value: object, left: int) -> int:
    """What is left of a number of characters after the texts of a value; negative when they are too many."""
    if isinstance(value, str):
        return left - len(value)
    parts: Iterable[object] = ()
    if isinstance(value, dict):
        parts = (*value, *value.values())
    elif isinstance(value, list):
        parts = value
    for part in parts:
        left = _characters(part, left)
        if left < 0:
            return left
    return left


def because(problems: Iterable[Problem]) -> str:
    """Why a value became null, to stand behind a message; empty where there is no reason. Holds no data."""
    reasons = [str(problem) for problem in problems]
    if not reasons:
        return ""
    more = f"; and {len(reasons) - _MOST_REASONS} more" if len(reasons) > _MOST_REASONS else ""
    return f" ({'; '.join(reasons[:_MOST_REASONS])}{more})"
