"""`hoso message`: send one to whom it concerns, and see which wait."""

from pathlib import Path
from typing import Annotated, Any

import typer

from adapters.cli.client import fresh_key, path
from adapters.cli.language import _
from adapters.cli.listing import AsJson, Column, print_list
from adapters.cli.session import open_session
from adapters.cli.shell import Commands
from adapters.cli.terminal import escape, out, out_json
from adapters.cli.times import local

app = Commands(_("Messages: send one to whom it concerns, list those that wait."), group=True)
Settings = Annotated[
    list[str] | None, typer.Option("--set", metavar=_("KEY=VALUE"), help=_("A field of the data; repeat it."))
]
DataFile = Annotated[Path | None, typer.Option("--data", metavar=_("FILE"), help=_("The data as a JSON object."))]


@app.verb(
    "send",
    _("Send a message to who waits for it, to the process that it starts, or to wait for a receiver."),
    "hoso message send ket-qua-xac-minh --key H29.5-261121-0002 --set ket_qua=dung",
    "hoso message send to-khai-moi --data to-khai.json --ttl PT1H",
)
def send(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar=_("MESSAGE"), help=_("The message's name in the process."))],
    key: Annotated[
        str | None, typer.Option(metavar=_("KEY"), help=_("Its correlation key: which dossier it means."))
    ] = None,
    set_: Settings = None,
    data: DataFile = None,
    ttl: Annotated[
        str | None,
        typer.Option(metavar="PT1H", help=_("How long it may wait, at most P90D; PT0S: not at all (else P7D).")),
    ] = None,
    json: AsJson = False,
) -> None:
    """Send a message."""
    from adapters.cli.input import read_data

    body: dict[str, object] = {"name": name, "data": read_data(data, set_ or ())}
    body |= {"key": key} if key is not None else {}
    body |= {"ttl": ttl} if ttl is not None else {}
    # The key of the request is the same for every attempt, so that an answer that is lost makes no second message.
    value = open_session(ctx).client.post_safely(path("messages"), body, key=fresh_key())
    if json:
        out_json(value)
    else:
        out(_told(name, value))


def _told(name: str, value: dict[str, Any]) -> str:
    dossier = escape(value.get("dossier"))
    if value.get("result") == "correlated":
        return _("Dossier {code} has received message {name}.").format(code=dossier, name=escape(name))
    if value.get("result") == "started":
        return _("Message {name} has started dossier {code}.").format(code=dossier, name=escape(name))
    text = _("Message {name} waits for its receiver until {time}.")
    return text.format(name=escape(name), time=escape(local(value.get("expires"))))


@app.verb("list", _("List the messages that wait for a receiver."), "hoso message list", "hoso message list --json")
def list_(ctx: typer.Context, json: AsJson = False) -> None:
    """List messages."""
    columns: list[Column] = [
        (_("MESSAGE"), "name"),
        (_("KEY"), "key"),
        (_("FROM"), lambda item: item.get("officer") or item.get("dossier")),
        (_("UNIT"), "unit"),
        (_("SENT"), lambda item: local(item.get("sent"))),
        (_("EXPIRES"), lambda item: local(item.get("expires"))),
    ]
    print_list(open_session(ctx).client.items(path("messages")), columns, as_json=json)
