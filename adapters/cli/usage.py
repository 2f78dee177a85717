"""Bad usage, in the language of the user: Typer words most of it in English only."""

import re
from collections.abc import Callable, Mapping

import typer

from adapters.cli.errors import USAGE, CommandFailed
from adapters.cli.language import _, current
from adapters.cli.terminal import escape


def explain(error: typer.TyperException) -> CommandFailed:
    """Return what was wrong with the command line, and where its help is."""
    ctx = getattr(error, "ctx", None)
    path = ctx.command_path if ctx is not None else "hoso"
    return CommandFailed(
        "usage",
        escape(_message(error)),
        remedy=_("see {command} --help").format(command=path),
        exit_code=USAGE,
    )


def _message(error: typer.TyperException) -> str:
    original = error.format_message()
    if current() == "en":
        return original
    original, separator, near = original.partition(" Did you mean ")
    for pattern, sentence in _SENTENCES().items():
        if found := re.fullmatch(pattern, original, re.DOTALL):
            original = sentence(found)
    return original + (" " + _("Did you mean {near}").format(near=near) if separator else "")


def _SENTENCES() -> Mapping[str, Callable[["re.Match[str]"], str]]:  # noqa: N802  (a table in the language of the moment)
    return {
        r"No such option: (\S+)(?: .*)?": lambda m: _("no such option: {name}").format(name=m[1]),
        r"Missing option (.+?)\.(?: .*)?": lambda m: _("missing option {name}").format(name=m[1]),
        r"Missing argument (.+?)\.(?: .*)?": lambda m: _("missing argument {name}").format(name=m[1]),
        r"Got unexpected extra arguments? \((.*)\)": lambda m: _("unexpected argument: {name}").format(name=m[1]),
        r"Option (.+?) requires an argument\.?": lambda m: _("option {name} needs a value").format(name=m[1]),
        r"Invalid value for (.+?): (.*)": lambda m: _("bad value for {name}: {text}").format(name=m[1], text=m[2]),
    }
