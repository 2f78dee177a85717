"""From the syntax tree to closures: each node becomes a function of the run that is under way.

Names are resolved to the data or to a local slot when compiled. Every operation takes one unit of fuel, so a bound hits
at the same place every time; a literal costs nothing.
"""

from collections.abc import Callable
from decimal import Decimal, DecimalException
from operator import ge, gt, le, lt
from typing import Any

from engine.feel.bounds import Run, exhausted, too_large
from engine.feel.errors import Position
from engine.feel.numbers import CONTEXT, OPERATIONS
from engine.feel.tree import (
    Arithmetic,
    Between,
    Comparison,
    Conditional,
    ContextLiteral,
    ListLiteral,
    Literal,
    Logic,
    Membership,
    Name,
    Negation,
    Node,
    Not,
    OperatorTest,
    Path,
    RangeTest,
)
from engine.feel.values import equal, read

Code = Callable[[Run], Any]
Test = Callable[[Any, Run], bool | None]

# Whole numbers of the data below this are exact in 34 digits and need no rounding.
_SMALL = 10**18

_ORDERS: dict[str, Callable[[Any, Any], bool]] = {"<": lt, "<=": le, ">": gt, ">=": ge}


class Compiler:
    """Compiles one tree; `names` then holds the names of the data that it reads."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self._scope: list[str] = []

    def code(self, node: Node) -> Code:
        """The closure of `node`."""
        compile_node: Callable[[Any], Code] = _COMPILERS[type(node)].__get__(self)
        return compile_node(node)

    def _literal(self, node: Literal) -> Code:
        value = node.value
        return lambda run: value

    def _name(self, node: Name) -> Code:
        name, at = node.name, node.at
        for slot in range(len(self._scope) - 1, -1, -1):
            if self._scope[slot] == name:
                return _local(slot, at)
        self.names.add(name)

        def code(run: Run) -> Any:
            run.fuel -= 1
            if run.fuel < 0:
                raise exhausted(at)
            value = run.data.get(name)
            kind = type(value)
            if kind is str:
                return value
            if kind is int and -_SMALL < value < _SMALL:  # type: ignore[operator]
                return Decimal(value)  # type: ignore[arg-type]
            return read(value)

        return code

    def _path(self, node: Path) -> Code:
        base, key, at = self.code(node.base), node.key, node.at

        def code(run: Run) -> Any:
            value = base(run)
            run.spend(1, at)
            if isinstance(value, dict):
                return read(value.get(key))
            if isinstance(value, list):
                run.spend(len(value), at)
                members = (read(item) for item in value)
                return [read(item.get(key)) if isinstance(item, dict) else None for item in members]
            return None

        return code

    def _negation(self, node: Negation) -> Code:
        operand, at = self.code(node.operand), node.at

        def code(run: Run) -> Any:
            value = operand(run)
            run.spend(1, at)
            return CONTEXT.minus(value) if isinstance(value, Decimal) else None

        return code

    def _arithmetic(self, node: Arithmetic) -> Code:
        left, right, at = self.code(node.left), self.code(node.right), node.at
        operation, joins = OPERATIONS[node.operator], node.operator == "+"

        def code(run: Run) -> Any:
            a, b = left(run), right(run)
            run.fuel -= 1
            if run.fuel < 0:
                raise exhausted(at)
            if type(a) is Decimal and type(b) is Decimal:
                try:
                    return operation(a, b)
                except DecimalException:
                    return None
            return _concatenated(a, b, run, at) if joins and type(a) is str and type(b) is str else None

        return code

    def _comparison(self, node: Comparison) -> Code:
        left, right, at = self.code(node.left), self.code(node.right), node.at
        if node.operator in _ORDERS:
            return _ordering(_ORDERS[node.operator], left, right, at)
        return _equality(left, right, at, wanted=node.operator == "=")

    def _logic(self, node: Logic) -> Code:
        """Three-valued: a deciding operand decides, whatever the others are; else one that is no boolean makes null."""
        operands, at = tuple(self.code(operand) for operand in node.operands), node.at
        deciding = node.operator == "or"

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
            return result

        return code

    def _not(self, node: Not) -> Code:
        operand, at = self.code(node.operand), node.at

        def code(run: Run) -> Any:
            value = operand(run)
            run.spend(1, at)
            return not value if type(value) is bool else None

        return code

    def _conditional(self, node: Conditional) -> Code:
        condition, at = self.code(node.condition), node.at
        consequence, alternative = self.code(node.consequence), self.code(node.alternative)

        def code(run: Run) -> Any:
            run.spend(1, at)
            return consequence(run) if condition(run) is True else alternative(run)

        return code

    def _between(self, node: Between) -> Code:
        value, low, high, at = self.code(node.value), self.code(node.low), self.code(node.high), node.at

        def code(run: Run) -> Any:
            run.spend(1, at)
            v, first, last = value(run), low(run), high(run)
            return _both(_ordered(ge, v, first), _ordered(le, v, last))

        return code

    def _membership(self, node: Membership) -> Code:
        value, at = self.code(node.value), node.at
        tests = tuple(self._test(test) for test in node.tests)

        def code(run: Run) -> Any:
            subject = value(run)
            run.spend(1, at)
            result: bool | None = False
            for test in tests:
                outcome = test(subject, run)
                if outcome is True:
                    return True
                if outcome is None:
                    result = None
            return result

        return code

    def _test(self, node: Node) -> Test:
        at = node.at
        if isinstance(node, OperatorTest):
            return self._operator_test(node)
        if isinstance(node, RangeTest):
            low, high = self.code(node.low), self.code(node.high)
            above, below = (gt if node.low_open else ge), (lt if node.high_open else le)
            return lambda v, run: _both(_ordered(above, v, low(run)), _ordered(below, v, high(run)))
        operand = self.code(node)
        return lambda v, run: _contained(v, operand(run), run, at)

    def _operator_test(self, node: OperatorTest) -> Test:
        operand, at = self.code(node.operand), node.at
        if node.operator in _ORDERS:
            order = _ORDERS[node.operator]
            return lambda v, run: _ordered(order, v, operand(run))
        if node.operator == "=":
            return lambda v, run: equal(v, operand(run), run, at)
        return lambda v, run: _negated(equal(v, operand(run), run, at))

    def _list(self, node: ListLiteral) -> Code:
        items, at = tuple(self.code(item) for item in node.items), node.at

        def code(run: Run) -> Any:
            run.spend(1 + len(items), at)
            return [item(run) for item in items]

        return code

    def _context(self, node: ContextLiteral) -> Code:
        entries: list[tuple[str, Code]] = []
        at, base = node.at, len(self._scope)
        for key, value in node.entries:
            entries.append((key, self.code(value)))
            self._scope.append(key)
        del self._scope[base:]

        def code(run: Run) -> Any:
            run.spend(1 + len(entries), at)
            made = {}
            for key, value in entries:
                made[key] = value(run)
                run.locals.append(made[key])
            del run.locals[base:]
            return made

        return code


def _local(slot: int, at: Position) -> Code:
    def code(run: Run) -> Any:
        run.spend(1, at)
        return run.locals[slot]

    return code


def _ordering(order: Callable[[Any, Any], bool], left: Code, right: Code, at: Position) -> Code:
    def code(run: Run) -> Any:
        a, b = left(run), right(run)
        run.fuel -= 1
        if run.fuel < 0:
            raise exhausted(at)
        if type(a) is Decimal and type(b) is Decimal:
            return order(a, b)
        return _ordered(order, a, b)

    return code


def _equality(left: Code, right: Code, at: Position, *, wanted: bool) -> Code:
    def code(run: Run) -> Any:
        a, b = left(run), right(run)
        if type(a) is str and type(b) is str:
            run.fuel -= 1
            if run.fuel < 0:
                raise exhausted(at)
            return (a == b) is wanted
        same = equal(a, b, run, at)
        return None if same is None else same is wanted

    return code


def _ordered(order: Callable[[Any, Any], bool], left: Any, right: Any) -> bool | None:
    """Only numbers and strings (by code point) have an order here, each among themselves."""
    if type(left) is type(right) and type(left) in (Decimal, str):
        return order(left, right)
    return None


def _contained(value: Any, other: Any, run: Run, at: Position) -> bool | None:
    """`value in other`: equal to it, or to a member of it where it is a list."""
    if isinstance(other, list):
        if any(equal(value, read(item), run, at) is True for item in other):
            return True
        return equal(value, other, run, at) is True
    return equal(value, other, run, at)


def _both(left: bool | None, right: bool | None) -> bool | None:
    if left is False or right is False:
        return False
    return None if left is None or right is None else True


def _negated(value: bool | None) -> bool | None:
    return None if value is None else not value


def _concatenated(left: str, right: str, run: Run, at: Position) -> str:
    size = len(left) + len(right)
    if size > run.bounds.string:
        raise too_large("a string", run.bounds.string, at)
    run.spend(size // 1024, at)
    return left + right


_COMPILERS: dict[type[Node], Any] = {
    Literal: Compiler._literal,
    Name: Compiler._name,
    Path: Compiler._path,
    Negation: Compiler._negation,
    Arithmetic: Compiler._arithmetic,
    Comparison: Compiler._comparison,
    Logic: Compiler._logic,
    Not: Compiler._not,
    Conditional: Compiler._conditional,
    Between: Compiler._between,
    Membership: Compiler._membership,
    ListLiteral: Compiler._list,
    ContextLiteral: Compiler._context,
}
