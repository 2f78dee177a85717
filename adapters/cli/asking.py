"""Asking on a terminal for what the form needs and the command line did not give."""

import sys
from collections.abc import Mapping
from typing import Any

from adapters.cli.language import _
from adapters.cli.terminal import escape, say
from adapters.forms import Field, read_fields


def ask_missing(form: object, typed: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was typed together with the answers for required fields that are missing; an empty answer is none."""
    data = dict(typed)
    for field in read_fields(form):
        if field.required and not field.hide and field.key not in data:
            answer = _ask(field)
            if answer:
                data[field.key] = answer
    return data


def _ask(field: Field) -> str:
    for number, (value, label) in enumerate(field.values.items(), start=1):
        say(f"  {number}. {escape(label)} ({escape(value)})")
    hint = _(" (true or false)") if field.kind == "checkbox" else ""
    sys.stderr.write(f"{escape(field.label)}{hint}: ")
    sys.stderr.flush()
    answer = sys.stdin.readline().strip()
    choices = list(field.values)
    if answer.isascii() and answer.isdigit() and 1 <= int(answer) <= len(choices) and answer not in choices:
        return choices[int(answer) - 1]
    return answer
