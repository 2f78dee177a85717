"""The commands' common shape: bilingual help with examples, no colour boxes, no import of rich.

A noun is a `Commands(help, group=True)` with verbs; a command of its own is a `Commands(help)` with one verb.
"""

from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperCommand, TyperGroup

from adapters.cli.language import _

if TYPE_CHECKING:
    from collections.abc import Callable

    from typer._click.formatting import HelpFormatter
    from typer.core import TyperOption


def _format_usage(command: TyperCommand | TyperGroup, ctx: typer.Context, formatter: "HelpFormatter") -> None:
    formatter.write_usage(ctx.command_path, " ".join(command.collect_usage_pieces(ctx)), prefix=_("Usage: "))


def _format_examples(epilog: str | None, formatter: "HelpFormatter") -> None:
    if epilog:
        formatter.write_paragraph()
        formatter.write(_("Examples:") + "\n")
        formatter.write("".join(f"  {line}\n" for line in epilog.splitlines()))


class Command(TyperCommand):
    """One verb."""

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


class Group(TyperGroup):
    """A noun with its verbs."""

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
        )
        if group:
            # With a callback Typer keeps `hoso db upgrade` a noun and a verb, even when the noun has one verb only.
            self.callback()(_nothing)

    def verb(self, name: str, help: str, *examples: str) -> "Callable[[Callable[..., None]], Callable[..., None]]":
        """Register a command; every one has an example in its help."""
        return self.command(name, help=help, epilog="\n".join(examples), cls=Command, options_metavar=_("[OPTIONS]"))


def _nothing() -> None:
    pass
