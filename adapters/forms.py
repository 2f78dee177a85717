"""Forms (Camunda form-js JSON): the inputs of one, and whether data is what it asks for.

Server and client ask the same here. Strict: data already has its types. A field that a FEEL condition hides is neither
wanted nor refused. What is wrong is told as a stable code and a sentence that the client can translate.
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
    """What is wrong with one field. `sentence` has `words` in its braces; none of them repeats the value.

    `words["found"]`, where there is one, is a phrase that the catalogue knows, too.
    """

    field: str
    code: str
    sentence: str
    words: Mapping[str, object]

    @property
    def message(self) -> str:
        """The sentence in English."""
        return self.sentence.format(**self.words)


class Unfit(ValueError):
    """A value does not fit its field."""

    def __init__(self, code: str, sentence: str, **words: object) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.words = words


def N_(text: str) -> str:  # noqa: N802  (gettext's name: the text goes into the catalogue, the client translates it)
    """Mark a sentence for the catalogue of messages."""
    return text


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
    unknown = Unfit("field-unknown", N_("this form has no such field"))
    problems = [_problem(key, unknown) for key in data if key not in fields]
    for field in fields.values():
        value = data.get(field.key)
        try:
            if not is_empty(field, value):
                _KINDS[field.kind](field, value)
            elif field.required and not (field.hide and hidden(field.hide)):
                raise Unfit("field-missing", N_("is required"))
        except Unfit as error:
            problems.append(_problem(field.key, error))
    return problems


def is_empty(field: Field, value: object) -> bool:
    """Whether the field is not filled in."""
    return value is None or (value == "" and field.kind != "checkbox")


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


def _problem(field: str, error: Unfit) -> FieldProblem:
    return FieldProblem(field=field[:100], code=error.code, sentence=error.sentence, words=error.words)


def _text(field: Field, value: object) -> None:
    if not isinstance(value, str):
        raise Unfit("field-type", N_("expected text, found {found}"), found=_kind(value))
    if len(value) < (least := _bound(field, "minLength", 0)):
        raise Unfit(
            "field-length", N_("expected at least {count:g} characters, found {length}"), count=least, length=len(value)
        )
    if len(value) > (most := _bound(field, "maxLength", LONGEST_TEXT)):
        raise Unfit(
            "field-length", N_("expected at most {count:g} characters, found {length}"), count=most, length=len(value)
        )
    if field.rules.get("validationType") == "email" and not EMAIL.fullmatch(value):
        raise Unfit("field-format", N_("expected an email address"))


def _number(field: Field, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise Unfit("field-type", N_("expected a number, found {found}"), found=_kind(value))
    if value < (least := _bound(field, "min", -math.inf)):
        raise Unfit("field-range", N_("expected at least {count:g}"), count=least)
    if value > (most := _bound(field, "max", math.inf)):
        raise Unfit("field-range", N_("expected at most {count:g}"), count=most)


def _bound(field: Field, rule: str, default: float) -> float:
    """A rule's number; form-js writes it as a number or as text, and a rule that is neither bounds nothing."""
    try:
        return float(field.rules[rule])
    except (KeyError, TypeError, ValueError):
        return default


def _checkbox(field: Field, value: object) -> None:
    if not isinstance(value, bool):
        raise Unfit("field-type", N_("expected true or false, found {found}"), found=_kind(value))
    if field.required and not value:
        raise Unfit("field-missing", N_("must be ticked (true)"))


def _choice(field: Field, value: object) -> None:
    if not isinstance(value, str | int | float | bool):
        raise Unfit("field-type", N_("expected one value, found {found}"), found=_kind(value))
    if field.values and str(value) not in field.values:
        raise Unfit("field-choice", N_("expected one of {values}"), values=", ".join(field.values))


def _datetime(field: Field, value: object) -> None:
    reads: dict[object, Callable[[str], object]] = {"date": date.fromisoformat, "time": time.fromisoformat}
    subtype = field.component.get("subtype")
    try:
        if isinstance(value, str):
            reads.get(subtype, datetime.fromisoformat)(value)
            return
    except ValueError:
        pass
    form = {"date": "2026-11-25", "time": "09:30"}.get(str(subtype), "2026-11-25T09:30+07:00")
    code = "field-format" if isinstance(value, str) else "field-type"
    raise Unfit(code, N_("expected a time such as {form}"), form=form)


def _kind(value: object) -> str:
    names = {
        bool: N_("true or false"),
        int: N_("a number"),
        float: N_("a number"),
        str: N_("text"),
        list: N_("a list"),
    }
    return names.get(type(value), N_("an object"))


_KINDS: Mapping[str, Callable[[Field, Any], None]] = {
    "textfield": _text,
    "textarea": _text,
    "number": _number,
    "checkbox": _checkbox,
    "select": _choice,
    "radio": _choice,
    "datetime": _datetime,
}
