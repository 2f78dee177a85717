"""Functions of FEEL as values: parameters and forms. One written in FEEL has one form, a built-in one or more."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from engine.feel.types import ANY, FunctionOf, Type, function_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A parameter; one that is `optional` may be left out, one that is `nullable` may be given as null."""

    name: str
    type: Type = ANY
    optional: bool = False
    nullable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One form of a function. With `variadic` the last parameter, a list, is given as its members.

    Where it is the only parameter, it may also be given as the list itself.

    `body` gets the call, then the arguments in order (None for what was left out); raises Undefined for no answer.
    `levels` is what a call adds to the nesting of the evaluation.
    """

    parameters: tuple[Parameter, ...]
    body: Callable[..., Any]
    result: Type = ANY
    variadic: bool = False
    levels: int = 2

    @property
    def required(self) -> int:
        """How many arguments must be given."""
        return sum(not parameter.optional for parameter in self.parameters)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Function:
    """A function value; equal only to itself."""

    name: str
    signatures: tuple[Signature, ...]

    @property
    def type(self) -> FunctionOf:
        """Its type, that of its first form."""
        first = self.signatures[0]
        return function_of(tuple(parameter.type for parameter in first.parameters), first.result)
