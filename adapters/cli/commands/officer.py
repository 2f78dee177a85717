"""`hoso officer`: who works here."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from adapters.cli.changing import (
    Document,
    DryRun,
    LastDay,
    Number,
    Reason,
    Since,
    Until,
    contact,
    day,
    days,
    first_day,
    number,
    send,
    sign,
    tell,
)
from adapters.cli.client import path
from adapters.cli.commands import officer_lists
from adapters.cli.consent import Consent
from adapters.cli.language import _
from adapters.cli.listing import AsJson, print_list
from adapters.cli.options import Key, PinFile, Yes
from adapters.cli.session import open_session
from adapters.cli.shell import Commands
from adapters.cli.terminal import Lines, escape, out, out_json, show
from adapters.cli.times import local

app = Commands(_("Officers: add, show, change, appoint, end, import, export."), group=True)
Id = Annotated[str, typer.Argument(metavar="ID", help=_("The officer's id."))]


@app.verb(
    "add",
    _("Add an officer (administrators)."),
    "hoso officer add lan --name 'Nguyễn Thị Lan' --position 'Chuyên viên' --unit van-phong --key an.p12",
    "hoso officer add an --name 'Trần Văn An' --position 'Chủ tịch' --unit ubnd --role lanh-dao --token --key an.p12",
)
def add(
    ctx: typer.Context,
    id: Annotated[str, typer.Argument(metavar="ID", help=_("The officer's id: a-z, 0-9, dash; at most 40."))],
    name: Annotated[str, typer.Option(metavar=_("TEXT"), help=_("Full name."))],
    position: Annotated[str, typer.Option(metavar=_("TEXT"), help=_("Position, as it stands under a signature."))],
    unit: Annotated[str, typer.Option(metavar=_("TEXT"), help=_("The unit's id."))],
    role: Annotated[list[str] | None, typer.Option(metavar=_("TEXT"), help=_("A role; repeat it."))] = None,
    rank: Annotated[str, typer.Option(metavar=_("RANK"), help=_("head, deputy or staff."))] = "staff",
    since: Since = None,
    document: Document = "",
    token: Annotated[bool, typer.Option("--token", help=_("Also make an access token, printed once."))] = False,
    key: Key = None,
    pin_file: PinFile = None,
    yes: Yes = False,
    json: AsJson = False,
) -> None:
    """Add an officer."""
    session, consent = open_session(ctx), Consent(key=key, pin_file=pin_file, assume_yes=yes)
    body = {"id": id, "name": name, "position": position, "unit": unit, "roles": role or []}
    whole = {**body, "rank": rank, "document": document, "since": first_day(since)}
    value = session.client.post(path("officers"), {**whole, "sign": True}, token="true" if token else None)
    if "statement" in value:
        value = sign(session, value, _made_of(whole), None, consent)
    if json:
        out_json(value)
        return
    if value.get("proposal"):
        tell(value)
        return
    out(_("Officer {id} is added.").format(id=escape(id)))
    if value.get("token"):
        out(_("Access token (shown once): {token}").format(token=escape(value["token"])))


def _made_of(new: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The changes that make somebody an officer: a person, a position of their own, the appointment."""
    own = {"id": new["id"], "title": new["position"], "unit": new["unit"], "rank": new["rank"], "roles": new["roles"]}
    held = {"officer": new["id"], "position": new["id"], "document": new["document"], "since": new["since"]}
    return [
        {"kind": "officer-added", "id": new["id"], "name": new["name"]},
        {"kind": "position-added", **own},
        {"kind": "officer-appointed", **held},
    ]


@app.verb(
    "signature-image",
    _("Set the image that an officer's PDF signatures show: your own, or (administrators) a colleague's."),
    "hoso officer signature-image hang chu-ky.png",
)
def signature_image(
    ctx: typer.Context,
    id: Id,
    file: Annotated[
        Path, typer.Argument(metavar=_("FILE"), help=_("The image: a PNG in blue, with a transparent ground."))
    ],
    json: AsJson = False,
) -> None:
    """Set an officer's signature image."""
    from adapters.cli.images import send_image

    value = send_image(open_session(ctx).client, path("officers", id, "signature-image"), file)
    if json:
        out_json(value)
    else:
        out(_("The PDF signatures of {id} show this image from now on.").format(id=escape(id)))


@app.verb("list", _("List officers."), "hoso officer list", "hoso officer list --json")
def list_(ctx: typer.Context, json: AsJson = False) -> None:
    """List officers."""
    columns = [
        (_("OFFICER"), "id"),
        (_("NAME"), "name"),
        (_("POSITION"), "position"),
        (_("UNIT"), "unit"),
        (_("ROLES"), "roles"),
        (_("ACTIVE"), "active"),
    ]
    print_list(open_session(ctx).client.items(path("officers")), columns, as_json=json)


