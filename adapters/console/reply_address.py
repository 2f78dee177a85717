"""`hoso mailbox address`: reply addresses. Their secret lies in the data directory, so it is the console's."""

from typing import Annotated

import typer

from adapters.cli.language import _
from adapters.cli.listing import AsJson
from adapters.cli.shell import Commands
from adapters.cli.terminal import out, out_json
from adapters.console.setting import DataOption, clear_errors

app = Commands(_("Make the reply address of a dossier."))


@app.verb(
    "address",
    _(
        "Make the address to which an applicant sends what is missing: it holds the dossier's code and a second code "
        "that nobody can guess. The first time it makes the secret of these codes, mailbox.key."
    ),
    "hoso mailbox address H29.5-261121-0002",
    "hoso mailbox address H29.5-261121-0002 --json",
)
def address(
    code: Annotated[str, typer.Argument(metavar=_("DOSSIER"), help=_("The dossier's code."))],
    data: DataOption = None,
    json: AsJson = False,
) -> None:
    """Make a reply address."""
    from adapters import wiring
    from adapters.mailbox.reply import reply_address
    from adapters.mailbox.server import MailboxSettingError
    from adapters.mailbox.setup import make_secret
    from adapters.settings import SettingError, read_settings

    settings = read_settings(data)
    with clear_errors():
        agency = wiring.read_agency(settings)
        try:
            secret = make_secret(settings.data)
        except MailboxSettingError as error:
            raise SettingError(str(error)) from error
    made = reply_address(agency.email, code, secret)
    if json:
        out_json({"dossier": code, "address": made})
    else:
        out(made)
