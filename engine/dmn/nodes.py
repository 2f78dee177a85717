"""Nodes for what boxed expressions have beyond FEEL's text: rows, conditions that must be boolean, no logic at all."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.feel.bounds import Run
from engine.feel.compiler import Code, Compiler, compile_node
from engine.feel.errors import Position
from engine.feel.tree import Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Row(Node):
    """A row of a relation: a context whose entries do not read each other (DMN 1.5 §10.2.2.7)."""

    cells: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoLogic(Node):
    """The logic of an element that has none: null, and reported."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition(Node):
    """The `match` or `satisfies` of a boxed expression: what is neither boolean nor null undoes the Strict around it.

    A number may stand in a filter, where it is a position.
    """

    value: Node
    position: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Strict(Node):
    """A boxed filter or quantifier: null, and reported, as soon as one of its conditions is no boolean."""

    value: Node


class _NoBoolean(Exception):
    """A Condition gave something else."""

    def __init__(self, at: Position) -> None:
        self.at = at


@compile_node.register
def _row(node: Row, compiler: Compiler) -> Code:
    cells, at = tuple((name, compiler.code(cell)) for name, cell in node.cells), node.at

    def code(run: Run) -> Any:
        run.spend(1 + len(cells), at)
        return {name: cell(run) for name, cell in cells}

    return code


@compile_node.register
def _no_logic(node: NoLogic, compiler: Compiler) -> Code:
    at = node.at
    return lambda run: run.report("it has no logic, so it can only be given as input", at)


@compile_node.register
def _condition(node: Condition, compiler: Compiler) -> Code:
    value, at = compiler.code(node.value), node.at
    kinds = (bool, type(None), Decimal) if node.position else (bool, type(None))

    def code(run: Run) -> Any:
        decided = value(run)
        if type(decided) not in kinds:
            raise _NoBoolean(at)
        return decided

    return code


@compile_node.register
def _strict(node: Strict, compiler: Compiler) -> Code:
    value = compiler.code(node.value)

    def code(run: Run) -> Any:
        depth, around = len(run.locals), run.locals
        try:
            return value(run)
        except _NoBoolean as error:
            run.locals = around
            del run.locals[depth:]
            return run.report("the condition of a boxed expression is no boolean", error.at)

    return code
