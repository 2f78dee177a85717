"""`hoso dispatch handover`: the record by which parcels go to a carrier (biên bản giao nhận), signed by both sides."""

from pathlib import Path
from typing import Annotated, Any

import typer

from adapters.cli.client import path
from adapters.cli.commands.parcels import Carrier, Output, day_of
from adapters.cli.consent import Consent
from adapters.cli.documents import write_out
from adapters.cli.errors import USAGE, CommandFailed
from adapters.cli.language import _
from adapters.cli.listing import AsJson, Column, print_list, print_one
from adapters.cli.options import Key, PinFile, Yes
from adapters.cli.session import open_session
from adapters.cli.shell import Commands
from adapters.cli.terminal import say
from adapters.cli.times import local

Record = Annotated[str, typer.Argument(metavar=_("RECORD"), help=_("The record's code, such as BG-261121-K7Q2MXAB."))]

app = Commands(_("Hand parcels over to a carrier: make the record, sign it, take the carrier's signature."), group=True)


@app.verb(
    "create",
    _("Make the record of a hand-over and its PDF (clerks)."),
    "hoso dispatch handover create --carrier vnpost --all",
    "hoso dispatch handover create --carrier vnpost H29.5-261121-0001-F3762734",
)
def create(
    ctx: typer.Context,
    carrier: Carrier,
    dispatches: Annotated[
        list[str] | None, typer.Argument(metavar=_("DISPATCH"), help=_("The parcels that go."))
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help=_("All that wait and go by no other carrier."))] = False,
    date: Annotated[
        str | None, typer.Option(metavar="YYYY-MM-DD", help=_("With --all: those prepared on this day."))
    ] = None,
    unit: Annotated[
        str | None, typer.Option(metavar=_("UNIT"), help=_("Of this unit and what lies within it; else of yours."))
    ] = None,
    json: AsJson = False,
) -> None:
    """Make a record."""
    if everything == bool(dispatches):
        raise CommandFailed("bad-parcels", _("name the dispatches, or give --all"), exit_code=USAGE)
    wish: dict[str, Any] = {"carrier": carrier, "date": day_of(date), "unit": unit}
    wish |= {"all": True} if everything else {"dispatches": list(dispatches or ())}
    made = open_session(ctx).client.patient(120).post(path("handovers"), wish)
    _show(made, as_json=json)
    if made.get("left_out") and not json:
        told = _("{count} more wait in other units of yours: make a record of each with --unit")
        say(told.format(count=made["left_out"]))


@app.verb(
    "sign",
    _("Sign a record for the office (clerks)."),
    "hoso dispatch handover sign BG-261121-K7Q2MXAB --key clerk.p12",
)
def sign(
    ctx: typer.Context,
    record: Record,
    key: Key = None,
    pin_file: PinFile = None,
    yes: Yes = False,
    json: AsJson = False,
) -> None:
    """Sign for the office."""
    from adapters.cli.handing import sign as sign_record

    session = open_session(ctx)
    sign_record(session, record, Consent(key=key, pin_file=pin_file, assume_yes=yes))
    _show(session.client.get(path("handovers", record)), as_json=json)


@app.verb(
    "countersign",
    _("Keep the carrier's signature, and tell each parcel that it was handed over (clerks)."),
    "hoso dispatch handover countersign BG-261121-K7Q2MXAB --file signed.pdf --by 'Trần Văn Bưu'",
    "hoso dispatch handover countersign BG-261121-K7Q2MXAB --scan scan.pdf --by 'Trần Văn Bưu'",
)
def countersign(
    ctx: typer.Context,
    record: Record,
    by: Annotated[str, typer.Option("--by", metavar=_("NAME"), help=_("Who signed for the carrier."))],
    file: Annotated[
        Path | None, typer.Option("--file", metavar=_("FILE"), help=_("The record's PDF with the carrier's signature."))
    ] = None,
    scan: Annotated[
        Path | None, typer.Option("--scan", metavar=_("FILE"), help=_("The paper signed by hand, scanned as PDF."))
    ] = None,
    json: AsJson = False,
) -> None:
    """Take the carrier's signature."""
    from adapters.cli.handing import countersign as take

    given = file or scan
    if given is None or (file and scan):
        raise CommandFailed("bad-countersignature", _("give --file or --scan"), exit_code=USAGE)
    client = open_session(ctx).client.patient(120)
    _show(take(client, record, given, means="signature" if file else "scan", by=by), as_json=json)


