"""Numbers are rounded as asked, exactly, and whatever leaves the range of decimal128 is null with a reason."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.feel.answers import holds, refusal, value

NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=4)


@pytest.mark.parametrize(
    "condition",
    [
        "decimal(0.515, 2) = 0.52",
        "decimal(2.5, 0) = 2",
        "decimal(1/3, 2.5) = 0.33",
        "decimal(155, -1) = 160",
        "floor(-1.5) = -2",
        "floor(1.56, 1) = 1.5",
        "ceiling(-1.5) = -1",
        "ceiling(n: 1.51, scale: 1) = 1.6",
        "round up(-1.121, 2) = -1.13",
        "round down(-1.126, 2) = -1.12",
        "round half up(-2.5, 0) = -3",
        "round half down(-2.5, 0) = -2",
        "round up(5.5, 6176) = 5.5",
        "modulo(-12, 5) = 3",
        "modulo(12, -5) = -3",
        "modulo(-10.1, 4.5) = 3.4",
        "modulo(1e6000, 7) = 1",
        "sqrt(16) = 4",
        "exp(0) = 1",
        "log(1) = 0",
        "odd(-3) and even(1e30) and not(odd(2.5)) and not(even(2.5))",
        'abs(@"-P1D") = @"P1D" and abs(@"-P1Y") = @"P1Y"',
    ],
)
def test_functions_of_numbers(condition: str) -> None:
    assert holds(condition)


@pytest.mark.parametrize(
    "text",
    [
        "decimal(1, -6112)",
        "round up(1, 6177)",
        "round up(9.99e6144, -6144)",
        "decimal(1, null)",
        "sqrt(-1)",
        "log(0)",
        "exp(1e10)",
        "modulo(1, 0)",
        'abs("1")',
        "abs(number: 1)",
        "sqrt(n: 1)",
        "floor(1, 1, 1)",
    ],
)
def test_what_has_no_answer_is_reported(text: str) -> None:
    assert refusal(text).startswith(text[: text.index("(")])


def test_trailing_zeros_stay_as_far_as_34_digits_reach() -> None:
    assert value("string(decimal(5, 2))") == "5.00"
    assert value("string(decimal(5, 40))") == "5"


@given(dividend=NUMBERS, divisor=NUMBERS.filter(bool))
def test_modulo_is_what_floor_leaves(dividend: object, divisor: object) -> None:
    """The remainder lies between zero and the divisor, and its distance to the dividend is a multiple of it."""
    data = {"a": dividend, "b": divisor}
    assert holds("(if b > 0 then modulo(a, b) in [0..b) else modulo(a, b) in (b..0])", **data)
    assert holds("modulo(a - modulo(a, b), b) = 0", **data)


def test_a_fraction_in_the_last_of_34_digits_counts() -> None:
    """What Python's own decimal context would round away (28 digits) makes a number no integer, a position none."""
    assert holds("not(odd(1.000000000000000000000000000000001))")
    assert "lies outside" in refusal('substring("abc", 0.9999999999999999999999999999999999)')
