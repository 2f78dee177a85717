"""`hoso doctor`: can this installation work? One line a check, with the remedy."""

from typing import Annotated

import typer

from adapters.cli.errors import FAILURE
from adapters.cli.language import _
from adapters.cli.shell import Commands
from adapters.cli.terminal import out, out_json
from adapters.console.setting import DataOption

app = Commands(_("Check that this installation can work."))


@app.verb(
    "doctor",
    _("Check that this installation can work; exit code 1 when it cannot."),
    "hoso doctor",
    "hoso doctor --json",
)
def doctor(
    data: DataOption = None, json: Annotated[bool, typer.Option("--json", help=_("Print JSON."))] = False
) -> None:
    """Check."""
    from adapters.console.checkup import examine
    from adapters.settings import read_settings

    findings = examine(read_settings(data))
    if json:
        out_json({"checks": [{"name": f.name, "verdict": f.verdict, "message": f.message} for f in findings]})
    else:
        words = {"ok": _("ok"), "warning": _("warning"), "failed": _("FAILED")}
        for found in findings:
            out(f"{words[found.verdict]:9} {found.name}: {found.message}")
    if any(found.verdict == "failed" for found in findings):
        raise typer.Exit(FAILURE)
