"""`hoso incident`: what stands still, and letting it go on."""

from typing import Annotated, Any

import typer

from adapters.cli.client import Client, fresh_key, path
from adapters.cli.commands.intervention import Reason, Settings
from adapters.cli.consent import Consent
from adapters.cli.errors import CommandFailed
from adapters.cli.language import _
from adapters.cli.listing import AsJson, Column, print_list, print_one
from adapters.cli.options import Key, PinFile, Yes
from adapters.cli.session import open_session
from adapters.cli.shell import Commands
from adapters.cli.terminal import confirm, escape, out, out_json, refuse_unless, say

app = Commands(_("Incidents: list, show, retry, resolve."), group=True)
Code = Annotated[str, typer.Argument(metavar=_("DOSSIER"), help=_("The dossier's code, such as H29.5-261121-0001."))]
Incident = Annotated[str, typer.Argument(metavar=_("INCIDENT"), help=_("Its id, as hoso incident list tells it."))]


@app.verb("list", _("List what stands still."), "hoso incident list", "hoso incident list --json")
def list_(ctx: typer.Context, json: AsJson = False) -> None:
    """List incidents."""
    columns: list[Column] = [
        (_("DOSSIER"), "dossier"),
        (_("INCIDENT"), "id"),
        (_("STEP"), "name"),
        (_("CODE"), "code"),
        (_("WHY"), "message"),
        (_("SINCE"), "since"),
    ]
    print_list(open_session(ctx).client.items(path("incidents")), columns, as_json=json)


@app.verb("show", _("Show an incident: where it stands, why, since when."), "hoso incident show H29.5-261121-0002 9")
def show_(ctx: typer.Context, code: Code, incident: Incident, json: AsJson = False) -> None:
    """Show an incident."""
    _revision, found = _find(open_session(ctx).client, code, incident)
    print_one(found, _labels(), as_json=json)


@app.verb(
    "retry",
    _("Let what stands still try again, once its cause is mended (administrators, operators)."),
    "hoso incident retry H29.5-261121-0002 9",
)
def retry(ctx: typer.Context, code: Code, incident: Incident, json: AsJson = False) -> None:
    """Retry an incident."""
    where = path("dossiers", code, "incidents", incident, "retry")
    value = open_session(ctx).client.post_safely(where, {}, key=fresh_key())
    _tell(code, incident, value, _("Incident {incident} of {code} is tried again."), json=json)


@app.verb(
    "resolve",
    _("Change data, and let what stands still try again (administrators). You sign this act."),
    "hoso incident resolve H29.5-261121-0002 9 --set copies:=3 --reason 'Số bản ghi sai' --key admin.p12",
)
def resolve(
    ctx: typer.Context,
    code: Code,
    incident: Incident,
    reason: Reason,
    set_: Settings = None,
    key: Key = None,
    pin_file: PinFile = None,
    yes: Yes = False,
    json: AsJson = False,
) -> None:
    """Resolve an incident."""
    from adapters.cli.input import read_data

    session, consent = open_session(ctx), Consent(key=key, pin_file=pin_file, assume_yes=yes)
    client = session.client
    data = read_data(None, set_ or ())
    if data:
        consent.keys(session)
    revision, found = _find(client, code, incident)
    say(_("{name}: {message}").format(name=escape(found.get("name")), message=escape(found.get("message"))))
    for name, value in data.items():
        say(f"  {escape(name)}: {escape(value)}")
    where = path("dossiers", code, "incidents", incident, "resolve")
    sent = {"revision": revision, "reason": reason.strip(), "data": data}
    if data:
        from adapters.cli.acts import Act, finish

        act = Act(act="incident-resolved", subject=code, body={**sent, "incident": int(incident)})
        value = finish(session, client.post(where, {**sent, "sign": True}), act, consent)
    else:
        refuse_unless(confirm(_("Try again?"), assume_yes=yes))
        value = client.post_safely(where, sent, key=fresh_key())
    _tell(code, incident, value, _("Incident {incident} of {code} is resolved."), json=json)


def _find(client: Client, code: str, incident: str) -> tuple[int, dict[str, Any]]:
    """Return the dossier's revision, and the incident."""
    dossier = client.get(path("dossiers", code))
    standing = dossier.get("incidents") or ()
    found = next((item for item in standing if str(item.get("id")) == incident), None)
    if found is None:
        raise CommandFailed(
            "incident-unknown",
            _("no incident {incident} of {code}").format(incident=repr(incident), code=escape(code)),
            remedy=_("list them: hoso incident list"),
        )
    return int(dossier["revision"]), {"dossier": dossier.get("code"), **found}


def _labels() -> dict[str, str]:
    return {
        "dossier": _("Dossier"),
        "id": _("Incident"),
        "element": _("Element"),
        "name": _("Step"),
        "code": _("Code"),
        "message": _("Why"),
        "since": _("Since"),
    }


def _tell(code: str, incident: str, value: dict[str, Any], done: str, *, json: bool) -> None:
    if json:
        out_json(value)
        return
    out(done.format(incident=escape(incident), code=escape(code)))
    if value.get("incidents"):
        standing = ", ".join(str(item) for item in value["incidents"])
        say(_("Still standing in it: {incidents}").format(incidents=escape(standing)))
