"""`hoso role`: roles that officers have beside those of their positions."""

from typing import Annotated

import typer

from adapters.cli.changing import (
    Document,
    DryRun,
    LastDay,
    Number,
    On,
    Reason,
    Since,
    Until,
    day,
    days,
    first_day,
    number,
    send,
)
from adapters.cli.client import path
from adapters.cli.consent import Consent
from adapters.cli.language import _
from adapters.cli.listing import AsJson, Column, print_list
from adapters.cli.options import Key, PinFile, Yes
from adapters.cli.session import open_session
from adapters.cli.shell import Commands

app = Commands(_("Roles beside those of positions: grant, end, list."), group=True)


@app.verb(
    "grant",
    _("Grant an officer a role in a unit and all below it (administrators)."),
    "hoso role grant lan van-thu --unit van-phong --document 12/QĐ-UBND --until 31/12/2026 --key an.p12",
)
def grant(
    ctx: typer.Context,
    officer: Annotated[str, typer.Argument(metavar="ID", help=_("The officer's id."))],
    role: Annotated[str, typer.Argument(metavar=_("ROLE"), help=_("The role."))],
    unit: Annotated[str, typer.Option(metavar="ID", help=_("The unit's id."))],
    since: Since = None,
    until: Until = None,
    document: Document = "",
    reason: Reason = None,
    dry_run: DryRun = False,
    key: Key = None,
    pin_file: PinFile = None,
    yes: Yes = False,
    json: AsJson = False,
) -> None:
    """Grant a role."""
    said = {"kind": "role-granted", "officer": officer, "role": role, "unit": unit, "document": document}
    dates = {"since": first_day(since), "until": day(until)}
    consent = Consent(key=key, pin_file=pin_file, assume_yes=yes)
    send(open_session(ctx), {**said, **dates}, reason=reason, dry_run=dry_run, json=json, consent=consent)


@app.verb("end", _("End a role that was granted (administrators)."), "hoso role end 7 --until 30/11/2026 --key an.p12")
def end(
    ctx: typer.Context,
    which: Number,
    until: LastDay = None,
    document: Document = "",
    reason: Reason = None,
    dry_run: DryRun = False,
    key: Key = None,
    pin_file: PinFile = None,
    yes: Yes = False,
    json: AsJson = False,
) -> None:
    """End a role."""
    said = {"kind": "role-ended", "grant": number(which), "until": first_day(until), "document": document}
    consent = Consent(key=key, pin_file=pin_file, assume_yes=yes)
    send(open_session(ctx), said, reason=reason, dry_run=dry_run, json=json, consent=consent)


@app.verb("list", _("List the roles that were granted."), "hoso role list --officer lan")
def list_(
    ctx: typer.Context,
    officer: Annotated[str | None, typer.Option(metavar="ID", help=_("Only those of this officer."))] = None,
    unit: Annotated[str | None, typer.Option(metavar="ID", help=_("Only those in this unit."))] = None,
    on: On = None,
    json: AsJson = False,
) -> None:
    """List grants."""
    columns: list[Column] = [
        (_("NUMBER"), "number"),
        (_("OFFICER"), "officer"),
        (_("ROLE"), "role"),
        (_("UNIT"), "unit"),
        (_("DAYS"), days),
        (_("DOCUMENT"), "document"),
    ]
    items = open_session(ctx).client.items(path("roles"), officer=officer, unit=unit, on=day(on))
    print_list(items, columns, as_json=json)
