"""The names with spaces and symbols that an expression may hold: which of a model's many could stand in a text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from engine.dmn.boxed import (
    Boxed,
    ConditionalBox,
    ContextBox,
    FilterBox,
    FunctionBox,
    InvocationBox,
    IterationBox,
    ListBox,
    RelationBox,
    TableBox,
)
from engine.dmn.definitions import Decision, Definitions, Item, Knowledge
from engine.feel.errors import FeelError

_PLAIN = re.compile(r"[^\W\d]\w*")
_WORD = re.compile(r"\w+")
# What reading the texts of one model may take. Names that share their words make that quadratic: each look at a name
# costs a unit, and each character of a name that a text may hold, which its parser then reads, costs some more.
_WORK = 5_000_000
_CHARACTER = 8


class Names:
    """Names that need more than one word, found again by the words of a text; counts what that takes."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._left = _WORK
        self._by_word: dict[str, list[tuple[frozenset[str], str]]] = {}
        self._by_symbol: list[str] = []
        for name in dict.fromkeys(names):
            self._add(name)

    def _add(self, name: str) -> None:
        if not _PLAIN.fullmatch(name):
            if words := _WORD.findall(name):
                self._by_word.setdefault(words[0], []).append((frozenset(words), name))
            else:
                self._by_symbol.append(name)

    def _drop(self, name: str) -> None:
        """Forget the name that was added last."""
        if not _PLAIN.fullmatch(name):
            words = _WORD.findall(name)
            (self._by_word[words[0]] if words else self._by_symbol).pop()

    @contextmanager
    def scope(self) -> Iterator[Callable[[str], None]]:
        """Give a way to add names, which are forgotten when the scope is left."""
        added: list[str] = []

        def add(name: str) -> None:
            added.append(name)
            self._add(name)

        yield add
        for name in reversed(added):
            self._drop(name)

    def within(self, text: str) -> list[str]:
        """Those all of whose words stand in `text`; raises FeelError `text-bound` when there are far too many."""
        words = set(_WORD.findall(text))
        found = list(self._by_symbol)
        for word in sorted(words & self._by_word.keys()):
            candidates = self._by_word[word]
            self._spend(len(candidates))
            found += [name for needed, name in candidates if needed <= words]
        self._spend(sum(map(len, found)) * _CHARACTER)
        return found

    def _spend(self, work: int) -> None:
        self._left -= work
        if self._left < 0:
            raise FeelError("text-bound", "the model has too many names with spaces; split the model")


def member_names(model: Definitions) -> Iterator[str]:
    """What may stand after a dot: components of types, entries of contexts, columns of tables and relations."""
    for item in model.items:
        yield from _components(item)
    for element in model.elements:
        if isinstance(element, Decision | Knowledge):
            yield from _entries(element.logic)


def _components(item: Item) -> Iterator[str]:
    for component in item.components:
        yield component.name
        yield from _components(component)


def _entries(box: Boxed | None) -> Iterator[str]:
    match box:
        case ContextBox():
            yield from (variable.name for variable, _ in box.entries)
        case RelationBox():
            yield from (column.name for column in box.columns)
        case TableBox():
            yield from (output.name for output in box.outputs if output.name)
    for part in parts(box):
        yield from _entries(part)


def parts(box: Boxed | None) -> tuple[Boxed | None, ...]:
    """The boxed expressions directly within one."""
    match box:
        case ContextBox():
            return (*(value for _, value in box.entries), box.result)
        case InvocationBox():
            return (box.function, *(value for _, value in box.bindings))
        case ListBox():
            return box.items
        case RelationBox():
            return tuple(cell for row in box.rows for cell in row)
        case FunctionBox():
            return (box.body,)
        case ConditionalBox():
            return (box.condition, box.consequence, box.alternative)
        case FilterBox():
            return (box.source, box.match)
        case IterationBox():
            return (box.source, box.body)
    return ()
