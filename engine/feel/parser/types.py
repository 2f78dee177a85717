"""Types as they are written after `instance of` and `:` (DMN 1.5 §10.3.1.2 rules 64-66)."""

from engine.feel.lexer import Kind
from engine.feel.parser.cursor import Cursor
from engine.feel.types import ANY, SIMPLE, Type, context_of, function_of, list_of, range_of

# Words that would be keywords elsewhere.
_LONG = (
    ("date", "and", "time"),
    ("days", "and", "time", "duration"),
    ("years", "and", "months", "duration"),
    ("day", "time", "duration"),
    ("year", "month", "duration"),
)


class TypeParser(Cursor):
    """Reads a type."""

    def _type(self) -> Type:
        self._nesting += 1
        if self._nesting > self._bounds.depth:
            raise self._too_deep(self._now.at)
        kind = self._type_here()
        self._nesting -= 1
        return kind

    def _type_here(self) -> Type:
        if self._is("function"):
            return self._function_type()
        at = self._now.at
        name = self._type_name()
        if self._is("<") and name in ("list", "range", "context"):
            self._take()
            kind = self._context_type() if name == "context" else self._member_type(name)
            self._expect(">", "to close the type")
            return kind
        kind_named = self._vocabulary.types.get(name) or SIMPLE.get(name)
        if kind_named is None:
            raise self._unknown_type(name, at)
        return kind_named

    def _member_type(self, name: str) -> Type:
        member = self._type()
        return list_of(member) if name == "list" else range_of(member)

    def _type_name(self) -> str:
        if self._now.kind not in (Kind.NAME, Kind.KEYWORD):
            self._refuse("a type")
        for words in _LONG:
            ahead = self._tokens[self._index : self._index + len(words)]
            if tuple(token.text for token in ahead) == words:
                self._go(self._index + len(words))
                return " ".join(words)
        if self._is("null"):
            self._take()
            return "Null"
        name = self._name()
        while self._is(".") and self._next.kind is Kind.NAME:
            self._take()
            name += "." + self._name()
        return name

    def _context_type(self) -> Type:
        entries: list[tuple[str, Type]] = []
        while not self._is(">"):
            name = self._new_name(":", what="the name of an entry")
            self._take()
            entries.append((name, self._type()))
            if not self._is(">"):
                self._expect(",", "or `>` in the context type")
        return context_of(tuple(entries))

    def _function_type(self) -> Type:
        self._take()
        parameters: list[Type] = []
        if self._is("<"):
            self._take()
            while not self._is(">"):
                parameters.append(self._type())
                if not self._is(">"):
                    self._expect(",", "or `>` in the function type")
            self._take()
        if not self._is("->"):
            return function_of(tuple(parameters), ANY)
        self._take()
        return function_of(tuple(parameters), self._type())
