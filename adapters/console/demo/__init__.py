"""`hoso demo`: the main job, from process XML to a signed, delivered, audited result, on this machine."""

from pathlib import Path
from typing import Annotated

import typer

from adapters.cli.language import _
from adapters.cli.shell import Commands

app = Commands(_("Run the whole story: from process XML to an audited result."))


@app.verb(
    "demo",
    _(
        "Run the whole story here: a server, a mail server, officers with keys of their own, two processes, two"
        " dossiers, their results sent and their evidence verified. Everything lies in one folder, which is made"
        " anew each time."
    ),
    "hoso demo",
    "hoso demo --dir demo-run --serve",
    "hoso --lang vi demo",
)
def demo(
    dir: Annotated[Path, typer.Option("--dir", metavar="DIR", help=_("Where everything goes."))] = Path("demo-run"),
    serve: Annotated[bool, typer.Option("--serve", help=_("Keep the servers running afterwards, to play on."))] = False,
) -> None:
    """Run the demo."""
    from adapters.console.demo.run import run

    run(dir, serve=serve)
