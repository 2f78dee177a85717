"""A part of a model that could not be compiled: as a node, whose evaluation is a fault and gives null."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine.dmn.trace import Fault, leave
from engine.feel.bounds import Run
from engine.feel.compiler import Code, Compiler, compile_node
from engine.feel.tree import Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken(Node):
    """Stands for what the problem `code` and `message` tell of, within the element `owner`."""

    owner: str
    code: str
    message: str


@compile_node.register
def _broken(node: Broken, compiler: Compiler) -> Code:
    fault = Fault(decision=node.owner, code=node.code, message=node.message, at=node.at)

    def code(run: Run) -> Any:
        run.spend(1, node.at)
        leave(run, fault)
        return None

    return code
