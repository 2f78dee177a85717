"""The functions of numbers (DMN 1.5 §10.3.4.5): rounding, roots, logarithms, remainders.

Every result has at most 34 digits; one outside the range of decimal128 is undefined.
"""

from collections.abc import Callable
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Context,
    Decimal,
    DecimalException,
    DivisionByZero,
    InvalidOperation,
)

from engine.feel.builtins.registry import builtin
from engine.feel.errors import Undefined
from engine.feel.invoke import Call
from engine.feel.numbers import CONTEXT
from engine.feel.temporal import DaysDuration, YearsDuration

# Scales of decimal128: how many digits may stand after the point (DMN 1.5 §10.3.2.3.1).
_LEAST_SCALE, _GREATEST_SCALE = -6111, 6176

# Wide enough for the exact remainder of any two numbers, whose digits reach from 10^6144 to 10^-6176.
_WIDE = Context(prec=12_400, Emin=-99_999, Emax=99_999, traps=[InvalidOperation, DivisionByZero])


def exact(call: Call, operation: Callable[[], Decimal]) -> Decimal:
    """The number that `operation` makes; Undefined where it has none or it lies outside the range."""
    call.spend(1)
    try:
        return CONTEXT.plus(operation())
    except DecimalException:
        raise Undefined("the number is undefined or out of range") from None


def rounded(call: Call, number: Decimal, scale: Decimal | None, rounding: str) -> Decimal:
    """`number` with at most `scale` digits after the point; a fraction of the scale itself is cut off."""
    digits = 0 if scale is None else int(max(min(scale, Decimal(9999)), Decimal(-9999)))
    if not _LEAST_SCALE <= digits <= _GREATEST_SCALE:
        raise Undefined(f"the scale is not between {_LEAST_SCALE} and {_GREATEST_SCALE}")
    exponent = number.as_tuple().exponent
    assert isinstance(exponent, int)  # FEEL numbers are finite
    if exponent >= -digits and number.adjusted() + digits >= CONTEXT.prec:
        return number  # zeros at its end would go past 34 digits
    return exact(call, lambda: number.quantize(Decimal((0, (1,), -digits)), rounding, _WIDE))


@builtin("decimal", "n: number, scale: number", "number")
def decimal(call: Call, number: Decimal, scale: Decimal) -> Decimal:
    """`n` rounded half to even."""
    return rounded(call, number, scale, ROUND_HALF_EVEN)


@builtin("floor", "n: number, scale?: number", "number")
def floor(call: Call, number: Decimal, scale: Decimal | None) -> Decimal:
    """The greatest number of that scale, by default an integer, that is not above `n`."""
    return rounded(call, number, scale, ROUND_FLOOR)


@builtin("ceiling", "n: number, scale?: number", "number")
def ceiling(call: Call, number: Decimal, scale: Decimal | None) -> Decimal:
    """The least number of that scale, by default an integer, that is not below `n`."""
    return rounded(call, number, scale, ROUND_CEILING)


@builtin("round up", "n: number, scale: number", "number")
def round_up(call: Call, number: Decimal, scale: Decimal) -> Decimal:
    """`n` rounded away from zero."""
    return rounded(call, number, scale, ROUND_UP)


@builtin("round down", "n: number, scale: number", "number")
def round_down(call: Call, number: Decimal, scale: Decimal) -> Decimal:
    """`n` rounded towards zero."""
    return rounded(call, number, scale, ROUND_DOWN)


@builtin("round half up", "n: number, scale: number", "number")
def round_half_up(call: Call, number: Decimal, scale: Decimal) -> Decimal:
    """`n` rounded to the nearest, from the middle away from zero."""
    return rounded(call, number, scale, ROUND_HALF_UP)


@builtin("round half down", "n: number, scale: number", "number")
def round_half_down(call: Call, number: Decimal, scale: Decimal) -> Decimal:
    """`n` rounded to the nearest, from the middle towards zero."""
    return rounded(call, number, scale, ROUND_HALF_DOWN)


@builtin("abs", "n: number", "number")
def absolute(call: Call, number: Decimal) -> Decimal:
    """`n` without its sign."""
    return number.copy_abs()


@builtin("abs", "n: days and time duration", "days and time duration")
def absolute_days(call: Call, duration: DaysDuration) -> DaysDuration:
    """The duration without its sign."""
    return DaysDuration(abs(duration.nanoseconds))


@builtin("abs", "n: years and months duration", "years and months duration")
def absolute_years(call: Call, duration: YearsDuration) -> YearsDuration:
    """The duration without its sign."""
    return YearsDuration(abs(duration.months))


@builtin("modulo", "dividend: number, divisor: number", "number")
def modulo(call: Call, dividend: Decimal, divisor: Decimal) -> Decimal:
    """`dividend - divisor * floor(dividend / divisor)`: the remainder has the sign of the divisor."""
    if not divisor:
        raise Undefined("the divisor is zero")
    call.spend(abs(dividend.adjusted() - divisor.adjusted()) // 64)
    remainder = _WIDE.remainder(dividend, divisor)
    if remainder and remainder.is_signed() != divisor.is_signed():
        remainder = _WIDE.add(remainder, divisor)
    return exact(call, lambda: remainder)


@builtin("sqrt", "number: number", "number")
def sqrt(call: Call, number: Decimal) -> Decimal:
    """The square root; Undefined below zero."""
    return exact(call, lambda: CONTEXT.sqrt(number))


@builtin("log", "number: number", "number")
def log(call: Call, number: Decimal) -> Decimal:
    """The natural logarithm; Undefined for zero and below."""
    if number <= 0:
        raise Undefined("the number is not above zero")
    return exact(call, lambda: CONTEXT.ln(number))


@builtin("exp", "number: number", "number")
def exp(call: Call, number: Decimal) -> Decimal:
    """Euler's number to the power of `number`."""
    return exact(call, lambda: CONTEXT.exp(number))


@builtin("odd", "number: number", "boolean")
def odd(call: Call, number: Decimal) -> bool:
    """Whether an integer is odd; a fraction is neither odd nor even."""
    return _WIDE.remainder(number, Decimal(2)).copy_abs() == 1


@builtin("even", "number: number", "boolean")
def even(call: Call, number: Decimal) -> bool:
    """Whether an integer is even."""
    return not _WIDE.remainder(number, Decimal(2))
