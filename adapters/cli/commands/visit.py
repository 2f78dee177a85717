"""`hoso visit`: when people come for results; one visit is moved, or all of a day."""

import datetime as clock
from typing import Annotated, Any

import typer

from adapters.cli.client import fresh_key, path
from adapters.cli.errors import USAGE, CommandFailed
from adapters.cli.language import _
from adapters.cli.listing import AsJson, Column, print_list
from adapters.cli.options import Yes
from adapters.cli.session import open_session
from adapters.cli.shell import Commands
from adapters.cli.terminal import escape, out, out_json
from adapters.cli.times import VIETNAM, local, local_moment

app = Commands(_("Visits: when people come for results; move one, or all of a day."), group=True)
Dispatch = Annotated[str, typer.Argument(metavar=_("DISPATCH"), help=_("The dispatch's id."))]


@app.verb(
    "list",
    _("List the visits of a day."),
    "hoso visit list",
    "hoso visit list --day 2026-11-25 --state set --json",
)
def list_(
    ctx: typer.Context,
    day: Annotated[
        str | None, typer.Option("--day", metavar="YYYY-MM-DD", help=_("The day in Vietnam (else today)."))
    ] = None,
    state: Annotated[
        str | None, typer.Option(metavar="set|moved|kept|missed", help=_("Those in this state alone."))
    ] = None,
    json: AsJson = False,
) -> None:
    """List visits."""
    wanted = day or clock.datetime.now(VIETNAM).date().isoformat()
    found = open_session(ctx).client.items(path("visits"), day=wanted, state=state)
    columns: list[Column] = [
        (_("TIME"), lambda item: local(item.get("at"))),
        (_("DISPATCH"), "dispatch"),
        (_("DOSSIER"), "dossier"),
        (_("RECIPIENT"), "recipient"),
        (_("PLACE"), "place"),
        (_("STATE"), lambda item: _word(item.get("state"))),
        (_("WHY"), "reason"),
    ]
    print_list(sorted(found, key=lambda item: (str(item.get("at")), item.get("id"))), columns, as_json=json)


def _word(state: object) -> str:
    words = {"set": _("set"), "moved": _("moved"), "kept": _("kept"), "missed": _("missed")}
    return words.get(str(state), escape(state))


@app.verb(
    "move",
    _(
        "Move the visit for a dispatch (or set one), or with --day all visits of a day to another day: in their order, "
        "by the counter's slots, each by itself. What was interrupted is gone on with by the same command."
    ),
    "hoso visit move H29.5-261121-0001-F3762734 --to '2026-11-27 09:30' --reason 'gia đình bận'",
    "hoso visit move --day 2026-11-25 --to 2026-11-27 --reason 'dịch kiểm soát' --dry-run",
    "hoso visit move --day 2026-11-25 --to 2026-11-27 --reason 'dịch kiểm soát' --slot 20 --at-once 2 --yes",
)
def move(
    ctx: typer.Context,
    to: Annotated[
        str, typer.Option("--to", metavar=_("TIME"), help=_("When instead: a time; with --day, a day (YYYY-MM-DD)."))
    ],
    reason: Annotated[str, typer.Option("--reason", metavar=_("REASON"), help=_("Why; it stands in the trail."))],
    dispatch: Annotated[
        str | None, typer.Argument(metavar=_("DISPATCH"), help=_("The dispatch's id; without, give --day."))
    ] = None,
    day: Annotated[
        str | None, typer.Option("--day", metavar="YYYY-MM-DD", help=_("Move all visits of this day."))
    ] = None,
    slot: Annotated[str, typer.Option("--slot", metavar=_("MINUTES"), help=_("How long a slot is."))] = "15",
    at_once: Annotated[
        str, typer.Option("--at-once", metavar=_("COUNT"), help=_("How many come in the same slot."))
    ] = "1",
    hours: Annotated[
        str, typer.Option("--hours", metavar="HH:MM-HH:MM,…", help=_("When the counter is open."))
    ] = "07:30-11:30,13:00-17:00",
    dry_run: Annotated[bool, typer.Option("--dry-run", help=_("Only say when each would come."))] = False,
    yes: Yes = False,
    json: AsJson = False,
) -> None:
    """Move visits."""
    if (dispatch is None) == (day is None):
        raise CommandFailed("bad-visit", _("give a dispatch, or --day: one of the two"), exit_code=USAGE)
    client = open_session(ctx).client
    if day is not None:
        from adapters.cli.visiting import Day, move_day

        asked = Day(day=day, to=to, reason=reason, minutes=slot, at_once=at_once, hours=hours)
        move_day(client, asked, dry_run=dry_run, yes=yes, as_json=json)
        return
    if dry_run:
        raise CommandFailed("bad-visit", _("--dry-run goes with --day"), exit_code=USAGE)
    sent = {"to": local_moment(to), "reason": reason}
    _told(client.post_safely(path("dispatches", dispatch or "", "visit"), sent, key=fresh_key()), json)


@app.verb("miss", _("Note that nobody came."), "hoso visit miss H29.5-261121-0001-F3762734")
def miss(ctx: typer.Context, dispatch: Dispatch, json: AsJson = False) -> None:
    """Note that nobody came."""
    value = open_session(ctx).client.post_safely(path("dispatches", dispatch, "visit", "miss"), {}, key=fresh_key())
    _told(value, json)


def _told(value: dict[str, Any], json: bool) -> None:
    if json:
        out_json(value)
        return
    text = _("{dispatch}: {time}, {state}")
    names = {"dispatch": escape(value.get("dispatch")), "time": local(value.get("at"))}
    out(text.format(**names, state=_word(value.get("state"))))
