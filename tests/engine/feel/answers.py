"""What a text of FEEL gives, for the tests of the built-in functions."""

from engine.feel import compile_expression
from engine.feel.bounds import DEFAULT_FUEL
from engine.feel.values import Value


def value(text: str, *, fuel: int = DEFAULT_FUEL, **data: object) -> Value:
    """The value of an expression that must meet no problem."""
    answer = compile_expression(text).answer(data, fuel=fuel)
    assert answer.problems == ()
    return answer.value


def refusal(text: str, **data: object) -> str:
    """Why the value of an expression is null: the last problem that it reports."""
    answer = compile_expression(text).answer(data)
    assert answer.value is None
    assert answer.problems
    return answer.problems[-1].message


def holds(text: str, **data: object) -> bool:
    """Whether a condition is true."""
    return value(text, **data) is True
