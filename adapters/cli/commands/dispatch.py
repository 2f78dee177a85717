"""`hoso dispatch`: what went out, by which way, and what became of it."""

import datetime as clock
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from adapters.cli.client import Client, path
from adapters.cli.errors import USAGE, CommandFailed
from adapters.cli.language import _
from adapters.cli.listing import AsJson, Column, print_list, print_one
from adapters.cli.session import open_session
from adapters.cli.shell import Commands
from adapters.cli.terminal import escape, say
from adapters.cli.times import VIETNAM
from adapters.cli.words import channel_word, copies_word, dispatch_word, note_words, order_word

app = Commands(_("Dispatches: what went out, labels, the day's manifest."), group=True)
Dispatch = Annotated[str, typer.Argument(metavar=_("DISPATCH"), help=_("The dispatch's id."))]
FAILED = ("sent-unconfirmed", "temporary-failure", "permanent-failure", "technical-failure")
Output = Annotated[str, typer.Option("--output", "-o", metavar=_("FILE"), help=_("Where to write it; - is stdout."))]


@app.verb(
    "list",
    _("List dispatches."),
    "hoso dispatch list",
    "hoso dispatch list --state sent-unconfirmed",
    "hoso dispatch list --failed --json",
)
def list_(
    ctx: typer.Context,
    state: Annotated[
        list[str] | None, typer.Option(metavar=_("STATE"), help=_("Those in this state alone; may be repeated."))
    ] = None,
    failed: Annotated[bool, typer.Option("--failed", help=_("Those that did not arrive, or may not have."))] = False,
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
    wanted = [*(state or ()), *(FAILED if failed else ())]
    print_list(open_session(ctx).client.items(path("dispatches"), state=wanted), columns, as_json=json)


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
    if not json:
        value = {**value, **_in_words(value)}
    print_one(value, labels, as_json=json)


def _in_words(value: Mapping[str, Any]) -> dict[str, Any]:
    """Its codes in words; only a mail can go out more than once."""
    mail = {"copies": copies_word(value) if value.get("channel") == "email" else None}
    words = {"channel": channel_word(value.get("channel")), "state": dispatch_word(value.get("state"))}
    return {**words, **mail, "note": note_words(value.get("note"))}


@app.verb(
    "label",
    _("Write the address label of a postal dispatch (PDF)."),
    "hoso dispatch label H29.5-261121-0001-F3762734 -o label.pdf",
)
def label(ctx: typer.Context, dispatch: Dispatch, output: Output) -> None:
    """Get a label."""
    _write(open_session(ctx).client, path("dispatches", dispatch, "label"), output)


@app.verb(
    "manifest",
    _("Write the list of a day's parcels for the carrier (CSV)."),
    "hoso dispatch manifest --date 2026-11-21 -o manifest.csv",
    "hoso dispatch manifest",
)
def manifest(
    ctx: typer.Context,
    date: Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help=_("The day in Vietnam (else today)."))] = None,
    output: Output = "-",
) -> None:
    """Get a day's manifest."""
    day = date or clock.datetime.now(VIETNAM).date().isoformat()
    try:
        clock.date.fromisoformat(day)
    except ValueError:
        raise CommandFailed(
            "bad-date", _("date {text}: expected YYYY-MM-DD").format(text=repr(day)), exit_code=USAGE
        ) from None
    _write(open_session(ctx).client, path("dispatch-manifest"), output, date=day)


def _write(client: Client, where: str, output: str, **query: object) -> None:
    content = client.get_bytes(where, **query)
    if output != "-":
        Path(output).write_bytes(content)
        say(_("{file}: {size} bytes").format(file=escape(output), size=len(content)))
    elif content.startswith(b"%PDF") and sys.stdout.isatty():
        raise CommandFailed(
            "binary", _("a PDF is not for a terminal"), remedy=_("name a file with -o"), exit_code=USAGE
        )
    else:
        sys.stdout.buffer.write(content)


@app.verb(
    "order",
    _(
        "Decide what is so at the carrier where its answer to an order was not clear, or was no: it gave the parcel"
        " this item code, it is to be ordered again, or no order stands. Ask the carrier first."
    ),
    "hoso dispatch order H29.5-261121-0001-F3762734 --item RR123456785VN",
    "hoso dispatch order H29.5-261121-0001-F3762734 --again",
    "hoso dispatch order H29.5-261121-0001-F3762734 --none",
)
def order(
    ctx: typer.Context,
    dispatch: Dispatch,
    item: Annotated[
        str | None, typer.Option(metavar=_("CODE"), help=_("The carrier has it, under this item code."))
    ] = None,
    again: Annotated[bool, typer.Option("--again", help=_("The carrier does not have it: order it again."))] = False,
    none: Annotated[bool, typer.Option("--none", help=_("The carrier does not have it, and need not."))] = False,
    json: AsJson = False,
) -> None:
    """Decide about an order."""
    if (item is not None) + again + none != 1:
        message = _("name one of --item, --again and --none")
        raise CommandFailed("order-decision", message, exit_code=USAGE)
    labels = {"id": _("Dispatch"), "carrier": _("Carrier"), "item": _("Item code"), "ordering": _("Order")}
    body = {"item": item, "again": again}
    value = open_session(ctx).client.post(path("dispatches", dispatch, "order"), body)
    print_one(value if json else {**value, "ordering": order_word(value.get("ordering"))}, labels, as_json=json)
