"""`hoso parcel`: parcels that come in, the dossiers that are filed by them, and their originals."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from adapters.cli.client import fresh_key, path
from adapters.cli.errors import USAGE, CommandFailed
from adapters.cli.language import _
from adapters.cli.listing import AsJson, Column, print_list, print_one
from adapters.cli.options import Yes
from adapters.cli.session import open_session
from adapters.cli.shell import Commands
from adapters.cli.terminal import Lines, confirm, escape, out, out_json, refuse_unless, say
from adapters.cli.times import local, local_moment

app = Commands(
    _("Parcels that come in: receive, list, file, add to, refuse; originals that the office holds."), group=True
)
Parcel = Annotated[str, typer.Argument(metavar=_("PARCEL"), help=_("Its number, as hoso parcel list tells it."))]
Code = Annotated[str, typer.Argument(metavar=_("DOSSIER"), help=_("The dossier's code, such as H29.5-261121-0001."))]


@app.verb(
    "receive",
    _(
        "Record a parcel that came in, with its list and the record of its hand-over (biên bản giao nhận): when that "
        "was signed, the dossier counts as received."
    ),
    "hoso parcel receive --carrier vnpost --item RR123456785VN --handover-signed-at '2026-11-20 14:00' "
    "--paper bien-ban.pdf --list danh-muc.json",
)
def receive(
    ctx: typer.Context,
    carrier: Annotated[str, typer.Option("--carrier", metavar=_("CARRIER"), help=_("Who brought it."))],
    item: Annotated[str, typer.Option("--item", metavar=_("CODE"), help=_("The carrier's code of it."))],
    signed: Annotated[
        str,
        typer.Option("--handover-signed-at", metavar=_("TIME"), help=_("When the record of the hand-over was signed.")),
    ],
    paper: Annotated[Path, typer.Option("--paper", metavar=_("FILE"), help=_("That record: a PDF, or its scan."))],
    list_file: Annotated[
        Path,
        typer.Option("--list", metavar=_("FILE"), help=_("JSON: sender, and documents with name, title, kind, file.")),
    ],
    sender: Annotated[
        str | None, typer.Option("--sender", metavar=_("NAME"), help=_("Who sent it (else the list says so)."))
    ] = None,
    json: AsJson = False,
) -> None:
    """Receive a parcel."""
    from adapters.cli.documents import upload
    from adapters.cli.incoming import read_list, uploaded

    listed, time = read_list(list_file), local_moment(signed)
    client = open_session(ctx).client
    body = {
        "carrier": carrier,
        "item": item,
        "sender": sender or listed.sender,
        "signed": time,
        "paper": upload(client, paper)["sha256"],
        "documents": [uploaded(client, each) for each in listed.documents],
    }
    value = client.post_safely(path("inbound-parcels"), body, key=fresh_key())
    _told(value, json, _("Parcel {number} was received.").format(number=escape(value.get("id"))))


@app.verb(
    "list",
    _("List the parcels that came in."),
    "hoso parcel list",
    "hoso parcel list --incomplete",
    "hoso parcel list --state received --json",
)
def list_(
    ctx: typer.Context,
    state: Annotated[str | None, typer.Option(metavar="received|filed|refused", help=_("Those in this state."))] = None,
    incomplete: Annotated[bool, typer.Option("--incomplete", help=_("Those of which something is missing."))] = False,
    json: AsJson = False,
) -> None:
    """List parcels."""
    columns: list[Column] = [
        (_("PARCEL"), "id"),
        (_("CARRIER"), "carrier"),
        (_("CODE"), "item"),
        (_("FROM"), "sender"),
        (_("SIGNED"), lambda found: local(found.get("signed"))),
        (_("STATE"), lambda found: _word(found.get("state"))),
        (_("DOSSIER"), "dossier"),
        (_("MISSING"), lambda found: "; ".join(map(escape, found.get("missing") or []))),
    ]
    wanted = "true" if incomplete else None
    found = open_session(ctx).client.items(path("inbound-parcels"), state=state, incomplete=wanted)
    print_list(found, columns, as_json=json)


def _word(state: object) -> str:
    words = {"received": _("received"), "filed": _("filed"), "refused": _("refused")}
    return words.get(str(state), escape(state))


@app.verb("show", _("Show a parcel with its list."), "hoso parcel show 17")
def show_(ctx: typer.Context, parcel: Parcel, json: AsJson = False) -> None:
    """Show a parcel."""
    value = open_session(ctx).client.get(path("inbound-parcels", parcel))
    labels = {
        "id": _("Parcel"),
        "carrier": _("Carrier"),
        "item": _("Code"),
        "sender": _("From"),
        "signed": _("Hand-over signed"),
        "received": _("Recorded"),
        "state": _("State"),
        "dossier": _("Dossier"),
        "reason": _("Why"),
        "missing": _("Missing"),
        "documents": _("Documents"),
    }
    if not json:
        told = {name: value.get(name) for name in labels}
        told |= {name: local(value.get(name)) for name in ("signed", "received")}
        value = {**told, "state": _word(value.get("state")), "documents": Lines(map(_document, value["documents"]))}
    print_one(value, labels, as_json=json)


def _document(item: Mapping[str, Any]) -> str:
    kind = _("original") if item.get("kind") == "original" else _("copy")
    if item.get("returned"):
        there = _("given back {time}").format(time=local(item["returned"]))
    else:
        there = _("there since {time}").format(time=local(item["arrived"])) if item.get("arrived") else _("missing")
    return f"{escape(item.get('name'))}: {escape(item.get('title'))}, {kind}, {there}"


@app.verb("paper", _("Write the record of a parcel's hand-over."), "hoso parcel paper 17 -o bien-ban.pdf")
def paper_(
    ctx: typer.Context,
    parcel: Parcel,
    output: Annotated[str, typer.Option("--output", "-o", metavar=_("FILE"), help=_("Where to write it."))],
) -> None:
    """Get the record of the hand-over."""
    content = open_session(ctx).client.get_bytes(path("inbound-parcels", parcel, "paper"))
    Path(output).write_bytes(content)
    say(_("{file}: {size} bytes").format(file=escape(output), size=len(content)))


@app.verb(
    "file",
    _(
        "File a parcel: its dossier starts, received when the hand-over was signed, with the scans as documents. What "
        "is missing is told to the dossier, and asked for."
    ),
    "hoso parcel file 17 --process khai-tu --title 'Khai tử ông Thưởng' --set deceased_name='Nguyễn Văn Thưởng'",
    "hoso parcel file 17 --process khai-tu --procedure khai-tu --data khai-tu.json",
)
def file(
    ctx: typer.Context,
    parcel: Parcel,
    process: Annotated[str, typer.Option("--process", metavar=_("PROCESS"), help=_("The process's id."))],
    procedure: Annotated[
        str | None,
        typer.Option("--procedure", metavar=_("PROCEDURE"), help=_("Which one, if the process serves several.")),
    ] = None,
    title: Annotated[str | None, typer.Option("--title", metavar=_("TEXT"), help=_("What it is about."))] = None,
    applicant: Annotated[
        list[str] | None,
        typer.Option("--applicant", metavar="KEY=VALUE", help=_("name=…, phone=… (else the sender); repeat it.")),
    ] = None,
    unit: Annotated[
        str | None, typer.Option("--unit", metavar=_("UNIT"), help=_("The unit in which it begins."))
    ] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help=_("Data of it; repeat it."))
    ] = None,
    data: Annotated[Path | None, typer.Option("--data", metavar=_("FILE"), help=_("Data of it, as JSON."))] = None,
    json: AsJson = False,
) -> None:
    """File a parcel."""
    from adapters.cli.input import read_data

    body: dict[str, object] = {"process": process, "data": read_data(data, set_ or ())}
    body |= {"applicant": read_data(None, applicant)} if applicant else {}
    given = {"procedure": procedure, "title": title, "unit": unit}
    body |= {name: value for name, value in given.items() if value is not None}
    value = open_session(ctx).client.post_safely(path("inbound-parcels", parcel, "file"), body, key=fresh_key())
    if json:
        out_json(value)
        return
    out(_("Dossier {code} has started.").format(code=escape(value.get("code"))))
    for each in value["parcel"]["missing"]:
        out(_("  missing: {title}").format(title=escape(each)))


@app.verb(
    "add",
    _("Add to a parcel's list what came later; when nothing is missing any more, the dossier is told."),
    "hoso parcel add 17 --document giay-bao-tu=giay-bao-tu.pdf",
    "hoso parcel add 17 --document cmnd-ban-sao --copy",
)
def add(
    ctx: typer.Context,
    parcel: Parcel,
    document: Annotated[
        list[str],
        typer.Option("--document", metavar=_("NAME[=FILE]"), help=_("Its name on the list, and its scan; repeat it.")),
    ],
    copy: Annotated[bool, typer.Option("--copy", help=_("They are copies, not originals."))] = False,
    json: AsJson = False,
) -> None:
    """Add to a parcel."""
    from adapters.cli.incoming import later, uploaded

    client = open_session(ctx).client
    sent = [uploaded(client, later(each, "copy" if copy else None)) for each in document]
    where = path("inbound-parcels", parcel, "documents")
    value = client.post_safely(where, {"documents": sent}, key=fresh_key())
    missing = "; ".join(map(escape, value.get("missing") or [])) or _("nothing")
    _told(value, json, _("Still missing: {what}").format(what=missing))


@app.verb(
    "refuse",
    _("Refuse a parcel that is not for this office: its scans are deleted; that it came and went stays."),
    "hoso parcel refuse 17 --reason 'thuộc phường khác'",
)
def refuse(
    ctx: typer.Context,
    parcel: Parcel,
    reason: Annotated[
        str, typer.Option("--reason", metavar=_("REASON"), help=_("Why; of it the trail has the hash alone."))
    ],
    yes: Yes = False,
    json: AsJson = False,
) -> None:
    """Refuse a parcel."""
    refuse_unless(confirm(_("Refuse parcel {number}?").format(number=escape(parcel)), assume_yes=yes))
    where = path("inbound-parcels", parcel, "refuse")
    value = open_session(ctx).client.post_safely(where, {"reason": reason}, key=fresh_key())
    _told(value, json, _("Parcel {number} was refused.").format(number=escape(parcel)))


@app.verb("originals", _("List the originals that came in for a dossier."), "hoso parcel originals H29.5-261121-0001")
def originals(ctx: typer.Context, code: Code, json: AsJson = False) -> None:
    """List originals."""
    columns: list[Column] = [
        (_("NAME"), "name"),
        (_("TITLE"), "title"),
        (_("PARCEL"), "parcel"),
        (_("SINCE"), lambda item: local(item.get("arrived"))),
        (_("GIVEN BACK"), lambda item: local(item["returned"]) if item.get("returned") else None),
    ]
    print_list(open_session(ctx).client.items(path("dossiers", code, "originals")), columns, as_json=json)


@app.verb(
    "return",
    _("Note that originals went back to who sent them: those that are named, else all that the office holds."),
    "hoso parcel return H29.5-261121-0001 --by post",
    "hoso parcel return H29.5-261121-0001 giay-bao-tu",
)
def return_(
    ctx: typer.Context,
    code: Code,
    names: Annotated[
        list[str] | None, typer.Argument(metavar=_("NAME"), help=_("As hoso parcel originals tells them."))
    ] = None,
    by: Annotated[str, typer.Option("--by", metavar="counter|post", help=_("By which way."))] = "counter",
    json: AsJson = False,
) -> None:
    """Return originals."""
    if by not in ("counter", "post"):
        raise CommandFailed(
            "bad-way", _("--by {text}: expected counter or post").format(text=repr(by)), exit_code=USAGE
        )
    where = path("dossiers", code, "originals", "return")
    value = open_session(ctx).client.post_safely(where, {"documents": names or [], "by": by}, key=fresh_key())
    held = sum(not item.get("returned") for item in value.get("items", []))
    _told(value, json, _("The office holds {count} originals of dossier {code}.").format(count=held, code=escape(code)))


def _told(value: dict[str, Any], json: bool, text: str) -> None:
    if json:
        out_json(value)
    else:
        out(text)
