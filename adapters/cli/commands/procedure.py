"""`hoso procedure`: what the law says of a kind of dossier, as this office adopted it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from adapters.cli.client import path
from adapters.cli.errors import USAGE, CommandFailed
from adapters.cli.language import _
from adapters.cli.listing import AsJson, Column, print_list, print_one
from adapters.cli.options import Key, PinFile, Yes
from adapters.cli.session import open_session
from adapters.cli.shell import Commands
from adapters.cli.terminal import Lines, escape, out, out_json
from adapters.cli.times import local_day
from adapters.cli.words import record_word

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
    from adapters.cli.changing import tell
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
    elif answer.get("proposal"):
        tell(answer)
    else:
        out(_("Procedure {code} is adopted.").format(code=escape(code)))


@app.verb("list", _("List procedures: every record with its dates, and whether it is in force."), "hoso procedure list")
def list_(ctx: typer.Context, json: AsJson = False) -> None:
    """List procedures."""
    columns: list[Column] = [
        (_("PROCEDURE"), "code"),
        (_("NAME"), "name"),
        (_("PROCESS"), "process"),
        (_("VALID FROM"), lambda item: local_day(item.get("valid_from"))),
        (_("UNTIL"), lambda item: local_day(item.get("valid_until"))),
        (_("STATE"), lambda item: record_word(item.get("state"))),
        (_("ADOPTED"), "adopted"),
    ]
    print_list(open_session(ctx).client.items(path("procedures")), columns, as_json=json)


@app.verb(
    "show",
    _("Show the procedure record in force, today or on another day, and the dates of the others."),
    "hoso procedure show khai-tu",
    "hoso procedure show khai-tu --on 2026-07-01",
)
def show_(
    ctx: typer.Context,
    code: Annotated[str, typer.Argument(metavar=_("PROCEDURE"), help=_("Its code."))],
    on: Annotated[
        str | None, typer.Option("--on", metavar="DATE", help=_("In force on that day, such as 2026-07-01."))
    ] = None,
    json: AsJson = False,
) -> None:
    """Show a procedure."""
    found = open_session(ctx).client.get(path("procedures", code), **({"on": on} if on else {}))
    if json:
        out_json(found)
        return
    body = found.get("body")
    labels = {
        "code": _("Procedure"),
        "name": _("Name"),
        "process": _("Process"),
        "valid_from": _("Valid from"),
        "valid_until": _("Valid until"),
        "state": _("State"),
        "decided_by": _("Decided by"),
        "term": _("Term"),
        "required_documents": _("Required documents"),
        "result": _("Result"),
        "channels": _("Channels"),
        "post_excluded": _("Post excluded"),
        "fees": _("Fees"),
        "retention": _("Retention"),
        "versions": _("All records"),
    }
    record = body if isinstance(body, dict) else {}
    shown = {name: local_day(record[name]) for name in ("valid_from", "valid_until") if record.get(name)}
    known = {**record, **shown, "state": record_word(found.get("state"))}
    versions = found.get("versions")
    told = Lines(_dated(item) for item in (versions if isinstance(versions, list) else ()) if isinstance(item, dict))
    print_one({**known, "versions": told}, labels, as_json=False)


def _dated(version: Mapping[str, object]) -> str:
    dates = " – ".join(local_day(version[name]) for name in ("valid_from", "valid_until") if version.get(name))
    return f"{dates}: {record_word(version.get('state'))}"
