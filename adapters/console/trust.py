"""`hoso trust`: the certificate authorities that the server goes by, and their revocation lists."""

from pathlib import Path
from typing import Annotated

import typer

from adapters.cli.errors import FAILURE, CommandFailed
from adapters.cli.language import _
from adapters.cli.listing import AsJson, print_list
from adapters.cli.shell import Commands
from adapters.cli.terminal import escape, out
from adapters.console.setting import DataOption, clear_errors

app = Commands(_("Trusted certificate authorities and their revocation lists: add, list."), group=True)


@app.verb(
    "add",
    _("Trust the certificates in these files, or take up their revocation lists (PEM or DER)."),
    "hoso trust add root.pem issuing.pem crl.pem",
)
def add(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help=_("Certificates or CRLs."))],
    data: DataOption = None,
) -> None:
    """Add to the trust folder."""
    from adapters.console import trusting
    from adapters.settings import read_settings

    settings = read_settings(data)
    with clear_errors():
        for file in files:
            try:
                content = file.read_bytes()
            except OSError as error:
                message = _("{file} cannot be read: {reason}").format(file=escape(str(file)), reason=error.strerror)
                raise CommandFailed("file-unreadable", message, exit_code=FAILURE) from error
            for kind, name in trusting.add(settings.trust, content):
                out(f"{kind}  {escape(name)}")


@app.verb("list", _("List what is trusted."), "hoso trust list")
def list_(data: DataOption = None, json: AsJson = False) -> None:
    """List the trust folder."""
    from adapters.console import trusting
    from adapters.settings import read_settings

    columns = [(_("KIND"), "kind"), (_("NAME"), "name"), (_("UNTIL"), "until")]
    with clear_errors():
        print_list(trusting.listed(read_settings(data).trust), columns, as_json=json)
