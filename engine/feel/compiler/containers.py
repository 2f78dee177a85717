"""Lists, contexts and ranges."""

from typing import Any

from engine.feel.bounds import Run
from engine.feel.compiler.base import Code, Compiler, compile_node
from engine.feel.tree import ContextLiteral, ListLiteral, OperatorTest, RangeLiteral
from engine.feel.values import Range, ordered


@compile_node.register
def _list(node: ListLiteral, compiler: Compiler) -> Code:
    items, at = tuple(compiler.code(item) for item in node.items), node.at

    def code(run: Run) -> Any:
        run.spend(1 + len(items), at)
        return [item(run) for item in items]

    return code


@compile_node.register
def _context(node: ContextLiteral, compiler: Compiler) -> Code:
    entries: list[tuple[str, Code]] = []
    at = node.at
    with compiler.local() as base:
        for key, value in node.entries:
            entries.append((key, compiler.code(value)))
            compiler.scope.append(key)
            compiler.read.append(0)
        result = compiler.code(node.result) if node.result else None

    def code(run: Run) -> Any:
        run.spend(1 + len(entries), at)
        made = {}
        for key, value in entries:
            made[key] = value(run)
            run.locals.append(made[key])
        answer = result(run) if result else made
        del run.locals[base:]
        return answer

    return code


@compile_node.register
def _range(node: RangeLiteral, compiler: Compiler) -> Code:
    low, high, at = compiler.code(node.low), compiler.code(node.high), node.at
    low_closed, high_closed = not node.low_open, not node.high_open

    def code(run: Run) -> Any:
        run.spend(1, at)
        first, last = low(run), high(run)
        if (first is None and low_closed) or (last is None and high_closed):
            return run.report("a closed end of the range is null", at)
        if first is not None and last is not None and ordered(first, last) is None:
            return run.report("the ends of the range have no order", at)
        return Range(first, last, low_closed, high_closed)

    return code


@compile_node.register
def _half_range(node: OperatorTest, compiler: Compiler) -> Code:
    operand, at, operator = compiler.code(node.operand), node.at, node.operator

    def code(run: Run) -> Any:
        run.spend(1, at)
        return half_range(operator, operand(run))

    return code


def half_range(operator: str, end: object) -> Range:
    """The range `(operator end)` (DMN 1.5 §10.3.2.7)."""
    match operator:
        case "<" | "<=":
            return Range(None, end, low_closed=False, high_closed=operator == "<=", operator=operator)
        case ">" | ">=":
            return Range(end, None, low_closed=operator == ">=", high_closed=False, operator=operator)
        case "=":
            return Range(end, end, operator=operator)
        case _:
            return Range(end, end, low_closed=False, high_closed=False, operator=operator)
