"""The syntax tree of FEEL. Plain immutable data: the parser builds it, the compiler reads it.

`engine.dmn` builds the same nodes from boxed expressions, and adds one of its own, the decision table.
"""

from dataclasses import dataclass

from engine.feel.errors import Position
from engine.feel.types import ANY, Type


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A part of an expression; `at` is where its operator or first token stands."""

    at: Position


@dataclass(frozen=True, slots=True, kw_only=True)
class Literal(Node):
    """A number, string, boolean, null, or a date, time or duration written after `@`."""

    value: object


@dataclass(frozen=True, slots=True, kw_only=True)
class Name(Node):
    """A name of the data, of a local scope around it, or of a built-in function."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Path(Node):
    """`base.key`."""

    base: Node
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter(Node):
    """`base[condition]`: a number chooses by position, a condition all members for which it is true.

    Within the condition `item` is the member, and the entries of a member that is a context are names.
    """

    base: Node
    condition: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Node):
    """`function(arguments)`; with `names`, one for each argument, the parameters are given by name."""

    function: Node
    arguments: tuple[Node, ...]
    names: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionLiteral(Node):
    """`function(name: type, …) body`: a value that keeps the local names around it."""

    parameters: tuple[tuple[str, Type], ...]
    body: Node
    result: Type = ANY


@dataclass(frozen=True, slots=True, kw_only=True)
class Negation(Node):
    """`-operand`."""

    operand: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Arithmetic(Node):
    """`left operator right`, operator one of + - * / **."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison(Node):
    """`left operator right`, operator one of = != < <= > >=."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Logic(Node):
    """`a and b and c` or `a or b or c`."""

    operator: str
    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditional(Node):
    """`if condition then consequence else alternative`."""

    condition: Node
    consequence: Node
    alternative: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Iterator(Node):
    """`name in source`, or `name in low..high` where `high` is given; stands in For and Quantified."""

    name: str
    source: Node
    high: Node | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class For(Node):
    """`for iterators return body`; in the body `partial` is the list of the results so far."""

    iterators: tuple[Iterator, ...]
    body: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantified(Node):
    """`some` (or, with `all`, `every`) `iterators satisfies condition`."""

    all: bool
    iterators: tuple[Iterator, ...]
    condition: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Between(Node):
    """`value between low and high`."""

    value: Node
    low: Node
    high: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership(Node):
    """`value in tests`: true if one test holds."""

    value: Node
    tests: "UnaryTests"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnaryTests(Node):
    """What stands in a cell of a decision table or after `in`; no tests at all (`-`) hold for every value.

    A test is an OperatorTest or any expression, in which `?` is the value under test.
    """

    tests: tuple[Node, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorTest(Node):
    """`< 5`: a test of UnaryTests, and elsewhere a range without one end (DMN 1.5 §10.3.2.7)."""

    operator: str
    operand: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeLiteral(Node):
    """`[low..high]`; ends that are open do not belong to the range."""

    low: Node
    high: Node
    low_open: bool
    high_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceOf(Node):
    """`value instance of type`."""

    value: Node
    type: Type


@dataclass(frozen=True, slots=True, kw_only=True)
class ListLiteral(Node):
    """`[a, b]`."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextLiteral(Node):
    """`{key: value}`; an entry may read the entries before it.

    With `result` (a boxed context's last entry) the value is that of the result, which may read all entries.
    """

    entries: tuple[tuple[str, Node], ...]
    result: Node | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed(Node):
    """A value that must be of a type, as a variable with a `typeRef`; what does not conform is null, and reported.

    `name` says whose value it is.
    """

    value: Node
    type: Type
    name: str
