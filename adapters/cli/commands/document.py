"""`hoso document`: get the bytes."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from adapters.cli.documents import fetch
from adapters.cli.language import _
from adapters.cli.session import open_session
from adapters.cli.shell import Commands
from adapters.cli.terminal import say

app = Commands(_("Documents: get one and check its digest."), group=True)


@app.verb(
    "get",
    _("Get a document by its SHA-256 digest; bytes with another digest are refused."),
    "hoso document get 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 -o letter.pdf",
)
def get(
    ctx: typer.Context,
    digest: Annotated[str, typer.Argument(metavar="SHA256", help=_("The document's digest."))],
    output: Annotated[
        str, typer.Option("--output", "-o", metavar=_("FILE"), help=_("Where to write it; - is stdout."))
    ],
) -> None:
    """Get a document."""
    content = fetch(open_session(ctx).client, digest)
    if output == "-":
        sys.stdout.buffer.write(content)
        return
    Path(output).write_bytes(content)
    say(_("{file}: {size} bytes, digest checked").format(file=output, size=len(content)))
