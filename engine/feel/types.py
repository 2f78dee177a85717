"""The types of FEEL (DMN 1.5 §10.3.2.9): which values belong to a type, which types conform to another.

Types are immutable and compare by content. `engine.dmn` adds its item definitions as `Restricted`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Type:
    """A simple type, told by its name; `Any` is the top, `Null` holds null alone."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class ListOf(Type):
    """`list<member>`."""

    member: Type


@dataclass(frozen=True, slots=True)
class RangeOf(Type):
    """`range<member>`."""

    member: Type


@dataclass(frozen=True, slots=True)
class ContextOf(Type):
    """`context<name: type, …>`: at least these entries."""

    entries: tuple[tuple[str, Type], ...]


@dataclass(frozen=True, slots=True)
class FunctionOf(Type):
    """`function<parameters> -> result`."""

    parameters: tuple[Type, ...]
    result: Type


@dataclass(frozen=True, slots=True, eq=False)
class Restricted(Type):
    """A named type whose values must also satisfy a test (DMN's allowed values)."""

    base: Type
    allows: Callable[[Any, Any], bool]
    """Called with a value of the base and the evaluation (`Run`) under way."""


ANY = Type("Any")
NULL = Type("Null")
NUMBER = Type("number")
STRING = Type("string")
BOOLEAN = Type("boolean")
DATE = Type("date")
TIME = Type("time")
DATE_TIME = Type("date and time")
DAYS_DURATION = Type("days and time duration")
YEARS_DURATION = Type("years and months duration")
CONTEXT = ContextOf("context", ())
LIST = ListOf("list", ANY)
RANGE = RangeOf("range", ANY)

SIMPLE: Mapping[str, Type] = {
    kind.name: kind
    for kind in (
        ANY, NULL, NUMBER, STRING, BOOLEAN, DATE, TIME, DATE_TIME, DAYS_DURATION, YEARS_DURATION, CONTEXT, LIST, RANGE
    )
}  # fmt: skip


def list_of(member: Type) -> ListOf:
    """The type of lists of `member`."""
    return ListOf(f"list<{member}>", member)


def range_of(member: Type) -> RangeOf:
    """The type of ranges of `member`."""
    return RangeOf(f"range<{member}>", member)


def context_of(entries: tuple[tuple[str, Type], ...]) -> ContextOf:
    """The type of contexts that have at least these entries."""
    return ContextOf("context<" + ", ".join(f"{name}: {kind}" for name, kind in entries) + ">", entries)


def function_of(parameters: tuple[Type, ...], result: Type) -> FunctionOf:
    """The type of functions from these parameters to `result`."""
    return FunctionOf("function<" + ", ".join(map(str, parameters)) + f"> -> {result}", parameters, result)


def conforms(kind: Type, target: Type) -> bool:
    """Whether every value of `kind` may stand where `target` is expected (DMN 1.5 §10.3.2.9.2)."""
    if target == ANY or kind in (NULL, target):
        return True
    if isinstance(kind, Restricted):
        return kind is target or conforms(kind.base, target)
    match kind, target:
        case ListOf(), ListOf():
            return conforms(kind.member, target.member)
        case RangeOf(), RangeOf():
            return conforms(kind.member, target.member)
        case ContextOf(), ContextOf():
            have = dict(kind.entries)
            return all(name in have and conforms(have[name], wanted) for name, wanted in target.entries)
        case FunctionOf(), FunctionOf():
            return (
                len(kind.parameters) == len(target.parameters)
                and all(map(conforms, target.parameters, kind.parameters))
                # What a function without a declared result gives is known only once it is called.
                and (kind.result == ANY or conforms(kind.result, target.result))
            )
    return False
