"""`hoso process`: check a bundle here, deploy it, see what is deployed."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from adapters.cli.client import path
from adapters.cli.errors import REFUSED, CommandFailed
from adapters.cli.language import _
from adapters.cli.listing import AsJson, print_list, print_one
from adapters.cli.session import open_session
from adapters.cli.shell import Commands
from adapters.cli.terminal import escape, out, out_json, say

if TYPE_CHECKING:
    from engine.bpmn.problems import Problem

app = Commands(_("Process bundles: check, deploy, list, show."), group=True)
Folder = Annotated[Path, typer.Argument(metavar="DIR", help=_("The bundle's folder, with process.bpmn in it."))]


@app.verb(
    "check",
    _("Check a bundle as deploying would: every problem with its place, its rule and how to mend it."),
    "hoso process check processes/van-ban-di",
    "hoso process check processes/van-ban-di --json",
    "hoso process check processes/van-ban-di --sarif > check.sarif",
)
def check(
    folder: Folder,
    json: AsJson = False,
    sarif: Annotated[bool, typer.Option("--sarif", help=_("Print SARIF, for code hosts and editors."))] = False,
) -> None:
    """Check a bundle here, without a server."""
    _check(folder, json=json, sarif=sarif, quiet=json or sarif)


def _check(folder: Path, *, json: bool = False, sarif: bool = False, quiet: bool = False) -> None:
    from adapters import bundles
    from adapters.console.sarif import to_sarif
    from engine.acts.deploy import CheckedBundle

    checked = bundles.check(_read(folder))
    problems = checked.warnings if isinstance(checked, CheckedBundle) else checked
    if sarif:
        out_json(to_sarif(folder, problems))
    elif json:
        out_json({"problems": [bundles.to_json(item) for item in problems], "ok": isinstance(checked, CheckedBundle)})
    errors = [item for item in problems if item.severity == "error"]
    if not json and not sarif:
        for item in problems:
            if len(errors) > 1 or item not in errors:
                out(escape(f"{folder}/{item}"))
    if not isinstance(checked, CheckedBundle):
        raise _refused(folder, errors)
    if not quiet:
        message = _("{folder}: {process} can be deployed ({elements} elements, bundle {hash}).")
        known = {"process": checked.graph.process_id, "elements": len(checked.graph.nodes)}
        say(message.format(folder=escape(str(folder)), hash=checked.bundle_hash[:16], **known))


@app.verb(
    "deploy",
    _("Deploy a bundle: it becomes the next version of its process; the same bundle again changes nothing."),
    "hoso process deploy processes/van-ban-di",
    "hoso process deploy processes/van-ban-di --dry-run",
)
def deploy(
    ctx: typer.Context,
    folder: Folder,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=_("Check only; deploy nothing."))] = False,
    json: AsJson = False,
) -> None:
    """Check here, then deploy."""
    import base64

    _check(folder, quiet=not dry_run)
    if dry_run:
        return
    files = {name: base64.b64encode(content).decode() for name, content in _read(folder).items()}
    answer = open_session(ctx).client.post(path("processes"), {"files": files})
    if json:
        out_json(answer)
        return
    columns = [(_("PROCESS"), "key"), (_("VERSION"), "version"), (_("BUNDLE"), "bundle_hash"), (_("NEW"), "changed")]
    print_list([answer], columns, as_json=False)


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
    print_one(open_session(ctx).client.get(path("processes", key)), labels, as_json=json)


def _read(folder: Path) -> dict[str, bytes]:
    from adapters import bundles

    if not (folder / "process.bpmn").is_file():
        message = _("{folder} has no process.bpmn").format(folder=escape(str(folder)))
        raise CommandFailed("bundle-process-missing", message, remedy=_("name the bundle's folder"), exit_code=REFUSED)
    return bundles.read_folder(folder)


def _refused(folder: Path, errors: Sequence["Problem"]) -> CommandFailed:
    """One error is told in one line; several stand above."""
    if len(errors) == 1:
        [error] = errors
        place = f"{folder}/{error.file}:{error.line}: " + (f"{error.element}: " if error.element else "")
        return CommandFailed(error.code, escape(place + error.message), remedy=escape(error.remedy), exit_code=REFUSED)
    message = _("{folder}: {count} error(s); it cannot be deployed").format(
        folder=escape(str(folder)), count=len(errors)
    )
    return CommandFailed("bundle-refused", message, remedy=_("mend what is listed above"), exit_code=REFUSED)
