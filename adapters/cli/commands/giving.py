"""`hoso dispatch give` and `receipt`: a result changes hands at the counter."""

import os
from pathlib import Path
from typing import Annotated

import typer

from adapters.cli.client import fresh_key, path
from adapters.cli.errors import USAGE, CommandFailed
from adapters.cli.language import _
from adapters.cli.listing import AsJson
from adapters.cli.session import open_session
from adapters.cli.shell import Commands
from adapters.cli.terminal import escape, out, out_json, say

Dispatch = Annotated[str, typer.Argument(metavar=_("DISPATCH"), help=_("The dispatch's id."))]


def add_verbs(app: Commands) -> None:
    """Put them among the verbs of `hoso dispatch`."""
    app.verb(
        "receipt",
        _("Write the receipt of a result at the counter (PDF, A5): to be signed, or as it was given."),
        "hoso dispatch receipt H29.5-261121-0001-F3762734 -o giay-nhan.pdf",
    )(receipt)
    app.verb(
        "give",
        _(
            "Record who took a result at the counter: it is delivered. The step of the process that hands it over is "
            "then completed as usual. The number of an identity paper stays on this machine."
        ),
        "hoso dispatch give H29.5-261121-0001-F3762734 --to applicant --name 'Nguyễn Thị Kim Ngân' --identity cccd "
        "--scan giay-nhan-da-ky.pdf",
        "hoso dispatch give H29.5-261121-0001-F3762734 --to authorised --name 'Trần Văn Bình' "
        "--authority uy-quyen.pdf --identity cccd:012345678901 --scan giay-nhan-da-ky.pdf",
        "hoso dispatch give H29.5-261121-0001-F3762734 --to applicant --name 'Bà Tư' --known 'khu phố biết mặt'",
    )(give)


def receipt(
    ctx: typer.Context,
    dispatch: Dispatch,
    output: Annotated[str, typer.Option("--output", "-o", metavar=_("FILE"), help=_("Where to write it."))],
) -> None:
    """Get a receipt."""
    content = open_session(ctx).client.get_bytes(path("dispatches", dispatch, "receipt"))
    Path(output).write_bytes(content)
    say(_("{file}: {size} bytes").format(file=escape(output), size=len(content)))


def give(
    ctx: typer.Context,
    dispatch: Dispatch,
    to: Annotated[str, typer.Option("--to", metavar="applicant|authorised", help=_("In which capacity they take it."))],
    name: Annotated[str, typer.Option("--name", metavar=_("NAME"), help=_("Who takes it."))],
    identity: Annotated[
        str | None,
        typer.Option(
            "--identity",
            metavar=_("KIND[:NUMBER]"),
            help=_("The paper looked at: cccd, cmnd, passport, vneid, other; without its number, that is asked."),
        ),
    ] = None,
    paper: Annotated[
        list[str] | None,
        typer.Option(
            "--paper",
            metavar=_("TITLE[:COPIES]"),
            help=_("An original that was handed out (else the result alone); repeat it."),
        ),
    ] = None,
    copy: Annotated[
        list[str] | None,
        typer.Option("--copy", metavar=_("TITLE[:COPIES]"), help=_("A copy that was handed out; repeat it.")),
    ] = None,
    scan: Annotated[
        Path | None, typer.Option("--scan", metavar=_("FILE"), help=_("The receipt that they signed, scanned."))
    ] = None,
    known: Annotated[
        str | None,
        typer.Option("--known", metavar=_("REASON"), help=_("Why nothing was signed: how you know them.")),
    ] = None,
    authority: Annotated[
        Path | None,
        typer.Option("--authority", metavar=_("FILE"), help=_("The paper by which they take it for the applicant.")),
    ] = None,
    json: AsJson = False,
) -> None:
    """Give a result."""
    from adapters.cli.documents import upload
    from adapters.cli.identity import checked

    papers = [*(_paper(each, original=True) for each in paper or ()), *(_paper(e, original=False) for e in copy or ())]
    body: dict[str, object] = {"to": to, "name": name, "papers": papers}
    body |= {"identity": checked(identity, dict(os.environ))} if identity is not None else {}
    client = open_session(ctx).client
    for field, file in (("scan", scan), ("authority", authority)):
        body |= {field: upload(client, file)["sha256"]} if file is not None else {}
    body |= {"known": known} if known is not None else {}
    value = client.post_safely(path("dispatches", dispatch, "give"), body, key=fresh_key())
    if json:
        out_json(value)
    else:
        out(_("{dispatch} was given to {name}.").format(dispatch=escape(dispatch), name=escape(name)))


def _paper(text: str, *, original: bool) -> dict[str, object]:
    title, separator, copies = text.rpartition(":")
    if not separator:
        return {"title": text, "copies": 1, "original": original}
    if not (copies.isascii() and copies.isdigit() and 0 < int(copies) < 1000 and title):
        raise CommandFailed(
            "bad-paper", _("{text}: expected a title, or title:copies").format(text=repr(text)), exit_code=USAGE
        )
    return {"title": title, "copies": int(copies), "original": original}
