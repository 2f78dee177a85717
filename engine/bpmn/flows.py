"""Which flows a token takes, and what an element's mappings give: everything that evaluates expressions on the way."""

from __future__ import annotations

from collections.abc import Mapping

from engine.bpmn.graph import Activity, ExclusiveGateway, Flow, Inputs, Node
from engine.bpmn.state import Phase
from engine.feel import Expression, FeelError, Value, to_json


class Stuck(Exception):
    """A token cannot go on here: raised inside a step, always turned into an incident."""

    def __init__(self, element: str, code: str, message: str, phase: Phase = "enter") -> None:
        super().__init__(message)
        self.element = element
        self.code = code
        self.message = message
        self.phase = phase


def evaluate(expression: Expression, data: Mapping[str, object], element: str, phase: Phase = "enter") -> Value:
    """The expression's value; Stuck when it cannot be evaluated within its bounds."""
    try:
        return expression.evaluate(data)
    except FeelError as error:
        raise _failed(expression, error, element, phase) from error


def evaluate_json(expression: Expression, data: Mapping[str, object], element: str) -> object:
    """The expression's value as plain JSON; Stuck when it cannot be evaluated or written as JSON."""
    try:
        return to_json(expression.evaluate(data))
    except FeelError as error:
        raise _failed(expression, error, element) from error


def _failed(expression: Expression, error: FeelError, element: str, phase: Phase = "enter") -> Stuck:
    return Stuck(element, "expression-failed", f"{expression.text!r}: {error.message}", phase)


def choose(node: Node, data: Mapping[str, object]) -> tuple[Flow, ...]:
    """The flows that a token takes out of `node`; Stuck when conditions leave it none."""
    if isinstance(node, ExclusiveGateway):
        return _choose_one(node, data)
    if isinstance(node, Activity) and (node.default or any(flow.condition for flow in node.outgoing)):
        return _choose_several(node, data)
    return node.outgoing


def _choose_one(node: ExclusiveGateway, data: Mapping[str, object]) -> tuple[Flow, ...]:
    """The first flow that holds, in the order in which the gateway lists them, else the default (BPMN 2.0 §13.4.2)."""
    default = None
    for flow in node.outgoing:
        if flow.id == node.default:
            default = flow
        elif flow.condition is None or _holds(flow, node, data):
            return (flow,)
    if default is None:
        raise Stuck(node.id, "no-flow-taken", "no condition is true and there is no default flow", "leave")
    return (default,)


def _choose_several(node: Activity, data: Mapping[str, object]) -> tuple[Flow, ...]:
    """Every flow that is unconditional or holds; the default if no condition is true (BPMN 2.0 §8.3.13, §13.2.1)."""
    plain = {flow.id for flow in node.outgoing if flow.condition is None and flow.id != node.default}
    true = {
        flow.id for flow in node.outgoing if flow.condition and flow.id != node.default and _holds(flow, node, data)
    }
    taken = plain | true | ({node.default} if node.default and not true else set())
    if node.outgoing and not taken:
        raise Stuck(node.id, "no-flow-taken", "no condition is true and there is no default flow", "leave")
    return tuple(flow for flow in node.outgoing if flow.id in taken)


def _holds(flow: Flow, node: Node, data: Mapping[str, object]) -> bool:
    assert flow.condition is not None
    value = evaluate(flow.condition, data, node.id, "leave")
    if value is None or isinstance(value, bool):
        return value is True
    text = f"the condition of flow {flow.id} gives {type(value).__name__}, not true or false"
    raise Stuck(node.id, "condition-not-boolean", text, "leave")


def mapped(inputs: Inputs, data: Mapping[str, object], element: str) -> dict[str, object]:
    """What the inputs give, as plain JSON; a target `a.b` makes a nested object."""
    result: dict[str, object] = {}
    for target, expression in inputs:
        *path, last = target.split(".")
        place = result
        for name in path:
            inner = place.setdefault(name, {})
            if not isinstance(inner, dict):
                raise Stuck(element, "input-overlaps", f"input {target} lies inside another input's value")
            place = inner
        place[last] = evaluate_json(expression, data, element)
    return result


def correlation_key(expression: Expression | None, data: Mapping[str, object], element: str) -> str | None:
    """The key that an awaited message must carry; Stuck when the expression gives no text or number."""
    if expression is None:
        return None
    value = evaluate_json(expression, data, element)
    if isinstance(value, str) and value:
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise Stuck(element, "no-correlation-key", f"the correlation key {expression.text!r} gives no text or whole number")
