"""The decision table as a node of the syntax tree, and how it is compiled (DMN 1.5 §8, §10.3.2.10).

Every cell becomes a test once, when the model is compiled; a cell that holds for every value (`-`) costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from engine.dmn.hits import AGGREGATIONS, POLICIES, Hit, Hits, Ranks
from engine.dmn.items import holds
from engine.dmn.trace import FiredRule, FiredTable, leave
from engine.feel.bounds import Run
from engine.feel.compiler import Code, Compiler, Test, compile_node, compile_tests
from engine.feel.errors import Position
from engine.feel.tree import Node, UnaryTests


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """A column of conditions: its expression as written and parsed, and the values that it may have."""

    text: str
    value: Node
    allowed: UnaryTests | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """A column of results: its name (that of the decision for a lone one), the values that it may have, its default.

    `order` are tests for the values by which PRIORITY and OUTPUT ORDER go, the foremost first.
    """

    name: str
    allowed: UnaryTests | None
    order: tuple[Node, ...]
    default: Node | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule: its id, its tests and its results in the order of the columns."""

    id: str | None
    tests: tuple[UnaryTests, ...]
    results: tuple[Node, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionTable(Node):
    """A decision table of the decision or knowledge model `owner`."""

    owner: str
    id: str | None
    policy: str
    aggregation: str | None
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]
    compound: bool
    """Whether a result is a context of the outputs rather than the value of the only one."""


Cells = tuple[tuple[int, Test], ...]


@compile_node.register
def _table(node: DecisionTable, compiler: Compiler) -> Code:
    at, cost = node.at, _cost(node)
    given = tuple(compiler.code(column.value) for column in node.inputs)
    allowed = _allowed_inputs(node, compiler)
    cells = tuple(_cells(rule, compiler) for rule in node.rules)
    conclude, first = _conclusion(node, compiler), node.policy == "FIRST"

    def code(run: Run) -> Any:
        run.spend(cost, at)
        values = [value(run) for value in given]
        for column, test in allowed:
            if not holds(test, values[column], run):
                return run.report(f"input {column + 1} of the table is not among its allowed values", at)
        matched = []
        for index, rule in enumerate(cells):
            for column, test in rule:
                if test(values[column], run) is not True:
                    break
            else:
                matched.append(index)
                if first:
                    break
        return conclude(matched, values, run)

    return code


def _cost(node: DecisionTable) -> int:
    """The fuel of one evaluation, taken at once: a unit for each cell, and more for those with many tests."""
    columns = len(node.inputs) + len(node.outputs)
    tests = sum(len(cell.tests) // 8 for rule in node.rules for cell in rule.tests)
    allowed = (*(each.allowed for each in node.inputs), *(each.allowed for each in node.outputs))
    listed = sum(len(each.tests) // 8 for each in allowed if each)
    return (1 + len(node.rules)) * columns + tests + listed


def _allowed_inputs(node: DecisionTable, compiler: Compiler) -> Cells:
    columns = enumerate(node.inputs)
    return tuple((index, compile_tests(column.allowed, compiler)) for index, column in columns if column.allowed)


def _cells(rule: Rule, compiler: Compiler) -> Cells:
    """The tests of a rule that say anything."""
    said = enumerate(rule.tests)
    return tuple((index, compile_tests(tests, compiler)) for index, tests in said if tests.tests or tests.negated)


def _conclusion(node: DecisionTable, compiler: Compiler) -> Callable[[list[int], list[Any], Run], Any]:
    """From the numbers of the rules that apply to the value of the table."""
    hits = Hits(
        owner=node.owner,
        at=node.at,
        outputs=tuple(output.name for output in node.outputs),
        compound=node.compound,
        ranks=_ranks(node, compiler),
        aggregation=AGGREGATIONS[node.aggregation] if node.aggregation else None,
    )
    decide, results = POLICIES[node.policy], _results(node, compiler)
    defaults = _defaults(node, compiler)
    texts = tuple(column.text for column in node.inputs)

    def conclude(matched: list[int], values: list[Any], run: Run) -> Any:
        found = [Hit(index=index, id=node.rules[index].id, results=results[index]) for index in matched]
        answer = decide(hits, found, run) if found or defaults is None else defaults(run)
        inputs = dict(zip(texts, values, strict=True))
        leave(run, _fired(node, inputs, found))
        return answer

    return conclude


def _fired(node: DecisionTable, inputs: dict[str, Any], found: list[Hit]) -> FiredTable:
    rules = tuple(
        FiredRule(index=hit.index + 1, id=hit.id, inputs=inputs, outputs=hit.given or {}) for hit in found if hit.used
    )
    return FiredTable(decision=node.owner, table=node.id, policy=node.policy, rules=rules)


def _results(node: DecisionTable, compiler: Compiler) -> tuple[Callable[[Run], dict[str, Any]], ...]:
    """For each rule, what gives its outputs by name."""
    names = tuple(output.name for output in node.outputs)
    allowed = tuple(compile_tests(output.allowed, compiler) if output.allowed else None for output in node.outputs)
    return tuple(
        _result(names, allowed, tuple(compiler.code(result) for result in rule.results), node.at) for rule in node.rules
    )


def _result(
    names: tuple[str, ...], allowed: tuple[Test | None, ...], codes: tuple[Code, ...], at: Position
) -> Callable[[Run], dict[str, Any]]:
    columns = tuple(zip(names, codes, allowed, strict=True))

    def result(run: Run) -> dict[str, Any]:
        made = {}
        for name, code, test in columns:
            value = code(run)
            if test is not None and value is not None and not holds(test, value, run):
                run.report("an output of the table is not among its allowed values", at)
                value = None
            made[name] = value
        return made

    return result


def _defaults(node: DecisionTable, compiler: Compiler) -> Code | None:
    """What the table gives when no rule applies; None where it has no default."""
    if all(output.default is None for output in node.outputs):
        return None
    parts = [(output.name, compiler.code(output.default) if output.default else None) for output in node.outputs]
    if not node.compound:
        return parts[0][1]
    return lambda run: {name: code(run) if code else None for name, code in parts}


def _ranks(node: DecisionTable, compiler: Compiler) -> Ranks:
    """For each output the tests of its order."""
    ranks = []
    for output in node.outputs:
        single = (UnaryTests(at=node.at, tests=(test,)) for test in output.order)
        ranks.append((output.name, tuple(compile_tests(test, compiler) for test in single)))
    return tuple(ranks)
