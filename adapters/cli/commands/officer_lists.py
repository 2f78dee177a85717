"""`hoso officer import`, `hoso officer export`: the organisation from and to an agency's spreadsheets."""

from pathlib import Path
from typing import Annotated, Any

import typer

from adapters.cli.changing import DryRun, Reason, sign
from adapters.cli.client import path
from adapters.cli.consent import Consent
from adapters.cli.language import _, current
from adapters.cli.listing import AsJson
from adapters.cli.options import Key, PinFile, Yes
from adapters.cli.session import Session, open_session
from adapters.cli.shell import Commands
from adapters.cli.terminal import escape, out, out_json, say

PATIENCE = 300  # seconds; thousands of officers take their time


def add_to(app: Commands) -> None:
    """Register the verbs."""
    app.verb(
        "import",
        _("Make the organisation what CSV lists say (administrators)."),
        "hoso officer import lists/ --dry-run",
        "hoso officer import officers.csv --reason 'Quyết định 12/QĐ-UBND' --key an.p12",
        "hoso officer import lists/ --complete --dry-run --json",
    )(import_)
    app.verb(
        "export",
        _("Write the organisation as CSV lists, which can be changed and imported (administrators, auditors)."),
        "hoso officer export lists/",
    )(export)


def import_(
    ctx: typer.Context,
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help=_("CSV files, or a folder of them."))],
    complete: Annotated[
        bool, typer.Option("--complete", help=_("Whatever the given lists lack ends today; units and positions stay."))
    ] = False,
    reason: Reason = None,
    dry_run: DryRun = False,
    key: Key = None,
    pin_file: PinFile = None,
    yes: Yes = False,
    json: AsJson = False,
) -> None:
    """Import lists."""
    from adapters.cli import lists

    session, consent = open_session(ctx), Consent(key=key, pin_file=pin_file, assume_yes=yes)
    body = {"files": lists.read_lists(files), "complete": complete, "dry_run": dry_run, "sign": not dry_run}
    client = session.client.patient(PATIENCE)
    value = client.post(path("organisation", "import"), body | ({"reason": reason} if reason else {}))
    if "statement" in value:
        value = _signed(session, value, reason or None, consent, json=json)
    elif not json:
        for line in lists.diff(value):
            out(line)
    if json:
        out_json(value)
        return
    for line in lists.notes(value):
        say(line)
    counts = value.get("counts", {})
    told = {name: int(counts.get(name, 0)) for name in ("added", "changed", "ended")}
    more = sum(told.values()) - len(value.get("changes", []))
    if more > 0:
        say(_("… and {count} more").format(count=more))
    say(_("{added} added, {changed} changed, {ended} ended").format(**told))
    _say_state(value, any(told.values()))


def _signed(
    session: Session, plan: dict[str, Any], reason: str | None, consent: Consent, *, json: bool
) -> dict[str, Any]:
    """Show the plan, which must be what is signed, and sign it; the answer tells the plan's lines, too."""
    from adapters.cli import lists

    for line in lists.diff(plan):
        (say if json else out)(line)
    told = {name: plan[name] for name in ("changes", "counts", "notes")}
    return {**sign(session, plan, lists.plain(plan), reason, consent, shown=True), **told}


def _say_state(value: dict[str, object], changes: bool) -> None:
    proposal = value.get("proposal")
    if not changes:
        say(_("Nothing to change."))
    elif value.get("dry_run"):
        say(_("Nothing was changed: this was a dry run."))
        if value.get("needs_signature"):
            say(_("You would have to sign it."))
        if value.get("needs_approval"):
            say(_("Another administrator must approve these changes."))
    elif isinstance(proposal, dict):
        say(_("Proposed as {id}; another administrator must approve it.").format(id=escape(proposal.get("id"))))
    else:
        say(_("The organisation is changed."))


def export(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help=_("The folder to write to."))],
    json: AsJson = False,
) -> None:
    """Export lists, with titles in the language of the moment."""
    from adapters.cli import lists

    language = "en" if current() == "en" else "vi"
    value = open_session(ctx).client.get(path("organisation", "export"), language=language)
    written = lists.write_lists({str(name): str(text) for name, text in value.get("files", {}).items()}, folder)
    if json:
        out_json({"files": [str(file) for file in written]})
        return
    for file in written:
        out(escape(file))
