"""`hoso attachment`: working papers that lie beside a dossier. No approval covers them."""

import hashlib
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from adapters.cli.client import Client, fresh_key, path
from adapters.cli.errors import FAILURE, SIGNATURE, USAGE, CommandFailed
from adapters.cli.language import _
from adapters.cli.listing import AsJson, Column, print_list
from adapters.cli.session import open_session
from adapters.cli.shell import Commands
from adapters.cli.terminal import escape, out, out_json, say
from adapters.cli.times import local

app = Commands(_("Attachments: working papers beside a dossier, which nobody signs."), group=True)
Code = Annotated[str, typer.Argument(metavar=_("DOSSIER"), help=_("The dossier's code, such as H29.5-261121-0001."))]
Number = Annotated[str, typer.Argument(metavar=_("NUMBER"), help=_("The attachment's number (hoso attachment list)."))]


@app.verb(
    "add",
    _("Lay a file beside a dossier."),
    "hoso attachment add H29.5-261121-0001 to-trinh-nhap.docx",
    "hoso attachment add H29.5-261121-0001 anh.jpg --task H29.5-261121-0001.3",
)
def add(
    ctx: typer.Context,
    code: Code,
    file: Annotated[Path, typer.Argument(metavar=_("FILE"), help=_("The file."))],
    task: Annotated[
        str | None, typer.Option("--task", metavar=_("TASK"), help=_("At which of the dossier's tasks."))
    ] = None,
    json: AsJson = False,
) -> None:
    """Add an attachment."""
    from adapters.cli.documents import upload

    client = open_session(ctx).client
    sent = {**upload(client, file), **({"task": task} if task else {})}
    value = client.post_safely(path("dossiers", code, "attachments"), sent, key=fresh_key())
    if json:
        out_json(value)
    else:
        text = _("{name} lies beside dossier {code} as attachment {number}.")
        out(text.format(name=escape(value.get("name")), code=escape(code), number=escape(value.get("id"))))


@app.verb("list", _("List a dossier's attachments."), "hoso attachment list H29.5-261121-0001")
def list_(ctx: typer.Context, code: Code, json: AsJson = False) -> None:
    """List attachments."""
    columns: list[Column] = [
        (_("NUMBER"), "id"),
        (_("NAME"), "name"),
        (_("SIZE"), "size"),
        (_("BY"), lambda item: item.get("officer_name") or item.get("officer")),
        (_("ADDED"), "time"),
        (_("REMOVED"), lambda item: local(item["removed"]) if item.get("removed") else None),
    ]
    print_list(open_session(ctx).client.items(path("dossiers", code, "attachments")), columns, as_json=json)


@app.verb(
    "get",
    _("Get an attachment; bytes with another digest than the list says are refused."),
    "hoso attachment get H29.5-261121-0001 3 -o to-trinh-nhap.docx",
)
def get(
    ctx: typer.Context,
    code: Code,
    number: Number,
    output: Annotated[
        str, typer.Option("--output", "-o", metavar=_("FILE"), help=_("Where to write it; - is stdout."))
    ],
) -> None:
    """Get an attachment."""
    content = _fetch(open_session(ctx).client, code, _number(number))
    if output == "-":
        sys.stdout.buffer.write(content)
        return
    Path(output).write_bytes(content)
    say(_("{file}: {size} bytes, digest checked").format(file=output, size=len(content)))


@app.verb(
    "remove",
    _("Take an attachment away (who added it, or a head); its bytes stay for the auditor."),
    "hoso attachment remove H29.5-261121-0001 3",
)
def remove(ctx: typer.Context, code: Code, number: Number, json: AsJson = False) -> None:
    """Remove an attachment."""
    value = open_session(ctx).client.delete(path("dossiers", code, "attachments", _number(number)), key=fresh_key())
    if json:
        out_json(value)
    else:
        out(_("Attachment {number} of dossier {code} is removed.").format(number=escape(number), code=escape(code)))


def _fetch(client: Client, code: str, number: str) -> bytes:
    where = path("dossiers", code, "attachments")
    told: dict[str, Any] | None = next((item for item in client.items(where) if str(item.get("id")) == number), None)
    if told is None:
        raise CommandFailed(
            "attachment-unknown",
            _("dossier {code} has no attachment {number}").format(code=escape(code), number=escape(number)),
            remedy=_("list them: hoso attachment list {code}").format(code=escape(code)),
            exit_code=FAILURE,
        )
    content = client.get_bytes(f"{where}/{number}")
    found = hashlib.sha256(content).hexdigest()
    if found != told.get("sha256"):
        raise CommandFailed(
            "document-altered",
            _("the server gave other bytes than document {expected}: they have digest {found}").format(
                expected=escape(told.get("sha256")), found=found
            ),
            remedy=_("sign nothing; tell your administrator"),
            exit_code=SIGNATURE,
        )
    return content


def _number(text: str) -> str:
    if text.isascii() and text.isdigit() and len(text) < 10:
        return str(int(text))
    raise CommandFailed("bad-number", _("{text}: expected a number").format(text=repr(text)), exit_code=USAGE)
