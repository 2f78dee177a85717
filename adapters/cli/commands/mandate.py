"""`hoso mandate`: which position may sign for which other one (KT., TL., TUQ.), within what."""

from typing import Annotated

import typer

from adapters.cli.changing import DryRun, LastDay, On, Reason, Since, Until, choices, day, days, first_day, send
from adapters.cli.client import path
from adapters.cli.consent import Consent
from adapters.cli.language import _
from adapters.cli.listing import AsJson, Column, print_list
from adapters.cli.options import Key, PinFile, Yes
from adapters.cli.session import open_session
from adapters.cli.shell import Commands
from adapters.cli.terminal import out_json, show

app = Commands(_("Mandates to sign for another position: list, show, give, end."), group=True)
Id = Annotated[str, typer.Argument(metavar="ID", help=_("The mandate's id."))]
Names = list[str] | None


@app.verb("list", _("List mandates."), "hoso mandate list --position pho-chu-tich", "hoso mandate list --on 2026-12-01")
def list_(
    ctx: typer.Context,
    position: Annotated[str | None, typer.Option(metavar="ID", help=_("Only those that it gave or has."))] = None,
    on: On = None,
    json: AsJson = False,
) -> None:
    """List mandates."""
    columns: list[Column] = [
        (_("MANDATE"), "id"),
        (_("CAPACITY"), "capacity"),
        (_("GIVEN BY"), "given_by"),
        (_("GIVEN TO"), "given_to"),
        (_("DAYS"), days),
        (_("DOCUMENT"), "document"),
    ]
    items = open_session(ctx).client.items(path("mandates"), position=position, on=day(on))
    print_list(items, columns, as_json=json)


@app.verb("show", _("Show a mandate: between whom, within what, from when to when."), "hoso mandate show tl-1")
def show_(ctx: typer.Context, id: Id, json: AsJson = False) -> None:
    """Show a mandate."""
    value = open_session(ctx).client.get(path("mandates", id))
    if json:
        out_json(value)
        return
    labels = {
        "id": _("Mandate"),
        "capacity": _("Capacity"),
        "given_by": _("Given by"),
        "given_to": _("Given to"),
        "since": _("Since"),
        "until": _("Until"),
        "document": _("Document"),
        "procedures": _("Procedures"),
        "kinds": _("Kinds of documents"),
        "condition": _("Condition"),
        "under": _("Passed on from"),
        "when_away": _("Only while the giver is away"),
    }
    show(value, labels)


@app.verb(
    "give",
    _("Let a position sign for another one (administrators)."),
    "hoso mandate give tl-1 --capacity TL --by chu-tich --to truong-tu-phap --document 15/QĐ-UBND --key an.p12",
    "hoso mandate give kt-1 --capacity KT --by chu-tich --to pho-chu-tich --when '=amount <= 500000' --key an.p12",
)
def give(
    ctx: typer.Context,
    id: Annotated[str, typer.Argument(metavar="ID", help=_("The mandate's id: a-z, 0-9, dash; at most 80."))],
    capacity: Annotated[str, typer.Option(metavar=_("CAPACITY"), help=_("KT, TL or TUQ."))],
    by: Annotated[str, typer.Option(metavar="ID", help=_("The position that gives it."))],
    to: Annotated[str, typer.Option(metavar="ID", help=_("The position that may sign."))],
    document: Annotated[str, typer.Option(metavar=_("TEXT"), help=_("The document that gives it."))],
    since: Since = None,
    until: Until = None,
    kind: Annotated[Names, typer.Option(metavar=_("TEXT"), help=_("A kind of documents; repeat it."))] = None,
    procedure: Annotated[Names, typer.Option(metavar=_("TEXT"), help=_("A procedure's code; repeat it."))] = None,
    when: Annotated[
        str | None, typer.Option(metavar="FEEL", help=_("Only where this holds of the case's data."))
    ] = None,
    under: Annotated[str | None, typer.Option(metavar="ID", help=_("The TL. that is passed on to a deputy."))] = None,
    while_away: Annotated[bool, typer.Option("--while-away", help=_("Only while the giver is away."))] = False,
    reason: Reason = None,
    dry_run: DryRun = False,
    key: Key = None,
    pin_file: PinFile = None,
    yes: Yes = False,
    json: AsJson = False,
) -> None:
    """Give a mandate."""
    who = {"kind": "mandate-given", "id": id, "capacity": capacity.strip(".").upper(), "given_by": by, "given_to": to}
    scope = {"procedures": choices(procedure), "kinds": choices(kind), "condition": when, "under": under}
    said = {**who, **scope, "document": document, "since": first_day(since), "until": day(until)}
    when_away = {"when_away": True} if while_away else {}
    consent = Consent(key=key, pin_file=pin_file, assume_yes=yes)
    send(open_session(ctx), {**said, **when_away}, reason=reason, dry_run=dry_run, json=json, consent=consent)


@app.verb("end", _("End a mandate; it takes effect at once (administrators)."), "hoso mandate end tl-1")
def end(
    ctx: typer.Context,
    id: Id,
    until: LastDay = None,
    document: Annotated[str, typer.Option(metavar=_("TEXT"), help=_("The document that ends it."))] = "",
    reason: Reason = None,
    dry_run: DryRun = False,
    json: AsJson = False,
) -> None:
    """End a mandate."""
    said = {"kind": "mandate-ended", "id": id, "until": first_day(until), "document": document}
    send(open_session(ctx), said, reason=reason, dry_run=dry_run, json=json)
