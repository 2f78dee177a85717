"""`hoso mailbox`: mail that came in and waits for people to look at it."""

from typing import Annotated, Any

import typer

from adapters.cli.client import fresh_key, path
from adapters.cli.language import _
from adapters.cli.listing import AsJson, Column, print_list, print_one
from adapters.cli.options import Yes
from adapters.cli.session import open_session
from adapters.cli.shell import Commands
from adapters.cli.terminal import confirm, escape, out, out_json, refuse_unless
from adapters.cli.times import local
from adapters.cli.words import mail_word

app = Commands(
    _("Mail that came in: list what waits, show, release, discard; check the rules, make reply addresses."), group=True
)
Mail = Annotated[str, typer.Argument(metavar=_("MAIL"), help=_("Its number, as hoso mailbox list tells it."))]


@app.verb(
    "list",
    _("List the mails that wait for people to look at them (administrators, clerks, auditors)."),
    "hoso mailbox list",
    "hoso mailbox list --state discarded --json",
)
def list_(
    ctx: typer.Context,
    state: Annotated[
        str, typer.Option(metavar="waiting|taken|released|discarded", help=_("Those in this state."))
    ] = "waiting",
    json: AsJson = False,
) -> None:
    """List mails."""
    columns: list[Column] = [
        (_("MAIL"), "id"),
        (_("RECEIVED"), lambda item: local(item.get("received"))),
        (_("FROM"), "sender"),
        (_("SUBJECT"), "subject"),
        (_("WHY"), lambda item: mail_word(item.get("reason"))),
        (_("RULE"), "rule"),
        (_("DOSSIER"), "dossier"),
    ]
    print_list(open_session(ctx).client.items(path("mails"), state=state), columns, as_json=json)


@app.verb(
    "show",
    _("Show a mail that waits: who claims to have sent it, its text, the names of its files."),
    "hoso mailbox show 17",
    "hoso mailbox show 17 --json",
)
def show_(ctx: typer.Context, mail: Mail, json: AsJson = False) -> None:
    """Show a mail."""
    value = open_session(ctx).client.get(path("mails", mail))
    if json:
        out_json(value)
        return
    labels = {
        "id": _("Mail"),
        "received": _("Received"),
        "sender": _("From (claimed)"),
        "trust": _("Proven"),
        "subject": _("Subject"),
        "state": _("State"),
        "reason": _("Why it waits"),
        "rule": _("Rule"),
        "dossier": _("Dossier"),
        "size": _("Size"),
    }
    told = {name: value.get(name) for name in labels}
    proven = {"claimed": _("nothing"), "domain": _("the sender's domain")}.get(str(value.get("trust")), "")
    told |= {"received": local(value.get("received")), "reason": mail_word(value.get("reason")), "trust": proven}
    print_one(told, labels, as_json=False)
    for each in value.get("attachments") or []:
        out(f"  {escape(each.get('name') or '-')}  {escape(each.get('media_type'))}  {each.get('size')}")
    for text in str(value.get("text") or "").splitlines():
        out(f"| {escape(text)}")


@app.verb(
    "release",
    _(
        "Take a mail after all: open a dossier by a rule of mail-rules.json, or lay it beside a dossier. It begins in "
        "your name: you answer for it."
    ),
    "hoso mailbox release 17 --rule khai-tu",
    "hoso mailbox release 18 --dossier H29.5-261121-0002",
)
def release(
    ctx: typer.Context,
    mail: Mail,
    rule: Annotated[str | None, typer.Option(metavar=_("RULE"), help=_("The rule by which it opens one."))] = None,
    dossier: Annotated[str | None, typer.Option(metavar=_("DOSSIER"), help=_("The dossier that it is for."))] = None,
    json: AsJson = False,
) -> None:
    """Release a mail."""
    body = {name: value for name, value in (("rule", rule), ("dossier", dossier)) if value is not None}
    value = open_session(ctx).client.post_safely(path("mails", mail, "release"), body, key=fresh_key())
    _told(
        value,
        json,
        _("Mail {mail} belongs to dossier {code}.").format(mail=escape(mail), code=escape(value.get("dossier"))),
    )


@app.verb(
    "discard",
    _("Throw a mail away: its bytes are deleted; that it came, and that you discarded it, stays in the trail."),
    "hoso mailbox discard 17",
    "hoso mailbox discard 17 --yes",
)
def discard(ctx: typer.Context, mail: Mail, yes: Yes = False, json: AsJson = False) -> None:
    """Discard a mail."""
    question = _("Delete mail {mail} for good?").format(mail=escape(mail))
    refuse_unless(confirm(question, assume_yes=yes))
    value = open_session(ctx).client.post_safely(path("mails", mail, "discard"), {}, key=fresh_key())
    _told(value, json, _("Mail {mail} was discarded.").format(mail=escape(mail)))


def _told(value: dict[str, Any], json: bool, text: str) -> None:
    if json:
        out_json(value)
    else:
        out(text)
