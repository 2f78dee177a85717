"""Tests of a value: after `in`, and in the cells of decision tables (DMN 1.5 §7.3.3, §10.3.2.8)."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from engine.feel.bounds import Run
from engine.feel.compiler.base import Code, Compiler, Test, compile_node
from engine.feel.compiler.operators import ORDERS, both, compared
from engine.feel.errors import Position
from engine.feel.tree import Literal, Membership, Node, OperatorTest, RangeLiteral, UnaryTests
from engine.feel.values import Range, equal, ordered, read


@compile_node.register
def _membership(node: Membership, compiler: Compiler) -> Code:
    value, at = compiler.code(node.value), node.at
    test = compile_tests(node.tests, compiler)

    def code(run: Run) -> Any:
        subject = value(run)
        run.spend(1, at)
        return test(subject, run)

    return code


def compile_tests(node: UnaryTests, compiler: Compiler) -> Test:
    """All tests of a cell in one: true as soon as one holds; three-valued."""
    if not node.tests:
        return lambda value, run: True
    tests = tuple(_test(test, compiler) for test in node.tests)
    if len(tests) == 1:
        return _negated(tests[0]) if node.negated else tests[0]

    def any_of(value: Any, run: Run) -> bool | None:
        result: bool | None = False
        for test in tests:
            outcome = test(value, run)
            if outcome is True:
                return True
            if outcome is None:
                result = None
        return result

    return _negated(any_of) if node.negated else any_of


def _negated(test: Test) -> Test:
    def negated(value: Any, run: Run) -> bool | None:
        outcome = test(value, run)
        return None if outcome is None else not outcome

    return negated


def _test(node: Node, compiler: Compiler) -> Test:
    if isinstance(node, Literal) and type(node.value) in (Decimal, str):
        return _equals_literal(node.value, node.at)
    if isinstance(node, OperatorTest):
        return _operator_test(node, compiler)
    if isinstance(node, RangeLiteral) and isinstance(node.low, Literal) and isinstance(node.high, Literal):
        low, high = node.low.value, node.high.value
        if type(low) is Decimal and type(high) is Decimal:
            return _between_numbers(low, high, node)
    return _expression_test(node, compiler)


def _equals_literal(literal: Any, at: Position) -> Test:
    kind = type(literal)

    def test(value: Any, run: Run) -> bool | None:
        if type(value) is kind:
            return bool(value == literal)
        return _contained(value, literal, run, at)

    return test


def _between_numbers(low: Decimal, high: Decimal, node: RangeLiteral) -> Test:
    at, bounds = node.at, Range(low, high, not node.low_open, not node.high_open)
    above, below = ORDERS[">" if node.low_open else ">="], ORDERS["<" if node.high_open else "<="]

    def test(value: Any, run: Run) -> bool | None:
        if type(value) is Decimal:
            return above(value, low) and below(value, high)
        return in_range(value, bounds, run, at)

    return test


def _operator_test(node: OperatorTest, compiler: Compiler) -> Test:
    with compiler.local("?") as slot:
        operand = compiler.code(node.operand)
        asks = compiler.read[slot] > 0
    at, operator = node.at, node.operator
    if operator in ORDERS:
        if isinstance(node.operand, Literal) and type(node.operand.value) is Decimal:
            return _ordered_number(operator, node.operand.value, at)
        return _with_value(lambda v, end, run: compared(operator, v, end, run, at), operand, slot, asks=asks)
    wanted = operator == "="

    def same(value: Any, end: Any, run: Run) -> bool | None:
        answer = equal(value, end, run, at)
        return None if answer is None else answer is wanted

    return _with_value(same, operand, slot, asks=asks)


def _ordered_number(operator: str, end: Decimal, at: Position) -> Test:
    order = ORDERS[operator]

    def test(value: Any, run: Run) -> bool | None:
        return order(value, end) if type(value) is Decimal else compared(operator, value, end, run, at)

    return test


def _with_value(judge: Callable[[Any, Any, Run], bool | None], operand: Code, slot: int, *, asks: bool) -> Test:
    """A test whose operand is evaluated, with the value as `?` where it asks for it."""

    def test(value: Any, run: Run) -> bool | None:
        run.locals.append(value)
        end = operand(run)
        del run.locals[slot:]
        return judge(value, end, run)

    return test if asks else lambda value, run: judge(value, operand(run), run)


def _expression_test(node: Node, compiler: Compiler) -> Test:
    """An expression: with `?` it must be true; without, it is, or holds, the value under test."""
    with compiler.local("?") as slot:
        code = compiler.code(node)
        asks = compiler.read[slot] > 0
    at, no_range = node.at, isinstance(node, RangeLiteral)

    def test(value: Any, run: Run) -> bool | None:
        run.locals.append(value)
        outcome = code(run)
        del run.locals[slot:]
        if asks and (outcome is None or type(outcome) is bool):
            return outcome
        if outcome is None and no_range:
            return None
        return _contained(value, outcome, run, at)

    return test


def _contained(value: Any, other: Any, run: Run, at: Position) -> bool | None:
    """`value in other`: equal to it, within it, or equal to or within a member of it."""
    if isinstance(other, Range):
        return in_range(value, other, run, at)
    if isinstance(other, list):
        run.spend(len(other), at)
        for item in other:
            member = read(item)
            if isinstance(member, Range) and not isinstance(value, Range):
                if ordered_with(value, member) and in_range(value, member, run, at):
                    return True
            elif equal(value, member, run, at) is True:
                return True
        return equal(value, other, run, at) is True
    return equal(value, other, run, at)


def ordered_with(value: Any, range_: Range) -> bool:
    """Whether the value has an order with the ends of the range."""
    return all(end is None or ordered(value, end) is not None for end in (range_.low, range_.high))


def in_range(value: Any, range_: Range, run: Run, at: Position) -> bool | None:
    """Whether the value lies in the range; None, and reported, where it has no order with its ends."""
    if isinstance(value, Range):
        return equal(value, range_, run, at)
    match range_.operator:
        case "=" | "!=":
            same = equal(value, range_.low, run, at)
            return None if same is None else same is (range_.operator == "=")
        case None if range_.low is None or range_.high is None:
            run.report("an end of the range is null", at)
            return None
    low, high = range_.low, range_.high
    above = True if low is None else compared(">=" if range_.low_closed else ">", value, low, run, at)
    below = True if high is None else compared("<=" if range_.high_closed else "<", value, high, run, at)
    return both(above, below)
