"""The compiler: each node of the tree becomes a closure over the evaluation under way.

Names are resolved when compiled: to a slot of the local names, to the data, or to a built-in function. Every operation
takes fuel, so a bound hits at the same place every time; a literal costs nothing.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import singledispatch
from typing import Any

from engine.feel.bounds import Run
from engine.feel.errors import Position
from engine.feel.tree import Node

PARTIAL = "partial"
"""The name, within the body of a `for`, of the list of the results so far."""

Code = Callable[[Run], Any]
Test = Callable[[Any, Run], bool | None]

MEMBER = "\x00member"
"""The name, which no text can write, of the slot that holds a filter's member; its entries are names."""


class Compiler:
    """Compiles one tree; `names` then holds the names of the data that it reads.

    `declared` are names of the data that go before built-in functions of the same name.
    """

    def __init__(self, declared: frozenset[str] = frozenset()) -> None:
        self.names: set[str] = set()
        self.reads: dict[str, Position] = {}
        """Those among them that stand for nothing but data, with the first place; in a filter a name may be a
        member's entry."""
        self.declared = declared
        self.scope: list[str] = []
        self.read: list[int] = []
        """For each slot of the scope, how often it was read."""
        self.level = 0
        self.deepest = 0

    def code(self, node: Node) -> Code:
        """The closure of `node`."""
        self.level += 1
        self.deepest = max(self.deepest, self.level)
        code = compile_node(node, self)
        self.level -= 1
        return code

    @contextmanager
    def local(self, *names: str) -> Iterator[int]:
        """Compile with further local names; gives the first one's slot.

        At run time the code around pushes their values on `run.locals` in this order, and takes them off again.
        """
        base = len(self.scope)
        self.scope.extend(names)
        self.read.extend(0 for _ in names)
        yield base
        del self.scope[base:]
        del self.read[base:]

    @contextmanager
    def body(self) -> Iterator[Callable[[], int]]:
        """Compile a function's body; the callable given tells how many levels it has."""
        outer = self.deepest
        self.deepest = self.level
        yield lambda: self.deepest - self.level
        self.deepest = max(self.deepest, outer)

    def slot(self, name: str) -> int | None:
        """The slot of the innermost local `name`."""
        for slot in range(len(self.scope) - 1, -1, -1):
            if self.scope[slot] == name:
                self.read[slot] += 1
                return slot
        return None


@singledispatch
def compile_node(node: Node, compiler: Compiler) -> Code:
    """The closure of a node; each kind of node registers how it is compiled."""
    raise TypeError(f"{type(node).__name__} cannot be compiled on its own")
