"""`hoso backup`: the whole database, documents among it, as one file."""

from pathlib import Path
from typing import Annotated

import typer

from adapters.cli.language import _
from adapters.cli.shell import Commands
from adapters.cli.terminal import escape, out, out_json, say
from adapters.console.setting import DataOption, clear_errors

app = Commands(_("Back the database up into one file."))


@app.verb(
    "backup",
    _(
        "Write all that is in the database, documents among it, as of one moment into one file, while the servers go"
        " on. The file is for its owner alone: it holds personal data. Not in it, and to be kept beside it: the data"
        " directory with the log's key (log.key), successions/, agency.json, trust/, days-off.json, and the settings."
    ),
    "hoso backup /srv/backup/hoso-2026-11-22.zip",
    "hoso backup /srv/backup/hoso-$(date +%F).zip --json",
)
def backup(
    file: Annotated[Path, typer.Argument(metavar=_("FILE"), help=_("The file to write; it must not exist yet."))],
    data: DataOption = None,
    json: Annotated[bool, typer.Option("--json", help=_("Print JSON."))] = False,
) -> None:
    """Back up."""
    from adapters import wiring
    from adapters.backups.making import make
    from adapters.console.refusals import clear_refusals
    from adapters.log_files import LogFiles
    from adapters.settings import read_settings

    def tell(table: str, rows: int) -> None:
        if rows and not json:
            say(_("{table}: {rows} row(s)").format(table=table, rows=rows))

    with clear_errors(), clear_refusals():
        settings = read_settings(data)
        made = make(wiring.assemble(settings), LogFiles(folder=settings.data), file, tell)
    if json:
        out_json(made.to_json())
        return
    out(
        _("{file}: {rows} row(s), {size} bytes, the log up to {leaves} leaves").format(
            file=escape(file), rows=made.rows, size=made.size, leaves=made.log_size
        )
    )
    out(f"SHA-256 {made.sha256}")
    say(_("Keep the data directory beside it, on another medium: without log.key no backup can be restored."))
