"""How a built-in function is declared: `@builtin("substring", "string: string, start position: number", "string")`."""

from collections.abc import Callable
from typing import TypeVar

from engine.feel.functions import Function, Parameter, Signature
from engine.feel.types import ANY, SIMPLE, Type, list_of, range_of

Body = TypeVar("Body", bound=Callable[..., object])

FORMS: dict[str, list[Signature]] = {}
"""The forms of each built-in function, filled as the modules of this folder are imported."""


def builtin(name: str, parameters: str, result: str = "Any", *, variadic: bool = False) -> Callable[[Body], Body]:
    """Declare a form of the function `name`. Forms are tried in the order of their declaration.

    `parameters` reads `name: type, …`; `name?` may be left out, `type?` may be null. The body gets the Call, then all
    parameters in order. With `variadic` the last parameter, a list, is given as its members; alone, also as the list.
    """

    def declare(body: Body) -> Body:
        read = tuple(_parameter(text) for text in _split(parameters))
        form = Signature(parameters=read, body=body, result=_type(result), variadic=variadic)
        FORMS.setdefault(name, []).append(form)
        return body

    return declare


def functions() -> dict[str, Function]:
    """All built-in functions by name."""
    return {name: Function(name=name, signatures=tuple(forms)) for name, forms in FORMS.items()}


def _parameter(text: str) -> Parameter:
    name, _, kind = text.partition(":")
    name, kind = name.strip(), kind.strip() or "Any"
    return Parameter(
        name=name.removesuffix("?"),
        type=_type(kind.removesuffix("?")),
        optional=name.endswith("?"),
        nullable=kind.endswith("?"),
    )


def _type(text: str) -> Type:
    if text.startswith("list<"):
        return list_of(_type(text[5:-1]))
    if text.startswith("range<"):
        return range_of(_type(text[6:-1]))
    return ANY if text == "function" else SIMPLE[text]


def _split(parameters: str) -> list[str]:
    return [text for text in parameters.split(",") if text.strip()]
