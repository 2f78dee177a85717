"""Ask the mail server whether it would take mail: connect, TLS, sign in; nothing is sent."""

from dataclasses import replace

from adapters.cli.codes import in_words
from adapters.cli.language import _
from adapters.console.findings import Found, broken, doubtful, well
from adapters.dispatch.email.errors import Away
from adapters.dispatch.email.relay import probe
from adapters.dispatch.email.server import MailServer

TIMEOUT = 8.0  # seconds
TOLD = ("8BITMIME", "DSN", "SIZE", "SMTPUTF8")


def mail(server: MailServer | None) -> Found:
    """Whether it greets us as it must; what fails is named, and its own words are not repeated."""
    if server is None:
        return doubtful(_("no mail server: no result goes out by email"), _("set HOSO_SMTP_URL"))
    address = f"{server.scheme}://{server.host}:{server.port}"
    try:
        offered = probe(replace(server, seconds=TIMEOUT))
    except Away as error:
        reason = in_words(error.code, error.message)
        return broken(_("{address}: {reason}").format(address=address, reason=reason), _("see HOSO_SMTP_URL"))
    offers = ", ".join(name for name in TOLD if name in offered) or "-"
    return well(_("{address} greets ({offers}); nothing was sent").format(address=address, offers=offers))
