"""`hoso dossier suspend`, `resume`, `cancel`, `modify`, `migrate`: what administrators do to running dossiers."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from adapters.cli.client import Client, fresh_key, path
from adapters.cli.consent import Consent
from adapters.cli.errors import USAGE, CommandFailed
from adapters.cli.language import _
from adapters.cli.listing import AsJson
from adapters.cli.options import Key, PinFile
from adapters.cli.options import Yes as Yes
from adapters.cli.plans import plan_lines
from adapters.cli.session import Session, open_session
from adapters.cli.shell import Commands
from adapters.cli.terminal import confirm, escape, out, out_json, refuse_unless, say

Json = dict[str, Any]
ACTS = {"modify": "dossier-modified", "migrate": "dossier-migrated"}
Code = Annotated[str, typer.Argument(metavar=_("DOSSIER"), help=_("The dossier's code, such as H29.5-261121-0001."))]
Reason = Annotated[str, typer.Option("--reason", metavar=_("TEXT"), help=_("Why; it stands in the history."))]
DryRun = Annotated[bool, typer.Option("--dry-run", help=_("Only tell what would happen."))]
Settings = Annotated[
    list[str] | None, typer.Option("--set", metavar=_("KEY=VALUE"), help=_("A field of the data; repeat it."))
]


def add_to(app: Commands) -> None:
    """Register the verbs."""
    app.verb(
        "suspend",
        _(
            "Suspend a dossier: nothing moves it until it is resumed; its legal term goes on"
            " (administrators, operators)."
        ),
        "hoso dossier suspend H29.5-261121-0002 --reason 'Chờ ý kiến Sở Tư pháp'",
    )(suspend)
    app.verb(
        "resume",
        _("Let a suspended dossier go on; timers that came due meanwhile fire now (administrators, operators)."),
        "hoso dossier resume H29.5-261121-0002 --reason 'Đã có ý kiến'",
    )(resume)
    app.verb(
        "cancel",
        _("Stop a dossier for good: all that lives in it ends, what has not left goes out no more (administrators)."),
        "hoso dossier cancel H29.5-261121-0002 --reason 'Hồ sơ trùng' --dry-run",
        "hoso dossier cancel H29.5-261121-0002 --reason 'Hồ sơ trùng'",
    )(cancel)
    app.verb(
        "modify",
        _("Move a dossier's tokens: end what lives, begin elements, set data (administrators). You sign this act."),
        "hoso dossier show H29.5-261121-0002 --tokens",
        "hoso dossier modify H29.5-261121-0002 --end 7 --begin approve --reason 'Sai bước' --dry-run",
        "hoso dossier modify H29.5-261121-0002 --begin check@12 --set note=x --reason 'Kiểm tra lại' --key admin.p12",
    )(modify)
    app.verb(
        "migrate",
        _("Let a dossier, or all running ones of a version, go on under another version (administrators), signed."),
        "hoso dossier migrate H29.5-261121-0002 --to 2 --map draft=write --reason 'Quy trình mới' --dry-run",
        "hoso dossier migrate --process van-ban-di --from 1 --to 2 --reason 'Quy trình mới' --key admin.p12",
    )(migrate)


def suspend(ctx: typer.Context, code: Code, reason: Reason, yes: Yes = False, json: AsJson = False) -> None:
    """Suspend a dossier."""
    client = open_session(ctx).client
    sent = {"revision": _looked_at(client, code), "reason": reason}
    refuse_unless(confirm(_("Suspend it?"), assume_yes=yes))
    _act(client, code, "suspend", sent, _("Dossier {code} is suspended."), json=json)


def resume(ctx: typer.Context, code: Code, reason: Reason, yes: Yes = False, json: AsJson = False) -> None:
    """Resume a dossier."""
    client = open_session(ctx).client
    sent = {"revision": _looked_at(client, code), "reason": reason}
    refuse_unless(confirm(_("Resume it?"), assume_yes=yes))
    _act(client, code, "resume", sent, _("Dossier {code} goes on."), json=json)


def cancel(
    ctx: typer.Context, code: Code, reason: Reason, dry_run: DryRun = False, yes: Yes = False, json: AsJson = False
) -> None:
    """Cancel a dossier."""
    client = open_session(ctx).client
    sent = {"revision": _looked_at(client, code), "reason": reason}
    if _planned(client, code, "cancel", sent, dry_run=dry_run, json=json):
        return
    refuse_unless(confirm(_("Cancel it for good?"), assume_yes=yes))
    _act(client, code, "cancel", sent, _("Dossier {code} is cancelled."), json=json)
    left = [item for item in client.get(path("dossiers", code)).get("dispatches") or () if item["state"] != "cancelled"]
    for item in left:
        out_of_reach = _("Dispatch {id} ({state}) is beyond this: see to it by hand if it must not arrive.")
        say(out_of_reach.format(id=escape(item.get("id")), state=escape(item.get("state"))))


def modify(
    ctx: typer.Context,
    code: Code,
    reason: Reason,
    end: Annotated[
        list[str] | None,
        typer.Option(
            "--end", metavar=_("NUMBER"), help=_("What ends, by its number (hoso dossier show --tokens); repeat it.")
        ),
    ] = None,
    begin: Annotated[
        list[str] | None,
        typer.Option(
            "--begin",
            metavar=_("ELEMENT"),
            help=_("An element that begins; ELEMENT@NUMBER within that live scope; repeat it."),
        ),
    ] = None,
    set_: Settings = None,
    dry_run: DryRun = False,
    key: Key = None,
    pin_file: PinFile = None,
    yes: Yes = False,
    json: AsJson = False,
) -> None:
    """Modify a dossier."""
    from adapters.cli.input import read_data

    session, consent = open_session(ctx), Consent(key=key, pin_file=pin_file, assume_yes=yes)
    client = session.client
    sent: Json = {
        "end": [_number(text) for text in end or ()],
        "begin": [_beginning(text) for text in begin or ()],
        "data": read_data(None, set_ or ()),
        "reason": reason.strip(),
    }
    if not dry_run:
        consent.keys(session)
    sent["revision"] = _looked_at(client, code)
    if _planned(client, code, "modify", sent, dry_run=dry_run, json=json):
        return
    value = _signed(session, code, "modify", sent, consent)
    _tell(code, value, _("Dossier {code} is modified."), json=json)


def migrate(
    ctx: typer.Context,
    to: Annotated[str, typer.Option("--to", metavar=_("NUMBER"), help=_("The version to go on under."))],
    reason: Reason,
    code: Annotated[
        str | None, typer.Argument(metavar=_("DOSSIER"), help=_("The dossier's code (else --process and --from)."))
    ] = None,
    process: Annotated[
        str | None, typer.Option("--process", metavar=_("KEY"), help=_("All running dossiers of this process …"))
    ] = None,
    from_: Annotated[
        str | None, typer.Option("--from", metavar=_("NUMBER"), help=_("… that run under this version."))
    ] = None,
    map_: Annotated[
        list[str] | None,
        typer.Option(
            "--map", metavar="OLD=NEW", help=_("An element or flow that is called otherwise there; repeat it.")
        ),
    ] = None,
    dry_run: DryRun = False,
    key: Key = None,
    pin_file: PinFile = None,
    yes: Yes = False,
    json: AsJson = False,
) -> None:
    """Migrate dossiers."""
    session, consent = open_session(ctx), Consent(key=key, pin_file=pin_file, assume_yes=yes)
    client = session.client
    sent: Json = {"version": _number(to), "mapping": _mapping(map_ or ()), "reason": reason.strip()}
    if code is None:
        from adapters.cli.bulk import Many, migrate_all

        if process is None or from_ is None:
            raise CommandFailed(
                "nothing-named",
                _("neither a dossier nor a process with its version is named"),
                remedy=_("name a dossier, or --process and --from"),
                exit_code=USAGE,
            )
        many = Many(process=process, version=_number(from_), sent=sent)
        if not dry_run:
            consent.keys(session)
        migrate_all(session, many, consent, dry_run=dry_run, as_json=json)
        return
    if not dry_run:
        consent.keys(session)
    sent["revision"] = _looked_at(client, code)
    if _planned(client, code, "migrate", sent, dry_run=dry_run, json=json):
        return
    value = _signed(session, code, "migrate", sent, consent)
    _tell(code, value, _("Dossier {code} goes on under version {version}."), json=json)


def _signed(session: Session, code: str, verb: str, sent: Mapping[str, Any], consent: Consent) -> Json:
    """Ask for the statement of the act over what was looked at, and sign it."""
    from adapters.cli.acts import Act, finish

    answer = session.client.post(path("dossiers", code, verb), {**sent, "sign": True})
    return finish(session, answer, Act(act=ACTS[verb], subject=code, body=sent), consent)


def _looked_at(client: Client, code: str) -> int:
    """Show which dossier it is; return the revision that was seen."""
    found = client.get(path("dossiers", code))
    say(f"{escape(found.get('code'))}  {escape(found.get('title'))}")
    for task in found.get("tasks") or ():
        say(_("open task: {task}  {name}").format(task=escape(task.get("id")), name=escape(task.get("name"))))
    return int(found["revision"])


def _planned(client: Client, code: str, verb: str, sent: Mapping[str, Any], *, dry_run: bool, json: bool) -> bool:
    """Show what would happen; true when that was all that was wished."""
    plan = client.post(path("dossiers", code, verb), {**sent, "dry_run": True})
    if dry_run and json:
        out_json(plan)
        return True
    for line in plan_lines(plan):
        (out if dry_run else say)(line)
    return dry_run


def _act(client: Client, code: str, verb: str, sent: Mapping[str, Any], done: str, *, json: bool) -> None:
    _tell(code, client.post_safely(path("dossiers", code, verb), sent, key=fresh_key()), done, json=json)


def _tell(code: str, value: Mapping[str, Any], done: str, *, json: bool) -> None:
    if json:
        out_json(value)
    else:
        out(done.format(code=escape(code), version=escape(value.get("version"))))


def _number(text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) < 10:
        return int(text)
    raise CommandFailed("bad-number", _("{text}: expected a number").format(text=repr(text)), exit_code=USAGE)


def _beginning(text: str) -> Json:
    # An element of a called process goes by `key@version/id`.
    element, at, scope = text.rpartition("@")
    within = bool(at) and "/" not in scope
    return {"element": element if within else text, "within": _number(scope) if within else None}


def _mapping(pairs: Sequence[str]) -> dict[str, str]:
    found = [text.partition("=") for text in pairs]
    for old, equals, new in found:
        if not (old and equals and new):
            shown = repr(old + equals + new)
            raise CommandFailed("bad-map", _("--map {text}: expected old=new").format(text=shown), exit_code=USAGE)
    return {old: new for old, _equals, new in found}
