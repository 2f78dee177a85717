"""Invoke a function: choose its form, convert the arguments (DMN 1.5 §10.3.2.9.4), bound the nesting.

What has no answer is null, with a reported problem.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.feel.bounds import Run, too_large
from engine.feel.errors import FeelError, Position, Undefined
from engine.feel.functions import Function, Parameter, Signature
from engine.feel.membership import belongs, converted
from engine.feel.types import ANY, ListOf


@dataclass(frozen=True, slots=True)
class Call:
    """What a function's body may ask of the evaluation that calls it."""

    run: Run
    at: Position

    def spend(self, units: int) -> None:
        """Take fuel: one unit for each member or 64 characters that the body looks at."""
        self.run.spend(units, self.at)

    def room_for_text(self, size: int) -> None:
        """Make sure, before it is made, that a string of `size` characters is within bounds; takes its fuel."""
        if size > self.run.bounds.string:
            raise too_large("a string", self.run.bounds.string, self.at)
        self.spend(size // 64)

    def room_for_items(self, size: int) -> None:
        """Make sure, before it is made, that a list or context of `size` members is within bounds; takes its fuel."""
        if size > self.run.bounds.items:
            raise too_large("a list or context", self.run.bounds.items, self.at)
        self.spend(size)

    def invoke(self, function: Function, *arguments: object) -> Any:
        """The value of a function that was given as argument."""
        return invoke(function, arguments, self.run, self.at)


def invoke(function: Function, arguments: Sequence[object], run: Run, at: Position) -> Any:
    """The value for these positional arguments; None, with a problem reported, where there is none."""
    forms = ((signature, _positional(signature, arguments)) for signature in function.signatures)
    return _first_fitting(function, forms, f"{len(arguments)} arguments", run, at)


def invoke_named(function: Function, arguments: Mapping[str, object], run: Run, at: Position) -> Any:
    """The value for these named arguments; None, with a problem reported, where there is none."""
    forms = ((signature, _named(signature, arguments)) for signature in function.signatures)
    return _first_fitting(function, forms, "parameters of these names", run, at)


Forms = Iterable[tuple[Signature, list[object] | None]]


def _first_fitting(function: Function, forms: Forms, what: str, run: Run, at: Position) -> Any:
    """The value of the first form that has arguments and that they fit."""
    unfit: str | None = None
    for signature, given in forms:
        if given is None:
            continue
        try:
            return _applied(function, signature, given, run, at)
        except _Unfit as error:
            unfit = unfit or str(error)
    return run.report(unfit or f"{function.name}: there is no form with {what}", at)


class _Unfit(Exception):
    """The arguments do not fit a form; another may."""


def _positional(signature: Signature, arguments: Sequence[object]) -> list[object] | None:
    if signature.variadic:
        return _gathered(signature, arguments)
    count = len(arguments)
    if not signature.required <= count <= len(signature.parameters):
        return None
    return [*arguments, *[_ABSENT] * (len(signature.parameters) - count)]


def _gathered(signature: Signature, arguments: Sequence[object]) -> list[object] | None:
    """The arguments from the last parameter on as one list; a list or null that is alone is that list itself."""
    before = len(signature.parameters) - 1
    if not arguments or len(arguments) < before:
        return None
    if not before and len(arguments) == 1 and (arguments[0] is None or isinstance(arguments[0], list)):
        return list(arguments)
    return [*arguments[:before], list(arguments[before:])]


def _named(signature: Signature, arguments: Mapping[str, object]) -> list[object] | None:
    known = {parameter.name for parameter in signature.parameters}
    needed = {parameter.name for parameter in signature.parameters if not parameter.optional}
    if not needed <= arguments.keys() <= known:
        return None
    given = [arguments.get(parameter.name, _ABSENT) for parameter in signature.parameters]
    if signature.variadic and len(given) > 1 and given[-1] is not _ABSENT:
        given[-1] = [given[-1]]
    return given


_ABSENT: Any = object()


def _applied(function: Function, signature: Signature, given: list[object], run: Run, at: Position) -> Any:
    arguments = [
        None if value is _ABSENT else _fitting(function, parameter, value, run, at)
        for parameter, value in zip(signature.parameters, given, strict=True)
    ]
    run.spend(1, at)
    run.stack += signature.levels
    if run.stack > run.bounds.stack:
        message = f"calls are nested deeper than {run.bounds.stack} levels together; end the recursion earlier"
        raise FeelError("depth-bound", message, at)
    try:
        value = signature.body(Call(run, at), *arguments)
    except Undefined as error:
        return run.report(f"{function.name}: {error}", at)
    finally:
        run.stack -= signature.levels
    if value is None or signature.result == ANY:
        return value
    try:
        return converted(value, signature.result, run, at)
    except Undefined:
        return run.report(f"{function.name}: the result is no {signature.result}", at)


def _fitting(function: Function, parameter: Parameter, value: object, run: Run, at: Position) -> object:
    if value is None:
        if parameter.nullable or parameter.type == ANY:
            return None
        raise _Unfit(f"{function.name}: `{parameter.name}` is null; expected {parameter.type}")
    if isinstance(parameter.type, ListOf) and parameter.type.member == ANY and isinstance(value, list):
        return value
    if belongs(value, parameter.type, run, at):
        return value
    try:
        return converted(value, parameter.type, run, at)
    except Undefined:
        raise _Unfit(f"{function.name}: `{parameter.name}` is no {parameter.type}") from None
