"""The command line as data: its commands and flags, whether a line that a page shows fits them, the reference page."""

import importlib
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

_HELP = {"--help": False, "-h": False}
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=.*", re.DOTALL)
_SEPARATORS = set("|&;()<>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command or a noun; `options` tells of each flag whether a value follows, `rows` describe the parameters."""

    path: tuple[str, ...]
    help: str
    usage: str
    options: Mapping[str, bool]
    rows: tuple[tuple[str, str], ...] = ()
    examples: tuple[str, ...] = ()
    verbs: Mapping[str, "Command"] = field(default_factory=dict)

    def walk(self) -> Iterator["Command"]:
        """This command and all below it."""
        yield self
        for verb in self.verbs.values():
            yield from verb.walk()

    def refuses(self, words: Sequence[str]) -> str | None:
        """Why a command line (without `hoso`) does not exist, or None. The root's options may stand anywhere."""
        here, rest = self, list(words)
        while rest:
            word = rest.pop(0)
            if word == "--":
                break
            if word.startswith("-") and word != "-":
                flag, value = _split(word)
                takes = {**_HELP, **self.options, **here.options}.get(flag)
                if takes is None:
                    return f"`hoso {' '.join(here.path)}` has no option {flag}".replace(" `", "`")
                if takes and value is None and rest:
                    rest.pop(0)
            elif here.verbs:
                if word not in here.verbs:
                    return f"there is no command `hoso {' '.join((*here.path, word))}`"
                here = here.verbs[word]
        if here.verbs and not _HELP.keys() & set(words) and not ("--version" in words and not here.path):
            return f"`hoso {' '.join(here.path)}` needs one of {', '.join(here.verbs)}".replace(" `", "`")
        return None


def _split(word: str) -> tuple[str, str | None]:
    if word.startswith("--"):
        flag, equals, value = word.partition("=")
        return flag, value if equals else None
    return word[:2], word[2:] or None


def shown_commands(line: str) -> Iterator[list[str]]:
    """The words after `hoso` of each call in a line of shell."""
    lexer = shlex.shlex(line.strip().removeprefix("$ "), posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    call: list[str] = []
    try:
        words = [*lexer, ";"]
    except ValueError:  # an open quote: the line is no shell
        return
    redirected = False
    for word in words:
        if word and not set(word) - _SEPARATORS:
            redirected = set(word) <= {"<", ">"}
            if not redirected:
                yield from _called(call)
                call = []
        elif redirected:
            redirected = False
        else:
            call.append(word)


def _called(words: list[str]) -> Iterator[list[str]]:
    while words and _ASSIGNMENT.fullmatch(words[0]):
        words = words[1:]
    if words and words[0].rpartition("/")[2] == "hoso":
        yield words[1:]


def load() -> tuple[Command | None, list[str]]:
    """The command line in English and what of it cannot be loaded; None while `adapters.main` has no `build()`."""
    entry = importlib.import_module("adapters.main")
    if not hasattr(entry, "build"):
        return None, []
    importlib.import_module("adapters.cli.language").activate("en")
    unloadable: list[str] = []
    return _read(entry.build(), (), None, unloadable), unloadable


def _read(command: Any, path: tuple[str, ...], parent: Any, unloadable: list[str]) -> Command:
    context = command.context_class(command, info_name=path[-1] if path else "hoso", parent=parent)
    verbs: dict[str, Command] = {}
    for name in command.list_commands(context) if hasattr(command, "list_commands") else ():
        try:
            verb = command.get_command(context, name)
        except Exception as error:
            unloadable.append(f"`hoso {' '.join((*path, name))}` cannot be loaded: {error}")
            continue
        if not verb.hidden:
            verbs[name] = _read(verb, (*path, name), context, unloadable)
    options = [parameter for parameter in command.params if parameter.param_type_name == "option"]
    takes = {flag: not option.is_flag for option in options for flag in (*option.opts, *option.secondary_opts)}
    return Command(
        path=path,
        help=" ".join((command.help or "").split()),
        usage=" ".join(("hoso", *path, *command.collect_usage_pieces(context))),
        options=takes,
        rows=tuple(record for parameter in command.params if (record := parameter.get_help_record(context))),
        examples=tuple((command.epilog or "").splitlines()),
        verbs=verbs,
    )


def reference(tree: Command) -> str:
    """docs/reference/cli.md."""
    source = "<!-- Written by `python -m tests.docs --write` from the command line itself; change its help instead. -->"
    parts = ["# The `hoso` command", source, *(_section(command) for command in tree.walk())]
    return "\n\n".join(parts) + "\n"


def _section(command: Command) -> str:
    level = "#" * min(len(command.path) + 2, 4)
    name = " ".join(("hoso", *command.path))
    parts = [f"{level} `{name}`", command.help, f"Usage: `{command.usage}`"]
    if command.verbs:
        parts.append(
            "\n".join(f"- [`{name} {verb}`](#{_anchor(name, verb)}): {of.help}" for verb, of in command.verbs.items())
        )
    if command.rows:
        rows = (f"| `{_cell(names)}` | {_cell(text)} |" for names, text in command.rows)
        parts.append("\n".join(("| parameter | meaning |", "|---|---|", *rows)))
    if command.examples:
        parts.append("\n".join(("```sh", *command.examples, "```")))
    return "\n\n".join(part for part in parts if part)


def _anchor(name: str, verb: str) -> str:
    return f"{name} {verb}".replace(" ", "-")


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
