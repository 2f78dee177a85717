"""`hoso officer`: who works here."""

from typing import Annotated

import typer

from adapters.cli.client import path
from adapters.cli.language import _
from adapters.cli.listing import AsJson, print_list, print_one
from adapters.cli.session import open_session
from adapters.cli.shell import Commands
from adapters.cli.terminal import escape, out, out_json

app = Commands(_("Officers: add, list, show."), group=True)


@app.verb(
    "add",
    _("Add an officer (administrators)."),
    "hoso officer add lan --name 'Nguyễn Thị Lan' --position 'Chuyên viên' --unit van-phong --role chuyen-vien",
    "hoso officer add an --name 'Trần Văn An' --position 'Chủ tịch' --unit ubnd --role lanh-dao --token",
)
def add(
    ctx: typer.Context,
    id: Annotated[str, typer.Argument(metavar="ID", help=_("The officer's id: a-z, 0-9, dash; at most 40."))],
    name: Annotated[str, typer.Option(metavar=_("TEXT"), help=_("Full name."))],
    position: Annotated[str, typer.Option(metavar=_("TEXT"), help=_("Position, as it stands under a signature."))],
    unit: Annotated[str, typer.Option(metavar=_("TEXT"), help=_("The unit's id."))],
    role: Annotated[list[str] | None, typer.Option(metavar=_("TEXT"), help=_("A role; repeat it."))] = None,
    token: Annotated[bool, typer.Option("--token", help=_("Also make an access token, printed once."))] = False,
    json: AsJson = False,
) -> None:
    """Add an officer."""
    body = {"id": id, "name": name, "position": position, "unit": unit, "roles": role or []}
    value = open_session(ctx).client.post(path("officers"), body, token="true" if token else None)
    if json:
        out_json(value)
        return
    out(_("Officer {id} is added.").format(id=escape(id)))
    if value.get("token"):
        out(_("Access token (shown once): {token}").format(token=escape(value["token"])))


@app.verb("list", _("List officers."), "hoso officer list", "hoso officer list --json")
def list_(ctx: typer.Context, json: AsJson = False) -> None:
    """List officers."""
    columns = [
        (_("OFFICER"), "id"),
        (_("NAME"), "name"),
        (_("POSITION"), "position"),
        (_("UNIT"), "unit"),
        (_("ROLES"), "roles"),
        (_("ACTIVE"), "active"),
    ]
    print_list(open_session(ctx).client.items(path("officers")), columns, as_json=json)


@app.verb("show", _("Show an officer."), "hoso officer show lan")
def show_(
    ctx: typer.Context,
    id: Annotated[str, typer.Argument(metavar="ID", help=_("The officer's id."))],
    json: AsJson = False,
) -> None:
    """Show an officer."""
    labels = {
        "id": _("Officer"),
        "name": _("Name"),
        "position": _("Position"),
        "unit": _("Unit"),
        "roles": _("Roles"),
        "active": _("Active"),
    }
    print_one(open_session(ctx).client.get(path("officers", id)), labels, as_json=json)
