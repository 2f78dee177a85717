"""Literals, names and paths."""

from decimal import Decimal
from typing import Any

from engine.feel.bounds import Run, exhausted
from engine.feel.builtins import BUILTINS
from engine.feel.compiler.base import MEMBER, PARTIAL, Code, Compiler, compile_node
from engine.feel.errors import Position, Undefined, shown
from engine.feel.properties import property_of
from engine.feel.tree import Literal, Name, Path
from engine.feel.values import TEMPORAL, Range, read

# Whole numbers of the data below this are exact in 34 digits and need no rounding.
_SMALL = 10**18

_MISSING = object()


@compile_node.register
def _literal(node: Literal, compiler: Compiler) -> Code:
    value = node.value
    return lambda run: value


@compile_node.register
def _name(node: Name, compiler: Compiler) -> Code:
    name, at = node.name, node.at
    slots: list[int] = []
    for slot in range(len(compiler.scope) - 1, -1, -1):
        if compiler.scope[slot] == name:
            compiler.read[slot] += 1
            read_slot = _copied(slot, at) if name == PARTIAL else local(slot, at)
            return _member_or(slots, name, read_slot, at)
        if compiler.scope[slot] == MEMBER:
            slots.append(slot)
    if name in BUILTINS and name not in compiler.declared:
        return _member_or(slots, name, _data_or_builtin(name, at), at)
    compiler.names.add(name)
    if not slots:
        compiler.reads.setdefault(name, at)
    return _member_or(slots, name, _data(name, at), at)


def local(slot: int, at: Position) -> Code:
    """What stands in a slot of the local names."""

    def code(run: Run) -> Any:
        run.fuel -= 1
        if run.fuel < 0:
            raise exhausted(at)
        return run.locals[slot]

    return code


def _copied(slot: int, at: Position) -> Code:
    """The results of a `for` so far, as they are now: the list itself goes on growing and may not hold itself."""

    def code(run: Run) -> Any:
        value = run.locals[slot]
        if not isinstance(value, list):
            return value
        run.spend(1 + len(value) // 16, at)
        return list(value)

    return code


def _data(name: str, at: Position) -> Code:
    message = f"there is no `{shown(name)}`"

    def code(run: Run) -> Any:
        run.fuel -= 1
        if run.fuel < 0:
            raise exhausted(at)
        value = run.data.get(name, _MISSING)
        kind = type(value)
        if kind is str:
            return value
        if kind is int and -_SMALL < value < _SMALL:  # type: ignore[operator]
            return Decimal(value)  # type: ignore[arg-type]
        if value is _MISSING:
            return run.report(message, at)
        return read(value)

    return code


def _data_or_builtin(name: str, at: Position) -> Code:
    function = BUILTINS[name]

    def code(run: Run) -> Any:
        run.spend(1, at)
        value = run.data.get(name, _MISSING)
        return function if value is _MISSING else read(value)

    return code


def _member_or(slots: list[int], name: str, outer: Code, at: Position) -> Code:
    """Within filters: the entry of the innermost member that has it, else what stands around."""
    if not slots:
        return outer

    def code(run: Run) -> Any:
        run.spend(1, at)
        for slot in slots:
            member = run.locals[slot]
            if isinstance(member, dict) and name in member:
                return read(member[name])
        return outer(run)

    return code


@compile_node.register
def _path(node: Path, compiler: Compiler) -> Code:
    base, key, at = compiler.code(node.base), node.key, node.at

    def code(run: Run) -> Any:
        value = base(run)
        run.fuel -= 1
        if run.fuel < 0:
            raise exhausted(at)
        if type(value) is list:
            run.spend(len(value), at)
            return [entry_of(read(item), key, run, at) for item in value]
        return entry_of(value, key, run, at)

    return code


def entry_of(value: Any, key: str, run: Run, at: Position) -> Any:
    """`value.key`: an entry of a context, a property of a date, time, duration or range; else None, and reported."""
    if isinstance(value, dict):
        if key in value:
            return read(value[key])
        return run.report(f"the context has no `{shown(key)}`", at)
    if isinstance(value, TEMPORAL):
        try:
            return property_of(value, key)
        except Undefined as error:
            return run.report(str(error), at)
    if isinstance(value, Range) and key in (properties := range_properties(value)):
        return properties[key]
    return run.report(f"`.{shown(key)}` of a value that has no such entry", at)


def range_properties(value: Range) -> dict[str, object]:
    """The properties of a range (DMN 1.5 table 65)."""
    return {
        "start": value.low,
        "end": value.high,
        "start included": value.low_closed,
        "end included": value.high_closed,
    }
