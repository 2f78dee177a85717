"""A task's form, filled in on the command line: typed text becomes typed values, checked before anything is sent.

The check is `adapters.forms`, the server's own. What only the server can know (whether a FEEL condition hides a field)
is left to it.
"""

import json
import math
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from adapters import forms
from adapters.cli.errors import REFUSED, CommandFailed
from adapters.cli.language import _
from adapters.cli.terminal import escape
from adapters.cli.times import VIETNAM
from adapters.forms import Field, FieldProblem

_TRUE = frozenset({"true", "yes", "1", "có", "co", "đúng"})
_FALSE = frozenset({"false", "no", "0", "không", "khong", "sai"})


def check(form: object, typed: Mapping[str, Any]) -> dict[str, Any]:
    """Return the form's data with the right types, or stop with one line for each bad field."""
    fields = {field.key: field for field in forms.read_fields(form)}
    defaults = {key: field.component.get("defaultValue") for key, field in fields.items()}
    given = {**defaults, **{key: value for key, value in typed.items() if value is not None}}
    data = {
        key: _TYPED[fields[key].kind](fields[key], value) if key in fields else value
        for key, value in given.items()
        if key not in fields or not forms.is_empty(fields[key], value)
    }
    problems = forms.check(form, data, hidden=lambda _condition: True)
    if problems:
        raise _unfit([(_line(fields.get(problem.field), problem), problem.code) for problem in problems])
    return data


def _unfit(lines: Sequence[tuple[str, str]]) -> CommandFailed:
    """One bad field is told in one line; several get a line each."""
    several = len(lines) > 1
    return CommandFailed(
        "form-invalid",
        _("the form is not filled in rightly: {count} field(s)").format(count=len(lines)) if several else lines[0][0],
        remedy=_("see the fields with hoso task show"),
        exit_code=REFUSED,
        details=[f"{line}   [{code}]" for line, code in lines] if several else (),
    )


def _line(field: Field | None, problem: FieldProblem) -> str:
    words = {name: _(str(word)) if name == "found" else _shown(word) for name, word in problem.words.items()}
    name = escape(problem.field) + (f" ({escape(field.label)})" if field else "")
    return f"{name}: {_(problem.sentence).format(**words)}"


def _shown(word: object) -> object:
    return escape(word) if isinstance(word, str) else word


def _text(_field: Field, value: object) -> object:
    return unicodedata.normalize("NFC", value) if isinstance(value, str) else value


def _number(_field: Field, value: object) -> object:
    try:
        number = json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return value
    return number if isinstance(number, int | float) and math.isfinite(number) else value


def _checkbox(_field: Field, value: object) -> object:
    word = value.strip().lower() if isinstance(value, str) else None
    return word in _TRUE if word in _TRUE | _FALSE else value


def _choice(field: Field, value: object) -> object:
    """The form's own value: the form may write numbers where a command line only has text."""
    choices = field.component.get("values")
    return next(
        (
            choice["value"]
            for choice in (choices if isinstance(choices, list) else ())
            if isinstance(choice, Mapping) and str(choice.get("value")) == value
        ),
        value,
    )


def _datetime(field: Field, value: object) -> object:
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
        return value


def _moment(field: Field, value: datetime) -> str:
    """Write a time as the form wants it; one without a zone is Vietnam's."""
    if field.component.get("timeSerializingFormat") == "no_timezone":
        return value.replace(tzinfo=None).isoformat(timespec="seconds")
    aware = value if value.tzinfo else value.replace(tzinfo=VIETNAM)
    return aware.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


# What cannot be read stays as it was typed; the check then says what was expected.
_TYPED: Mapping[str, Callable[[Field, object], object]] = {
    "textfield": _text,
    "textarea": _text,
    "number": _number,
    "checkbox": _checkbox,
    "select": _choice,
    "radio": _choice,
    "datetime": _datetime,
}


def describe(form: object) -> list[str]:
    """Return one line for each field: what `--set` takes."""
    fields = forms.read_fields(form)
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
