"""`hoso administrator`: appoint one on the server itself, where nobody is left who could by two persons."""

from typing import Annotated

import typer

from adapters.cli.errors import REFUSED, CommandFailed
from adapters.cli.language import _
from adapters.cli.shell import Commands
from adapters.cli.terminal import escape, out, out_json, say
from adapters.console.setting import DataOption, clear_errors

app = Commands(_("Administrators: appoint one on the server itself."), group=True)


@app.verb(
    "appoint",
    _(
        "Give an officer the role administrator for the whole agency, at once and by nobody's approval: for the day on"
        " which no other administrator is left who could approve it. The trail says that it was done here, and why."
    ),
    "hoso administrator appoint binh --reason 'Quản trị viên duy nhất đã nghỉ việc, QĐ 12/QĐ-UBND'",
    "hoso administrator appoint binh --name 'Trần Văn Bình' --reason '…'",
)
def appoint(
    officer: Annotated[str, typer.Argument(metavar="OFFICER", help=_("The officer's id."))],
    reason: Annotated[str, typer.Option(help=_("Why, with the decision that says so; the trail keeps it."))],
    name: Annotated[str, typer.Option(help=_("Full name, for somebody who is not known yet."))] = "",
    data: DataOption = None,
    json: Annotated[bool, typer.Option("--json", help=_("Print JSON."))] = False,
) -> None:
    """Appoint an administrator."""
    from adapters import wiring
    from adapters.application.changes import appoint_administrator
    from adapters.settings import read_settings

    with clear_errors():
        answer = appoint_administrator(wiring.assemble(read_settings(data)), officer, name, reason)
    if (refusal := answer.refusal) is not None:
        raise CommandFailed(refusal.code, refusal.message, remedy=refusal.remedy, exit_code=REFUSED)
    if json:
        out_json(dict(answer.body or {}))
        return
    out(_("{officer} is administrator of the agency now.").format(officer=escape(officer)))
    say(_("Their access token: hoso token create {officer}").format(officer=escape(officer)))
