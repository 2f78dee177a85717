"""Operands of FEEL: literals, names, lists, contexts, ranges, functions, and what may follow them (`.`, `[`, `(`)."""

from decimal import Decimal

from engine.feel.errors import FeelError, Position, Undefined
from engine.feel.iso8601 import temporal_from
from engine.feel.lexer import Kind, Token
from engine.feel.numbers import CONTEXT
from engine.feel.parser.types import TypeParser
from engine.feel.tree import (
    Call,
    ContextLiteral,
    Filter,
    FunctionLiteral,
    InstanceOf,
    ListLiteral,
    Literal,
    Name,
    Negation,
    Node,
    OperatorTest,
    Path,
    RangeLiteral,
)
from engine.feel.types import ANY, Type

COMPARISONS = frozenset(("=", "!=", "<", "<=", ">", ">="))
_FOLLOWING = frozenset((".", "(", "[", "instance"))
_CONSTANTS = {"true": True, "false": False, "null": None}


class OperandParser(TypeParser):
    """Reads an operand; `_expression` and `_control` are the grammar above it."""

    _closing_range = 0

    def _expression(self, level: int = 1) -> Node:
        raise NotImplementedError

    def _control(self) -> Node | None:
        raise NotImplementedError

    def _operand(self) -> Node:
        if self._is("-"):
            return self._negation()
        return self._postfix(self._primary())

    def _negation(self) -> Node:
        signs = [self._take()]
        while self._is("-"):
            signs.append(self._take())
        node = self._postfix(self._primary())
        for sign in reversed(signs):
            node = self._built(_negated(node, sign.at), node)
        return node

    def _postfix(self, node: Node) -> Node:
        while (sign := self._now.sign) in _FOLLOWING:
            if sign == ".":
                node = self._path(node)
            elif sign == "(":
                node = self._call(node)
            elif sign == "[" and not self._ends_range():
                node = self._filter(node)
            elif sign == "instance" and self._next.text == "of":
                at = self._take().at
                self._take()
                node = self._built(InstanceOf(at=at, value=node, type=self._type()), node)
            else:
                break
        return node

    def _path(self, node: Node) -> Node:
        at = self._take().at
        if self._now.kind not in (Kind.NAME, Kind.KEYWORD):
            self._refuse("a name after `.`")
        return self._built(Path(at=at, base=node, key=self._name()), node)

    def _filter(self, node: Node) -> Node:
        at = self._take().at
        condition = self._inner()
        self._expect("]", "to close the filter")
        return self._built(Filter(at=at, base=node, condition=condition), node, condition)

    def _ends_range(self) -> bool:
        """Whether `[` closes an open range, as in `]1..5[`, and begins no filter."""
        return self._closing_range > 0 and not self._could_begin_a_value(self._next)

    def _inner(self) -> Node:
        """An expression within brackets, where `[` is a filter again."""
        closing, self._closing_range = self._closing_range, 0
        node = self._expression()
        self._closing_range = closing
        return node

    def _call(self, function: Node) -> Node:
        at = self._take().at
        names: list[str] = []
        arguments: list[Node] = []
        while not self._is(")"):
            if self._named_argument():
                names.append(self._new_name(":", what="a parameter"))
                self._take()
            arguments.append(self._inner())
            if not self._is(")"):
                self._expect(",", "or `)` after an argument")
                if self._is(")"):
                    self._refuse("an argument after `,`")
        self._take()
        if names and (len(names) != len(arguments) or len(set(names)) != len(names)):
            raise FeelError("syntax", "expected each argument with a parameter's name of its own, or none", at)
        node = Call(at=at, function=function, arguments=tuple(arguments), names=tuple(names) if names else None)
        return self._built(node, function, *arguments)

    def _named_argument(self) -> bool:
        """Whether words and symbols up to a `:` come next, which begins no expression."""
        index = self._index
        while self._may_be_in_a_name(self._tokens[index]):
            index += 1
        return index > self._index and self._tokens[index].sign == ":"

    # Primaries

    def _primary(self) -> Node:
        token = self._now
        kind = token.kind
        if kind is Kind.NAME or (kind is Kind.KEYWORD and self._begins_known_name()):
            return self._built(Name(at=token.at, name=self._name()))
        if kind is Kind.NUMBER:
            return self._built(Literal(at=self._take().at, value=token.number))
        if kind is Kind.STRING:
            return self._built(Literal(at=self._take().at, value=token.text))
        if token.sign in _CONSTANTS:
            return self._built(Literal(at=self._take().at, value=_CONSTANTS[token.sign]))
        return self._opened()

    def _opened(self) -> Node:
        """What begins with a keyword or a bracket."""
        if self._is("("):
            return self._parenthesised()
        if self._is("["):
            return self._bracketed()
        if self._is("]"):
            opened = self._take().at
            return self._range(self._inner(), opened, low_open=True)
        if self._is("{"):
            return self._context()
        if self._is("@"):
            return self._at_literal()
        if self._is("function"):
            return self._function()
        if (node := self._control()) is not None:
            return node
        self._refuse("a value")

    def _parenthesised(self) -> Node:
        opened = self._take().at
        if self._is(*COMPARISONS):
            operator = self._take()
            operand = self._inner()
            self._expect(")", "to close the range")
            return self._built(OperatorTest(at=operator.at, operator=operator.text, operand=operand), operand)
        inner = self._inner()
        if self._is(".."):
            return self._range(inner, opened, low_open=True)
        self._expect(")", "to close the parenthesis")
        return inner

    def _bracketed(self) -> Node:
        """A list `[a, b]` or a range `[a..b]`; its first member tells which."""
        at = self._take().at
        items: list[Node] = []
        while not self._is("]") or (items and self._could_begin_a_value(self._next)):
            items.append(self._inner())
            if self._is("..") and len(items) == 1:
                return self._range(items[0], at, low_open=False)
            if self._is("]"):
                break
            self._expect(",", "or `]` in the list")
            if self._is("]") and not self._could_begin_a_value(self._next):
                self._refuse("a value after `,`")
        self._expect("]", "to close the list")
        return self._built(ListLiteral(at=at, items=tuple(items)), *items)

    def _range(self, low: Node, at: Position, *, low_open: bool) -> Node:
        self._expect("..", "in the range")
        self._closing_range += 1
        high = self._expression(_SUM)
        self._closing_range -= 1
        if not self._is("]", ")", "["):
            self._refuse("`]` or `)` at the end of the range")
        high_open = self._take().text != "]"
        node = RangeLiteral(at=at, low=low, high=high, low_open=low_open, high_open=high_open)
        return self._built(node, low, high)

    def _context(self) -> Node:
        at = self._take().at
        entries: dict[str, Node] = {}
        while not self._is("}"):
            token = self._now
            key = self._key()
            if key in entries:
                raise FeelError("syntax", "the context names the same key twice", token.at)
            self._expect(":", "after the key of a context")
            entries[key] = self._inner()
            if not self._is("}"):
                self._expect(",", "or `}` in the context")
                if self._is("}"):
                    self._refuse("a key after `,`")
        self._take()
        return self._built(ContextLiteral(at=at, entries=tuple(entries.items())), *entries.values())

    def _key(self) -> str:
        if self._now.kind is Kind.STRING:
            key = self._take().text
            self._vocabulary.add((key,))
            return key
        return self._new_name(":", what="a key of the context")

    def _at_literal(self) -> Node:
        at = self._take().at
        if self._now.kind is not Kind.STRING:
            self._refuse("a string after `@`")
        text: Token = self._take()
        try:
            return self._built(Literal(at=at, value=temporal_from(text.text)))
        except Undefined:
            message = 'expected a date, time or duration after `@`, as in @"2026-11-21" or @"P5D"'
            raise FeelError("syntax", message, text.at) from None

    def _function(self) -> Node:
        at = self._take().at
        self._expect("(", "after `function`")
        parameters: list[tuple[str, Type]] = []
        while not self._is(")"):
            name = self._new_name(":", ",", ")", what="a parameter")
            if name in dict(parameters):
                raise FeelError("syntax", "the function names the same parameter twice", at)
            kind = ANY
            if self._is(":"):
                self._take()
                kind = self._type()
            parameters.append((name, kind))
            if not self._is(")"):
                self._expect(",", "or `)` after a parameter")
        self._take()
        if self._is_word("external"):
            message = "functions of Java or PMML are not executed; expected a body in FEEL"
            raise FeelError("unsupported", message, self._now.at)
        body = self._expression()
        return self._built(FunctionLiteral(at=at, parameters=tuple(parameters), body=body), body)


OR, AND, COMPARISON, SUM, PRODUCT, POWER = range(1, 7)
_SUM = SUM


def _negated(operand: Node, at: Position) -> Node:
    """A negative number is a literal as well, so that the tests of a cell are fast with it."""
    if isinstance(operand, Literal) and isinstance(operand.value, Decimal):
        return Literal(at=at, value=CONTEXT.minus(operand.value))
    return Negation(at=at, operand=operand)
