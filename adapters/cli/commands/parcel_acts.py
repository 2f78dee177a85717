"""`hoso dispatch cancel`, `receive`, `retry`, `settle`, `complain`, `proof`: what an office does about its parcels."""

import hashlib
from pathlib import Path
from typing import Annotated, Any

import typer

from adapters.cli.client import fresh_key, path
from adapters.cli.commands.intervention import Reason
from adapters.cli.errors import CommandFailed
from adapters.cli.language import _
from adapters.cli.listing import AsJson
from adapters.cli.session import open_session
from adapters.cli.shell import Commands
from adapters.cli.terminal import escape, out, out_json
from adapters.cli.words import dispatch_word

Parcel = Annotated[
    str, typer.Argument(metavar=_("PARCEL"), help=_("The dispatch's code, or the item's that is written on it."))
]


def add_to(app: Commands) -> None:
    """Register the verbs."""
    app.verb(
        "cancel",
        _("Call a parcel off before it leaves the office (clerks, administrators)."),
        "hoso dispatch cancel H29.5-261121-0001-F3762734 --reason 'Công dân đến nhận'",
    )(cancel)
    app.verb(
        "receive",
        _("Record that a parcel came back and lies at the office again (clerks, administrators)."),
        "hoso dispatch receive RR123456785VN --reason 'Hai lần phát không gặp'",
    )(receive)
    app.verb(
        "retry",
        _("Send again what came back, was lost or called off; let a mail that failed be tried again."),
        "hoso dispatch retry H29.5-261121-0001-F3762734 --reason 'Người nhận xin gửi lại'",
    )(retry)
    app.verb(
        "settle",
        _("Record that a parcel that came back, or was lost, was seen to in another way (clerks, administrators)."),
        "hoso dispatch settle H29.5-261121-0001-F3762734 --reason 'Đã trao tại quầy'",
    )(settle)
    app.verb(
        "complain",
        _("Record a complaint about a parcel, within six months of its leaving (clerks, administrators)."),
        "hoso dispatch complain H29.5-261121-0001-F3762734 --reason 'Bưu gửi bị rách'",
    )(complain)
    app.verb(
        "proof",
        _("Write what told of a parcel's delivery, byte for byte, with its SHA-256 and its leaf in the trail."),
        "hoso dispatch proof H29.5-261121-0001-F3762734 -o phat.json",
    )(proof)


def cancel(ctx: typer.Context, parcel: Parcel, reason: Reason, json: AsJson = False) -> None:
    """Call a parcel off."""
    _do(ctx, parcel, "cancel", reason, _("Parcel {parcel} is called off."), json=json)


def receive(ctx: typer.Context, parcel: Parcel, reason: Reason = "", json: AsJson = False) -> None:
    """Receive a parcel back."""
    reason = reason or _("it came back")
    _do(ctx, parcel, "receive", reason, _("Parcel {parcel}: {state}."), json=json)


def retry(ctx: typer.Context, parcel: Parcel, reason: Reason, json: AsJson = False) -> None:
    """Send again."""
    _do(ctx, parcel, "retry", reason, _("It goes out again: {parcel}."), json=json)


def settle(ctx: typer.Context, parcel: Parcel, reason: Reason, json: AsJson = False) -> None:
    """Settle a parcel."""
    _do(ctx, parcel, "settle", reason, _("Parcel {parcel} is seen to."), json=json)


def complain(ctx: typer.Context, parcel: Parcel, reason: Reason, json: AsJson = False) -> None:
    """Complain."""
    _do(ctx, parcel, "complaints", reason, _("The complaint about parcel {parcel} is recorded."), json=json)


def _do(ctx: typer.Context, parcel: str, act: str, reason: str, told: str, *, json: bool) -> None:
    where = path("dispatches", parcel, act)
    value = open_session(ctx).client.post_safely(where, {"reason": reason.strip()}, key=fresh_key())
    if json:
        out_json(value)
    else:
        out(told.format(parcel=escape(value.get("id") or parcel), state=dispatch_word(value.get("state"))))


def proof(
    ctx: typer.Context,
    parcel: Parcel,
    output: Annotated[Path, typer.Option("--output", "-o", metavar=_("FILE"), help=_("Where to write it."))],
    json: AsJson = False,
) -> None:
    """Write the proof of delivery."""
    client = open_session(ctx).client
    content = client.get_bytes(path("dispatches", parcel, "proof"))
    told: dict[str, Any] = (client.get(path("dispatches", parcel)).get("parcel") or {}).get("proof") or {}
    digest = hashlib.sha256(content).hexdigest()
    if digest != told.get("sha256"):
        raise CommandFailed("proof-differs", _("the server gave other bytes than its trail names"))
    output.write_bytes(content)
    if json:
        out_json({"file": str(output), "size": len(content), **told})
        return
    out(_("{file}: {size} bytes").format(file=escape(output), size=len(content)))
    out(_("SHA-256 {digest}, leaf {leaf} of the trail").format(digest=digest, leaf=escape(told.get("leaf"))))
