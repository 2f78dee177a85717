"""From item definitions to the types of FEEL (DMN 1.5 §7.3.2): references, components, collections, allowed values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.dmn.boxed import Text, TypeRef, Variable
from engine.dmn.definitions import Definitions, Item
from engine.dmn.document import MODELS, is_feel
from engine.dmn.library import Library
from engine.dmn.names import Names, member_names
from engine.dmn.problems import Problems
from engine.dmn.program import apart
from engine.dmn.text import Texts
from engine.feel.bounds import Bounds, Run
from engine.feel.compiler import Compiler, Test, compile_tests
from engine.feel.errors import START, FeelError
from engine.feel.parser import parse
from engine.feel.tree import InstanceOf
from engine.feel.types import (
    ANY,
    DATE_TIME,
    DAYS_DURATION,
    NUMBER,
    SIMPLE,
    YEARS_DURATION,
    ContextOf,
    FunctionOf,
    ListOf,
    Restricted,
    Type,
    list_of,
)
from engine.feel.values import read

# The names of XML Schema, which DMN uses beside those of FEEL; the last row is what Camunda 7 calls numbers.
_ALIASES: Mapping[str, Type] = {
    "dateTime": DATE_TIME, "dayTimeDuration": DAYS_DURATION, "yearMonthDuration": YEARS_DURATION, "any": ANY,
    "integer": NUMBER, "long": NUMBER, "double": NUMBER, "decimal": NUMBER,
}  # fmt: skip
_BUILT_IN: Mapping[str, Type] = {**SIMPLE, **_ALIASES}
_XML_SCHEMA = "http://www.w3.org/2001/XMLSchema"
_DEEPEST = 64
_LARGEST = 2000
"""Parts of a type, each reference to another item definition counted with all of its parts."""


class Types:
    """The types of all models of a library, by namespace and name."""

    def __init__(self, library: Library, bounds: Bounds, problems: Problems) -> None:
        self._library = library
        self._bounds = bounds
        self._problems = problems
        self._items = {(model.namespace, item.name): item for model in library.models.values() for item in model.items}
        self._built: dict[tuple[str, str], tuple[Type, int]] = {}
        self._open: list[tuple[str, str]] = []
        self._bare: dict[int, tuple[Type, Type]] = {}  # with each type the original, so that nothing else has its id
        self._waiting: list[tuple[Definitions, Text, str, _Allowed]] = []
        for model in library.models.values():
            for item in model.items:
                self._item(model, item)
        self._compile_tests()

    def of(self, model: Definitions, ref: TypeRef | None, line: int, element: str) -> Type:
        """The type that a typeRef names; `Any` where there is none, and for an unknown one, which is a problem."""
        return self._reference(model, ref, line, element)[0]

    def listed(self, model: Definitions, ref: TypeRef | None) -> Text | None:
        """The allowed values of the item definition that a typeRef names, as written."""
        if ref is None:
            return None
        items = (self._items.get((place.namespace, name)) for place, name in self._places(model, ref))
        return next((item.allowed for item in items if item and not item.collection), None)

    def names_of(self, model: Definitions) -> dict[str, Type]:
        """The types that expressions of a model may name: its own, and those of its imports as `import.type`.

        Without their allowed values, which `instance of` does not ask for (DMN 1.5 §10.3.2.13).
        """
        known = {item.name: self._plain(model, item) for item in model.items}
        for each in model.imports:
            if other := self._library.models.get(each.namespace):
                prefix = f"{each.name}." if each.name else ""
                for item in other.items:
                    known.setdefault(prefix + item.name, self._plain(other, item))
        return known

    def _plain(self, model: Definitions, item: Item) -> Type:
        return unrestricted(self._built[model.namespace, item.name][0], self._bare)

    # References

    def _reference(self, model: Definitions, ref: TypeRef | None, line: int, element: str) -> tuple[Type, int]:
        if ref is None:
            return ANY, 1
        for place, name in self._places(model, ref):
            if item := self._items.get((place.namespace, name)):
                return self._item(place, item)
        if (built_in := self._built_in(model, ref)) is not None:
            return built_in, 1
        message, remedy = f"there is no type {ref.name}", "define it as item definition or use a type of FEEL"
        self._problems.add(model.source, line, element, "unknown-type", message, remedy)
        return ANY, 1

    def _places(self, model: Definitions, ref: TypeRef) -> list[tuple[Definitions, str]]:
        """Where an item definition of that name could stand."""
        if ref.namespace is not None and ref.namespace in self._library.models:
            return [(self._library.models[ref.namespace], ref.name)]
        places = [(model, ref.name)]
        for each in model.imports:
            other = self._library.models.get(each.namespace)
            if other and not each.name:
                places.append((other, ref.name))
            elif other and ref.name.startswith(f"{each.name}."):
                places.append((other, ref.name[len(each.name) + 1 :]))
        return places

    def _built_in(self, model: Definitions, ref: TypeRef) -> Type | None:
        if ref.namespace and not is_feel(ref.namespace) and ref.namespace not in (*MODELS, _XML_SCHEMA):
            return None
        if "<" not in ref.name:
            return _BUILT_IN.get(ref.name)
        try:
            asked = parse(f"null instance of {ref.name}", self._bounds)
        except FeelError:
            return None
        return asked.type if isinstance(asked, InstanceOf) else None

    # Item definitions

    def _item(self, model: Definitions, item: Item) -> tuple[Type, int]:
        key = (model.namespace, item.name)
        if key in self._built:
            return self._built[key]
        if key in self._open:
            self._refuse(model, item, "type-cycle", "the type is defined by itself", "end the circle of references")
            return ANY, 1
        if len(self._open) >= _DEEPEST:
            message = f"types refer to each other over more than {_DEEPEST} steps"
            self._refuse(model, item, "type-size", message, "shorten the chain")
            return ANY, 1
        self._open.append(key)
        kind, size = self._of_item(model, item)
        self._open.pop()
        if size > _LARGEST:
            self._refuse(model, item, "type-size", f"the type has more than {_LARGEST} parts", "make it smaller")
            kind, size = ANY, 1
        self._built[key] = kind, size
        return kind, size

    def _of_item(self, model: Definitions, item: Item) -> tuple[Type, int]:
        kind, size = self._base(model, item)
        if item.allowed:
            kind = self._restricted(model, item, kind, item.allowed)
        if item.collection:
            kind = list_of(kind)
        if item.constraint:
            kind = self._restricted(model, item, kind, item.constraint)
        return kind, size + 1

    def _base(self, model: Definitions, item: Item) -> tuple[Type, int]:
        if item.components:
            parts = [(each.name, *self._of_item(model, each)) for each in item.components]
            entries = tuple((name, kind) for name, kind, _ in parts)
            return ContextOf(item.name, entries), sum(size for _, _, size in parts)
        if item.function is not None:
            return self._function(model, item, *item.function)
        return self._reference(model, item.type, item.line, item.name)

    def _function(
        self, model: Definitions, item: Item, parameters: tuple[Variable, ...], result: TypeRef | None
    ) -> tuple[Type, int]:
        kinds = [self._reference(model, each.type, each.line, item.name) for each in parameters]
        answer, size = self._reference(model, result, item.line, item.name)
        return FunctionOf(item.name, tuple(kind for kind, _ in kinds), answer), size + sum(size for _, size in kinds)

    # Allowed values

    def _restricted(self, model: Definitions, item: Item, base: Type, tests: Text) -> Type:
        allowed = _Allowed()
        self._waiting.append((model, tests, item.name, allowed))
        return Restricted(item.name, base, allowed)

    def _compile_tests(self) -> None:
        """Last, since a test may itself name types."""
        texts: dict[str, Texts] = {}
        for model, text, name, allowed in self._waiting:
            if model.namespace not in texts:
                texts[model.namespace] = Texts(member_names(model), self.names_of(model), self._bounds)
            try:
                tests = texts[model.namespace].tests(text, Names())
                allowed.test = compile_tests(tests, Compiler())
                allowed.cost = len(tests.tests) // 8
            except FeelError as error:
                line = max(error.line, text.line)
                self._problems.add(model.source, line, name, error.code, error.message, "mend the allowed values")

    def _refuse(self, model: Definitions, item: Item, code: str, message: str, remedy: str) -> None:
        self._problems.add(model.source, item.line, item.name, code, message, remedy)


class _Allowed:
    """Whether a value is among those that an item definition allows; `test` is set once all types are known."""

    __slots__ = ("cost", "test")

    def __init__(self) -> None:
        self.cost = 0
        self.test: Test = lambda value, run: True

    def __call__(self, value: Any, run: Run) -> bool:
        run.spend(self.cost, START)
        allowed: bool = apart(run, [], lambda: holds(self.test, value, run))
        return allowed


def holds(test: Test, value: Any, run: Run) -> bool:
    """Whether a value, or of a list each member, passes a test of allowed values."""
    if test(value, run) is True:
        return True
    if not isinstance(value, list) or not value:
        return False
    run.spend(len(value), START)
    return all(test(read(member), run) is True for member in value)


def unrestricted(kind: Type, known: dict[int, tuple[Type, Type]]) -> Type:
    """The type without the allowed values of itself and its parts, each of which is made once and then `known`."""
    if id(kind) in known:
        return known[id(kind)][1]
    bare = kind
    match kind:
        case Restricted():
            bare = unrestricted(kind.base, known)
        case ListOf():
            bare = list_of(unrestricted(kind.member, known))
        case ContextOf():
            bare = ContextOf(kind.name, tuple((name, unrestricted(part, known)) for name, part in kind.entries))
        case FunctionOf():
            parameters = tuple(unrestricted(each, known) for each in kind.parameters)
            bare = FunctionOf(kind.name, parameters, unrestricted(kind.result, known))
    known[id(kind)] = kind, bare
    return bare
