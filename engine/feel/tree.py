"""The syntax tree of FEEL. Plain immutable data: the parser builds it, the compiler reads it."""

from dataclasses import dataclass
from decimal import Decimal

from engine.feel.errors import Position


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A part of an expression; `at` is where its operator or first token stands."""

    at: Position


@dataclass(frozen=True, slots=True, kw_only=True)
class Literal(Node):
    """A number, string, boolean or null."""

    value: bool | Decimal | str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Name(Node):
    """A name of the data, or of a local scope around it."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Path(Node):
    """`base.key`."""

    base: Node
    key: str


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
class Not(Node):
    """`not(operand)`."""

    operand: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditional(Node):
    """`if condition then consequence else alternative`."""

    condition: Node
    consequence: Node
    alternative: Node


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
    tests: tuple[Node, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorTest(Node):
    """A test `< 5`; stands only in a Membership."""

    operator: str
    operand: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeTest(Node):
    """A test `[low..high]`; stands only in a Membership. Open ends do not belong to the range."""

    low: Node
    high: Node
    low_open: bool
    high_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ListLiteral(Node):
    """`[a, b]`."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextLiteral(Node):
    """`{key: value}`; an entry may read the entries before it."""

    entries: tuple[tuple[str, Node], ...]
