"""Options that every command which signs takes: with which key, its PIN, and whether to ask."""

from pathlib import Path
from typing import Annotated

import typer

from adapters.cli.language import _

Key = Annotated[
    str | None,
    typer.Option(
        "--key",
        metavar=_("KEY"),
        help=_("The key: a file (PKCS#12) or 'pkcs11:token=…;object=…' (else HOSO_KEY, else the profile's)."),
    ),
]
PinFile = Annotated[
    Path | None,
    typer.Option(
        "--pin-file", metavar=_("FILE"), help=_("Read the PIN from a file (else HOSO_PIN, else it is asked).")
    ),
]
Yes = Annotated[bool, typer.Option("--yes", help=_("Do not ask; for scripts."))]
