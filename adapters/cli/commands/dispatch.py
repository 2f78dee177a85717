"""`hoso dispatch`: what went out, by which way, and what became of it."""

import datetime as clock
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from adapters.cli.client import path
from adapters.cli.commands import handover, parcel_acts, parcel_order, parcel_status, parcels
from adapters.cli.commands.giving import add_verbs
from adapters.cli.commands.parcels import Dispatch
from adapters.cli.errors import USAGE, CommandFailed
from adapters.cli.language import _
from adapters.cli.listing import AsJson, Column, print_list, print_one
from adapters.cli.session import open_session
from adapters.cli.shell import Commands
from adapters.cli.terminal import out_json
from adapters.cli.way import tell_way
from adapters.cli.words import channel_word, copies_word, dispatch_word, note_words

app = Commands(_("Dispatches: what went out, labels, the day's manifest."), group=True)
CHANNELS = ("email", "post", "counter")
FAILED = ("sent-unconfirmed", "temporary-failure", "permanent-failure", "technical-failure")


@app.verb(
    "list",
    _("List dispatches."),
    "hoso dispatch list",
    "hoso dispatch list --state sent-unconfirmed",
    "hoso dispatch list --failed --json",
    "hoso dispatch list --unsettled",
    "hoso dispatch list --channel post --day 2026-11-21",
)
def list_(
    ctx: typer.Context,
    state: Annotated[
        list[str] | None, typer.Option(metavar=_("STATE"), help=_("Those in this state alone; may be repeated."))
    ] = None,
    failed: Annotated[bool, typer.Option("--failed", help=_("Those that did not arrive, or may not have."))] = False,
    channel: Annotated[
        str | None, typer.Option(metavar="|".join(CHANNELS), help=_("Those of this channel alone."))
    ] = None,
    day: Annotated[
        str | None, typer.Option(metavar="YYYY-MM-DD", help=_("Those prepared on this day, in Vietnam."))
    ] = None,
    unsettled: Annotated[
        bool, typer.Option("--unsettled", help=_("Parcels that came back or were lost, and nobody saw to."))
    ] = False,
    late: Annotated[bool, typer.Option("--late", help=_("Parcels that should have arrived."))] = False,
    json: AsJson = False,
) -> None:
    """List dispatches."""
    columns: list[Column] = [
        (_("DISPATCH"), "id"),
        (_("DOSSIER"), "dossier"),
        (_("CHANNEL"), lambda item: channel_word(item.get("channel"))),
        (_("STATE"), lambda item: dispatch_word(item.get("state"))),
        (_("COPIES"), lambda item: copies_word(item) if item.get("channel") == "email" else None),
        (_("RECIPIENT"), _recipient),
        (_("CREATED"), "created"),
    ]
    if channel is not None and channel not in CHANNELS:
        told = _("channel {found}: expected one of {known}").format(found=repr(channel), known=", ".join(CHANNELS))
        raise CommandFailed("bad-channel", told, exit_code=USAGE)
    query = {
        "state": [*(state or ()), *(FAILED if failed else ())],
        "channel": channel,
        "day": _day(day) if day else None,
        "unsettled": "true" if unsettled else None,
        "late": "true" if late else None,
    }
    print_list(open_session(ctx).client.items(path("dispatches"), **query), columns, as_json=json)


def _day(text: str) -> str:
    try:
        clock.date.fromisoformat(text)
    except ValueError:
        raise CommandFailed(
            "bad-date", _("date {text}: expected YYYY-MM-DD").format(text=repr(text)), exit_code=USAGE
        ) from None
    return text


def _recipient(item: object) -> object:
    value = item.get("recipient") if isinstance(item, dict) else None
    if not isinstance(value, dict):
        return value
    return ", ".join(str(value[key]) for key in ("name", "recipient", "to", "address") if value.get(key))


@app.verb("show", _("Show a dispatch and what became of it."), "hoso dispatch show H29.5-261121-0001-F3762734")
def show_(ctx: typer.Context, dispatch: Dispatch, json: AsJson = False) -> None:
    """Show a dispatch."""
    labels = {
        "id": _("Dispatch"),
        "dossier": _("Dossier"),
        "channel": _("Channel"),
        "state": _("State"),
        "recipient": _("Recipient"),
        "attempts": _("Attempts"),
        "copies": _("Copies"),
        "document": _("Document"),
        "sha256": "SHA-256",
        "label": _("Has a label"),
        "note": _("Note"),
        "created": _("Created"),
        "updated": _("Changed"),
    }
    value = open_session(ctx).client.get(path("dispatches", dispatch))
    if json:
        out_json(value)
        return
    parcel = value.pop("parcel", None)
    print_one({**value, **_in_words(value)}, labels, as_json=False)
    if parcel is not None:
        tell_way(parcel)


def _in_words(value: Mapping[str, Any]) -> dict[str, Any]:
    """Its codes in words; only a mail can go out more than once."""
    mail = {"copies": copies_word(value) if value.get("channel") == "email" else None}
    words = {"channel": channel_word(value.get("channel")), "state": dispatch_word(value.get("state"))}
    return {**words, **mail, "note": note_words(value.get("note"))}


parcels.add_to(app)
parcel_order.add_to(app)
parcel_acts.add_to(app)
parcel_status.add_to(app)
add_verbs(app)
app.add_typer(handover.app, name="handover")
