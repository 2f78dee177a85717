"""`hoso unit`: the offices of this installation, one tree."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from adapters.cli.changing import DryRun, Reason, contact, days, send
from adapters.cli.client import path
from adapters.cli.consent import Consent
from adapters.cli.language import _
from adapters.cli.listing import AsJson
from adapters.cli.options import Key, PinFile, Yes
from adapters.cli.session import open_session
from adapters.cli.shell import Commands
from adapters.cli.terminal import Lines, escape, out, out_json, say, show

app = Commands(_("Units: list, show, add, change."), group=True)
Id = Annotated[str, typer.Argument(metavar="ID", help=_("The unit's id."))]
Email = Annotated[str | None, typer.Option("--email", metavar=_("TEXT"), help=_("Its e-mail address."))]
Phone = Annotated[str | None, typer.Option("--phone", metavar=_("TEXT"), help=_("Its telephone."))]


@app.verb("list", _("List the units, as the tree that they are."), "hoso unit list", "hoso unit list --json")
def list_(ctx: typer.Context, json: AsJson = False) -> None:
    """List units."""
    items = list(open_session(ctx).client.items(path("units")))
    if json:
        out_json({"items": items})
        return
    known = {item["id"] for item in items}
    for line in _tree(items, [item for item in items if item.get("parent") not in known], ""):
        out(line)
    if not items:
        say(_("Nothing to list."))


def _tree(items: Sequence[Mapping[str, Any]], at: Sequence[Mapping[str, Any]], indent: str) -> Iterator[str]:
    for item in at:
        yield f"{indent}{escape(item['id'])}  {escape(item['name'])}"
        below = [each for each in items if each.get("parent") == item["id"]]
        yield from _tree(items, below, indent + "  ")


@app.verb(
    "seal",
    _("Set the image of the agency's seal, which its PDF signatures show in true size (administrators)."),
    "hoso unit seal con-dau.png --diameter 36",
)
def seal(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar=_("FILE"), help=_("The image: a PNG with a transparent ground."))],
    diameter: Annotated[
        int, typer.Option("--diameter", metavar=_("MM"), help=_("How wide the seal is on paper, in millimetres."))
    ],
    json: AsJson = False,
) -> None:
    """Set the seal's image."""
    from adapters.cli.images import send_image

    value = send_image(open_session(ctx).client, path("seal"), file, width_mm=diameter)
    if json:
        out_json(value)
    else:
        out(_("The agency's PDF signatures show this seal from now on, {mm} mm wide.").format(mm=diameter))


@app.verb("show", _("Show a unit: its head of record, its positions and who holds them."), "hoso unit show van-phong")
def show_(ctx: typer.Context, id: Id, json: AsJson = False) -> None:
    """Show a unit."""
    value = open_session(ctx).client.get(path("units", id))
    if json:
        out_json(value)
        return
    head = value.get("head")
    shown = {
        **value,
        "head": f"{head['name']}, {head['title']} ({head['unit']})" if head else None,
        "positions": Lines(_position(each) for each in value.get("positions") or ()),
    }
    labels = {
        "id": _("Unit"),
        "name": _("Name"),
        "parent": _("Above it"),
        "collective": _("Decides as a body"),
        "email": _("E-mail"),
        "phone": _("Telephone"),
        "head": _("Head of record"),
        "positions": _("Positions"),
    }
    show(shown, labels)


def _position(of: Mapping[str, Any]) -> str:
    holders = ", ".join(f"{escape(each['name'])} ({days(each)})" for each in of["holders"]) or _("vacant")
    return f"{escape(of['id'])}  {escape(of['title'])}: {holders}"


@app.verb(
    "add",
    _("Add a unit (administrators). You sign this act."),
    "hoso unit add van-phong --name 'Văn phòng HĐND và UBND' --key an.p12",
    "hoso unit add to-1 --name 'Tổ 1' --parent van-phong --reason 'Theo QĐ 12/QĐ-UBND' --dry-run",
)
def add(
    ctx: typer.Context,
    id: Annotated[str, typer.Argument(metavar="ID", help=_("The unit's id: a-z, 0-9, dash; at most 40."))],
    name: Annotated[str, typer.Option(metavar=_("TEXT"), help=_("Its full name."))],
    parent: Annotated[str | None, typer.Option(metavar="ID", help=_("The unit above it."))] = None,
    collective: Annotated[
        bool, typer.Option("--collective", help=_("It decides as a body (signed for: TM.)."))
    ] = False,
    email: Email = None,
    phone: Phone = None,
    reason: Reason = None,
    dry_run: DryRun = False,
    key: Key = None,
    pin_file: PinFile = None,
    yes: Yes = False,
    json: AsJson = False,
) -> None:
    """Add a unit."""
    session, consent = open_session(ctx), Consent(key=key, pin_file=pin_file, assume_yes=yes)
    client = session.client
    above = parent or client.get(path("me")).get("unit")
    said = {"kind": "unit-added", "id": id, "name": name, "parent": above, "contact": contact({}, email, phone)}
    whole = said | ({"collective": True} if collective else {})
    send(session, whole, reason=reason, dry_run=dry_run, json=json, consent=consent)


@app.verb(
    "change",
    _("Change a unit: its name, where it stands, how it is reached (administrators)."),
    "hoso unit change to-1 --phone '028 3822 1234'",
    "hoso unit change to-1 --parent khu-pho-3 --reason 'Theo QĐ 13/QĐ-UBND' --key an.p12",
)
def change(
    ctx: typer.Context,
    id: Id,
    name: Annotated[str | None, typer.Option(metavar=_("TEXT"), help=_("Its full name."))] = None,
    parent: Annotated[str | None, typer.Option(metavar="ID", help=_("The unit above it."))] = None,
    collective: Annotated[
        bool, typer.Option("--collective", help=_("It decides as a body (signed for: TM.)."))
    ] = False,
    single: Annotated[bool, typer.Option("--single", help=_("It decides as a body no more."))] = False,
    email: Email = None,
    phone: Phone = None,
    reason: Reason = None,
    dry_run: DryRun = False,
    key: Key = None,
    pin_file: PinFile = None,
    yes: Yes = False,
    json: AsJson = False,
) -> None:
    """Change a unit."""
    session, consent = open_session(ctx), Consent(key=key, pin_file=pin_file, assume_yes=yes)
    client = session.client
    reached = contact(client.get(path("units", id)), email, phone) if email is not None or phone is not None else None
    body = True if collective else False if single else None
    said = {"kind": "unit-changed", "id": id, "name": name, "parent": parent, "collective": body}
    whole = {**said, "contact": reached}
    send(session, whole, reason=reason, dry_run=dry_run, json=json, consent=consent)
