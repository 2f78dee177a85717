"""`hoso process`: check a bundle here, have a problem explained, deploy it, see what is deployed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from adapters.cli.client import path
from adapters.cli.consent import Consent
from adapters.cli.errors import REFUSED, USAGE, CommandFailed
from adapters.cli.language import _
from adapters.cli.listing import AsJson, print_list, print_one
from adapters.cli.options import Key, PinFile, Yes
from adapters.cli.session import Session, open_session
from adapters.cli.shell import Commands
from adapters.cli.terminal import escape, out, out_json, say

if TYPE_CHECKING:
    from adapters.folders import Folders
    from engine.acts.deploy import CheckedBundle
    from engine.bpmn.problems import Problem

    Checked = CheckedBundle | tuple[Problem, ...]

app = Commands(_("Process bundles: check, explain, deploy, list, show."), group=True)
Folder = Annotated[Path, typer.Argument(metavar="DIR", help=_("The bundle's folder, with process.bpmn in it."))]
Although = Annotated[
    str | None,
    typer.Option(
        "--although",
        metavar="REASON",
        help=_("Go on where only the second engine disagrees; the reason is recorded (1 to 1000 characters)."),
    ),
]
LONGEST_REASON = 1000

With = Annotated[
    list[Path] | None,
    typer.Option(
        "--with",
        metavar="DIR",
        help=_("The folder of a bundle that it calls; repeat it. Several of one process are its versions, in order."),
    ),
]


@app.verb(
    "check",
    _("Check a bundle as deploying would: every problem with its place, its rule and how to mend it."),
    "hoso process check processes/van-ban-di",
    "hoso process check processes/van-ban-di --json",
    "hoso process check processes/van-ban-di --sarif > check.sarif",
    "hoso process check don-thu --with xac-minh",
)
def check(
    folder: Folder,
    with_: With = None,
    although: Although = None,
    json: AsJson = False,
    sarif: Annotated[bool, typer.Option("--sarif", help=_("Print SARIF, for code hosts and editors."))] = False,
) -> None:
    """Check a bundle here, without a server."""
    from adapters import bundles, folders
    from adapters.console.sarif import to_sarif

    files = _read(folder)
    checked = bundles.check(files, although=_reason(although))
    if not isinstance(checked, tuple):
        checked = folders.check(checked, files, _library(with_ or []))
    if not isinstance(checked, tuple):
        checked = folders.check_procedure(checked, folder / "procedure.json")
    if sarif:
        out_json(to_sarif(folder, _problems(checked)))
    elif json:
        told = [bundles.to_json(item) for item in _problems(checked)]
        out_json({"problems": told, "ok": not isinstance(checked, tuple)})
    else:
        _tell(folder, checked, files, out)
    _accepted(folder, checked, quiet=json or sarif)


def _problems(checked: "Checked") -> tuple["Problem", ...]:
    return checked if isinstance(checked, tuple) else checked.warnings


def _tell(folder: Path, checked: "Checked", files: Mapping[str, bytes], to: Callable[[str], None]) -> None:
    from adapters.console.diagnostics import tell

    tell(folder, _problems(checked), files, to)


def _accepted(folder: Path, checked: "Checked", *, quiet: bool) -> None:
    """Stop where it cannot be deployed; else say that it can."""
    from adapters.console.diagnostics import summary

    told = summary(folder, _problems(checked))
    if isinstance(checked, tuple):
        message = _("{summary}; it cannot be deployed").format(summary=told)
        raise CommandFailed("bundle-refused", message, remedy=_("mend what is listed above"), exit_code=REFUSED)
    if not quiet:
        message = _("{summary}; {process} can be deployed ({elements} elements, bundle {hash}).")
        known = {"process": escape(checked.graph.process_id), "elements": len(checked.graph.nodes)}
        say(message.format(summary=told, hash=checked.bundle_hash[:16], **known))


def _reason(text: str | None) -> str | None:
    reason = None if text is None else text.strip()
    if reason is not None and not 0 < len(reason) <= LONGEST_REASON:
        message = _("--although: a reason of {found} characters; expected 1 to {most}")
        said = message.format(found=len(reason), most=LONGEST_REASON)
        raise CommandFailed("bad-reason", said, remedy=_("say why in a sentence or two"), exit_code=USAGE)
    return reason


@app.verb(
    "explain",
    _("Explain the code of a problem: what the rule is, why, how to mend it, an example."),
    "hoso process explain condition-missing",
)
def explain(
    code: Annotated[str, typer.Argument(metavar="CODE", help=_("The code in brackets behind a problem."))],
    json: AsJson = False,
) -> None:
    """Explain one code."""
    from adapters.console.explained_rules import explain_rule

    explain_rule(code, as_json=json)


@app.verb("rules", _("List every rule that a check knows, with its code."), "hoso process rules")
def rules(json: AsJson = False) -> None:
    """List all rules."""
    from adapters.console.explained_rules import list_rules

    list_rules(as_json=json)


def _library(others: Sequence[Path]) -> "Folders":
    """The bundles of these folders, each of which must be one that could be deployed."""
    from adapters.folders import Folders
    from engine.acts.deploy import check_bundle

    found = Folders()
    for folder in others:
        files = _read(folder)
        checked = check_bundle(files)
        if isinstance(checked, tuple):
            _tell(folder, checked, files, say)
            _accepted(folder, checked, quiet=True)
        else:
            found.add(checked, files)
    return found


@app.verb(
    "deploy",
    _(
        "Deploy a bundle: once an administrator approves, it is the next version of its process. You sign this act."
        " Again changes nothing."
    ),
    "hoso process deploy processes/van-ban-di --key tuan.p12",
    "hoso process deploy processes/van-ban-di --dry-run",
    "hoso process deploy my-process --although 'SpiffWorkflow #123: seen by An and Binh' --key tuan.p12",
)
def deploy(
    ctx: typer.Context,
    folder: Folder,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=_("Check only; deploy nothing."))] = False,
    although: Although = None,
    key: Key = None,
    pin_file: PinFile = None,
    yes: Yes = False,
    json: AsJson = False,
) -> None:
    """Check here, then deploy."""
    from adapters import bundles

    files, reason = _read(folder), _reason(although)
    consent = Consent(key=key, pin_file=pin_file, assume_yes=yes)
    checked = bundles.check(files, although=reason)
    _tell(folder, checked, files, say if json else out)
    _accepted(folder, checked, quiet=not dry_run)
    if dry_run or isinstance(checked, tuple):
        return
    answer = _deployed(open_session(ctx), files, checked, reason, consent)
    if json:
        out_json(answer)
        return
    if answer.get("proposal"):
        id = escape(answer["proposal"].get("id"))
        out(_("Proposed as {id}; an administrator approves it: hoso proposal approve {id} --key FILE").format(id=id))
        return
    columns = [(_("PROCESS"), "key"), (_("VERSION"), "version"), (_("BUNDLE"), "bundle_hash"), (_("NEW"), "changed")]
    print_list([answer], columns, as_json=False)


def _deployed(
    session: Session, files: Mapping[str, bytes], checked: "CheckedBundle", reason: str | None, consent: Consent
) -> dict[str, Any]:
    """Send the files, and sign to deploy the bundle whose hash was computed here."""
    from base64 import b64encode

    from adapters import bundles
    from adapters.cli.acts import Act, finish

    sent = {"files": {name: b64encode(content).decode() for name, content in files.items()}}
    answer = session.client.post(path("processes"), sent if reason is None else {**sent, "although": reason})
    _tell_server(answer, reason)
    although = {"although": reason} if reason is not None and bundles.disagrees(checked) else {}
    body = {"bundle_hash": checked.bundle_hash, **although}
    act = Act(act="process-deployed", subject=checked.graph.process_id, body=body)
    return finish(session, answer, act, consent, _files(checked))


def _files(checked: "CheckedBundle") -> Iterator[str]:
    """Yield the files of the bundle with their digests, as they were computed here."""
    yield _("  Files (digests computed on this machine):")
    for name, digest in sorted(checked.digests.items()):
        yield f"    {escape(name)}"
        yield f"      SHA-256 {digest}"


def _tell_server(answer: Mapping[str, Any], reason: str | None) -> None:
    """What only the server knows: roles that nobody holds, and whether the reason was recorded."""
    for item in answer.get("warnings") or ():
        if item.get("code") == "role-unheld":
            say(_("warning: {message}; {remedy}").format(**{k: escape(item[k]) for k in ("message", "remedy")}))
    if reason is not None and not answer.get("although"):
        say(_("Both engines agree: the reason was not needed and is not recorded."))


@app.verb("list", _("List the deployed versions."), "hoso process list")
def list_(ctx: typer.Context, json: AsJson = False) -> None:
    """List deployed versions."""
    columns = [
        (_("PROCESS"), "key"),
        (_("VERSION"), "version"),
        (_("NAME"), "name"),
        (_("DEPLOYED BY"), "deployed_by"),
        (_("DEPLOYED"), "deployed"),
    ]
    print_list(open_session(ctx).client.items(path("processes")), columns, as_json=json)


@app.verb("show", _("Show the latest version of a process."), "hoso process show van-ban-di")
def show(
    ctx: typer.Context,
    key: Annotated[str, typer.Argument(metavar="PROCESS", help=_("The process id."))],
    json: AsJson = False,
) -> None:
    """Show one process."""
    labels = {"key": _("Process"), "version": _("Version"), "name": _("Name"), "bundle_hash": _("Bundle")}
    found = open_session(ctx).client.get(path("processes", key))
    print_one(found, {**labels, "although": _("Deployed although the engines disagree, because")}, as_json=json)


def _read(folder: Path) -> dict[str, bytes]:
    from adapters import bundles

    if not (folder / "process.bpmn").is_file():
        message = _("{folder} has no process.bpmn").format(folder=escape(str(folder)))
        raise CommandFailed("bundle-process-missing", message, remedy=_("name the bundle's folder"), exit_code=REFUSED)
    return bundles.read_folder(folder)
