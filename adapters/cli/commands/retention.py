"""`hoso retention`: which dossiers need be kept no more, and which were erased."""

from typing import Annotated

import typer

from adapters.cli.changing import day
from adapters.cli.client import path
from adapters.cli.language import _
from adapters.cli.listing import AsJson, Column, print_list
from adapters.cli.retention import period_word
from adapters.cli.session import open_session
from adapters.cli.shell import Commands
from adapters.cli.times import local_day
from adapters.cli.words import status_word

app = Commands(_("Retention: which dossiers need be kept no more, which were erased."), group=True)


@app.verb(
    "list",
    _("List the dossiers whose retention is over (administrators, auditors). Nothing is erased by itself."),
    "hoso retention list",
    "hoso retention list --due 2036-12-31 --json",
)
def list_(
    ctx: typer.Context,
    due: Annotated[
        str | None,
        typer.Option("--due", metavar=_("DAY"), help=_("Those whose retention is over by then; else today.")),
    ] = None,
    json: AsJson = False,
) -> None:
    """List what is due."""
    columns: list[Column] = [
        (_("DOSSIER"), "code"),
        (_("PROCEDURE"), "procedure"),
        (_("STATUS"), lambda item: status_word(item.get("status"))),
        (_("FINISHED"), "finished"),
        (_("KEPT"), lambda item: period_word(item.get("period"))),
        (_("UNTIL"), lambda item: local_day(item.get("last_day"))),
        (_("DECIDED BY"), "decided_by"),
    ]
    asked = {"due": found} if (found := day(due)) else {}
    print_list(open_session(ctx).client.items(path("retention"), **asked), columns, as_json=json)


@app.verb(
    "erased",
    _("List what was erased. Keep the list beside the backups: who restores one must erase again what is on it."),
    "hoso retention erased",
    "hoso retention erased --json > erased.json",
)
def erased(ctx: typer.Context, json: AsJson = False) -> None:
    """List the erasures."""
    columns: list[Column] = [
        (_("DOSSIER"), "dossier"),
        (_("LEAF"), "leaf"),
        (_("TIME"), "time"),
        (_("BY"), "by"),
        (_("APPROVED BY"), "approved_by"),
        (_("UNDER"), "document"),
        (_("REASON"), "reason"),
    ]
    print_list(open_session(ctx).client.items(path("retention", "erased")), columns, as_json=json)
