"""Hit policies: what a decision table gives for the rules that apply (DMN 1.5 §8.2.8-11)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from engine.dmn.trace import Fault, leave
from engine.feel.bounds import Run
from engine.feel.builtins import BUILTINS
from engine.feel.compiler import Test
from engine.feel.errors import Position
from engine.feel.invoke import invoke
from engine.feel.values import equal

Ranks = tuple[tuple[str, tuple[Test, ...]], ...]

_NAMED = 10
"""Rules that a message names."""


@dataclass(slots=True, kw_only=True)
class Hit:
    """A rule that applies; its results are evaluated when they are needed, and kept for the trace."""

    index: int
    id: str | None
    results: Callable[[Run], dict[str, Any]]
    given: dict[str, Any] | None = field(default=None)
    used: bool = True

    def outputs(self, run: Run) -> dict[str, Any]:
        """The outputs by name."""
        if self.given is None:
            self.given = self.results(run)
        return self.given


@dataclass(frozen=True, slots=True, kw_only=True)
class Hits:
    """What the policies need to know of a table."""

    owner: str
    at: Position
    outputs: tuple[str, ...]
    compound: bool
    ranks: Ranks
    aggregation: Callable[[list[Any], Run, Position], Any] | None

    def value(self, hit: Hit, run: Run) -> Any:
        """The result of a rule: a context of the outputs, or the only one."""
        outputs = hit.outputs(run)
        return outputs if self.compound else outputs[self.outputs[0]]

    def values(self, hits: list[Hit], run: Run) -> list[Any] | None:
        """The results of these rules; null where there are none."""
        run.spend(len(hits), self.at)
        return [self.value(hit, run) for hit in hits] or None

    def rank(self, hit: Hit, run: Run) -> tuple[int, ...]:
        """How far behind a rule's outputs stand in the lists of allowed values, the first output counting most."""
        outputs = hit.outputs(run)
        ranks = []
        for name, tests in self.ranks:
            value, place = outputs[name], 0
            while place < len(tests) and tests[place](value, run) is not True:
                place += 1
            run.spend(1 + place, self.at)
            ranks.append(place)
        return tuple(ranks)

    def fault(self, code: str, said: str, hits: list[Hit], run: Run) -> None:
        """Report that the rules contradict the hit policy; the value of the table is null."""
        names = [f"{hit.index + 1} ({hit.id})" if hit.id else str(hit.index + 1) for hit in hits[:_NAMED]]
        more = f" and {len(hits) - _NAMED} more" if len(hits) > _NAMED else ""
        message = f"rules {', '.join(names)}{more} {said}"
        leave(run, Fault(decision=self.owner, code=code, message=message, at=self.at))


def _unique(hits: Hits, found: list[Hit], run: Run) -> Any:
    if len(found) > 1:
        return hits.fault("hit-policy-unique", "apply together; the hit policy is UNIQUE", found, run)
    return hits.value(found[0], run) if found else None


def _any(hits: Hits, found: list[Hit], run: Run) -> Any:
    values = hits.values(found, run)
    if values is None:
        return None
    if all(equal(values[0], value, run, hits.at) is True for value in values[1:]):
        return values[0]
    return hits.fault("hit-policy-any", "apply with different results; the hit policy is ANY", found, run)


def _first(hits: Hits, found: list[Hit], run: Run) -> Any:
    return hits.value(found[0], run) if found else None


def _priority(hits: Hits, found: list[Hit], run: Run) -> Any:
    if not found:
        return None
    best = min(found, key=lambda hit: hits.rank(hit, run))
    for hit in found:
        hit.used = hit is best
    return hits.value(best, run)


def _rule_order(hits: Hits, found: list[Hit], run: Run) -> Any:
    return hits.values(found, run)


def _output_order(hits: Hits, found: list[Hit], run: Run) -> Any:
    return hits.values(sorted(found, key=lambda hit: hits.rank(hit, run)), run)


def _collect(hits: Hits, found: list[Hit], run: Run) -> Any:
    """All results as a list, or one value made of them; over several outputs, of each output on its own."""
    if hits.aggregation is None:
        return hits.values(found, run)
    if hits.aggregation is _count:
        return Decimal(len(found))
    outputs = [hit.outputs(run) for hit in found]
    if not outputs:
        return None
    made = {name: hits.aggregation([each[name] for each in outputs], run, hits.at) for name in hits.outputs}
    return made if hits.compound else made[hits.outputs[0]]


def _count(values: list[Any], run: Run, at: Position) -> Any:
    return Decimal(len(values))


def _built_in(name: str) -> Callable[[list[Any], Run, Position], Any]:
    return lambda values, run, at: invoke(BUILTINS[name], [values], run, at)


POLICIES: Mapping[str, Callable[[Hits, list[Hit], Run], Any]] = {
    "UNIQUE": _unique,
    "ANY": _any,
    "FIRST": _first,
    "PRIORITY": _priority,
    "RULE ORDER": _rule_order,
    "OUTPUT ORDER": _output_order,
    "COLLECT": _collect,
}
AGGREGATIONS: Mapping[str, Callable[[list[Any], Run, Position], Any]] = {
    "SUM": _built_in("sum"),
    "MIN": _built_in("min"),
    "MAX": _built_in("max"),
    "COUNT": _count,
}
