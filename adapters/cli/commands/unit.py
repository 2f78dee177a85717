"""`hoso unit`: the offices of this installation."""

from typing import Annotated

import typer

from adapters.cli.client import path
from adapters.cli.language import _
from adapters.cli.listing import AsJson, print_list
from adapters.cli.session import open_session
from adapters.cli.shell import Commands
from adapters.cli.terminal import escape, out, out_json

app = Commands(_("Units: add, list."), group=True)


@app.verb("add", _("Add a unit (administrators)."), "hoso unit add van-phong --name 'Văn phòng HĐND và UBND'")
def add(
    ctx: typer.Context,
    id: Annotated[str, typer.Argument(metavar="ID", help=_("The unit's id: a-z, 0-9, dash; at most 40."))],
    name: Annotated[str, typer.Option(metavar=_("TEXT"), help=_("Its full name."))],
    parent: Annotated[str | None, typer.Option(metavar="ID", help=_("The unit above it."))] = None,
    json: AsJson = False,
) -> None:
    """Add a unit."""
    value = open_session(ctx).client.post(
        path("units"), {"id": id, "name": name} | ({"parent": parent} if parent else {})
    )
    if json:
        out_json(value)
    else:
        out(_("Unit {id} is added.").format(id=escape(id)))


@app.verb("list", _("List units."), "hoso unit list")
def list_(ctx: typer.Context, json: AsJson = False) -> None:
    """List units."""
    print_list(
        open_session(ctx).client.items(path("units")),
        [(_("UNIT"), "id"), (_("NAME"), "name"), (_("ABOVE IT"), "parent")],
        as_json=json,
    )
