"""FEEL texts of a model: parsed with the names and types that they may hold, their errors told with file and line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from engine.dmn.boxed import Text
from engine.dmn.names import Names
from engine.feel.bounds import Bounds
from engine.feel.errors import FeelError, Position
from engine.feel.parser import parse, parse_unary_tests
from engine.feel.tree import Node, UnaryTests
from engine.feel.types import Type

# Characters that the texts of one model may have together: a file full of texts that each keep their bound would take
# many seconds.
_MOST = 200_000


class Texts:
    """Parses the texts of one model; `names` are those of members, known everywhere."""

    def __init__(self, names: Iterable[str], types: Mapping[str, Type], bounds: Bounds) -> None:
        self._members = Names(names)
        self._type_names = Names(types)
        self._types = types
        self._bounds = bounds
        self._left = _MOST

    def expression(self, text: Text, scope: Names) -> Node:
        """The tree of an expression; raises FeelError."""
        self._bound(text)
        names, types = self._names(text, scope), self._known(text)
        return parse(text.text, self._bounds, names=names, types=types, line=text.line)

    def tests(self, text: Text, scope: Names) -> UnaryTests:
        """The tests of a cell; an empty cell holds for every value, as `-` does. Raises FeelError."""
        self._bound(text)
        shown = text.text if text.text.strip() else "-"
        names, types = self._names(text, scope), self._known(text)
        return parse_unary_tests(shown, self._bounds, names=names, types=types, line=text.line)

    def _names(self, text: Text, scope: Names) -> frozenset[str]:
        return frozenset((*self._members.within(text.text), *scope.within(text.text)))

    def _known(self, text: Text) -> dict[str, Type]:
        """The types that the text may name; most texts name none."""
        if "instance" not in text.text and "function" not in text.text:
            return {}
        several = self._type_names.within(text.text)
        plain = [word for word in self._types if word in text.text]
        return {name: self._types[name] for name in (*plain, *several)}

    def _bound(self, text: Text) -> None:
        if len(text.text) > self._bounds.text:
            message = f"the expression has {len(text.text)} characters; expected at most {self._bounds.text}"
            raise FeelError("text-bound", message, Position(text.line, 1))
        self._left -= len(text.text)
        if self._left < 0:
            message = f"the model has more than {_MOST} characters of FEEL; split the model"
            raise FeelError("text-bound", message, Position(text.line, 1))
