"""`hoso trust`: the certificate authorities that the server goes by, and their revocation data."""

from pathlib import Path
from typing import Annotated

import typer

from adapters.cli.errors import FAILURE, CommandFailed
from adapters.cli.language import _
from adapters.cli.listing import AsJson, Column, print_list
from adapters.cli.shell import Commands
from adapters.cli.terminal import escape, out, say
from adapters.console.setting import DataOption, clear_errors

app = Commands(_("Trusted certificate authorities and their revocation data: add, list, refresh."), group=True)


@app.verb(
    "add",
    _("Trust the certificates in these files, or take up their revocation lists (PEM or DER)."),
    "hoso trust add root.pem issuing.pem crl.pem",
    "hoso trust add --stamps tsa-root.pem",
)
def add(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help=_("Certificates or CRLs."))],
    stamps: Annotated[
        bool, typer.Option("--stamps", help=_("Roots to trust for time stamps, and then no other root is."))
    ] = False,
    data: DataOption = None,
) -> None:
    """Add to the trust folder."""
    from adapters.console import trusting
    from adapters.settings import read_settings

    with clear_errors():
        settings = read_settings(data)
        for file in files:
            try:
                content = file.read_bytes()
            except OSError as error:
                message = _("{file} cannot be read: {reason}").format(file=escape(str(file)), reason=error.strerror)
                raise CommandFailed("file-unreadable", message, exit_code=FAILURE) from error
            for kind, name in trusting.add(settings.trust, content, stamps=stamps):
                out(f"{kind}  {escape(name)}")


@app.verb("list", _("List what is trusted."), "hoso trust list")
def list_(data: DataOption = None, json: AsJson = False) -> None:
    """List the trust folder."""
    from adapters.console import trusting
    from adapters.settings import read_settings

    columns = [(_("KIND"), "kind"), (_("NAME"), "name"), (_("UNTIL"), "until")]
    with clear_errors():
        print_list(trusting.listed(read_settings(data).trust), columns, as_json=json)


@app.verb(
    "refresh",
    _(
        "Fetch revocation lists (and OCSP responses where there is no list) for all bound certificates and their"
        " authorities, from the addresses in the certificates. The server does so by itself; this is for now."
    ),
    "hoso trust refresh",
    "hoso trust refresh --json",
)
def refresh(data: DataOption = None, json: AsJson = False) -> None:
    """Fetch into the trust folder; exit 1 when anything could not be fetched."""
    from adapters import wiring
    from adapters.application.revocation import refresh_all
    from adapters.settings import read_settings
    from signing.record import time_text

    with clear_errors():
        application = wiring.assemble(read_settings(data))
        say(_("Asking the authorities; each may take up to a minute."))
        found = refresh_all(application)
    items = [
        {
            "kind": each.kind,
            "address": each.address,
            "authority": each.authority,
            "state": each.state,
            "until": time_text(each.until) if each.until else "",
            "reason": each.reason,
        }
        for each in found
    ]
    columns: list[Column] = [
        (_("KIND"), "kind"),
        (_("AUTHORITY"), "authority"),
        (_("ADDRESS"), "address"),
        (_("STATE"), lambda item: _STATES()[item["state"]] + (f": {item['reason']}" if item["reason"] else "")),
        (_("UNTIL"), "until"),
    ]
    print_list(items, columns, as_json=json)
    if any(each.state == "failed" for each in found):
        raise typer.Exit(FAILURE)


def _STATES() -> dict[str, str]:  # noqa: N802  (a table in the language of the moment)
    return {"new": _("fetched"), "current": _("still current"), "failed": _("failed")}
