"""Arithmetic, comparisons, three-valued logic, conditions."""

from collections.abc import Callable
from decimal import Decimal, DecimalException
from operator import ge, gt, le, lt
from typing import Any

from engine.feel import temporal_arithmetic
from engine.feel.bounds import Run, exhausted, too_large
from engine.feel.compiler.base import Code, Compiler, compile_node
from engine.feel.errors import Position, Undefined
from engine.feel.numbers import CONTEXT, OPERATIONS
from engine.feel.temporal import DaysDuration, YearsDuration
from engine.feel.tree import Arithmetic, Between, Comparison, Conditional, Logic, Negation
from engine.feel.values import TEMPORAL, equal, ordered

Order = Callable[[Any, Any], bool]

ORDERS: dict[str, Order] = {"<": lt, "<=": le, ">": gt, ">=": ge}

_ON_DATES: dict[str, Callable[[Any, Any], Any]] = {
    "+": temporal_arithmetic.add,
    "-": temporal_arithmetic.subtract,
    "*": temporal_arithmetic.multiply,
    "/": temporal_arithmetic.divide,
}


@compile_node.register
def _negation(node: Negation, compiler: Compiler) -> Code:
    operand, at = compiler.code(node.operand), node.at

    def code(run: Run) -> Any:
        value = operand(run)
        run.spend(1, at)
        if isinstance(value, Decimal):
            return CONTEXT.minus(value)
        if isinstance(value, DaysDuration | YearsDuration):
            return temporal_arithmetic.negate(value)
        return run.report("`-` of a value that is no number or duration", at)

    return code


@compile_node.register
def _arithmetic(node: Arithmetic, compiler: Compiler) -> Code:
    left, right, at, operator = compiler.code(node.left), compiler.code(node.right), node.at, node.operator
    operation, joins = OPERATIONS[operator], operator == "+"

    def code(run: Run) -> Any:
        a, b = left(run), right(run)
        run.fuel -= 1
        if run.fuel < 0:
            raise exhausted(at)
        if type(a) is Decimal and type(b) is Decimal:
            try:
                return operation(a, b)
            except DecimalException:
                return run.report(f"`{operator}` has no result within the range of numbers", at)
        if joins and type(a) is str and type(b) is str:
            return _concatenated(a, b, run, at)
        return _other_arithmetic(operator, a, b, run, at)

    return code


def _other_arithmetic(operator: str, a: Any, b: Any, run: Run, at: Position) -> Any:
    operation = _ON_DATES.get(operator)
    if operation and (isinstance(a, TEMPORAL) or isinstance(b, TEMPORAL)):
        try:
            return operation(a, b)
        except Undefined as error:
            return run.report(str(error), at)
    return run.report(f"`{operator}` between values of these types has no result", at)


def _concatenated(left: str, right: str, run: Run, at: Position) -> str:
    size = len(left) + len(right)
    if size > run.bounds.string:
        raise too_large("a string", run.bounds.string, at)
    run.spend(size // 1024, at)
    return left + right


@compile_node.register
def _comparison(node: Comparison, compiler: Compiler) -> Code:
    left, right, at = compiler.code(node.left), compiler.code(node.right), node.at
    if node.operator in ORDERS:
        return _ordering(node.operator, left, right, at)
    return _equality(left, right, at, wanted=node.operator == "=")


def _ordering(operator: str, left: Code, right: Code, at: Position) -> Code:
    order = ORDERS[operator]

    def code(run: Run) -> Any:
        a, b = left(run), right(run)
        run.fuel -= 1
        if run.fuel < 0:
            raise exhausted(at)
        if type(a) is Decimal and type(b) is Decimal:
            return order(a, b)
        return compared(operator, a, b, run, at)

    return code


def compared(operator: str, left: Any, right: Any, run: Run, at: Position) -> bool | None:
    """`left operator right` for an order; None, and reported, where the two have none."""
    order = ordered(left, right)
    if order is None:
        run.report(f"`{operator}` between values that have no order", at)
        return None
    return ORDERS[operator](order, 0)


def _equality(left: Code, right: Code, at: Position, *, wanted: bool) -> Code:
    def code(run: Run) -> Any:
        a, b = left(run), right(run)
        if type(a) is str and type(b) is str:
            run.fuel -= 1
            if run.fuel < 0:
                raise exhausted(at)
            return (a == b) is wanted
        same = equal(a, b, run, at)
        return run.report("`=` between values of different types", at) if same is None else same is wanted

    return code


@compile_node.register
def _logic(node: Logic, compiler: Compiler) -> Code:
    """Three-valued: a deciding operand decides, whatever the others are; else one that is no boolean makes null."""
    operands, at = tuple(compiler.code(operand) for operand in node.operands), node.at
    operator, deciding = node.operator, node.operator == "or"

    def code(run: Run) -> Any:
        run.fuel -= 1
        if run.fuel < 0:
            raise exhausted(at)
        result: bool | None = not deciding
        for operand in operands:
            value = operand(run)
            if value is deciding:
                return deciding
            if type(value) is not bool:
                result = None
        return run.report(f"`{operator}` with an operand that is no boolean", at) if result is None else result

    return code


@compile_node.register
def _between(node: Between, compiler: Compiler) -> Code:
    value, low, high, at = compiler.code(node.value), compiler.code(node.low), compiler.code(node.high), node.at

    def code(run: Run) -> Any:
        run.spend(1, at)
        v, first, last = value(run), low(run), high(run)
        return both(compared(">=", v, first, run, at), compared("<=", v, last, run, at))

    return code


def both(left: bool | None, right: bool | None) -> bool | None:
    """Kleene's `and`."""
    if left is False or right is False:
        return False
    return None if left is None or right is None else True


@compile_node.register
def _conditional(node: Conditional, compiler: Compiler) -> Code:
    condition, at = compiler.code(node.condition), node.at
    consequence, alternative = compiler.code(node.consequence), compiler.code(node.alternative)

    def code(run: Run) -> Any:
        run.spend(1, at)
        decided = condition(run)
        if decided is True:
            return consequence(run)
        if decided is not False and decided is not None:
            run.report("the condition of `if` is no boolean", at)
        return alternative(run)

    return code
