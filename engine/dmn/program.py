"""A compiled model: decisions as code over the values of their requirements, knowledge and services as functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from engine.dmn.definitions import Key
from engine.feel.bounds import Run
from engine.feel.compiler import Code
from engine.feel.errors import Position
from engine.feel.functions import Function
from engine.feel.types import Type

NO_DATA: Mapping[str, object] = {}


class Binding(NamedTuple):
    """A name that an expression reads: the value of an element, or of an import, a context of elements."""

    name: str
    key: Key | None
    members: tuple[tuple[str, Key], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class InputUnit:
    """Input data: its names, its type, and by which imports the main model reaches it."""

    name: str
    known: tuple[str, ...]
    type: Type
    at: Position
    chain: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionUnit:
    """A decision: what it reads, its code, the names of the data that it reads without requiring them."""

    name: str
    known: tuple[str, ...]
    type: Type
    at: Position
    requires: tuple[Key, ...]
    bindings: tuple[Binding, ...]
    code: Code
    levels: int
    free: frozenset[str]
    chain: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceUnit:
    """A decision service: its parameters in order, and its decisions in the order of evaluation."""

    name: str
    parameters: tuple[tuple[str, Key, Type], ...]
    outputs: tuple[Key, ...]
    order: tuple[Key, ...]
    type: Type
    at: Position


@dataclass(slots=True, kw_only=True)
class Program:
    """All units of a library. Filled while it is compiled; afterwards nothing changes it."""

    inputs: dict[Key, InputUnit]
    decisions: dict[Key, DecisionUnit]
    services: dict[Key, ServiceUnit]
    functions: dict[Key, Function]

    def value(self, key: Key, values: Mapping[Key, Any]) -> Any:
        """The value of an element in scope: one that is already known, or a function."""
        function = self.functions.get(key)
        return values.get(key) if function is None else function

    def bound(self, bindings: tuple[Binding, ...], values: Mapping[Key, Any], run: Run, at: Position) -> list[Any]:
        """The local names of a unit; takes a unit of fuel for each."""
        run.spend(1 + len(bindings), at)
        bound: list[Any] = []
        for _, key, members in bindings:
            if key:
                bound.append(self.value(key, values))
            else:
                run.spend(len(members), at)
                bound.append({name: self.value(member, values) for name, member in members})
        return bound

    def decide(self, key: Key, values: Mapping[Key, Any], run: Run) -> Any:
        """The value of a decision whose requirements have their values."""
        unit = self.decisions[key]
        return apart(run, self.bound(unit.bindings, values, run, unit.at), lambda: unit.code(run))

    def serve(
        self,
        service: ServiceUnit,
        arguments: tuple[Any, ...],
        run: Run,
        told: Callable[[DecisionUnit, Any], None] = lambda unit, value: None,
    ) -> Any:
        """The value of a service for arguments in the order of its parameters; `told` gets each decision's value."""
        values: dict[Key, Any] = {
            key: argument for (_, key, _), argument in zip(service.parameters, arguments, strict=True)
        }
        # A service sees nothing but its parameters (DMN 1.5 §10.4).
        outer, run.data = run.data, NO_DATA
        try:
            for key in service.order:
                values[key] = self.decide(key, values, run)
                told(self.decisions[key], values[key])
        finally:
            run.data = outer
        if len(service.outputs) == 1:
            return values[service.outputs[0]]
        return {self.decisions[key].known[0]: values[key] for key in service.outputs}


def apart(run: Run, values: list[Any], work: Callable[[], Any]) -> Any:
    """Do work that has local names of its own, and put those of the work around back."""
    around, run.locals = run.locals, values
    try:
        return work()
    finally:
        run.locals = around
