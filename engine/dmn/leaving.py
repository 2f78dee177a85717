"""How values leave an evaluation: copied once each, counted, so that a small model cannot make a huge answer."""

from __future__ import annotations

from collections.abc import Mapping

from engine.dmn.trace import FiredRule, FiredTable
from engine.feel.bounds import Run
from engine.feel.errors import START, FeelError
from engine.feel.values import Value, finished

_TRACED = 5
"""What the values of fired rules may hold together, in results of the largest size; further ones are left out."""


class Leaving:
    """Copies the values of one evaluation; a value that leaves twice is copied once."""

    def __init__(self, run: Run) -> None:
        self._run = run
        # With each copy the original, so that nothing else can come to have its identity.
        self._made: dict[int, tuple[object, Value]] = {}
        self._left = _TRACED * run.bounds.items

    def result(self, value: object) -> Value:
        """The copy of a result; takes a unit of fuel for each of its members."""
        copy, size = self._copied(value)
        self._run.spend(size, START)
        return copy

    def traced(self, table: FiredTable) -> FiredTable:
        """A fired table with copies of its values; a value past the bounds is left out."""
        rules = tuple(
            FiredRule(index=rule.index, id=rule.id, inputs=self._all(rule.inputs), outputs=self._all(rule.outputs))
            for rule in table.rules
        )
        return FiredTable(decision=table.decision, table=table.table, policy=table.policy, rules=rules)

    def _all(self, values: Mapping[str, object]) -> dict[str, Value]:
        made: dict[str, Value] = {}
        for name, value in values.items():
            if self._left <= 0:
                break
            try:
                made[name], size = self._copied(value)
            except FeelError:
                size = self._run.bounds.items
            self._left -= size
        return made

    def _copied(self, value: object) -> tuple[Value, int]:
        if not isinstance(value, list | dict):
            return finished(value, self._run), 1
        if known := self._made.get(id(value)):
            return known[1], 1
        copy = finished(value, self._run)
        size = _size(copy)
        self._made[id(value)] = value, copy
        return copy, size


def _size(value: Value) -> int:
    """How many values there are in a value, itself among them."""
    waiting, count = [value], 0
    while waiting:
        each = waiting.pop()
        count += 1
        if isinstance(each, list):
            waiting += each
        elif isinstance(each, dict):
            waiting += each.values()
    return count
