"""`hoso comment`: what officers write beside a dossier."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from adapters.cli.client import fresh_key, path
from adapters.cli.language import _
from adapters.cli.listing import AsJson
from adapters.cli.session import open_session
from adapters.cli.shell import Commands
from adapters.cli.terminal import escape, out, out_json, say
from adapters.cli.words import comment_line

app = Commands(_("Comments on dossiers: add one, list them."), group=True)
Code = Annotated[str, typer.Argument(metavar=_("DOSSIER"), help=_("The dossier's code, such as H29.5-261121-0001."))]


@app.verb(
    "add",
    _("Write a comment on a dossier; it is not signed and cannot be changed afterwards."),
    "hoso comment add H29.5-261121-0001 'Đã gọi bà Tuyết, hẹn thứ Hai'",
    "hoso comment add H29.5-261121-0001 'Xem lại trang 2' --task H29.5-261121-0001.3",
)
def add(
    ctx: typer.Context,
    code: Code,
    text: Annotated[str, typer.Argument(metavar=_("TEXT"), help=_("At most 4000 characters."))],
    task: Annotated[
        str | None, typer.Option("--task", metavar=_("TASK"), help=_("At which of the dossier's tasks."))
    ] = None,
    json: AsJson = False,
) -> None:
    """Add a comment."""
    sent = {"text": text, **({"task": task} if task else {})}
    value = open_session(ctx).client.post_safely(path("dossiers", code, "comments"), sent, key=fresh_key())
    if json:
        out_json(value)
    else:
        out(_("The comment stands beside dossier {code}.").format(code=escape(code)))


@app.verb("list", _("List the comments on a dossier, the oldest first."), "hoso comment list H29.5-261121-0001")
def list_(ctx: typer.Context, code: Code, json: AsJson = False) -> None:
    """List comments."""
    items: list[Mapping[str, Any]] = list(open_session(ctx).client.items(path("dossiers", code, "comments")))
    if json:
        out_json({"items": items})
        return
    for item in items:
        out(comment_line(item))
    if not items:
        say(_("Nothing to list."))
