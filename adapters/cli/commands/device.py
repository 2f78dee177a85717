"""`hoso device`: the machines on which an officer is signed in; what to do when one is lost."""

from typing import Annotated, Any

import typer

from adapters.cli.client import Client, path
from adapters.cli.language import _
from adapters.cli.listing import AsJson, Column, print_list
from adapters.cli.session import open_session
from adapters.cli.shell import Commands
from adapters.cli.terminal import escape, out, out_json, say
from adapters.cli.times import asked_time, local

app = Commands(_("Devices: list, revoke a lost one, see what was done on it."), group=True)
Id = Annotated[str, typer.Argument(metavar="ID", help=_("The device's id, as hoso device list shows it."))]
Since = Annotated[str | None, typer.Option("--since", metavar=_("TIME"), help=_("Since when: ISO 8601 with its zone."))]


@app.verb("list", _("List your devices (administrators: another officer's)."), "hoso device list --officer lan")
def list_(
    ctx: typer.Context,
    officer: Annotated[str | None, typer.Option(metavar=_("OFFICER"), help=_("The officer's id."))] = None,
    json: AsJson = False,
) -> None:
    """List devices."""
    columns: list[Column] = [
        ("", lambda item: "*" if item.get("current") else ""),
        (_("DEVICE"), "id"),
        (_("NAME"), "name"),
        (_("STATE"), lambda item: _state(item.get("state"))),
        (_("LAST USED"), lambda item: local(item.get("seen"))),
        (_("EXPIRES"), lambda item: local(item.get("expires"))),
    ]
    print_list(open_session(ctx).client.items(path("devices"), officer=officer), columns, as_json=json)


@app.verb(
    "revoke",
    _(
        "End a lost device: its tokens end at once, the certificates that may lie on it are suspended. With --since,"
        " what was done on it since then is listed."
    ),
    "hoso device revoke d-mfrggzdfmztwq2lk --reason 'Mất máy tính xách tay'",
    "hoso device revoke d-mfrggzdfmztwq2lk --reason 'Mất máy' --since 2026-11-20T17:00:00+07:00",
)
def revoke(
    ctx: typer.Context,
    id: Id,
    reason: Annotated[str, typer.Option(metavar=_("TEXT"), help=_("Why, for the trail."))],
    since: Since = None,
    json: AsJson = False,
) -> None:
    """Revoke a device."""
    session, when = open_session(ctx), asked_time(since)
    client = session.client

    def done() -> list[dict[str, Any]]:
        return list(client.items(path("devices", id, "acts"), since=when.isoformat())) if when else []

    own = done() if id == session.profile.device else None  # afterwards this device is told nothing
    body = {"reason": reason, **({"since": when.isoformat()} if when else {})}
    answer = client.post(path("devices", id, "revoke"), body)
    acts = done() if own is None else own
    if json:
        out_json({**answer, "acts": acts})
        return
    out(_("Device {id} is revoked; its tokens have ended.").format(id=escape(id)))
    for fingerprint in answer.get("suspended") or []:
        out(_("Certificate {fingerprint} is suspended.").format(fingerprint=escape(fingerprint)))
    if when:
        _print_acts(acts, as_json=False)
    else:
        say(_("See what was done on it: hoso device acts {id} --since TIME").format(id=escape(id)))


@app.verb(
    "acts",
    _("List what was done on a device, the latest first."),
    "hoso device acts d-mfrggzdfmztwq2lk --since 2026-11-20T17:00:00+07:00",
)
def acts(ctx: typer.Context, id: Id, since: Since = None, json: AsJson = False) -> None:
    """List the acts done on a device."""
    when = asked_time(since)
    client: Client = open_session(ctx).client
    found = client.items(path("devices", id, "acts"), since=when.isoformat() if when else None)
    _print_acts(list(found), as_json=json)


def _print_acts(items: list[dict[str, Any]], *, as_json: bool) -> None:
    columns: list[Column] = [
        (_("LEAF"), "index"),
        (_("TIME"), "time"),
        (_("OFFICER"), "actor"),
        (_("ACT"), "act"),
        (_("SUBJECT"), "subject"),
    ]
    print_list(items, columns, as_json=as_json)


def _state(state: object) -> str:
    words = {
        "bound": _("signed in"),
        "unbound": _("not bound yet"),
        "signed-out": _("signed out"),
        "revoked": _("revoked"),
    }
    return words.get(str(state), escape(state))
