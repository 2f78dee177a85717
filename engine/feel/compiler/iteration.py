"""What goes through lists and ranges: `for`, `some`, `every` (DMN 1.5 §10.3.2.14)."""

from collections.abc import Iterator as Going
from decimal import Decimal
from typing import Any

from engine.feel.bounds import Run, too_large
from engine.feel.calendar import from_ordinal, ordinal
from engine.feel.compiler.base import PARTIAL, Code, Compiler, compile_node
from engine.feel.errors import Undefined
from engine.feel.numbers import CONTEXT
from engine.feel.temporal import Date
from engine.feel.tree import For, Iterator, Node, Quantified
from engine.feel.values import Range, ordered, read

# Numbers to go through are counted as machines do; nobody goes farther.
_FARTHEST = Decimal(10) ** 18


@compile_node.register
def _for(node: For, compiler: Compiler) -> Code:
    at = node.at
    with compiler.local(PARTIAL) as base:
        sources = _sources(node.iterators, compiler)
        body = compiler.code(node.body)
        _leave(node.iterators, compiler)

    def code(run: Run) -> Any:
        partial: list[Any] = []
        run.locals.append(partial)
        try:
            for _ in _combinations(sources, run):
                if len(partial) >= run.bounds.items:
                    raise too_large("a list", run.bounds.items, at)
                run.spend(1, at)
                partial.append(body(run))
        except Undefined as refusal:
            return run.report(str(refusal), at)
        finally:
            del run.locals[base:]
        return partial

    return code


@compile_node.register
def _quantified(node: Quantified, compiler: Compiler) -> Code:
    """`some` is a chain of `or`, `every` of `and`, over all combinations (DMN 1.5 §10.3.2.14)."""
    at, deciding = node.at, not node.all
    base = len(compiler.scope)
    sources = _sources(node.iterators, compiler)
    condition = compiler.code(node.condition)
    _leave(node.iterators, compiler)

    def code(run: Run) -> Any:
        result: bool | None = not deciding
        try:
            for _ in _combinations(sources, run):
                run.spend(1, at)
                value = condition(run)
                if value is deciding:
                    return deciding
                if type(value) is not bool:
                    result = None
        except Undefined as refusal:
            return run.report(str(refusal), at)
        finally:
            del run.locals[base:]
        return run.report("a condition of `some` or `every` is no boolean", at) if result is None else result

    return code


class _Source:
    """One iterator, compiled: a list, the members of a range, or the numbers or days between two ends."""

    def __init__(self, node: Iterator, compiler: Compiler) -> None:
        self.at = node.at
        self.base = len(compiler.scope)
        self.low = compiler.code(node.source)
        self.high = compiler.code(node.high) if node.high else None
        compiler.scope.append(node.name)
        compiler.read.append(0)

    def values(self, run: Run) -> Going[Any]:
        low = self.low(run)
        if self.high is not None:
            return _steps(low, self.high(run))
        if isinstance(low, Range):
            return _steps(*_closed_ends(low))
        if low is None:
            raise Undefined("what stands after `in` is null; expected a list or a range")
        return map(read, list(low) if isinstance(low, list) else [low])


def _sources(iterators: tuple[Iterator, ...], compiler: Compiler) -> tuple[_Source, ...]:
    return tuple(_Source(iterator, compiler) for iterator in iterators)


def _leave(iterators: tuple[Node, ...], compiler: Compiler) -> None:
    del compiler.scope[len(compiler.scope) - len(iterators) :]
    del compiler.read[len(compiler.read) - len(iterators) :]


def _combinations(sources: tuple[_Source, ...], run: Run) -> Going[None]:
    """Put each combination on the local names, the last iterator fastest; later iterators may read earlier ones."""
    open_values = [sources[0].values(run)]
    while open_values:
        source = sources[len(open_values) - 1]
        del run.locals[source.base :]
        run.spend(1, source.at)
        try:
            value = next(open_values[-1])
        except StopIteration:
            open_values.pop()
            continue
        run.locals.append(value)
        if len(open_values) < len(sources):
            open_values.append(sources[len(open_values)].values(run))
        else:
            yield


def _closed_ends(range_: Range) -> tuple[Any, Any]:
    low, high = range_.low, range_.high
    if low is None or high is None or range_.operator is not None:
        raise Undefined("a range without ends cannot be gone through")
    if (ordered(low, high) or 0) > 0:
        raise Undefined("the range ends before it begins")
    if isinstance(low, Decimal) and isinstance(high, Decimal):
        return (
            low if range_.low_closed else CONTEXT.add(low, Decimal(1)),
            high if range_.high_closed else CONTEXT.subtract(high, Decimal(1)),
        )
    if isinstance(low, Date) and isinstance(high, Date):
        return _next(low, not range_.low_closed), _next(high, -(not range_.high_closed))
    raise Undefined("a range to go through has whole numbers or dates as ends")


def _next(day: Date, days: int) -> Date:
    return from_ordinal(ordinal(day) + days) if days else day


def _countable(number: Decimal) -> bool:
    return number.copy_abs() < _FARTHEST and number == number.to_integral_value()


def _steps(low: Any, high: Any) -> Going[Any]:
    """From `low` to `high`, also downwards; both are whole numbers or both dates."""
    if isinstance(low, Decimal) and isinstance(high, Decimal) and _countable(low) and _countable(high):
        first, last = int(low), int(high)
        step = 1 if first <= last else -1
        return map(Decimal, range(first, last + step, step))
    if isinstance(low, Date) and isinstance(high, Date):
        first, last = ordinal(low), ordinal(high)
        step = 1 if first <= last else -1
        return map(from_ordinal, range(first, last + step, step))
    raise Undefined("expected whole numbers or dates as ends")
