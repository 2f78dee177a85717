"""Data that a person types: `--set key=value` and `--data FILE`."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from adapters.cli.errors import USAGE, CommandFailed
from adapters.cli.language import _

_LARGEST = 4 * 1024 * 1024


def read_data(file: Path | None, settings: Sequence[str]) -> dict[str, Any]:
    """Return the file's object with the settings on top. A setting's value is text; `key:=value` gives JSON."""
    data = read_object(file) if file else {}
    for setting in settings:
        name, separator, value = setting.partition("=")
        typed = name.endswith(":")
        name = name.removesuffix(":").strip()
        if not separator or not name:
            raise CommandFailed(
                "bad-setting",
                _("--set {text}: expected key=value").format(text=repr(setting)),
                remedy=_("for JSON values write key:=value, such as copies:=3"),
                exit_code=USAGE,
            )
        _put(data, name.split("."), _parse(value, setting) if typed else value)
    return data


def _put(data: dict[str, Any], names: Sequence[str], value: object) -> None:
    for name in names[:-1]:
        inner = data.setdefault(name, {})
        if not isinstance(inner, dict):
            raise CommandFailed(
                "bad-setting",
                _("--set {name}: {part} is not an object").format(name=".".join(names), part=name),
                exit_code=USAGE,
            )
        data = inner
    data[names[-1]] = value


def _parse(value: str, setting: str) -> object:
    try:
        return json.loads(value)
    except ValueError:
        raise CommandFailed(
            "bad-setting", _("--set {text}: the value is not JSON").format(text=repr(setting)), exit_code=USAGE
        ) from None


def read_object(file: Path) -> dict[str, Any]:
    """Read a JSON object from a file; each key may occur once."""
    return parse_object(read_file(file, limit=_LARGEST), file)


def parse_object(content: bytes, file: object) -> dict[str, Any]:
    """Read a JSON object from the bytes of `file`, whose name stands in errors; each key may occur once."""
    try:
        value = json.loads(content, object_pairs_hook=_unique)
    except (ValueError, RecursionError) as error:
        raise CommandFailed(
            "bad-json",
            _("{file} is not JSON: {reason}").format(file=file, reason=error),
            remedy=_("correct the file"),
            exit_code=USAGE,
        ) from None
    if not isinstance(value, dict):
        raise CommandFailed(
            "bad-json",
            _("{file}: expected a JSON object").format(file=file),
            remedy=_("correct the file"),
            exit_code=USAGE,
        )
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError(_("a key occurs twice"))
    return value


def read_file(file: Path, *, limit: int = 64 * 1024 * 1024) -> bytes:
    """Read a file of bounded size, or say why not."""
    try:
        with file.open("rb") as handle:
            content = handle.read(limit + 1)
    except OSError as error:
        raise CommandFailed(
            "no-file",
            _("cannot read {file}: {reason}").format(file=file, reason=error.strerror or error),
            remedy=_("check its name and that you may read it"),
        ) from None
    if len(content) > limit:
        raise CommandFailed("file-too-large", _("{file} is larger than {limit} bytes").format(file=file, limit=limit))
    return content
