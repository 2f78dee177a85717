"""The grammar above operands (DMN 1.5 §10.3.1.2).

Precedence, loosest first: or · and · comparison, between, in · + - · * / · ** · unary minus · instance of, path,
filter, call. All operators are left associative, `**` too, and unary minus binds tighter than `**`: -3 ** 2 is 9.
"""

from collections.abc import Iterable, Mapping

from engine.feel.bounds import Bounds
from engine.feel.errors import FeelError, Position
from engine.feel.lexer import Kind, Lexer
from engine.feel.parser.cursor import Vocabulary
from engine.feel.parser.operands import AND, COMPARISON, COMPARISONS, OR, POWER, PRODUCT, SUM, OperandParser
from engine.feel.tree import (
    Arithmetic,
    Between,
    Comparison,
    Conditional,
    For,
    Iterator,
    Logic,
    Membership,
    Node,
    OperatorTest,
    Quantified,
    UnaryTests,
)
from engine.feel.types import Type

_LEVELS = {
    "or": OR,
    "and": AND,
    **dict.fromkeys(("=", "!=", "<", "<=", ">", ">=", "between", "in"), COMPARISON),
    **dict.fromkeys(("+", "-"), SUM),
    **dict.fromkeys(("*", "/"), PRODUCT),
    "**": POWER,
}

# Built-in names that hold a keyword: their words would not be put together otherwise.
_BUILT_IN_NAMES = ("date and time", "years and months duration", "get or else")
NO_TYPES: Mapping[str, Type] = {}


def parse(
    text: str,
    bounds: Bounds,
    *,
    names: Iterable[str] = (),
    types: Mapping[str, Type] = NO_TYPES,
    start: int = 0,
    line: int = 1,
) -> Node:
    """The tree of the expression in `text` from character `start` on; raises FeelError.

    `line` is the number of the text's first line, where it stands in a file.

    `names` are those with spaces or symbols that may occur, of the data as of the members of its contexts; `types` the
    types that `instance of` may name besides FEEL's own.
    """
    return _parser(text, bounds, names, types, start, line).whole()


def parse_unary_tests(
    text: str,
    bounds: Bounds,
    *,
    names: Iterable[str] = (),
    types: Mapping[str, Type] = NO_TYPES,
    line: int = 1,
) -> UnaryTests:
    """The tests in a decision table's cell (DMN 1.5 §7.3.3): `-`, `tests` or `not(tests)`; raises FeelError."""
    return _parser(text, bounds, names, types, 0, line).unary_tests()


def _parser(
    text: str, bounds: Bounds, names: Iterable[str], types: Mapping[str, Type], start: int, line: int
) -> "_Parser":
    vocabulary = Vocabulary(_BUILT_IN_NAMES, types)
    vocabulary.add(names)
    vocabulary.add(types)
    return _Parser(Lexer(text, line).tokens(start), bounds, vocabulary)


