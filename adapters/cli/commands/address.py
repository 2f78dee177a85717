"""`hoso address`: where an address lies since wards and districts were merged."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from adapters.cli.client import fresh_key, path
from adapters.cli.language import _
from adapters.cli.listing import AsJson
from adapters.cli.places import proposal
from adapters.cli.session import open_session
from adapters.cli.shell import Commands
from adapters.cli.terminal import out, out_json

app = Commands(_("Addresses: where one lies since 1/7/2025."), group=True)


@app.verb(
    "propose",
    _("Say in which commune of today an address may lie, and what is doubtful. Nothing is recorded."),
    "hoso address propose '12/5 Lê Thị Riêng, P. Bến Thành, Q.1, TP.HCM'",
    "hoso address propose 'phường 4 quận 3' --json",
)
def propose(
    ctx: typer.Context,
    text: Annotated[str, typer.Argument(metavar=_("TEXT"), help=_("The address, at most 240 characters."))],
    json: AsJson = False,
) -> None:
    """Propose."""
    value: Mapping[str, Any] = open_session(ctx).client.post_safely(path("addresses"), {"text": text}, key=fresh_key())
    if json:
        out_json(value)
        return
    for line in proposal(value):
        out(line)
