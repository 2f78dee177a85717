"""`hoso consent`: who agreed to post, to which address, and until when."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from adapters.cli.client import Client, fresh_key, path
from adapters.cli.errors import USAGE, CommandFailed
from adapters.cli.language import _
from adapters.cli.listing import AsJson, Column, print_list
from adapters.cli.places import location_words, proposal
from adapters.cli.session import open_session
from adapters.cli.shell import Commands
from adapters.cli.terminal import escape, out, out_json, say
from adapters.cli.times import asked_time, local

app = Commands(_("Consents to post: record one, list them, confirm its address, revoke it."), group=True)
Code = Annotated[str, typer.Argument(metavar=_("DOSSIER"), help=_("The dossier's code, such as H29.5-261121-0001."))]
Number = Annotated[str | None, typer.Option("--consent", metavar=_("NUMBER"), help=_("Which one (hoso consent list)."))]
MEANS = ("telephone", "in-person", "email", "online-form", "paper")
PAYERS = ("agency", "recipient")


@app.verb(
    "give",
    _("Record that somebody agreed to get the result by post."),
    "hoso consent give H29.5-261121-0001 --who 'Bà Tuyết' --by telephone "
    "--address '12/5 Lê Thị Riêng, P. Bến Thành, Q.1, TP.HCM'",
    "hoso consent give H29.5-261121-0001 --who 'Bà Tuyết' --by paper --at 2026-11-20T09:15:00+07:00 "
    "--address '12/5 Lê Thị Riêng, phường Bến Thành, TP.HCM' --payer recipient --code 79/26743",
)
def give(
    ctx: typer.Context,
    code: Code,
    who: Annotated[str, typer.Option("--who", metavar=_("NAME"), help=_("Who agreed."))],
    by: Annotated[
        str, typer.Option("--by", metavar=_("MEANS"), help=_("How: telephone, in-person, email, online-form, paper."))
    ],
    address: Annotated[
        str, typer.Option("--address", metavar=_("TEXT"), help=_("To which address, in the words that were given."))
    ],
    at: Annotated[
        str | None, typer.Option("--at", metavar=_("TIME"), help=_("When, with its zone (else just now)."))
    ] = None,
    payer: Annotated[
        str | None,
        typer.Option("--payer", metavar=_("PAYER"), help=_("Who pays: agency, recipient (else the procedure's rule).")),
    ] = None,
    commune: Annotated[
        str | None,
        typer.Option("--code", metavar=_("COMMUNE"), help=_("You confirm that it lies there, such as 79/26743.")),
    ] = None,
    json: AsJson = False,
) -> None:
    """Record a consent."""
    when = asked_time(at)
    sent: dict[str, Any] = {"who": who, "means": _one_of(by, MEANS), "address": address}
    sent |= {"at": when.isoformat()} if when else {}
    sent |= {"payer": _one_of(payer, PAYERS)} if payer else {}
    sent |= {"commune": commune} if commune else {}
    value = open_session(ctx).client.post_safely(path("dossiers", code, "consents"), sent, key=fresh_key())
    if json:
        out_json(value)
        return
    out(_("Consent {number} is recorded.").format(number=escape(value.get("id"))))
    _address_words(code, value)


@app.verb("list", _("List the consents of a dossier."), "hoso consent list H29.5-261121-0001")
def list_(ctx: typer.Context, code: Code, json: AsJson = False) -> None:
    """List consents."""
    columns: list[Column] = [
        (_("NUMBER"), "id"),
        (_("WHO"), "who"),
        (_("GIVEN"), lambda item: local(item.get("at"))),
        (_("MEANS"), lambda item: _means_word(item.get("means"))),
        (_("ADDRESS"), "address"),
        (_("LIES IN"), lambda item: location_words(item.get("location") or {})),
        (_("PAYS"), lambda item: _payer_word(item.get("payer"))),
        (_("REVOKED"), "revoked"),
    ]
    print_list(open_session(ctx).client.items(path("dossiers", code, "consents")), columns, as_json=json)


@app.verb(
    "address",
    _("Say where the address of a consent lies: nothing is posted to one that nobody confirmed."),
    "hoso consent address H29.5-261121-0001",
    "hoso consent address H29.5-261121-0001 --confirm 1",
    "hoso consent address H29.5-261121-0001 --consent 12 --code 79/26743",
    "hoso consent address H29.5-261121-0001 --refuse",
)
def address(
    ctx: typer.Context,
    code: Code,
    number: Number = None,
    confirm: Annotated[
        str | None, typer.Option("--confirm", metavar=_("N"), help=_("It is the N-th that is proposed."))
    ] = None,
    commune: Annotated[
        str | None, typer.Option("--code", metavar=_("COMMUNE"), help=_("It is that commune, such as 79/26743."))
    ] = None,
    refuse: Annotated[bool, typer.Option("--refuse", help=_("It lies nowhere, or cannot be told."))] = False,
    json: AsJson = False,
) -> None:
    """Decide on an address; without a decision, show what is proposed."""
    if sum((confirm is not None, commune is not None, refuse)) > 1:
        raise CommandFailed("bad-choice", _("choose one: --confirm, --code or --refuse"), exit_code=USAGE)
    client = open_session(ctx).client
    decided = refuse or commune is not None
    value = {"id": _number(number)} if decided and number is not None else _consent(client, code, number)
    if confirm is not None:
        commune = _proposed(value, confirm)
    if refuse or commune is not None:
        where = path("dossiers", code, "consents", str(value["id"]), "address")
        value = client.post_safely(where, {"refuse": True} if refuse else {"commune": commune}, key=fresh_key())
    if json:
        out_json(value)
    else:
        _address_words(code, value)


@app.verb(
    "revoke",
    _("Record that a consent was revoked: its parcel is called off, unless it was handed over."),
    "hoso consent revoke H29.5-261121-0001 --reason 'Bà Tuyết sẽ đến nhận'",
    "hoso consent revoke H29.5-261121-0001 --consent 12 --reason 'Bà Tuyết sẽ đến nhận'",
)
def revoke(
    ctx: typer.Context,
    code: Code,
    reason: Annotated[str, typer.Option("--reason", metavar=_("TEXT"), help=_("Why; it stands beside the dossier."))],
    number: Annotated[
        str | None, typer.Option("--consent", metavar=_("NUMBER"), help=_("Which one (else all given so far)."))
    ] = None,
    json: AsJson = False,
) -> None:
    """Revoke."""
    sent = {"reason": reason, **({"consent": _number(number)} if number is not None else {})}
    value = open_session(ctx).client.post_safely(path("dossiers", code, "consents", "revoke"), sent, key=fresh_key())
    if json:
        out_json(value)
        return
    out(_("Nothing of dossier {code} goes by post any more under it.").format(code=escape(code)))
    for parcel in value.get("called_off") or ():
        say(_("Called off: {parcel}").format(parcel=escape(parcel)))


def _consent(client: Client, code: str, number: str | None) -> Mapping[str, Any]:
    """The consent of that number; else the only one that holds."""
    found = [
        item
        for item in client.items(path("dossiers", code, "consents"))
        if (item.get("revoked") is None if number is None else item.get("id") == _number(number))
    ]
    if len(found) == 1:
        return found[0]
    remedy = _("see them: hoso consent list {code}").format(code=code)
    if number is not None:
        message = _("dossier {code} has no consent {number}").format(code=code, number=number)
        raise CommandFailed("consent-unknown", message, remedy=remedy)
    message = _("dossier {code} has {count} consents that hold; name one: --consent")
    raise CommandFailed("bad-choice", message.format(code=code, count=len(found)), remedy=remedy, exit_code=USAGE)


def _proposed(consent: Mapping[str, Any], confirm: str) -> str:
    """The commune that is proposed under that number; it is told by its code, so that nothing else is meant."""
    candidates = (consent.get("proposal") or {}).get("candidates") or ()
    found = [f"{each['province']}/{each['commune']}" for each in candidates if str(each.get("number")) == confirm]
    if found:
        return found[0]
    message = _("{number} is not proposed for this address").format(number=confirm)
    raise CommandFailed("bad-choice", message, remedy=_("name the commune by its code: --code"), exit_code=USAGE)


def _address_words(code: str, value: Mapping[str, Any]) -> None:
    if value.get("proposal") is None:
        place = location_words(value.get("location") or {})
        out(_("The address lies in: {place}").format(place=place))
        return
    out(_("Not confirmed yet: {address}").format(address=escape(value.get("address"))))
    for line in proposal(value["proposal"]):
        out(line)
    say(
        _("Confirm: hoso consent address {code} --consent {number} --confirm N").format(
            code=escape(code), number=escape(value.get("id"))
        )
    )


def _one_of(text: str, known: tuple[str, ...]) -> str:
    if text in known:
        return text
    message = _("{text}: expected one of {known}").format(text=repr(text), known=", ".join(known))
    raise CommandFailed("bad-choice", message, exit_code=USAGE)


def _number(text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) < 16:
        return int(text)
    message = _("{text}: expected the number of a consent").format(text=repr(text))
    raise CommandFailed("bad-choice", message, exit_code=USAGE)


def _means_word(means: object) -> str:
    words = {
        "telephone": _("telephone"),
        "in-person": _("in person"),
        "email": _("email"),
        "online-form": _("online form"),
        "paper": _("paper"),
        "other": _("as the dossier says"),
    }
    return words.get(str(means), escape(means or "-"))


def _payer_word(payer: object) -> str:
    return {"agency": _("the agency"), "recipient": _("the recipient")}.get(str(payer), escape(payer or "-"))
