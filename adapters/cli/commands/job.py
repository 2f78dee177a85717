"""`hoso job`: the work of programs: what waits, fails, is held by whom; and letting it try again."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from adapters.cli.client import fresh_key, path
from adapters.cli.commands.intervention import Reason
from adapters.cli.errors import USAGE, CommandFailed
from adapters.cli.language import _
from adapters.cli.listing import AsJson, Column, print_list, print_one
from adapters.cli.session import open_session
from adapters.cli.shell import Commands
from adapters.cli.terminal import escape, out, out_json, say
from adapters.cli.words import job_word

STATES = ("open", "suspended", "failed", "done", "cancelled", "mended")
app = Commands(_("The work of programs: list, show, retry, dismiss."), group=True)
Job = Annotated[str, typer.Argument(metavar=_("JOB"), help=_("Its number, as hoso job list tells it."))]


@app.verb(
    "list",
    _("List the work of programs that is not done: what waits, is at work, or failed."),
    "hoso job list",
    "hoso job list --state failed",
    "hoso job list --type hoso.email --dossier H29.5-261121-0002 --json",
)
def list_(
    ctx: typer.Context,
    state: Annotated[
        str | None, typer.Option(metavar="|".join(STATES), help=_("In this state only, such as failed."))
    ] = None,
    type_: Annotated[
        str | None, typer.Option("--type", metavar=_("TYPE"), help=_("Of this type only, such as hoso.email."))
    ] = None,
    dossier: Annotated[str | None, typer.Option(metavar=_("DOSSIER"), help=_("Of this dossier only."))] = None,
    json: AsJson = False,
) -> None:
    """List jobs."""
    if state is not None and state not in STATES:
        told = _("state {found}: expected one of {known}").format(found=repr(state), known=", ".join(STATES))
        raise CommandFailed("bad-state", told, exit_code=USAGE)
    columns: list[Column] = [
        (_("JOB"), "id"),
        (_("TYPE"), "type"),
        (_("DOSSIER"), "dossier"),
        (_("STATE"), job_word),
        (_("TRIES"), "attempts"),
        (_("DUE"), "due"),
        (_("WHY"), "error"),
    ]
    found = open_session(ctx).client.items(path("jobs"), state=state, type=type_, dossier=dossier)
    print_list(found, columns, as_json=json)


@app.verb(
    "show",
    _("Show a job: whose, how often it was tried, why it failed, when it is tried next, who holds it since when."),
    "hoso job show 118",
)
def show_(ctx: typer.Context, job: Job, json: AsJson = False) -> None:
    """Show a job."""
    value = open_session(ctx).client.get(path("jobs", job))
    print_one(value if json else {**value, "state": job_word(value)}, _labels(), as_json=json)
    if not json:
        _tell_remedy(value)


@app.verb(
    "retry",
    _("Let a job that failed, or waits for its next try, try again now (administrators, operators)."),
    "hoso job retry 118",
)
def retry(ctx: typer.Context, job: Job, json: AsJson = False) -> None:
    """Retry a job."""
    value = open_session(ctx).client.post_safely(path("jobs", job, "retry"), {}, key=fresh_key())
    if json:
        out_json(value)
    else:
        out(_("Job {job} is tried again.").format(job=escape(job)))


@app.verb(
    "dismiss",
    _("Let a job be that failed and is not to be done any more (administrators)."),
    "hoso job dismiss 118 --reason 'Bên gửi đã gửi lại'",
)
def dismiss(ctx: typer.Context, job: Job, reason: Reason, json: AsJson = False) -> None:
    """Dismiss a job."""
    where = path("jobs", job, "dismiss")
    value = open_session(ctx).client.post_safely(where, {"reason": reason.strip()}, key=fresh_key())
    if json:
        out_json(value)
    else:
        out(_("Job {job} is not done any more.").format(job=escape(job)))


def _labels() -> dict[str, str]:
    return {
        "id": _("Job"),
        "type": _("Type"),
        "dossier": _("Dossier"),
        "element": _("Element"),
        "state": _("State"),
        "attempts": _("Tries"),
        "error": _("Why"),
        "due": _("Due"),
        "retries_left": _("Retries left"),
        "incident": _("Incident"),
        "external": _("Of an external worker"),
        "worker": _("Held by"),
        "taken": _("Since"),
        "lease_until": _("At least until"),
    }


def _tell_remedy(value: Mapping[str, Any]) -> None:
    if value.get("state") != "failed":
        return
    if value.get("incident") is None:
        say(_("Once its cause is mended: hoso job retry {job}").format(job=escape(value.get("id"))))
        say(_("If it is not to be done: hoso job dismiss {job} --reason …").format(job=escape(value.get("id"))))
        return
    told = {"dossier": escape(value.get("dossier")), "incident": escape(value.get("incident"))}
    say(_("Once its cause is mended: hoso incident retry {dossier} {incident}").format(**told))
    say(_("With other data: hoso incident resolve {dossier} {incident} --set …").format(**told))
