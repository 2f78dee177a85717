"""From tokens to the syntax tree: recursive descent with precedence climbing, bounded in nodes and depth.

Precedence, loosest first (DMN 1.5 §10.3.1.2): or · and · comparison, between, in · + - · * / · ** · unary minus · path.
All operators are left associative, `**` too, and unary minus binds tighter than `**`: -3 ** 2 is 9.
"""

from typing import NoReturn, TypeVar

from engine.feel.bounds import Bounds
from engine.feel.errors import FeelError, Position, shown
from engine.feel.lexer import Kind, Lexer, Token
from engine.feel.tree import (
    Arithmetic,
    Between,
    Comparison,
    Conditional,
    ContextLiteral,
    ListLiteral,
    Literal,
    Logic,
    Membership,
    Name,
    Negation,
    Node,
    Not,
    OperatorTest,
    Path,
    RangeTest,
)

N = TypeVar("N", bound=Node)

_OR, _AND, _COMPARISON, _SUM, _PRODUCT, _POWER = range(1, 7)
_LEVELS = {
    "or": _OR,
    "and": _AND,
    **dict.fromkeys(("=", "!=", "<", "<=", ">", ">=", "between", "in"), _COMPARISON),
    **dict.fromkeys(("+", "-"), _SUM),
    **dict.fromkeys(("*", "/"), _PRODUCT),
    "**": _POWER,
}
_COMPARISONS = frozenset(("=", "!=", "<", "<=", ">", ">="))
_CONSTANTS = {"true": True, "false": False, "null": None}

# What stands at the start of FEEL that this version does not know, and how an error calls it.
_LATER = {
    "for": "`for … return`",
    "some": "`some … satisfies`",
    "every": "`every … satisfies`",
    "function": "a function of one's own",
    "instance": "`instance of`",
    "@": 'a date or duration as in @"2026-11-21"',
    "?": "`?` (the value under test)",
}


def parse(text: str, bounds: Bounds, start: int = 0) -> Node:
    """The tree of the expression in `text` from character `start` on; raises FeelError."""
    return _Parser(Lexer(text).tokens(start), bounds).whole()


def later(what: str, at: Position) -> FeelError:
    """The error for FEEL that is right but not supported yet."""
    return FeelError(
        "unsupported", f"{what} is not supported yet; expected literals, names, paths, operators, if and in", at
    )


