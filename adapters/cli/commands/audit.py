"""`hoso audit`: hold the server to its own log."""

from pathlib import Path
from typing import Annotated

import typer

from adapters.cli.language import _
from adapters.cli.listing import AsJson, Column, print_list
from adapters.cli.session import open_session
from adapters.cli.shell import Commands
from adapters.cli.terminal import escape, out, out_json, say

app = Commands(_("The trail: verify it, export evidence, list receipts."), group=True)


@app.verb(
    "verify",
    _(
        "Fetch the whole log, compute its root here, and compare it with the signed checkpoint and with every"
        " checkpoint and receipt that this profile keeps."
    ),
    "hoso audit verify",
    "hoso audit verify --json",
)
def verify(ctx: typer.Context, json: AsJson = False) -> None:
    """Verify the log."""
    from adapters.cli.log import verify_log

    result = verify_log(open_session(ctx), tell=None if json else say)
    if json:
        out_json(result.to_json())
        return
    out(
        _("{count} leaves, root {root}: as signed in the checkpoint of {origin}.").format(
            count=result.size, root=result.root, origin=escape(result.origin)
        )
    )
    out(_("{count} receipts kept here: each stands in this log.").format(count=result.receipts))
    out(_("VALID"))


@app.verb(
    "export",
    _("Export a dossier's evidence: one file that anyone can verify offline (hoso verify, or openssl)."),
    "hoso audit export H29.5-261121-0001 -o H29.5-261121-0001.asice",
)
def export(
    ctx: typer.Context,
    dossier: Annotated[str, typer.Argument(metavar=_("DOSSIER"), help=_("The dossier's code."))],
    output: Annotated[Path, typer.Option("--output", "-o", metavar=_("FILE"), help=_("Where to write it."))],
) -> None:
    """Export evidence."""
    from adapters.cli.client import path

    content = open_session(ctx).client.get_bytes(path("dossiers", dossier, "evidence"))
    output.write_bytes(content)
    say(_("{file}: {size} bytes").format(file=escape(output), size=len(content)))


@app.verb("receipts", _("List the receipts that this profile keeps."), "hoso audit receipts")
def receipts(ctx: typer.Context, json: AsJson = False) -> None:
    """List receipts."""
    from adapters.cli.log import kept_receipts

    columns: list[Column] = [
        (_("LEAF"), "index"),
        (_("TIME"), "time"),
        (_("ACT"), "act"),
        (_("SUBJECT"), "subject"),
        (_("FILE"), "file"),
    ]
    print_list(kept_receipts(open_session(ctx).profile), columns, as_json=json)
