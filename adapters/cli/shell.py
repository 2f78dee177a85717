"""The commands' common shape: bilingual help with examples, no colour boxes, no import of rich.

A noun is a `Commands(help, group=True)` with verbs; a command of its own is a `Commands(help)` with one verb.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperCommand, TyperGroup

from adapters.cli.language import _

if TYPE_CHECKING:
    from typer._click.formatting import HelpFormatter
    from typer.core import TyperOption


def _format_usage(command: TyperCommand | TyperGroup, ctx: typer.Context, formatter: "HelpFormatter") -> None:
    formatter.write_usage(ctx.command_path, " ".join(command.collect_usage_pieces(ctx)), prefix=_("Usage: "))


def _format_examples(epilog: str | None, formatter: "HelpFormatter") -> None:
    if epilog:
        formatter.write_paragraph()
        formatter.write(_("Examples:") + "\n")
        formatter.write("".join(f"  {line}\n" for line in epilog.splitlines()))


class _Plain:
    """Turns what was typed into text or paths, without pydantic: importing that takes longer than all else together.

    It stands where Typer would put its own coercion (`_TyperParameter._runtime_param`) for these types only. Should a
    later Typer look elsewhere, everything still works, more slowly; `test_start.py` tells.
    """

    def __init__(self, kind: Callable[[Any], object]) -> None:
        self._kind = kind

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """Give the value that the command is called with."""
        if param.multiple or param.nargs == -1:
            return [self._kind(item) for item in value or ()]
        return None if value is None else self._kind(value)


_PLAIN: dict[Any, Callable[[Any], object]] = {str: str, bool: bool, Path: Path, list[str]: str, list[Path]: Path}


def _without_pydantic(parameters: Iterable[Any]) -> None:
    for parameter in parameters:
        kind = _PLAIN.get(getattr(getattr(parameter, "type_descriptor", None), "annotation", None))
        if kind is not None:
            parameter._runtime_param = _Plain(kind)


class Command(TyperCommand):
    """One verb."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _without_pydantic(self.params)

    def format_usage(self, ctx: Any, formatter: "HelpFormatter") -> None:
        """Write the usage line in the active language."""
        _format_usage(self, ctx, formatter)

    def format_epilog(self, ctx: Any, formatter: "HelpFormatter") -> None:
        """Write the examples as they are typed: never rewrapped."""
        _format_examples(self.epilog, formatter)
        formatter.write("\n" + _("Everywhere: --profile NAME, --server URL, --lang vi|en (see hoso --help).") + "\n")

    def get_help_option(self, ctx: Any) -> "TyperOption | None":
        """Give the help option its text in the active language."""
        return _translated(super().get_help_option(ctx))


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A verb that another part of Hoso brings to a noun: what its help says in a line, and how it is imported."""

    help: str
    load: Callable[[], TyperCommand]


class Group(TyperGroup):
    """A noun with its verbs. Those from `elsewhere` are imported only when they are called."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _without_pydantic(self.params)
        self.elsewhere: Mapping[str, Elsewhere] = {}

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of all verbs."""
        return [*super().list_commands(ctx), *self.elsewhere]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Give a verb, imported where it is from elsewhere."""
        found = self.elsewhere.get(cmd_name)
        return super().get_command(ctx, cmd_name) if found is None else found.load()

    def format_commands(self, ctx: Any, formatter: "HelpFormatter") -> None:
        """Write the verbs without importing any."""
        if not self.elsewhere:
            super().format_commands(ctx, formatter)
            return
        limit = formatter.width - 6 - max(map(len, self.list_commands(ctx)))
        own = [(name, verb.get_short_help_str(limit)) for name, verb in self.commands.items() if not verb.hidden]
        with formatter.section(_("Commands")):
            formatter.write_dl([*own, *((name, verb.help) for name, verb in self.elsewhere.items())])

    def format_usage(self, ctx: Any, formatter: "HelpFormatter") -> None:
        """Write the usage line in the active language."""
        _format_usage(self, ctx, formatter)

    def format_epilog(self, ctx: Any, formatter: "HelpFormatter") -> None:
        """Write the examples as they are typed."""
        _format_examples(self.epilog, formatter)

    def get_help_option(self, ctx: Any) -> "TyperOption | None":
        """Give the help option its text in the active language."""
        return _translated(super().get_help_option(ctx))


def _translated(option: "TyperOption | None") -> "TyperOption | None":
    if option is not None:
        option.help = _("Show this help and exit.")
        _without_pydantic([option])
    return option


class Commands(typer.Typer):
    """What a module registers its verbs on, as `app`."""

    def __init__(self, help: str = "", *, group: bool = False, cls: type[TyperGroup] = Group, epilog: str = "") -> None:
        super().__init__(
            help=help,
            epilog=epilog,
            cls=cls,
            add_completion=False,
            rich_markup_mode=None,
            pretty_exceptions_enable=False,
            no_args_is_help=True,
            subcommand_metavar=_("COMMAND [ARGS]..."),
            options_metavar=_("[OPTIONS]"),
        )
        if group:
            # With a callback Typer keeps `hoso db upgrade` a noun and a verb, even when the noun has one verb only.
            self.callback()(_nothing)

    def verb(self, name: str, help: str, *examples: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
        """Register a command; every one has an example in its help."""
        return self.command(name, help=help, epilog="\n".join(examples), cls=Command, options_metavar=_("[OPTIONS]"))


def _nothing() -> None:
    pass