class _Parser:
    def __init__(self, tokens: list[Token], bounds: Bounds) -> None:
        self._tokens = tokens
        self._index = 0
        self._bounds = bounds
        self._nesting = 0
        self._depths: dict[int, int] = {}  # by id of a node, which the tree keeps alive

    def whole(self) -> Node:
        if self._tokens[0].kind is Kind.END:
            raise FeelError("syntax", "the expression is empty; expected a value, a name or a condition", self._now.at)
        tree = self._expression()
        if self._now.kind is not Kind.END:
            self._refuse_rest()
        return tree

    # Tokens

    @property
    def _now(self) -> Token:
        return self._tokens[self._index]

    def _take(self) -> Token:
        token = self._tokens[self._index]
        self._index += token.kind is not Kind.END
        return token

    def _is(self, *texts: str) -> bool:
        return self._now.kind in (Kind.SYMBOL, Kind.KEYWORD) and self._now.text in texts

    def _expect(self, text: str, after: str) -> Token:
        if not self._is(text):
            self._refuse_rest(f"`{text}` {after}")
        return self._take()

    # Errors

    def _refuse_rest(self, expected: str = "an operator or the end of the expression") -> NoReturn:
        token, before = self._now, self._tokens[self._index - 1] if self._index else None
        if self._is("("):
            raise later("a function call", token.at)
        if self._is("["):
            raise later("a filter `[…]`", token.at)
        if self._is("instance"):
            raise later(_LATER["instance"], token.at)
        if self._is("=") and before and before.text == "=":
            raise FeelError("syntax", "unexpected second `=`; FEEL compares with one `=`", token.at)
        if token.kind is Kind.NAME and before and before.kind is Kind.NAME:
            name = f"{shown(before.text)} {shown(token.text)}"
            message = (
                f"expected {expected}, found {token.described()}; a name with a space (`{name}`) is not supported yet"
            )
            raise FeelError("syntax", message, token.at)
        raise FeelError("syntax", f"expected {expected}, found {token.described()}", token.at)

    def _built(self, node: N, *children: Node) -> N:
        depth = 1 + max((self._depths[id(child)] for child in children), default=0)
        if depth > self._bounds.depth:
            raise FeelError(
                "depth-bound", f"nested deeper than {self._bounds.depth} levels; split the expression", node.at
            )
        if len(self._depths) >= self._bounds.nodes:
            raise FeelError("node-bound", f"more than {self._bounds.nodes} parts; split the expression", node.at)
        self._depths[id(node)] = depth
        return node

    # Grammar

    def _expression(self, level: int = _OR) -> Node:
        """An expression of operators that bind at least as tightly as `level`."""
        self._nesting += 1
        if self._nesting > self._bounds.depth:
            message = f"nested deeper than {self._bounds.depth} levels; split the expression"
            raise FeelError("depth-bound", message, self._now.at)
        left = self._operand()
        while (found := self._operator_level()) >= level:
            left = self._operation(left, found)
        self._nesting -= 1
        return left

    def _operator_level(self) -> int:
        return _LEVELS.get(self._now.text, 0) if self._now.kind in (Kind.SYMBOL, Kind.KEYWORD) else 0

    def _operation(self, left: Node, level: int) -> Node:
        token = self._take()
        operator, at = token.text, token.at
        if level in (_OR, _AND):
            return self._logic(left, operator, level, at)
        if operator == "between":
            return self._between(left, at)
        if operator == "in":
            return self._membership(left, at)
        if operator in _COMPARISONS and self._is("=", ">", "<"):
            self._refuse_rest("a value")
        right = self._expression(level + 1)
        if operator in _COMPARISONS:
            return self._built(Comparison(at=at, operator=operator, left=left, right=right), left, right)
        return self._built(Arithmetic(at=at, operator=operator, left=left, right=right), left, right)

    def _logic(self, left: Node, operator: str, level: int, at: Position) -> Node:
        operands = [left, self._expression(level + 1)]
        while self._is(operator):
            self._take()
            operands.append(self._expression(level + 1))
        return self._built(Logic(at=at, operator=operator, operands=tuple(operands)), *operands)

    def _between(self, value: Node, at: Position) -> Node:
        low = self._expression(_SUM)
        self._expect("and", "after the lower end of `between`")
        high = self._expression(_SUM)
        return self._built(Between(at=at, value=value, low=low, high=high), value, low, high)

    def _membership(self, value: Node, at: Position) -> Node:
        tests = self._tests()
        if self._operator_level() > _COMPARISON:
            self._refuse_rest("`and`, `or` or the end after the tests of `in`")
        return self._built(Membership(at=at, value=value, tests=tests), value, *tests)

    def _operand(self) -> Node:
        if self._is("-"):
            return self._negation()
        node = self._primary()
        while self._is("."):
            at = self._take().at
            if self._now.kind not in (Kind.NAME, Kind.KEYWORD):
                self._refuse_rest("a name after `.`")
            node = self._built(Path(at=at, base=node, key=self._take().text), node)
        return node

    def _negation(self) -> Node:
        signs = [self._take()]
        while self._is("-"):
            signs.append(self._take())
        node = self._operand()
        for sign in reversed(signs):
            node = self._built(Negation(at=sign.at, operand=node), node)
        return node

    def _primary(self) -> Node:
        token = self._now
        match token.kind:
            case Kind.NUMBER:
                return self._built(Literal(at=self._take().at, value=token.number))
            case Kind.STRING:
                return self._built(Literal(at=self._take().at, value=token.text))
            case Kind.NAME if token.text == "not" and self._tokens[self._index + 1].text == "(":
                return self._not()
            case Kind.NAME if token.text == "?":
                raise later(_LATER["?"], token.at)
            case Kind.NAME:
                return self._built(Name(at=self._take().at, name=token.text))
            case _:
                return self._opened()

    def _opened(self) -> Node:
        """What begins with a keyword or a bracket."""
        token = self._now
        if token.kind is Kind.KEYWORD and token.text in _CONSTANTS:
            return self._built(Literal(at=self._take().at, value=_CONSTANTS[token.text]))
        if self._is("("):
            return self._parenthesised()
        if self._is("["):
            return self._list()
        if self._is("{"):
            return self._context()
        if self._is("if"):
            return self._conditional()
        if token.kind in (Kind.KEYWORD, Kind.SYMBOL) and token.text in _LATER:
            raise later(_LATER[token.text], token.at)
        self._refuse_rest("a value")

    def _not(self) -> Node:
        at = self._take().at
        self._take()
        operand = self._expression()
        self._expect(")", "after the operand of `not`")
        return self._built(Not(at=at, operand=operand), operand)

    def _parenthesised(self) -> Node:
        self._take()
        inner = self._expression()
        if self._is(".."):
            raise later("a range outside `in`", self._now.at)
        self._expect(")", "to close the parenthesis")
        return inner

    def _conditional(self) -> Node:
        at = self._take().at
        condition = self._expression()
        self._expect("then", "after the condition of `if`")
        consequence = self._expression()
        self._expect("else", "after the result of `then`")
        alternative = self._expression()
        node = Conditional(at=at, condition=condition, consequence=consequence, alternative=alternative)
        return self._built(node, condition, consequence, alternative)

    def _list(self) -> Node:
        at = self._take().at
        items: list[Node] = []
        while not self._is("]"):
            items.append(self._expression())
            if self._is(".."):
                raise later("a range outside `in`", self._now.at)
            if not self._is("]"):
                self._expect(",", "or `]` in the list")
                if self._is("]"):
                    self._refuse_rest("a value after `,`")
        self._take()
        return self._built(ListLiteral(at=at, items=tuple(items)), *items)

    def _context(self) -> Node:
        at = self._take().at
        entries: dict[str, Node] = {}
        while not self._is("}"):
            key = self._key(entries)
            self._expect(":", "after the key of a context")
            entries[key] = self._expression()
            if not self._is("}"):
                self._expect(",", "or `}` in the context")
                if self._is("}"):
                    self._refuse_rest("a key after `,`")
        self._take()
        return self._built(ContextLiteral(at=at, entries=tuple(entries.items())), *entries.values())

    def _key(self, entries: dict[str, Node]) -> str:
        if self._now.kind not in (Kind.NAME, Kind.STRING, Kind.KEYWORD):
            self._refuse_rest("a key of the context")
        token = self._take()
        if token.text in entries:
            raise FeelError("syntax", "the context names the same key twice", token.at)
        return token.text

    # Tests after `in`

    def _tests(self) -> tuple[Node, ...]:
        if not self._is("("):
            return (self._test(_SUM),)
        opened = self._take().at
        tests = [self._test(_OR)]
        if self._is(".."):
            return (self._range_from(tests[0], opened, low_open=True),)
        while self._is(","):
            self._take()
            tests.append(self._test(_OR))
        self._expect(")", "or `,` after a test of `in`")
        return tuple(tests)

    def _test(self, level: int) -> Node:
        token = self._now
        if self._is(*_COMPARISONS):
            self._take()
            operand = self._expression(_SUM)
            return self._built(OperatorTest(at=token.at, operator=token.text, operand=operand), operand)
        if self._is("]", "["):
            return self._bracketed(low_open=token.text == "]")
        return self._expression(level)

    def _bracketed(self, *, low_open: bool) -> Node:
        """A range `[1..5]` or `]1..5]`, or a list whose first item tells that it is none."""
        start = self._index
        opened = self._take().at
        if self._is("]") and not low_open:
            self._index = start
            return self._list()
        low = self._expression()
        if self._is(".."):
            return self._range_from(low, opened, low_open=low_open)
        if low_open:
            self._refuse_rest("`..` in the range")
        return self._list_from(low, opened)

    def _list_from(self, first: Node, at: Position) -> Node:
        items = [first]
        while self._is(","):
            self._take()
            items.append(self._expression())
        self._expect("]", "or `,` in the list")
        return self._built(ListLiteral(at=at, items=tuple(items)), *items)

    def _range_from(self, low: Node, at: Position, *, low_open: bool) -> Node:
        self._take()
        high = self._expression(_SUM)
        if not self._is("]", ")", "["):
            self._refuse_rest("`]` or `)` at the end of the range")
        high_open = self._take().text != "]"
        return self._built(RangeTest(at=at, low=low, high=high, low_open=low_open, high_open=high_open), low, high)
