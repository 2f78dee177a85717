"""FEEL numbers: decimal128, 34 digits, rounded half to even (DMN 1.5 §10.3.2.3.1, IEEE 754-2008).

A result outside the range of decimal128, or undefined as by division by zero, is null.
"""

from collections.abc import Callable
from decimal import (
    ROUND_HALF_EVEN,
    Context,
    Decimal,
    DecimalException,
    DivisionByZero,
    InvalidOperation,
    Overflow,
)

# Flags are never read, so that threads may share the context.
CONTEXT = Context(
    prec=34,
    rounding=ROUND_HALF_EVEN,
    Emin=-6143,
    Emax=6144,
    clamp=0,
    traps=[InvalidOperation, DivisionByZero, Overflow],
)

# More bits than the largest number has; a longer int is refused before it is converted, which takes quadratic time.
_MAX_BITS = 20_500

Operation = Callable[[Decimal, Decimal], Decimal]


def quotient(left: Decimal, right: Decimal) -> Decimal:
    """`left / right`; the trap of 0/0 is an invalid operation, of 1/0 a division by zero."""
    return CONTEXT.divide(left, right)


def power(left: Decimal, right: Decimal) -> Decimal:
    """`left ** right`, where 0 ** 0 is 1 (decimal's own context calls it invalid)."""
    if not right:
        return Decimal(1)
    return CONTEXT.power(left, right)


OPERATIONS: dict[str, Operation] = {
    "+": CONTEXT.add,
    "-": CONTEXT.subtract,
    "*": CONTEXT.multiply,
    "/": quotient,
    "**": power,
}


def number_from_text(text: str) -> Decimal | None:
    """The number written as `12`, `.5` or `1e3`; None if it lies outside the range."""
    try:
        return CONTEXT.create_decimal(text)
    except DecimalException:
        return None


def number_from_data(value: int | float | Decimal) -> Decimal | None:
    """A number of JSON as FEEL's; None if it is not finite or lies outside the range."""
    if isinstance(value, int) and value.bit_length() > _MAX_BITS:
        return None
    try:
        # A float means the shortest text that reads back as it, as in JSON.
        number = CONTEXT.create_decimal(repr(value) if isinstance(value, float) else value)
    except DecimalException:
        return None
    return number if number.is_finite() else None
