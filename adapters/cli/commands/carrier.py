"""`hoso carrier`: who takes parcels, what each can do, and the day's orders as a file for those that take files."""

import datetime as clock
import sys
from pathlib import Path
from typing import Annotated

import typer

from adapters.cli.client import path
from adapters.cli.errors import USAGE, CommandFailed
from adapters.cli.language import _
from adapters.cli.listing import AsJson, Column, print_list
from adapters.cli.session import open_session
from adapters.cli.shell import Commands
from adapters.cli.terminal import escape, say
from adapters.cli.times import VIETNAM

app = Commands(_("Carriers: list, the day's orders as a file."), group=True)
Name = Annotated[
    str, typer.Argument(metavar=_("CARRIER"), help=_("The carrier's name, as hoso carrier list shows it."))
]


@app.verb("list", _("List the carriers, and what each can do."), "hoso carrier list", "hoso carrier list --json")
def list_(ctx: typer.Context, json: AsJson = False) -> None:
    """List carriers."""
    columns: list[Column] = [
        (_("CARRIER"), lambda item: f"{item.get('name')} *" if item.get("default") else item.get("name")),
        (_("CERTIFIED"), lambda item: _("yes") if item.get("certified") else _("NOT CERTIFIED")),
        (_("ORDERS"), lambda item: _orders(item)),
        (_("CAN BE ASKED"), lambda item: _("yes") if item.get("asks") else _("no")),
        (_("CANCELS"), lambda item: _("yes") if item.get("cancels") else _("no")),
        (_("CALLS BACK"), lambda item: _("yes") if item.get("callbacks") else _("no")),
        (_("UNKNOWN ITEMS"), "strays"),
    ]
    print_list(open_session(ctx).client.items(path("carriers")), columns, as_json=json)


@app.verb(
    "orders",
    _("Write the orders of a day as the file (CSV) that the carrier takes."),
    "hoso carrier orders buu-ta --date 2026-11-21 -o don-hang.csv",
)
def orders(
    ctx: typer.Context,
    carrier: Name,
    output: Annotated[
        str, typer.Option("--output", "-o", metavar=_("FILE"), help=_("Where to write it; - is stdout."))
    ],
    date: Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help=_("The day in Vietnam (else today)."))] = None,
) -> None:
    """Write the orders of a day."""
    day = date or clock.datetime.now(VIETNAM).date().isoformat()
    try:
        clock.date.fromisoformat(day)
    except ValueError:
        message = _("date {text}: expected YYYY-MM-DD").format(text=repr(day))
        raise CommandFailed("bad-date", message, exit_code=USAGE) from None
    content = open_session(ctx).client.get_bytes(path("carriers", carrier, "orders"), date=day)
    if output == "-":
        sys.stdout.buffer.write(content)
        return
    Path(output).write_bytes(content)
    say(_("{file}: {size} bytes").format(file=escape(output), size=len(content)))


def _orders(item: object) -> str:
    assert isinstance(item, dict)
    if item.get("orders"):
        return _("by program")
    return _("by a file") if item.get("file") else _("no")
