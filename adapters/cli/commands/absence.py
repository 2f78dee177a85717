"""`hoso absence`: who is away from when to when, and who does their work."""

from datetime import datetime
from typing import Annotated

import typer

from adapters.cli import changing
from adapters.cli.changing import DryRun, Number, On, Reason, send
from adapters.cli.client import path
from adapters.cli.language import _
from adapters.cli.listing import AsJson, Column, print_list
from adapters.cli.session import open_session
from adapters.cli.shell import Commands
from adapters.cli.times import VIETNAM, local

app = Commands(_("Absences: list, record, end."), group=True)


@app.verb("list", _("List absences."), "hoso absence list --on 2026-12-01", "hoso absence list --officer lan")
def list_(
    ctx: typer.Context,
    officer: Annotated[str | None, typer.Option(metavar="ID", help=_("Only those of this officer."))] = None,
    on: On = None,
    json: AsJson = False,
) -> None:
    """List absences."""
    columns: list[Column] = [
        (_("NUMBER"), "number"),
        (_("OFFICER"), "officer"),
        (_("SINCE"), "since"),
        (_("UNTIL"), lambda item: local(item.get("until"))),
        (_("SUBSTITUTE"), "substitute"),
    ]
    items = open_session(ctx).client.items(path("absences"), officer=officer, on=changing.day(on))
    print_list(items, columns, as_json=json)


@app.verb(
    "record",
    _("Record that you, or an officer whom you head, will be away; the substitute does the work."),
    "hoso absence record --since 2026-12-01 --until 2026-12-05 --substitute mai --document 'Giấy nghỉ phép'",
    "hoso absence record --officer lan --since 2026-12-01T13:00 --until 2026-12-01T17:00 --substitute mai",
)
def record(
    ctx: typer.Context,
    since: Annotated[
        str, typer.Option(metavar=_("TIME"), help=_("From then: a day, or a local time such as 2026-12-01T13:00."))
    ],
    until: Annotated[str, typer.Option(metavar=_("TIME"), help=_("Until then; a day is meant to its end."))],
    substitute: Annotated[str | None, typer.Option(metavar="ID", help=_("Who does the work meanwhile."))] = None,
    officer: Annotated[str | None, typer.Option(metavar="ID", help=_("Who is away; else yourself."))] = None,
    document: Annotated[str, typer.Option(metavar=_("TEXT"), help=_("The document, such as a leave slip."))] = "",
    reason: Reason = None,
    dry_run: DryRun = False,
    json: AsJson = False,
) -> None:
    """Record an absence."""
    session = open_session(ctx)
    who = officer or session.client.get(path("me")).get("officer")
    times = {"since": changing.begin(since), "until": changing.end(until)}
    said = {"kind": "absence-recorded", "officer": who, **times, "substitute": substitute, "document": document}
    send(session, said, reason=reason, dry_run=dry_run, json=json)


@app.verb(
    "end",
    _("End an absence earlier: now, or at a time; the work comes back."),
    "hoso absence end 12",
    "hoso absence end 12 --at 2026-12-03",
)
def end(
    ctx: typer.Context,
    which: Number,
    at: Annotated[
        str | None, typer.Option(metavar=_("TIME"), help=_("A time, or the day on which they are back; else now."))
    ] = None,
    reason: Reason = None,
    dry_run: DryRun = False,
    json: AsJson = False,
) -> None:
    """End an absence."""
    back = changing.begin(at) if at else datetime.now(VIETNAM).isoformat(timespec="seconds")
    said = {"kind": "absence-ended", "absence": changing.number(which), "until": back}
    send(open_session(ctx), said, reason=reason, dry_run=dry_run, json=json)
