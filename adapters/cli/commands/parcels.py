"""`hoso dispatch item`, `originals`, `slip`, `label`, `manifest`: what is on and in a parcel, and its papers."""

import datetime as clock
from pathlib import Path
from typing import Annotated, Any

import typer

from adapters.cli.client import path
from adapters.cli.documents import write_out
from adapters.cli.errors import REFUSED, USAGE, CommandFailed
from adapters.cli.language import _
from adapters.cli.listing import AsJson, Column, print_list, print_one
from adapters.cli.session import open_session
from adapters.cli.shell import Commands
from adapters.cli.terminal import escape, out, out_json
from adapters.cli.times import VIETNAM
from adapters.cli.words import dispatch_word, paper_place_word

Dispatch = Annotated[str, typer.Argument(metavar=_("DISPATCH"), help=_("The dispatch's id."))]
Output = Annotated[str, typer.Option("--output", "-o", metavar=_("FILE"), help=_("Where to write it; - is stdout."))]
Carrier = Annotated[str, typer.Option("--carrier", metavar=_("CARRIER"), help=_("The carrier, such as vnpost."))]


def add_to(app: Commands) -> None:
    """Register the verbs."""
    app.verb(
        "label",
        _("Write the address label of a postal dispatch (PDF)."),
        "hoso dispatch label H29.5-261121-0001-F3762734 -o label.pdf",
    )(label)
    app.verb(
        "slip",
        _("Write the slip that lies in a parcel (phiếu gửi hồ sơ, PDF)."),
        "hoso dispatch slip H29.5-261121-0001-F3762734 -o slip.pdf",
    )(slip)
    app.verb(
        "manifest",
        _("Write the list of a day's parcels for the carrier (CSV or PDF)."),
        "hoso dispatch manifest --date 2026-11-21 -o manifest.csv",
        "hoso dispatch manifest --carrier vnpost --format pdf -o manifest.pdf",
    )(manifest)
    app.verb(
        "item",
        _("Give parcels their carrier and its item codes, before they are handed over (clerks)."),
        "hoso dispatch item H29.5-261121-0001-F3762734 RR123456785VN --carrier vnpost",
        "hoso dispatch item --file items.csv --carrier vnpost",
    )(item)
    app.verb(
        "originals",
        _("List papers that exist once and where they lie; tell which lie in a parcel (clerks)."),
        "hoso dispatch originals",
        "hoso dispatch originals H29.5-261121-0001-F3762734 'Giấy CNQSDĐ số BA 123456'",
        "hoso dispatch originals H29.5-261121-0001-F3762734 --none",
    )(originals)


def label(ctx: typer.Context, dispatch: Dispatch, output: Output) -> None:
    """Get a label."""
    write_out(open_session(ctx).client.get_bytes(path("dispatches", dispatch, "label")), output)


def slip(ctx: typer.Context, dispatch: Dispatch, output: Output) -> None:
    """Get a slip."""
    write_out(open_session(ctx).client.get_bytes(path("dispatches", dispatch, "slip")), output)


def manifest(
    ctx: typer.Context,
    date: Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help=_("The day in Vietnam (else today)."))] = None,
    carrier: Annotated[
        str | None, typer.Option("--carrier", metavar=_("CARRIER"), help=_("Those of this carrier alone."))
    ] = None,
    form: Annotated[str, typer.Option("--format", metavar="csv|pdf", help=_("How it is written."))] = "csv",
    output: Output = "-",
) -> None:
    """Get a day's manifest."""
    if form not in ("csv", "pdf"):
        raise CommandFailed(
            "bad-format", _("format {text}: expected csv or pdf").format(text=repr(form)), exit_code=USAGE
        )
    wanted = {"date": day_of(date) or clock.datetime.now(VIETNAM).date().isoformat(), "carrier": carrier}
    write_out(open_session(ctx).client.get_bytes(path("dispatch-manifest"), **wanted, format=form), output)


def item(
    ctx: typer.Context,
    carrier: Carrier,
    dispatch: Annotated[str | None, typer.Argument(metavar=_("DISPATCH"), help=_("The dispatch's id."))] = None,
    code: Annotated[str | None, typer.Argument(metavar=_("ITEM"), help=_("The carrier's code of it."))] = None,
    file: Annotated[
        Path | None, typer.Option("--file", metavar=_("FILE"), help=_("Many: a CSV file with dispatch and item."))
    ] = None,
    json: AsJson = False,
) -> None:
    """Set item codes."""
    if (file is None) != (code is not None) or (file is not None and dispatch is not None):
        raise CommandFailed("bad-items", _("give a dispatch and its code, or --file"), exit_code=USAGE)
    client = open_session(ctx).client
    if file is None:
        done = client.post(path("dispatches", str(dispatch), "item"), {"carrier": carrier, "item": code})
        _tell([{"id": done["id"], "item": done["item"], "refused": False}], as_json=json)
        return
    from adapters.cli.handing import set_items

    _tell(list(set_items(client, carrier, file)), as_json=json)


def _tell(done: list[dict[str, Any]], *, as_json: bool) -> None:
    refused = [each for each in done if each["refused"]]
    if as_json:
        out_json({"items": done, "refused": len(refused)})
    else:
        for each in done if len(done) == 1 else refused:
            end = f"{each['message']}   [{each['code']}]" if each["refused"] else escape(each["item"])
            out(f"{escape(each['id'])}: {end}")
    if refused:
        raise CommandFailed(
            "some-refused",
            _("{refused} of {count} item codes were refused").format(refused=len(refused), count=len(done)),
            remedy=_("see why above"),
            exit_code=REFUSED,
        )


def originals(
    ctx: typer.Context,
    dispatch: Annotated[str | None, typer.Argument(metavar=_("DISPATCH"), help=_("The dispatch's id."))] = None,
    titles: Annotated[
        list[str] | None, typer.Argument(metavar=_("PAPER"), help=_("Each paper that exists once, by its title."))
    ] = None,
    none: Annotated[bool, typer.Option("--none", help=_("None lies in it."))] = False,
    json: AsJson = False,
) -> None:
    """Set or list originals."""
    client = open_session(ctx).client
    if dispatch is None:
        columns: list[Column] = [
            (_("DISPATCH"), "id"),
            (_("STATE"), lambda each: dispatch_word(each.get("state"))),
            (_("LIES"), lambda each: paper_place_word(each.get("place"))),
            (_("CARRIER"), "carrier"),
            (_("ITEM"), "item"),
            (_("PAPERS"), lambda each: "; ".join(each.get("originals") or ())),
        ]
        print_list(client.items(path("originals")), columns, as_json=json)
        return
    if none == bool(titles):
        raise CommandFailed("bad-originals", _("name the papers, or give --none"), exit_code=USAGE)
    done = client.post(path("dispatches", dispatch, "originals"), {"originals": list(titles or ())})
    print_one(done, {"id": _("Dispatch"), "dossier": _("Dossier"), "originals": _("Papers")}, as_json=json)


def day_of(text: str | None) -> str | None:
    """The day as it was typed, if it is one."""
    try:
        return clock.date.fromisoformat(text).isoformat() if text is not None else None
    except ValueError:
        raise CommandFailed(
            "bad-date", _("date {text}: expected YYYY-MM-DD").format(text=repr(text)), exit_code=USAGE
        ) from None
