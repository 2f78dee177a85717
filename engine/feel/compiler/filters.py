"""Filters: members of a list by position, or by a condition (DMN 1.5 §10.3.2.5)."""

from decimal import Decimal
from typing import Any

from engine.feel.bounds import Run
from engine.feel.compiler.base import MEMBER, PARTIAL, Code, Compiler, compile_node
from engine.feel.compiler.names import local
from engine.feel.errors import Position
from engine.feel.tree import Filter, Name, Node
from engine.feel.values import read


@compile_node.register
def _filter(node: Filter, compiler: Compiler) -> Code:
    base, at = _filtered(node.base, compiler), node.at
    with compiler.local(MEMBER, "item") as slot:
        condition = compiler.code(node.condition)

    def code(run: Run) -> Any:
        source = base(run)
        run.spend(1, at)
        if source is None:
            return None
        members = source if type(source) is list else [source]
        if not members:
            return _of_nothing(condition, slot, run, at)
        chosen: list[Any] = []
        for member in members:
            member = read(member)
            run.spend(1, at)
            run.locals += (member, member)
            decided = condition(run)
            del run.locals[slot:]
            if decided is True:
                chosen.append(member)
            elif type(decided) is Decimal:
                return _by_position(members, decided, run, at)
            elif decided is not False and decided is not None:
                run.report("the condition of a filter is no boolean", at)
        return chosen

    return code


def _filtered(base: Node, compiler: Compiler) -> Code:
    """What is filtered; of the results so far a filter keeps nothing but members, so they need no copy."""
    if isinstance(base, Name) and base.name == PARTIAL and MEMBER not in compiler.scope:
        slot = compiler.slot(PARTIAL)
        if slot is not None:
            return local(slot, base.at)
    return compiler.code(base)


def _of_nothing(condition: Code, slot: int, run: Run, at: Position) -> Any:
    """A filter of no members: no members, or no member at a position; what the condition meets is no problem."""
    known = len(run.problems)
    run.locals += (None, None)
    decided = condition(run)
    del run.locals[slot:]
    del run.problems[known:]
    return _by_position([], decided, run, at) if type(decided) is Decimal else []


def _by_position(members: list[Any], position: Decimal, run: Run, at: Position) -> Any:
    """The member at a position that counts from 1, or from the end where it is negative (DMN 1.5 §10.3.2.5)."""
    index = int(position) if position.copy_abs() <= len(members) else 0
    if index == 0 or index != position:
        return run.report("the list has no member at this position", at)
    return read(members[index - 1 if index > 0 else index])