class _Parser(OperandParser):
    def _at_end(self) -> bool:
        return self._now.kind is Kind.END

    def whole(self) -> Node:
        if self._at_end():
            raise FeelError("syntax", "the expression is empty; expected a value, a name or a condition", self._now.at)
        tree = self._expression()
        if not self._at_end():
            self._refuse()
        return tree

    def unary_tests(self) -> UnaryTests:
        at = self._now.at
        if self._is("-") and self._next.kind is Kind.END:
            return self._built(UnaryTests(at=at, tests=()))
        negated = self._now.text == "not" and self._next.text == "(" and self._closes_at_end()
        if negated:
            self._take(), self._take()
        tests = [self._test(OR)]
        while self._is(","):
            self._take()
            tests.append(self._test(OR))
        if negated:
            self._expect(")", "or `,` after a test of `not`")
        if not self._at_end():
            self._refuse("`,` or the end of the tests")
        return self._built(UnaryTests(at=at, tests=tuple(tests), negated=negated), *tests)

    def _closes_at_end(self) -> bool:
        """Whether the parenthesis after `not` closes at the end of the cell, so that it holds tests."""
        depth = 0
        for index in range(self._index + 1, len(self._tokens) - 1):
            token = self._tokens[index]
            depth += (token.sign == "(") - (token.sign == ")")
            if depth == 0:
                return index == len(self._tokens) - 2
        return False

    # Operators

    def _expression(self, level: int = OR) -> Node:
        """An expression of operators that bind at least as tightly as `level`."""
        self._nesting += 1
        if self._nesting > self._bounds.depth:
            raise self._too_deep(self._now.at)
        left = self._operand()
        while (found := self._operator_level()) >= level:
            left = self._operation(left, found)
        self._nesting -= 1
        return left

    def _operator_level(self) -> int:
        return _LEVELS.get(self._now.sign, 0)

    def _operation(self, left: Node, level: int) -> Node:
        token = self._take()
        operator, at = token.text, token.at
        if level in (OR, AND):
            return self._logic(left, operator, level, at)
        if operator == "between":
            return self._between(left, at)
        if operator == "in":
            return self._membership(left, at)
        if operator in COMPARISONS and self._is("=", ">", "<"):
            self._refuse("a value")
        right = self._expression(level + 1)
        if operator in COMPARISONS:
            return self._built(Comparison(at=at, operator=operator, left=left, right=right), left, right)
        return self._built(Arithmetic(at=at, operator=operator, left=left, right=right), left, right)

    def _logic(self, left: Node, operator: str, level: int, at: Position) -> Node:
        operands = [left, self._expression(level + 1)]
        while self._is(operator):
            self._take()
            operands.append(self._expression(level + 1))
        return self._built(Logic(at=at, operator=operator, operands=tuple(operands)), *operands)

    def _between(self, value: Node, at: Position) -> Node:
        low = self._expression(SUM)
        self._expect("and", "after the lower end of `between`")
        high = self._expression(SUM)
        return self._built(Between(at=at, value=value, low=low, high=high), value, low, high)

    def _membership(self, value: Node, at: Position) -> Node:
        tests = self._tests()
        if self._operator_level() > COMPARISON:
            self._refuse("`and`, `or` or the end after the tests of `in`")
        return self._built(Membership(at=at, value=value, tests=tests), value, tests)

    # Tests

    def _tests(self) -> UnaryTests:
        """What stands after `in`: one test, or several in parentheses."""
        at = self._now.at
        if not self._is("("):
            test = self._test(SUM)
            return self._built(UnaryTests(at=at, tests=(test,)), test)
        self._take()
        tests = [self._test(OR, inner=True)]
        if self._is(".."):
            tests[0] = self._postfix(self._range(tests[0], at, low_open=True))
            return self._built(UnaryTests(at=at, tests=tuple(tests)), *tests)
        while self._is(","):
            self._take()
            tests.append(self._test(OR, inner=True))
        self._expect(")", "or `,` after a test of `in`")
        if len(tests) == 1 and not isinstance(tests[0], OperatorTest):
            tests[0] = self._postfix(tests[0])
        return self._built(UnaryTests(at=at, tests=tuple(tests)), *tests)

    def _test(self, level: int, *, inner: bool = False) -> Node:
        token = self._now
        if self._is(*COMPARISONS):
            self._take()
            operand = self._expression(SUM)
            return self._built(OperatorTest(at=token.at, operator=token.text, operand=operand), operand)
        return self._inner() if inner else self._expression(level)

    # Control

    def _control(self) -> Node | None:
        """`if`, `for`, `some`, `every`; None if none of them stands here."""
        if self._is("if"):
            return self._conditional()
        if self._is("for"):
            at = self._take().at
            iterators = self._iterators("return")
            body = self._expression()
            return self._built(For(at=at, iterators=iterators, body=body), *iterators, body)
        if self._is("some", "every"):
            return self._quantified()
        return None

    def _quantified(self) -> Node:
        token = self._take()
        iterators = self._iterators("satisfies")
        condition = self._expression()
        node = Quantified(at=token.at, all=token.text == "every", iterators=iterators, condition=condition)
        return self._built(node, *iterators, condition)

    def _conditional(self) -> Node:
        at = self._take().at
        condition = self._expression()
        self._expect("then", "after the condition of `if`")
        consequence = self._expression()
        self._expect("else", "after the result of `then`")
        alternative = self._expression()
        node = Conditional(at=at, condition=condition, consequence=consequence, alternative=alternative)
        return self._built(node, condition, consequence, alternative)

    def _iterators(self, end: str) -> tuple[Iterator, ...]:
        iterators = [self._iterator()]
        while self._is(","):
            self._take()
            iterators.append(self._iterator())
        self._expect(end, "or `,` after the values to go through")
        return tuple(iterators)

    def _iterator(self) -> Iterator:
        at = self._now.at
        name = self._new_name("in", what="the name of a variable before `in`")
        self._take()
        source = self._expression()
        if not self._is(".."):
            return self._built(Iterator(at=at, name=name, source=source), source)
        self._take()
        high = self._expression()
        return self._built(Iterator(at=at, name=name, source=source, high=high), source, high)
