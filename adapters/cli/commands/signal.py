"""`hoso signal`: tell all who listen."""

from pathlib import Path
from typing import Annotated

import typer

from adapters.cli.client import fresh_key, path
from adapters.cli.language import _
from adapters.cli.listing import AsJson
from adapters.cli.session import open_session
from adapters.cli.shell import Commands
from adapters.cli.terminal import escape, out, out_json

app = Commands(_("Signals: send one to all who listen."), group=True)


@app.verb(
    "send",
    _("Send a signal to every dossier that listens, and every process that it starts (administrators)."),
    "hoso signal send bao-lu --set muc=3",
)
def send(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar=_("SIGNAL"), help=_("The signal's name in the processes."))],
    set_: Annotated[
        list[str] | None, typer.Option("--set", metavar=_("KEY=VALUE"), help=_("A field of the data; repeat it."))
    ] = None,
    data: Annotated[
        Path | None, typer.Option("--data", metavar=_("FILE"), help=_("The data as a JSON object."))
    ] = None,
    json: AsJson = False,
) -> None:
    """Send a signal."""
    from adapters.cli.input import read_data

    body = {"name": name, "data": read_data(data, set_ or ())}
    value = open_session(ctx).client.post_safely(path("signals"), body, key=fresh_key())
    if json:
        out_json(value)
        return
    text = _("Signal {name} is on its way: dossiers that listen: {dossiers}; processes that start: {processes}.")
    out(text.format(name=escape(name), dossiers=value.get("dossiers"), processes=value.get("processes")))
