"""`hoso setting`: what the server reads from its environment."""

from typing import Annotated

import typer

from adapters.cli.language import _
from adapters.cli.listing import Column, print_list
from adapters.cli.shell import Commands
from adapters.console.setting import DataOption, warn_of_unknown

app = Commands(_("Settings of the server: list."), group=True)


@app.verb(
    "list",
    _("List the server's settings: value, where it comes from; secrets are not shown."),
    "hoso setting list",
    "hoso setting list --json",
)
def list_settings(
    data: DataOption = None, json: Annotated[bool, typer.Option("--json", help=_("Print JSON."))] = False
) -> None:
    """List."""
    from adapters.settings import VARIABLES, listed

    warn_of_unknown()
    items = [
        {"name": each.name, "value": each.value, "source": each.source, "meaning": VARIABLES[each.name]}
        for each in listed(data)
    ]
    sources = {"environment": _("environment"), "file": _("file"), "default": _("default"), "unset": _("unset")}
    sources["flag"] = "--data"
    columns: list[Column] = [
        (_("NAME"), "name"),
        (_("VALUE"), lambda item: item["value"] or ""),
        (_("SOURCE"), lambda item: sources[item["source"]]),
    ]
    print_list(items, columns, as_json=json)
