"""What goes to the terminal: data on stdout, everything said to a person on stderr.

Text from a server or a citizen never reaches the terminal raw: control characters could repaint what an officer is
about to sign, and bidirectional marks could reorder it.
"""

import json
import os
import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from adapters.cli.errors import REFUSED, USAGE, CommandFailed
from adapters.cli.language import _

# Control, format (bidirectional marks, zero width), surrogate, line and paragraph separators.
_DANGEROUS = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def escape(text: object) -> str:
    """Return the text with every control or invisible character written as \\x1b, \\u202e, …"""
    plain = text if isinstance(text, str) else str(text)
    if plain.isascii() and plain.isprintable():
        return plain
    return "".join(_visible(char) if unicodedata.category(char) in _DANGEROUS else char for char in plain)


def _visible(char: str) -> str:
    named = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(char)
    return named or (f"\\x{ord(char):02x}" if ord(char) < 0x100 else f"\\u{ord(char):04x}")


def out(text: str = "") -> None:
    """Print one line of data, already escaped."""
    sys.stdout.write(text + "\n")


def say(text: str = "") -> None:
    """Tell the person something; stdout stays for data."""
    sys.stdout.flush()
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def out_json(value: object) -> None:
    """Print a value as JSON; invisible characters inside strings are escaped as JSON escapes."""
    text = json.dumps(value, ensure_ascii=False, indent=2, default=str)
    out("".join(f"\\u{ord(c):04x}" if c != "\n" and unicodedata.category(c) in _DANGEROUS else c for c in text))


def width(text: str) -> int:
    """Return the columns that the text takes on a terminal."""
    if text.isascii():
        return len(text)
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in text)
    return len(text) + wide - sum(unicodedata.combining(char) > 0 for char in text)


def table(titles: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows under their titles; on a terminal long cells are folded, elsewhere lines are left whole."""
    cells = [[_cell(value) for value in row] for row in rows]
    if sys.stdout.isatty() and not os.environ.get("NO_COLOR") and cells:
        _rich_table(titles, cells)
        return
    widths = [max(width(row[column]) for row in [list(titles), *cells]) for column in range(len(titles))]
    for row in [list(titles), *cells]:
        padded = (cell + " " * (widths[column] - width(cell)) for column, cell in enumerate(row))
        out("  ".join(padded).rstrip())


def _cell(value: object) -> str:
    if value is None or value == "":
        return "-"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Mapping):
        return ", ".join(f"{escape(key)}: {_cell(part)}" for key, part in value.items()) or "-"
    if isinstance(value, (list, tuple)):
        return escape(", ".join(str(part) for part in value)) or "-"
    if isinstance(value, Alarming):
        return Alarming(escape(value))
    return escape(value)


def _rich_table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    grid = Table(box=None, pad_edge=False, header_style="bold")
    for title in titles:
        grid.add_column(title, overflow="fold")
    for row in rows:
        grid.add_row(*(Text(cell, style="bold red" if isinstance(cell, Alarming) else "") for cell in row))
    Console().print(grid)


class Alarming(str):
    """A cell that a table shows in red where there are colours; its words must say the same."""

    __slots__ = ()


class Lines(tuple[str, ...]):
    """Ready lines, already escaped, which `show` prints one under the other."""

    __slots__ = ()


def show(value: Mapping[str, object], labels: Mapping[str, str], *, indent: str = "") -> None:
    """Print one thing: the fields that have labels first, in their order, then what else the server told."""
    known = [key for key in labels if key in value]
    for key in [*known, *(key for key in value if key not in labels)]:
        _show_field(labels.get(key, escape(key)), value[key], indent)


def _show_field(label: str, value: object, indent: str) -> None:
    if isinstance(value, Lines) and value:
        out(f"{indent}{label}:")
        for line in value:
            out(f"{indent}  - {line}")
    elif isinstance(value, Mapping) and value:
        out(f"{indent}{label}:")
        show(value, {}, indent=indent + "  ")
    elif isinstance(value, list) and any(isinstance(part, Mapping) for part in value):
        out(f"{indent}{label}:")
        for part in value:
            pairs = part.items() if isinstance(part, Mapping) else [("", part)]
            out(f"{indent}  - " + ", ".join(f"{escape(key)}: {_cell(item)}" for key, item in pairs))
    else:
        out(f"{indent}{label}: {_cell(value)}")


def confirm(question: str, *, assume_yes: bool) -> bool:
    """Ask for y/N. Without a terminal only `--yes` counts: silence is not consent."""
    if assume_yes:
        return True
    return choose(question, _("y/N")) in {"y", "yes", "c", "có", "co"}


def choose(question: str, choices: str) -> str:
    """Ask once and return the answer in lower case. Without a terminal it stops: silence is not consent."""
    if not sys.stdin.isatty():
        raise _no_terminal()
    sys.stderr.write(f"{question} [{choices}] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower()


def _no_terminal() -> CommandFailed:
    return CommandFailed(
        "no-terminal",
        _("this needs your consent, and there is no terminal to ask on"),
        remedy=_("run it on a terminal, or add --yes after checking what will be signed"),
        exit_code=USAGE,
    )


def refuse_unless(consent: bool) -> None:
    """Stop when the person said no: nothing was sent."""
    if not consent:
        raise CommandFailed("not-confirmed", _("not confirmed; nothing was signed or sent"), exit_code=REFUSED)


def ask_secret(question: str, *, variable: str) -> str:
    """Ask for a PIN or token without showing it."""
    if not sys.stdin.isatty():
        raise CommandFailed(
            "no-terminal",
            _("a secret is needed and there is no terminal to ask on: {what}").format(what=question),
            remedy=_("set {variable}").format(variable=variable),
            exit_code=USAGE,
        )
    import getpass

    return getpass.getpass(f"{question}: ", stream=sys.stderr)
