"""Forms (Camunda form-js JSON): the inputs of one, and whether data is what it asks for. The client asks the same.

Strict: data already has its types here. A field that a FEEL condition hides is neither wanted nor refused.
"""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

INPUTS = frozenset({"textfield", "textarea", "number", "checkbox", "select", "radio", "datetime"})
SHOWN = frozenset({"text", "group", "separator", "spacer", "default"})  # without a value of their own
DEEPEST = 8
LONGEST_TEXT = 20_000
EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}")
Hidden = Callable[[str], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One input. `values` are the choices of a select or radio, value → label; `hide` the FEEL that hides it."""

    key: str
    label: str
    kind: str
    required: bool
    hide: str | None
    values: Mapping[str, str]
    rules: Mapping[str, Any]
    component: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldProblem:
    """What is wrong with one field: a stable code, and a message that does not repeat the value."""

    field: str
    code: str
    message: str


class Unfit(ValueError):
    """A value does not fit its field."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def read_fields(form: object) -> tuple[Field, ...]:
    """The inputs of a form, in their order."""
    return tuple(_field(component) for component in _components(form, 0))


def unsupported(form: object) -> tuple[str, ...]:
    """The types of components that neither the command line nor the page can render: refused at deploy."""
    kinds = {str(component.get("type")) for component in _all(form, 0)}
    return tuple(sorted(kinds - INPUTS - SHOWN))


def check(form: object, data: Mapping[str, Any], *, hidden: Hidden = lambda _expression: False) -> list[FieldProblem]:
    """What is wrong with the data, field by field; `hidden` says whether a FEEL condition holds."""
    fields = {field.key: field for field in read_fields(form)}
    problems = [_problem(key, "field-unknown", "this form has no such field") for key in data if key not in fields]
    for field in fields.values():
        value = data.get(field.key)
        if value is None or (value == "" and field.kind != "checkbox"):
            if field.required and not (field.hide and hidden(field.hide)):
                problems.append(_problem(field.key, "field-missing", "is required"))
            continue
        try:
            _KINDS[field.kind](field, value)
        except Unfit as error:
            problems.append(_problem(field.key, error.code, str(error)))
    return problems


def _components(holder: object, depth: int) -> Iterator[Mapping[str, Any]]:
    return (item for item in _all(holder, depth) if item.get("type") in INPUTS and isinstance(item.get("key"), str))


def _all(holder: object, depth: int) -> Iterator[Mapping[str, Any]]:
    children = holder.get("components") if isinstance(holder, Mapping) else None
    for component in children if isinstance(children, list) and depth < DEEPEST else ():
        if isinstance(component, Mapping):
            yield component
            yield from _all(component, depth + 1)


def _field(component: Mapping[str, Any]) -> Field:
    rules = component.get("validate")
    condition = component.get("conditional")
    choices = component.get("values")
    values = {
        str(choice["value"]): str(choice.get("label") or choice["value"])
        for choice in (choices if isinstance(choices, list) else ())
        if isinstance(choice, Mapping) and "value" in choice
    }
    return Field(
        key=component["key"],
        label=str(component.get("label") or component["key"]),
        kind=component["type"],
        required=isinstance(rules, Mapping) and bool(rules.get("required")),
        hide=str(condition["hide"]) if isinstance(condition, Mapping) and condition.get("hide") else None,
        values=values,
        rules=rules if isinstance(rules, Mapping) else {},
        component=component,
    )


def _problem(field: str, code: str, message: str) -> FieldProblem:
    return FieldProblem(field=field[:100], code=code, message=message)


def _text(field: Field, value: object) -> None:
    if not isinstance(value, str):
        raise Unfit("field-type", "expected text")
    if len(value) < (least := int(field.rules.get("minLength") or 0)):
        raise Unfit("field-length", f"expected at least {least} characters")
    if len(value) > (most := int(field.rules.get("maxLength") or LONGEST_TEXT)):
        raise Unfit("field-length", f"expected at most {most} characters")
    if field.rules.get("validationType") == "email" and not EMAIL.fullmatch(value):
        raise Unfit("field-format", "expected an email address")


def _number(field: Field, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise Unfit("field-type", "expected a number")
    if (least := field.rules.get("min")) is not None and value < float(least):
        raise Unfit("field-range", f"expected at least {least}")
    if (most := field.rules.get("max")) is not None and value > float(most):
        raise Unfit("field-range", f"expected at most {most}")


def _checkbox(field: Field, value: object) -> None:
    if not isinstance(value, bool):
        raise Unfit("field-type", "expected true or false")
    if field.required and not value:
        raise Unfit("field-missing", "must be ticked")


def _choice(field: Field, value: object) -> None:
    if field.values and str(value) not in field.values:
        raise Unfit("field-choice", f"expected one of {', '.join(field.values)}")
    if not isinstance(value, str | int | float | bool):
        raise Unfit("field-type", "expected one value")


def _datetime(field: Field, value: object) -> None:
    reads: dict[object, Callable[[str], object]] = {"date": date.fromisoformat, "time": time.fromisoformat}
    form = {"date": "2026-11-25", "time": "09:30"}.get(str(field.component.get("subtype")), "2026-11-25T09:30+07:00")
    try:
        if not isinstance(value, str):
            raise Unfit("field-type", f"expected a time such as {form}")
        reads.get(field.component.get("subtype"), datetime.fromisoformat)(value)
    except Unfit:
        raise
    except ValueError as error:
        raise Unfit("field-format", f"expected a time such as {form}") from error


_KINDS: Mapping[str, Callable[[Field, Any], None]] = {
    "textfield": _text,
    "textarea": _text,
    "number": _number,
    "checkbox": _checkbox,
    "select": _choice,
    "radio": _choice,
    "datetime": _datetime,
}