@app.verb(
    "resume",
    _("Tell the parcels of a record that both sides signed, where that was broken off (clerks)."),
    "hoso dispatch handover resume BG-261121-K7Q2MXAB",
)
def resume(ctx: typer.Context, record: Record, json: AsJson = False) -> None:
    """Go on telling."""
    from adapters.cli.handing import tell

    _show(tell(open_session(ctx).client, record), as_json=json)


@app.verb(
    "withdraw",
    _("Take a record back that the carrier has not signed: its parcels may stand in another one (clerks)."),
    "hoso dispatch handover withdraw BG-261121-K7Q2MXAB --reason 'Bưu tá không đến'",
)
def withdraw(
    ctx: typer.Context,
    record: Record,
    reason: Annotated[str, typer.Option("--reason", metavar=_("TEXT"), help=_("Why, without personal data."))],
    json: AsJson = False,
) -> None:
    """Withdraw a record."""
    _show(open_session(ctx).client.post(path("handovers", record, "withdraw"), {"reason": reason}), as_json=json)


@app.verb("list", _("List the records of hand-overs."), "hoso dispatch handover list")
def list_(ctx: typer.Context, json: AsJson = False) -> None:
    """List records."""
    columns: list[Column] = [
        (_("RECORD"), "id"),
        (_("CARRIER"), "carrier"),
        (_("PARCELS"), "parcels"),
        (_("CREATED"), "created"),
        (_("STATE"), _state),
    ]
    print_list(open_session(ctx).client.items(path("handovers")), columns, as_json=json)


@app.verb("show", _("Show a record of a hand-over."), "hoso dispatch handover show BG-261121-K7Q2MXAB")
def show(ctx: typer.Context, record: Record, json: AsJson = False) -> None:
    """Show a record."""
    client = open_session(ctx).client
    found = client.get(path("handovers", record))
    _show(found, as_json=json)
    if not json:
        columns: list[Column] = [(_("DISPATCH"), "id"), (_("ITEM"), "item")]
        print_list(client.items(path("handovers", record, "parcels"), limit=200), columns, as_json=False)


@app.verb(
    "paper",
    _("Write a record as PDF; the carrier signs it there, or on paper."),
    "hoso dispatch handover paper BG-261121-K7Q2MXAB -o record.pdf",
    "hoso dispatch handover paper BG-261121-K7Q2MXAB --countersigned -o signed.pdf",
)
def paper(
    ctx: typer.Context,
    record: Record,
    output: Output,
    countersigned: Annotated[bool, typer.Option("--countersigned", help=_("As the carrier signed it."))] = False,
) -> None:
    """Get a record's PDF."""
    query = {"countersigned": "true"} if countersigned else {}
    write_out(open_session(ctx).client.get_bytes(path("handovers", record, "paper"), **query), output)


def _show(found: dict[str, Any], *, as_json: bool) -> None:
    labels = {
        "id": _("Record"),
        "carrier": _("Carrier"),
        "unit": _("Unit"),
        "parcels": _("Parcels"),
        "state": _("State"),
        "countersigner": _("For the carrier"),
        "means": _("Signed as"),
        "certificate": _("Certificate"),
        "paper": "SHA-256",
    }
    value = found
    if not as_json:
        means = {"signature": _("a signature in the PDF"), "scan": _("a scan of the paper")}
        shown = {"state": _state(found), "means": means.get(str(found.get("means")))}
        value = {**{name: found.get(name) for name in labels}, **shown}
    print_one({name: part for name, part in value.items() if as_json or part is not None}, labels, as_json=as_json)
    if not as_json and found.get("left") and found.get("countersigned"):
        say(_("go on: hoso dispatch handover resume {id}").format(id=found["id"]))


def _state(found: Any) -> str:
    """What comes next, or that all is done."""
    if found.get("withdrawn"):
        return _("withdrawn {time}").format(time=local(found["withdrawn"]))
    if found.get("countersigned"):
        time = local(found["countersigned"])
        if found.get("left"):
            return _("handed over {time}; {left} parcels are still to be told").format(time=time, left=found["left"])
        return _("handed over {time}").format(time=time)
    if not found.get("left"):
        return _("its parcels stand in another record")
    return _("the carrier signs next") if found.get("signed") else _("the office signs next")
