"""`hoso key`: what a key file is, before it is used."""

from typing import Annotated

import typer

from adapters.cli.language import _
from adapters.cli.listing import AsJson, print_one
from adapters.cli.options import PinFile
from adapters.cli.shell import Commands

app = Commands(_("Keys: show what a key file is."), group=True)


@app.verb(
    "show",
    _("Show whose a key file is, until when it is valid, and whether it can sign. The key itself is never shown."),
    "hoso key show lan.p12",
    "HOSO_PIN=… hoso key show lan.p12 --json",
)
def show_(
    file: Annotated[str, typer.Argument(metavar=_("FILE"), help=_("The key file (PKCS#12)."))],
    pin_file: PinFile = None,
    json: AsJson = False,
) -> None:
    """Show a key file."""
    from adapters.cli.keys import describe_key

    labels = {
        "subject": _("Subject"),
        "issuer": _("Issuer"),
        "serial": _("Serial number"),
        "fingerprint": _("Fingerprint"),
        "not_before": _("Valid from"),
        "not_after": _("Valid until"),
        "algorithm": _("Algorithm"),
        "usable": _("Can sign now"),
        "reason": _("Reason"),
        "chain": _("Chain"),
    }
    print_one(describe_key(file, pin_file), labels, as_json=json)
