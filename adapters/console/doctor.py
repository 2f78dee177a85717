"""`hoso doctor`: can this installation work? One line a check, with the remedy."""

import sys
from typing import Annotated

import typer

from adapters.cli.errors import FAILURE
from adapters.cli.language import _
from adapters.cli.shell import Commands
from adapters.cli.terminal import escape, out, out_json
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

    words = {"ok": _("ok"), "warning": _("warning"), "failed": _("FAILED")}
    findings = []
    for found in examine(data, _telling):
        _telling("")
        findings.append(found)
        if not json:
            out(f"{words[found.verdict]:9} {_(found.name)}: {escape(found.message)}")
            if found.remedy and found.verdict != "ok":
                out(f"{'':9} → {escape(found.remedy)}")
            sys.stdout.flush()
    if json:
        names = ("name", "verdict", "message", "remedy")
        out_json({"checks": [{name: getattr(found, name) for name in names} for found in findings]})
    if any(found.verdict == "failed" for found in findings):
        raise typer.Exit(FAILURE)


def _telling(name: str) -> None:
    """Which check is at work, on a terminal, until it has found something."""
    if sys.stderr.isatty():
        sys.stderr.write("\r\x1b[K" + (f"… {_(name)}" if name else ""))
        sys.stderr.flush()
