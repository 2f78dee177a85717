"""A decision model as it stands in the file (DMN 1.5 §6.3, §7.3): immutable, each part with its line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from engine.dmn.boxed import Boxed, FunctionBox, Text, TypeRef, Variable


class Key(NamedTuple):
    """What an `href` names: an element by the namespace of its model and its id."""

    namespace: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An item definition or component (DMN 1.5 §7.3.2): a reference to a type, components, or a function's type."""

    name: str
    type: TypeRef | None
    components: tuple[Item, ...]
    function: tuple[tuple[Variable, ...], TypeRef | None] | None
    collection: bool
    allowed: Text | None
    """A test for the value, of a collection for each member."""
    constraint: Text | None
    """A test for the whole value (DMN 1.5)."""
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """A part of the requirements graph that has a name and a value."""

    key: Key
    name: str
    known: tuple[str, ...]
    """The names under which expressions read its value: its variable's, else its own, then its id (as in Camunda 8)."""
    type: TypeRef | None
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InputData(Element):
    """What is given from outside."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision(Element):
    """A decision; without logic its value is null unless it is given as input of a service."""

    requires: tuple[Key, ...]
    """Decisions and input data, in the order of the file."""
    knows: tuple[Key, ...]
    """Knowledge models and services."""
    logic: Boxed | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge(Element):
    """A business knowledge model: a function."""

    knows: tuple[Key, ...]
    logic: FunctionBox | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Service(Element):
    """A decision service: decisions as a function of input data and input decisions."""

    outputs: tuple[Key, ...]
    encapsulated: tuple[Key, ...]
    given_decisions: tuple[Key, ...]
    given_data: tuple[Key, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """Another model, whose elements are known under `name` (with an empty name: as if they stood here)."""

    name: str
    namespace: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Definitions:
    """One file."""

    source: str
    name: str
    namespace: str
    imports: tuple[Import, ...]
    items: tuple[Item, ...]
    elements: tuple[Element, ...]
