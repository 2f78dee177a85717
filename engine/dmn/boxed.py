"""Boxed expressions as they stand in the file (DMN 1.5 §10.2.2): immutable, each with its line; `type` is a typeRef."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A FEEL text and the line on which it begins."""

    text: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeRef:
    """The name of a type as written, and the namespace that its prefix stands for, if it has a declared one."""

    name: str
    namespace: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """A name with an optional type: of a variable, a parameter, a component."""

    name: str
    type: TypeRef | None
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Boxed:
    """A boxed expression."""

    line: int
    id: str | None
    type: TypeRef | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LiteralBox(Boxed):
    """A FEEL text; None is an expression that was left empty."""

    text: Text | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextBox(Boxed):
    """Entries in order, and the result entry, which has no variable."""

    entries: tuple[tuple[Variable, Boxed | None], ...]
    result: Boxed | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InvocationBox(Boxed):
    """A call with named arguments."""

    function: Boxed | None
    bindings: tuple[tuple[Variable, Boxed | None], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListBox(Boxed):
    """A list."""

    items: tuple[Boxed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RelationBox(Boxed):
    """A list of contexts that have the columns as entries."""

    columns: tuple[Variable, ...]
    rows: tuple[tuple[Boxed, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionBox(Boxed):
    """A function; `kind` is FEEL, Java or PMML."""

    kind: str
    parameters: tuple[Variable, ...]
    body: Boxed | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionalBox(Boxed):
    """If, then, else."""

    condition: Boxed | None
    consequence: Boxed | None
    alternative: Boxed | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterBox(Boxed):
    """The members of a list that match."""

    source: Boxed | None
    match: Boxed | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IterationBox(Boxed):
    """`for`, `some` or `every` over a list."""

    kind: Literal["for", "some", "every"]
    variable: str
    source: Boxed | None
    body: Boxed | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownBox(Boxed):
    """An expression that cannot be run: why, and what to do."""

    code: str
    message: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InputClause:
    """A column of conditions."""

    expression: Text | None
    type: TypeRef | None
    values: Text | None
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputClause:
    """A column of results."""

    name: str | None
    type: TypeRef | None
    values: Text | None
    default: Text | None
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleBox:
    """A rule: its cells in the order of the columns."""

    id: str | None
    inputs: tuple[Text, ...]
    outputs: tuple[Text, ...]
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TableBox(Boxed):
    """A decision table; hit policy and aggregation as written."""

    policy: str
    aggregation: str | None
    inputs: tuple[InputClause, ...]
    outputs: tuple[OutputClause, ...]
    rules: tuple[RuleBox, ...]
