"""A task's form (form-js JSON), checked before anything is asked or sent. The server checks it again.

What only the server can know (a field that a FEEL condition hides, a list of values that data fill) is left to it.
"""

import json
import math
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from adapters.cli.errors import REFUSED, CommandFailed
from adapters.cli.language import _
from adapters.cli.terminal import escape
from adapters.cli.times import VIETNAM

INPUTS = frozenset({"textfield", "textarea", "number", "checkbox", "select", "radio", "datetime"})
_TRUE = frozenset({"true", "yes", "1", "có", "co", "đúng"})
_FALSE = frozenset({"false", "no", "0", "không", "khong", "sai"})
_DEEPEST = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One input of a form. `values` are the choices of a select or radio, value → label; empty when not known here."""

    key: str
    label: str
    kind: str
    required: bool
    conditional: bool
    values: Mapping[str, str]
    rules: Mapping[str, Any]
    component: Mapping[str, Any]


def read_fields(form: object) -> tuple[Field, ...]:
    """Return the inputs of a form in their order; a task without a form has none."""
    return tuple(_field(component) for component in _components(form, 0))


def _components(holder: object, depth: int) -> Iterator[Mapping[str, Any]]:
    children = holder.get("components") if isinstance(holder, Mapping) else None
    for component in children if isinstance(children, list) and depth < _DEEPEST else ():
        if not isinstance(component, Mapping):
            continue
        if component.get("type") in INPUTS and isinstance(component.get("key"), str):
            yield component
        else:
            yield from _components(component, depth + 1)


def _field(component: Mapping[str, Any]) -> Field:
    rules = component.get("validate")
    rules = rules if isinstance(rules, Mapping) else {}
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
        required=bool(rules.get("required")),
        conditional=bool(component.get("conditional")),
        values=values,
        rules=rules,
        component=component,
    )


def check(form: object, typed: Mapping[str, Any]) -> dict[str, Any]:
    """Return the form's data with the right types, or stop with one line for each bad field."""
    fields = {field.key: field for field in read_fields(form)}
    data: dict[str, Any] = {}
    problems: list[str] = []
    for key in typed:
        if key not in fields:
            problems.append(_("{field}: this form has no such field").format(field=escape(key)))
    for field in fields.values():
        value = typed.get(field.key, field.component.get("defaultValue"))
        if _empty(value, field):
            if field.required and not field.conditional:
                problems.append(_line(field, _("is required")))
            continue
        try:
            data[field.key] = _KINDS[field.kind](field, value)
        except ValueError as error:
            problems.append(_line(field, str(error)))
    if problems:
        raise CommandFailed(
            "form-invalid",
            _("the form is not filled in rightly: {count} field(s)").format(count=len(problems)),
            remedy=_("see the fields with hoso task show"),
            exit_code=REFUSED,
            details=problems,
        )
    return data


def _empty(value: object, field: Field) -> bool:
    return value is None or (value == "" and field.kind != "checkbox")


def _line(field: Field, text: str) -> str:
    return f"{escape(field.key)} ({escape(field.label)}): {text}"


def _text(field: Field, value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(_("expected text, found {found}").format(found=_kind(value)))
    text = unicodedata.normalize("NFC", value)
    if (least := field.rules.get("minLength")) is not None and len(text) < int(least):
        raise ValueError(_("expected at least {count} characters, found {found}").format(count=least, found=len(text)))
    if (most := field.rules.get("maxLength")) is not None and len(text) > int(most):
        raise ValueError(_("expected at most {count} characters, found {found}").format(count=most, found=len(text)))
    if field.rules.get("validationType") == "email" and not re.fullmatch(r"[^@\s]{1,64}@[^@\s]{1,190}", text):
        raise ValueError(_("expected an email address"))
    return text


def _number(field: Field, value: object) -> int | float:
    try:
        number = json.loads(value) if isinstance(value, str) else value
    except ValueError:
        number = None
    if isinstance(number, bool) or not isinstance(number, (int, float)) or not math.isfinite(number):
        raise ValueError(_("expected a number, found {found}").format(found=_kind(value)))
    if (least := field.rules.get("min")) is not None and number < float(least):
        raise ValueError(_("expected at least {count}").format(count=least))
    if (most := field.rules.get("max")) is not None and number > float(most):
        raise ValueError(_("expected at most {count}").format(count=most))
    return number


def _checkbox(field: Field, value: object) -> bool:
    if isinstance(value, str) and value.strip().lower() in _TRUE | _FALSE:
        value = value.strip().lower() in _TRUE
    if not isinstance(value, bool):
        raise ValueError(_("expected true or false, found {found}").format(found=_kind(value)))
    if field.required and not value:
        raise ValueError(_("must be ticked (true)"))
    return value


def _choice(field: Field, value: object) -> object:
    if not field.values or str(value) in field.values:
        return value
    raise ValueError(_("expected one of {values}").format(values=", ".join(escape(known) for known in field.values)))


def _datetime(field: Field, value: object) -> str:
    text = value.strip() if isinstance(value, str) else ""
    try:
        match field.component.get("subtype"):
            case "date":
                return date.fromisoformat(text).isoformat()
            case "time":
                return time.fromisoformat(text).isoformat("minutes")
            case _:
                return _moment(field, datetime.fromisoformat(text))
    except ValueError:
        form = {"date": "2026-11-25", "time": "09:30"}.get(
            str(field.component.get("subtype")), "2026-11-25T09:30+07:00"
        )
        raise ValueError(_("expected a time such as {form}").format(form=form)) from None


def _moment(field: Field, value: datetime) -> str:
    """Write a time as the form wants it; one without a zone is Vietnam's."""
    if field.component.get("timeSerializingFormat") == "no_timezone":
        return value.replace(tzinfo=None).isoformat(timespec="seconds")
    aware = value if value.tzinfo else value.replace(tzinfo=VIETNAM)
    return aware.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


_KINDS: Mapping[str, Callable[[Field, object], object]] = {
    "textfield": _text,
    "textarea": _text,
    "number": _number,
    "checkbox": _checkbox,
    "select": _choice,
    "radio": _choice,
    "datetime": _datetime,
}


def _kind(value: object) -> str:
    names = {bool: _("true or false"), int: _("a number"), float: _("a number"), str: _("text"), list: _("a list")}
    return names.get(type(value), _("an object"))


def describe(form: object) -> list[str]:
    """Return one line for each field: what `--set` takes."""
    fields = read_fields(form)
    if not fields:
        return []
    return [_("Form:"), *(f"  {_described(field)}" for field in fields)]


def _described(field: Field) -> str:
    kinds = {
        "textfield": _("text"),
        "textarea": _("text"),
        "number": _("a number"),
        "checkbox": _("true or false"),
        "datetime": _("a time"),
    }
    takes = kinds.get(field.kind) or " | ".join(
        f"{escape(value)} ({escape(label)})" for value, label in field.values.items()
    )
    wanted = ", " + _("required") if field.required else ""
    return f"{escape(field.key)}: {escape(field.label)} — {takes}{wanted}"
