"""`hoso certificate`: which certificate signs for which officer."""

import base64
from pathlib import Path
from typing import Annotated

import typer

from adapters.cli.client import path
from adapters.cli.language import _
from adapters.cli.listing import AsJson, Column, print_list
from adapters.cli.options import Key, PinFile, Yes
from adapters.cli.session import open_session
from adapters.cli.shell import Commands
from adapters.cli.terminal import escape, out, out_json

app = Commands(_("Certificates: list; bind, revoke, reinstate (signed acts)."), group=True)

REINSTATED = "certificate-reinstated"


@app.verb(
    "bind",
    _("Bind a certificate to an officer: from then on its signatures count as that officer's. You sign this act."),
    "hoso certificate bind lan --certificate lan.cer --key admin.p12",
    "hoso certificate bind hoa --certificate co-quan.cer --organ --key admin.p12",
)
def bind(
    ctx: typer.Context,
    officer: Annotated[str, typer.Argument(metavar=_("OFFICER"), help=_("The officer's id."))],
    certificate: Annotated[
        Path, typer.Option(metavar=_("FILE"), help=_("The certificate (PEM or DER; its chain may follow)."))
    ],
    organ: Annotated[
        bool, typer.Option("--organ", help=_("It is the agency's own certificate, which this officer keeps."))
    ] = False,
    key: Key = None,
    pin_file: PinFile = None,
    yes: Yes = False,
    json: AsJson = False,
) -> None:
    """Bind a certificate."""
    from adapters.cli.acts import Act, Consent, perform
    from adapters.cli.certificates import read_certificates
    from adapters.cli.changing import tell
    from signing.certificates import der, fingerprint

    own, *_chain = read_certificates(certificate)
    body = {
        "fingerprint": fingerprint(own),
        "certificate": base64.b64encode(der(own)).decode(),
        "kind": "organ" if organ else "person",
    }
    act = Act(act="certificate-bound", subject=officer, body=body)
    answer = perform(open_session(ctx), act, Consent(key=key, pin_file=pin_file, assume_yes=yes))
    if json:
        out_json(answer)
    elif answer.get("proposal"):
        tell(answer)
    else:
        name = fingerprint(own)
        out(_("Certificate {fingerprint} now signs for {officer}.").format(fingerprint=name, officer=escape(officer)))


@app.verb("list", _("List certificates and whose they are."), "hoso certificate list --json")
def list_(ctx: typer.Context, json: AsJson = False) -> None:
    """List certificates."""
    columns: list[Column] = [
        (_("FINGERPRINT"), lambda item: str(item.get("fingerprint", ""))[:16]),
        (_("OFFICER"), "officer"),
        (_("SUBJECT"), "subject"),
        (_("OF"), lambda item: _("the agency") if item.get("kind") == "organ" else _("the officer")),
        (
            _("STATE"),
            lambda item: {"bound": _("bound"), "revoked": _("revoked"), "suspended": _("suspended")}.get(
                item.get("state", ""), item.get("state")
            ),
        ),
        (_("VALID FROM"), "not_before"),
        (_("VALID UNTIL"), "not_after"),
    ]
    print_list(open_session(ctx).client.items(path("certificates")), columns, as_json=json)


@app.verb(
    "revoke",
    _("End the binding of a certificate: its later signatures count no more. You sign this act."),
    "hoso certificate revoke 9f86d081884c7d65 --reason 'Mất thiết bị' --key admin.p12",
)
def revoke(
    ctx: typer.Context,
    fingerprint: Annotated[
        str, typer.Argument(metavar=_("FINGERPRINT"), help=_("The certificate's SHA-256, or its beginning."))
    ],
    reason: Annotated[str, typer.Option(metavar=_("TEXT"), help=_("Why, for the trail."))] = "",
    key: Key = None,
    pin_file: PinFile = None,
    yes: Yes = False,
    json: AsJson = False,
) -> None:
    """Revoke a binding."""
    from adapters.cli.acts import Act, Consent, perform
    from adapters.cli.certificates import whole_fingerprint

    session = open_session(ctx)
    whole = whole_fingerprint(session.client, fingerprint)
    act = Act(act="certificate-revoked", subject=whole, body={"reason": reason})
    answer = perform(session, act, Consent(key=key, pin_file=pin_file, assume_yes=yes))
    if json:
        out_json(answer)
    else:
        out(_("The binding of certificate {fingerprint} is revoked.").format(fingerprint=whole))


@app.verb(
    "reinstate",
    _("Let a suspended certificate sign again (administrators, never for their own). You sign this act."),
    "hoso certificate reinstate 9f86d081884c7d65 --reason 'Khóa nằm trong USB token, không mất' --key admin.p12",
)
def reinstate(
    ctx: typer.Context,
    fingerprint: Annotated[
        str, typer.Argument(metavar=_("FINGERPRINT"), help=_("The certificate's SHA-256, or its beginning."))
    ],
    reason: Annotated[str, typer.Option(metavar=_("TEXT"), help=_("Why, for the trail."))],
    key: Key = None,
    pin_file: PinFile = None,
    yes: Yes = False,
    json: AsJson = False,
) -> None:
    """Reinstate a certificate."""
    from adapters.cli.acts import Act, Consent, finish
    from adapters.cli.certificates import whole_fingerprint
    from adapters.cli.changing import tell

    session = open_session(ctx)
    whole = whole_fingerprint(session.client, fingerprint)
    asked = session.client.post(path("certificates", whole, "reinstate"), {"reason": reason, "sign": True})
    act = Act(act=REINSTATED, subject=whole, body={"officer": asked.get("officer"), "reason": reason.strip()})
    answer = finish(session, asked, act, Consent(key=key, pin_file=pin_file, assume_yes=yes))
    if json:
        out_json(answer)
    elif answer.get("proposal"):
        tell(answer)
    else:
        out(_("Certificate {fingerprint} signs again.").format(fingerprint=whole))
