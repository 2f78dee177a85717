"""The tokens under the parser: taking them, refusing them, and putting names together.

FEEL's names may hold spaces and symbols (DMN 1.5 §10.3.1.4). A name that is known (of the data, of a context's
entry, of a built-in) is taken as long as it can be; of an unknown one, the words that stand side by side belong
together, since no other reading of two adjacent words is FEEL.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NoReturn, TypeVar

from engine.feel.bounds import Bounds
from engine.feel.errors import FeelError, Position, shown
from engine.feel.lexer import Kind, Lexer, Token
from engine.feel.tree import Node
from engine.feel.types import Type

N = TypeVar("N", bound=Node)

# Words and symbols of a known name; each place of a text may be compared with so many.
_LONGEST = 64

_NAME_SYMBOLS = frozenset((".", "/", "-", "+", "*", "**"))
_WORDS = frozenset((Kind.NAME, Kind.KEYWORD, Kind.NUMBER))
_NO_VALUE = frozenset(
    (
        *(".", "..", ")", "]", "}", ",", ":", "=", "!=", "<", "<=", ">", ">=", "+", "*", "/", "**", "->"),
        *("then", "else", "return", "satisfies", "and", "or", "in", "between", "instance"),
    )
)


class _Branch:
    """Where known names go on from the words so far: by their next word, and the name that may end here."""

    __slots__ = ("further", "name")

    def __init__(self) -> None:
        self.further: dict[str, _Branch] = {}
        self.name: str | None = None


class Vocabulary:
    """Names that an expression may hold besides plain words, and types that it may name; grows while parsing."""

    def __init__(self, names: Iterable[str], types: Mapping[str, Type]) -> None:
        self.types = types
        self._names = _Branch()
        self.add(names)

    def add(self, names: Iterable[str]) -> None:
        """Know these names from now on; of those with the same words and symbols the first counts."""
        for name in names:
            if 1 < len(words := words_of(name)) <= _LONGEST:
                branch = self._names
                for word in words:
                    branch = branch.further.setdefault(word, _Branch())
                branch.name = branch.name or name

    def longest(self, tokens: list[Token], index: int) -> tuple[int, str] | None:
        """How many tokens from `index` on make the longest known name of several words, and the name."""
        found, branch, end = None, self._names.further.get(tokens[index].text), index
        while branch and tokens[end].kind is not Kind.STRING:
            end += 1
            if branch.name:
                found = end - index, branch.name
            branch = branch.further.get(tokens[end].text)
        return found


@lru_cache(maxsize=4096)
def words_of(name: str) -> tuple[str, ...]:
    """The words and symbols of a name; empty if it can be no name."""
    try:
        tokens = Lexer(name).tokens()
    except FeelError:
        return ()
    return tuple(token.text for token in tokens[:-1])


def joined(tokens: Iterable[Token]) -> str:
    """The name that these tokens write: one space between words, none around symbols."""
    name = ""
    for token in tokens:
        symbol = token.text in _NAME_SYMBOLS
        name += token.text if symbol or not name or name[-1] in "./-+*" else f" {token.text}"
    return name


class Cursor:
    """Where the parser stands. Counts nodes and nesting, so that both are bounded."""

    def __init__(self, tokens: list[Token], bounds: Bounds, vocabulary: Vocabulary) -> None:
        self._tokens = tokens
        self._index = 0
        self._now = tokens[0]
        self._bounds = bounds
        self._vocabulary = vocabulary
        self._nesting = 0
        self._depths: dict[int, int] = {}  # by id of a node, which the tree keeps alive

    # Tokens

    @property
    def _next(self) -> Token:
        return self._tokens[min(self._index + 1, len(self._tokens) - 1)]

    def _take(self) -> Token:
        token = self._now
        if token.kind is not Kind.END:
            self._go(self._index + 1)
        return token

    def _go(self, index: int) -> None:
        self._index = index
        self._now = self._tokens[index]

    def _is(self, *signs: str) -> bool:
        return self._now.sign in signs

    def _is_word(self, text: str) -> bool:
        return self._now.text == text and self._now.kind in (Kind.NAME, Kind.KEYWORD)

    def _expect(self, text: str, after: str) -> Token:
        if not self._is(text):
            self._refuse(f"`{text}` {after}")
        return self._take()

    def _could_begin_a_value(self, token: Token) -> bool:
        return token.kind is not Kind.END and token.sign not in _NO_VALUE

    # Names

    def _name(self) -> str:
        """The name that begins at a word."""
        tokens, start = self._tokens, self._index
        known = self._vocabulary.longest(tokens, start)
        end = start + 1
        while tokens[end].kind is Kind.NAME:
            end += 1
        if known and known[0] >= end - start:
            self._go(start + known[0])
            return known[1]
        self._go(end)
        return joined(tokens[start:end])

    def _begins_known_name(self) -> bool:
        return self._vocabulary.longest(self._tokens, self._index) is not None

    def _may_be_in_a_name(self, token: Token) -> bool:
        return token.kind in _WORDS or token.sign in _NAME_SYMBOLS

    def _new_name(self, *ends: str, what: str) -> str:
        """A name that is declared here: every word and symbol up to one of `ends`; known from then on."""
        start = self._index
        if self._now.kind not in (Kind.NAME, Kind.KEYWORD) or self._is(*ends):
            self._refuse(what)
        while not self._is(*ends):
            if not self._may_be_in_a_name(self._now):
                self._refuse(what)
            self._take()
        name = joined(self._tokens[start : self._index])
        self._vocabulary.add((name,))
        return name

    # Errors

    def _refuse(self, expected: str = "an operator or the end of the expression") -> NoReturn:
        token, before = self._now, self._tokens[self._index - 1] if self._index else None
        if self._is("=") and before and before.text == "=":
            raise FeelError("syntax", "unexpected second `=`; FEEL compares with one `=`", token.at)
        raise FeelError("syntax", f"expected {expected}, found {token.described()}", token.at)

    def _built(self, node: N, *children: Node) -> N:
        depths = self._depths
        depth = 1
        for child in children:
            if depths[id(child)] >= depth:
                depth = depths[id(child)] + 1
        if depth > self._bounds.depth:
            raise self._too_deep(node.at)
        if len(depths) >= self._bounds.nodes:
            raise FeelError("node-bound", f"more than {self._bounds.nodes} parts; split the expression", node.at)
        depths[id(node)] = depth
        return node

    def _too_deep(self, at: Position) -> FeelError:
        return FeelError("depth-bound", f"nested deeper than {self._bounds.depth} levels; split the expression", at)

    def _unknown_type(self, name: str, at: Position) -> FeelError:
        return FeelError("syntax", f"there is no type `{shown(name)}`; expected one such as number or list<string>", at)
