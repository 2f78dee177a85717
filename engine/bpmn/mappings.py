"""What goes into an element and comes out of it.

Inputs are local to the element: its form, its job and its expressions see them, and with the element they are gone.
Where an element has outputs, they alone join the process's data, evaluated over inputs, result and data; without any
the result joins as it is.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.bpmn.graph import Mappings
from engine.bpmn.scope import Scope, Stuck


def inputs_of(inputs: Mappings, scope: Scope) -> dict[str, object]:
    """What the inputs give, as plain JSON; a target `a.b` makes a context `a`. Later ones see earlier ones."""
    return _mapped(inputs, scope, {}) if inputs else {}


def outcome(outputs: Mappings, scope: Scope, result: Mapping[str, object]) -> dict[str, object]:
    """What joins the data: the outputs over `scope` and `result`, or the result itself without outputs.

    A target `a.b` is put into the context `a` that is there.
    """
    return _mapped(outputs, scope.within(result), scope.data) if outputs else dict(result)


def _mapped(mappings: Mappings, scope: Scope, base: Mapping[str, object]) -> dict[str, object]:
    result: dict[str, object] = {}
    for target, expression in mappings:
        root, *path = target.split(".")
        others = {name: value for name, value in result.items() if name != root}
        value = scope.within(others).json(expression)
        if not path:
            result[root] = value
            continue
        there = result.get(root, base.get(root))
        result[root] = _put(there if isinstance(there, Mapping) else {}, path, value, scope, target)
    scope.plain(result, "a mapping")
    return result


def _put(there: Mapping[str, object], path: list[str], value: object, scope: Scope, target: str) -> dict[str, object]:
    name, *rest = path
    if not rest:
        return {**there, name: value}
    inner = there.get(name, {})
    if not isinstance(inner, Mapping):
        raise Stuck(scope.element, "mapping-overlaps", f"{target} lies inside another value that is no context")
    return {**there, name: _put(inner, rest, value, scope, target)}