@app.verb(
    "show",
    _("Show an officer: positions with their dates, roles, contacts, mandates, absences."),
    "hoso officer show lan",
)
def show_(ctx: typer.Context, id: Id, json: AsJson = False) -> None:
    """Show an officer."""
    value = open_session(ctx).client.get(path("officers", id))
    if json:
        out_json(value)
        return
    labels = {
        "id": _("Officer"),
        "name": _("Name"),
        "position": _("Position"),
        "unit": _("Unit"),
        "roles": _("Roles"),
        "active": _("Active"),
        "email": _("E-mail"),
        "phone": _("Telephone"),
        "subject": _("Signs in as"),
        "appointments": _("Positions held"),
        "grants": _("Roles granted"),
        "mandates": _("Mandates"),
        "absences": _("Absences"),
    }
    lines = {name: Lines(tell_one(each) for each in value.get(name) or ()) for name, tell_one in _TOLD.items()}
    show({**value, **lines}, labels)


def _appointment(of: Mapping[str, Any]) -> str:
    title = ("Q. " if of.get("acting") else "") + str(of.get("title"))
    where = f"{escape(title)} ({escape(of.get('unit'))})"
    return f"{escape(of.get('number'))}  {where}, {days(of)}  {escape(of.get('document'))}"


def _grant(of: Mapping[str, Any]) -> str:
    return f"{escape(of.get('number'))}  {escape(of.get('role'))} ({escape(of.get('unit'))}), {days(of)}"


def _mandate(of: Mapping[str, Any]) -> str:
    between = f"{escape(of.get('given_by'))} → {escape(of.get('given_to'))}"
    return f"{escape(of.get('id'))}  {escape(of.get('capacity'))}. {between}, {days(of)}"


def _absence(of: Mapping[str, Any]) -> str:
    times = f"{local(of.get('since'))} – {local(of.get('until'))}"
    return f"{escape(of.get('number'))}  {times}, {_('substitute')}: {escape(of.get('substitute') or '-')}"


_TOLD: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "appointments": _appointment,
    "grants": _grant,
    "mandates": _mandate,
    "absences": _absence,
}


@app.verb(
    "change",
    _("Change an officer's name, contacts, or whom they sign in as (administrators)."),
    "hoso officer change lan --email lan@benthanh.example --phone '0903 123 456'",
)
def change(
    ctx: typer.Context,
    id: Id,
    name: Annotated[str | None, typer.Option(metavar=_("TEXT"), help=_("Full name."))] = None,
    email: Annotated[str | None, typer.Option(metavar=_("TEXT"), help=_("E-mail address at work."))] = None,
    phone: Annotated[str | None, typer.Option(metavar=_("TEXT"), help=_("Telephone at work."))] = None,
    subject: Annotated[
        str | None, typer.Option(metavar=_("TEXT"), help=_("Who they are at the identity provider; '' for nobody."))
    ] = None,
    reason: Reason = None,
    dry_run: DryRun = False,
    key: Key = None,
    pin_file: PinFile = None,
    yes: Yes = False,
    json: AsJson = False,
) -> None:
    """Change an officer."""
    session, consent = open_session(ctx), Consent(key=key, pin_file=pin_file, assume_yes=yes)
    client = session.client
    reached = (
        contact(client.get(path("officers", id)), email, phone) if email is not None or phone is not None else None
    )
    said = {"kind": "officer-changed", "id": id, "name": name, "contact": reached, "subject": subject}
    send(session, said, reason=reason, dry_run=dry_run, json=json, consent=consent)


@app.verb(
    "appoint",
    _("Appoint an officer to a position, from a day on (administrators)."),
    "hoso officer appoint lan --position truong-tu-phap --since 2026-12-01 --document 21/QĐ-UBND --key an.p12",
    "hoso officer appoint mai --position truong-tu-phap --acting --until 31/12/2026 --key an.p12",
)
def appoint(
    ctx: typer.Context,
    id: Id,
    position: Annotated[str, typer.Option(metavar="ID", help=_("The position's id."))],
    since: Since = None,
    until: Until = None,
    acting: Annotated[bool, typer.Option("--acting", help=_("As its acting holder (Q.)."))] = False,
    document: Document = "",
    reason: Reason = None,
    dry_run: DryRun = False,
    key: Key = None,
    pin_file: PinFile = None,
    yes: Yes = False,
    json: AsJson = False,
) -> None:
    """Appoint an officer."""
    said = {"kind": "officer-appointed", "officer": id, "position": position, "document": document}
    dates = {"since": first_day(since), "until": day(until)} | ({"acting": True} if acting else {})
    consent = Consent(key=key, pin_file=pin_file, assume_yes=yes)
    send(open_session(ctx), {**said, **dates}, reason=reason, dry_run=dry_run, json=json, consent=consent)


@app.verb(
    "end",
    _("End an appointment, by its number (administrators)."),
    "hoso officer show lan",
    "hoso officer end 12 --until 30/11/2026 --document 23/QĐ-UBND --key an.p12",
)
def end(
    ctx: typer.Context,
    which: Number,
    until: LastDay = None,
    document: Document = "",
    reason: Reason = None,
    dry_run: DryRun = False,
    key: Key = None,
    pin_file: PinFile = None,
    yes: Yes = False,
    json: AsJson = False,
) -> None:
    """End an appointment."""
    said = {"kind": "appointment-ended", "appointment": number(which), "until": first_day(until), "document": document}
    consent = Consent(key=key, pin_file=pin_file, assume_yes=yes)
    send(open_session(ctx), said, reason=reason, dry_run=dry_run, json=json, consent=consent)


officer_lists.add_to(app)
