"""The functions of booleans and of any value (DMN 1.5 §10.3.4.2, §10.3.4.12), and Camunda's on null."""

from engine.feel.bounds import Run
from engine.feel.builtins.registry import builtin
from engine.feel.errors import FeelError, Position, Undefined
from engine.feel.invoke import Call
from engine.feel.values import Range, read


@builtin("not", "negand: boolean?", "boolean")
def negation(call: Call, negand: bool | None) -> bool | None:
    """The opposite; null stays null."""
    return None if negand is None else not negand


@builtin("is", "value1: Any, value2: Any", "boolean")
def same_element(call: Call, left: object, right: object) -> bool:
    """Whether both are the same element of the same domain: unlike `=`, two zones of one offset differ."""
    return identical(left, right, call.run, call.at)


def identical(left: object, right: object, run: Run, at: Position, depth: int = 0) -> bool:
    """Whether two values agree in type and in every part, zones by their name or offset."""
    run.spend(1, at)
    if depth > run.bounds.depth:
        raise FeelError("depth-bound", f"a value is nested deeper than {run.bounds.depth} levels", at)
    if type(left) is not type(right):
        return False
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(
            identical(read(a), read(b), run, at, depth + 1) for a, b in zip(left, right, strict=True)
        )
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(
            identical(read(value), read(right[key]), run, at, depth + 1) for key, value in left.items()
        )
    if isinstance(left, Range) and isinstance(right, Range):
        marks = [(each.low_closed, each.high_closed, each.operator) for each in (left, right)]
        return marks[0] == marks[1] and all(
            identical(a, b, run, at, depth + 1) for a, b in ((left.low, right.low), (left.high, right.high))
        )
    return left == right


@builtin("is defined", "value: Any", "boolean")
def is_defined(call: Call, value: object) -> bool:
    """Whether `value` is not null (Camunda 8)."""
    return value is not None


@builtin("get or else", "value: Any, default: Any")
def get_or_else(call: Call, value: object, default: object) -> object:
    """`value`, or `default` where it is null (Camunda 8)."""
    return default if value is None else value


@builtin("assert", "value: Any, condition: Any, cause?: string")
def asserted(call: Call, value: object, condition: object, cause: str | None) -> object:
    """`value` if `condition` is true (Camunda 8). The cause may hold data, so that the message leaves it out."""
    if condition is not True:
        raise Undefined("the condition is not true")
    return value
