"""`hoso mailbox check`: the rules for mail, and the mailbox itself. They lie in the data directory."""

from adapters.cli.errors import FAILURE, CommandFailed
from adapters.cli.language import _
from adapters.cli.listing import AsJson
from adapters.cli.shell import Commands
from adapters.cli.terminal import escape, out, out_json, say
from adapters.console.setting import DataOption, clear_errors

app = Commands(_("Check the rules for mail, and that the mailbox can be read."))


@app.verb(
    "check",
    _(
        "Check mail-rules.json, and that the mailbox can be read. It is only looked at: nothing is taken or moved. "
        "Exit code 1 when something is wrong."
    ),
    "hoso mailbox check",
    "hoso mailbox check --json",
)
def check(data: DataOption = None, json: AsJson = False) -> None:
    """Check rules and mailbox."""
    from adapters import wiring
    from adapters.mailbox.imap import MailboxUnavailable, opened
    from adapters.settings import read_settings

    settings = read_settings(data)
    with clear_errors():
        found = wiring.mailbox(settings)
    names = [rule.name for rule in found.rules.rules]
    waiting = None
    if found.server is not None:
        try:
            with opened(found.server, 30) as box:
                waiting = len(box.waiting(1000))
        except MailboxUnavailable as error:
            remedy = _("check HOSO_MAILBOX_URL, HOSO_MAILBOX_CA and that the mail server runs")
            raise CommandFailed("mailbox-unavailable", str(error), remedy=remedy, exit_code=FAILURE) from error
    supplements = found.rules.supplement is not None
    if json:
        told = {"mailbox": found.server is not None, "waiting": waiting, "rules": names, "supplements": supplements}
        out_json({**told, "reply_addresses": bool(found.secret)})
        return
    out(_("rules: {names}").format(names=", ".join(map(escape, names)) or _("none; every mail waits in quarantine")))
    out(_("supplements: taken") if supplements else _("supplements: not taken; they wait in quarantine"))
    if waiting is None:
        say(_("No mailbox is configured; set HOSO_MAILBOX_URL."))
    else:
        out(_("mails in the mailbox: {count}").format(count=waiting))
