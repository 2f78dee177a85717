"""Fill what is known of a parcel into a request, and find a value in an answer. Nothing of either is ever run."""

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

_PLACE = re.compile(r"\{([a-z_]+(?::[a-z0-9-]+)?)\}")


def filled(template: Any, values: Mapping[str, str]) -> Any:
    """The template with each `{name}` in its texts replaced; KeyError where nothing is known of a name."""
    if isinstance(template, str):
        return _PLACE.sub(lambda found: values[found[1]], template)
    if isinstance(template, dict):
        return {name: filled(each, values) for name, each in template.items()}
    if isinstance(template, list):
        return [filled(each, values) for each in template]
    return template


def filled_path(template: str, values: Mapping[str, str]) -> str:
    """The same of a path: no value adds a segment or a parameter to it."""
    return _PLACE.sub(lambda found: quote(values[found[1]], safe=""), template)


def dug(value: Any, dotted: str) -> Any:
    """What lies there in a JSON value; None where nothing does. `0` is the first of a list."""
    for part in dotted.split(".") if dotted else ():
        if isinstance(value, dict):
            value = value.get(part)
        elif isinstance(value, list) and part.isdecimal() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value


def text_of(value: Any) -> str | None:
    """A text or a whole number as text; None of anything else, and of nothing."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return str(value).strip() or None


def parsed(body: bytes) -> Any:
    """The JSON value; ValueError where it is none, or one inside another too often."""
    if body.count(b"[") + body.count(b"{") > 10_000:
        raise ValueError("JSON of too many parts")
    try:
        return json.loads(body)
    except RecursionError as error:
        raise ValueError("JSON too deep") from error
