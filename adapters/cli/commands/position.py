"""`hoso position`: what can be held in a unit, with its roles."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from adapters.cli.changing import DryRun, Reason, send
from adapters.cli.client import path
from adapters.cli.consent import Consent
from adapters.cli.language import _
from adapters.cli.listing import AsJson, Column, print_list
from adapters.cli.options import Key, PinFile, Yes
from adapters.cli.session import open_session
from adapters.cli.shell import Commands
from adapters.cli.words import rank_word

app = Commands(_("Positions: list, add, change."), group=True)
Title = _("Its title, as it stands under a signature.")
RankHelp = _("head, deputy or staff.")
RoleHelp = _("A role of whoever holds it; repeat it.")


@app.verb("list", _("List positions, and who holds them now."), "hoso position list --unit van-phong")
def list_(
    ctx: typer.Context,
    unit: Annotated[str | None, typer.Option(metavar="ID", help=_("Only those of this unit."))] = None,
    json: AsJson = False,
) -> None:
    """List positions."""
    columns: list[Column] = [
        (_("POSITION"), "id"),
        (_("TITLE"), "title"),
        (_("UNIT"), "unit"),
        (_("RANK"), lambda item: rank_word(item.get("rank"))),
        (_("ROLES"), "roles"),
        (_("HELD BY"), _holders),
    ]
    print_list(open_session(ctx).client.items(path("positions"), unit=unit), columns, as_json=json)


def _holders(item: Mapping[str, Any]) -> str:
    return ", ".join(str(each.get("officer")) for each in item.get("holders") or ())


@app.verb(
    "add",
    _("Add a position to a unit (administrators)."),
    "hoso position add truong-tu-phap --title 'Trưởng phòng' --unit tu-phap --rank head --role lanh-dao --key an.p12",
)
def add(
    ctx: typer.Context,
    id: Annotated[str, typer.Argument(metavar="ID", help=_("The position's id: a-z, 0-9, dash; at most 80."))],
    title: Annotated[str, typer.Option(metavar=_("TEXT"), help=Title)],
    unit: Annotated[str, typer.Option(metavar="ID", help=_("The unit's id."))],
    rank: Annotated[str, typer.Option(metavar=_("RANK"), help=RankHelp)] = "staff",
    role: Annotated[list[str] | None, typer.Option(metavar=_("TEXT"), help=RoleHelp)] = None,
    reason: Reason = None,
    dry_run: DryRun = False,
    key: Key = None,
    pin_file: PinFile = None,
    yes: Yes = False,
    json: AsJson = False,
) -> None:
    """Add a position."""
    said = {"kind": "position-added", "id": id, "title": title, "unit": unit, "rank": rank, "roles": role or []}
    consent = Consent(key=key, pin_file=pin_file, assume_yes=yes)
    send(open_session(ctx), said, reason=reason, dry_run=dry_run, json=json, consent=consent)


@app.verb(
    "change",
    _("Change a position: its title, its rank, the roles of whoever holds it (administrators)."),
    "hoso position change truong-tu-phap --title 'Trưởng phòng Tư pháp' --key an.p12",
    "hoso position change van-thu --role van-thu --role chuyen-vien --dry-run",
)
def change(
    ctx: typer.Context,
    id: Annotated[str, typer.Argument(metavar="ID", help=_("The position's id."))],
    title: Annotated[str | None, typer.Option(metavar=_("TEXT"), help=Title)] = None,
    rank: Annotated[str | None, typer.Option(metavar=_("RANK"), help=RankHelp)] = None,
    role: Annotated[
        list[str] | None, typer.Option(metavar=_("TEXT"), help=_("Its roles from now on, all of them; repeat it."))
    ] = None,
    no_role: Annotated[bool, typer.Option("--no-role", help=_("It has no role any more."))] = False,
    reason: Reason = None,
    dry_run: DryRun = False,
    key: Key = None,
    pin_file: PinFile = None,
    yes: Yes = False,
    json: AsJson = False,
) -> None:
    """Change a position."""
    roles = [] if no_role else role or None
    said = {"kind": "position-changed", "id": id, "title": title, "rank": rank, "roles": roles}
    consent = Consent(key=key, pin_file=pin_file, assume_yes=yes)
    send(open_session(ctx), said, reason=reason, dry_run=dry_run, json=json, consent=consent)
