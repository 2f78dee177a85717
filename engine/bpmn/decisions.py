"""Ask a decision of the bundle, give its value the wanted shape, and tell which rules fired with which inputs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial

from engine.bpmn.calls import prefix_of
from engine.bpmn.effects import DecisionEvaluated
from engine.bpmn.graph import BusinessRuleTask
from engine.bpmn.scope import Scope, Stuck
from engine.bpmn.work import Work
from engine.dmn import Evaluation, FiredRule, FiredTable
from engine.feel import FeelError, Value, to_json

# What the trail keeps of one evaluation; what goes beyond is counted.
MOST_TABLES = 20
MOST_CHARACTERS = 50_000
LONGEST_TEXT = 200
_MOST_REASONS = 3


def decide(work: Work, node: BusinessRuleTask, scope: Scope) -> dict[str, Value]:
    """The decision's value under the task's result variable; Stuck, naming decision and rules, when it failed."""
    model = work.graph.decisions[prefix_of(node.id) + node.decision]
    try:
        evaluation = scope.metered(partial(model.evaluate, node.decision))
    except FeelError as error:
        raise Stuck(node.id, "decision-failed", f"decision {node.decision!r}: {error.message}") from error
    work.effects.append(DecisionEvaluated(element=node.id, decision=node.decision, tables=told(evaluation.fired)))
    if evaluation.failed:
        raise Stuck(node.id, "decision-failed", _reasons(node, evaluation))
    return {node.result_variable: _shaped(node, evaluation, model.decisions[node.decision])}


def _reasons(node: BusinessRuleTask, evaluation: Evaluation) -> str:
    reasons = [f"{problem.decision}: {problem.message} [{problem.code}]" for problem in evaluation.problems]
    return f"decision {node.decision!r} failed: {'; '.join(reasons[:_MOST_REASONS])}"


def _shaped(node: BusinessRuleTask, evaluation: Evaluation, name: str) -> Value:
    """The value as Camunda 7 gives it, where the task asks for that; else as DMN says."""
    if node.shape is None:
        return evaluation.value
    results = _results(evaluation, name)
    if node.shape == "resultList":
        return [dict(result) for result in results]
    if node.shape == "collectEntries":
        return [_entry(node, result) for result in results]
    if len(results) > 1:
        message = f"decision {node.decision!r} gives {len(results)} results where {node.shape} wants one"
        raise Stuck(node.id, "decision-result", message)
    if not results:
        return None
    return dict(results[0]) if node.shape == "singleResult" else _entry(node, results[0])


def _results(evaluation: Evaluation, name: str) -> list[dict[str, Value]]:
    """One context of entries for each rule that gave a result."""
    table = next((table for table in reversed(evaluation.fired) if table.decision == name), None)
    value = evaluation.value
    if table is None:
        return [{name: value}]
    values = value if isinstance(value, list) and _lists(table) else [value]
    names = [*table.rules[0].outputs] if table.rules else []
    lone = names[0] if len(names) == 1 else name
    return [item if isinstance(item, dict) else {lone: item} for item in values if item is not None]


def _lists(table: FiredTable) -> bool:
    return table.policy.startswith(("COLLECT", "RULE ORDER", "OUTPUT ORDER"))


def _entry(node: BusinessRuleTask, result: Mapping[str, Value]) -> Value:
    if len(result) != 1:
        message = f"decision {node.decision!r} gives {len(result)} entries in a result where {node.shape} wants one"
        raise Stuck(node.id, "decision-result", message)
    return next(iter(result.values()))


def told(fired: tuple[FiredTable, ...]) -> tuple[dict[str, object], ...]:
    """The tables as the trail keeps them: plain JSON, bounded in number and length."""
    left, tables = [MOST_CHARACTERS], list[dict[str, object]]()
    for table in fired[:MOST_TABLES]:
        tables.append(_table(table, left))
    if len(fired) > MOST_TABLES:
        tables.append({"left_out": len(fired) - MOST_TABLES})
    return tuple(tables)


def _table(table: FiredTable, left: list[int]) -> dict[str, object]:
    """A table with as many of its rules as there are characters `left` for."""
    rules: list[dict[str, object]] = []
    for rule in map(_rule, table.rules):
        left[0] -= len(json.dumps(rule))
        if left[0] < 0:
            break
        rules.append(rule)
    told: dict[str, object] = {"decision": _short(table.decision), "policy": table.policy, "rules": rules}
    return told if len(rules) == len(table.rules) else {**told, "left_out": len(table.rules) - len(rules)}


def _rule(rule: FiredRule) -> dict[str, object]:
    told: dict[str, object] = {"rule": rule.index, "inputs": _values(rule.inputs), "outputs": _values(rule.outputs)}
    return {**told, "id": _short(rule.id)} if rule.id else told


def _values(values: Mapping[str, object]) -> dict[str, object]:
    return {_short(name): _shown(value) for name, value in values.items()}


def _shown(value: object) -> object:
    """Numbers, booleans and null as they are; anything else as text of bounded length."""
    try:
        plain = to_json(value)  # type: ignore[arg-type]
    except FeelError:
        return type(value).__name__.lower()
    if plain is None or isinstance(plain, bool | int | float):
        return plain
    return _short(plain if isinstance(plain, str) else json.dumps(plain, ensure_ascii=False))


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"
