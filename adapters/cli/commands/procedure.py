"""`hoso procedure`: what the law says of a kind of dossier, as this office adopted it."""

from pathlib import Path
from typing import Annotated

import typer

from adapters.cli.client import path
from adapters.cli.errors import USAGE, CommandFailed
from adapters.cli.language import _
from adapters.cli.listing import AsJson, print_list, print_one
from adapters.cli.options import Key, PinFile, Yes
from adapters.cli.session import open_session
from adapters.cli.shell import Commands
from adapters.cli.terminal import escape, out, out_json

app = Commands(_("Procedures: adopt (a signed act), list, show."), group=True)


@app.verb(
    "adopt",
    _("Adopt a procedure record (procedure.json). You sign this act."),
    "hoso procedure adopt processes/khai-tu/procedure.json --key admin.p12",
)
def adopt(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar=_("FILE"), help=_("The procedure record, a JSON object."))],
    key: Key = None,
    pin_file: PinFile = None,
    yes: Yes = False,
    json: AsJson = False,
) -> None:
    """Adopt a procedure."""
    from adapters.cli.acts import Act, Consent, perform
    from adapters.cli.input import read_object

    body = read_object(file)
    code = body.get("code")
    if not isinstance(code, str) or not code:
        raise CommandFailed(
            "bad-procedure",
            _("{file} has no code").format(file=escape(file)),
            remedy=_("correct the file"),
            exit_code=USAGE,
        )
    act = Act(act="procedure-adopted", subject=code, body=body)
    answer = perform(open_session(ctx), act, Consent(key=key, pin_file=pin_file, assume_yes=yes))
    if json:
        out_json(answer)
    else:
        out(_("Procedure {code} is adopted.").format(code=escape(code)))


@app.verb("list", _("List procedures."), "hoso procedure list")
def list_(ctx: typer.Context, json: AsJson = False) -> None:
    """List procedures."""
    columns = [
        (_("PROCEDURE"), "code"),
        (_("NAME"), "name"),
        (_("PROCESS"), "process"),
        (_("VALID FROM"), "valid_from"),
        (_("ADOPTED"), "adopted"),
    ]
    print_list(open_session(ctx).client.items(path("procedures")), columns, as_json=json)


@app.verb("show", _("Show a procedure."), "hoso procedure show khai-tu")
def show_(
    ctx: typer.Context,
    code: Annotated[str, typer.Argument(metavar=_("PROCEDURE"), help=_("Its code."))],
    json: AsJson = False,
) -> None:
    """Show a procedure."""
    labels = {
        "code": _("Procedure"),
        "name": _("Name"),
        "process": _("Process"),
        "valid_from": _("Valid from"),
        "decided_by": _("Decided by"),
        "term": _("Term"),
        "required_documents": _("Required documents"),
        "result": _("Result"),
        "channels": _("Channels"),
        "post_excluded": _("Post excluded"),
        "fees": _("Fees"),
    }
    print_one(open_session(ctx).client.get(path("procedures", code)), labels, as_json=json)
