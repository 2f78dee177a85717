"""What an evaluation leaves on `Run.trace`: the tables that fired, and the faults that a caller must not overlook."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.feel.bounds import Run
from engine.feel.errors import Position

_MOST = 1000
"""Entries of one evaluation's trace; a table within an iteration fires often, and further ones are dropped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FiredRule:
    """A rule that applied: its number from 1, its id, and the values of its columns.

    `inputs` is by expression text; `outputs` by output name, or by that of the decision for a lone output without name,
    and empty where the hit policy did not need them.
    """

    index: int
    id: str | None
    inputs: Mapping[str, object]
    outputs: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class FiredTable:
    """A decision table that was evaluated: in which decision or knowledge model, and the rules in rule order."""

    decision: str
    table: str | None
    policy: str
    rules: tuple[FiredRule, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Why an evaluation cannot be relied on, such as two rules that apply where only one may."""

    decision: str
    code: str
    message: str
    at: Position


def leave(run: Run, entry: FiredTable | Fault) -> None:
    """Put an entry on the trace; faults find room behind the tables."""
    if len(run.trace) < (2 * _MOST if isinstance(entry, Fault) else _MOST):
        run.trace.append(entry)
