"""`hoso dossier`: start one, find one, read its story."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from adapters.cli.client import Client, fresh_key, path
from adapters.cli.commands import erasure, intervention
from adapters.cli.language import _
from adapters.cli.listing import AsJson, Column, print_list, print_one
from adapters.cli.plans import token_line
from adapters.cli.retention import erased, kept
from adapters.cli.session import open_session
from adapters.cli.shell import Commands
from adapters.cli.terminal import Lines, escape, out, out_json, say
from adapters.cli.times import local
from adapters.cli.words import (
    attachment_line,
    channel_word,
    comment_line,
    dispatch_word,
    document_line,
    recipient_name,
    status_word,
)

app = Commands(_("Dossiers: start, list, show, follow, suspend, move, migrate."), group=True)
FOUND = 50  # of a search, after which it stops
LOOKS = 5  # at many dossiers each, that one search has
Code = Annotated[str, typer.Argument(metavar=_("DOSSIER"), help=_("The dossier's code, such as H29.5-261121-0001."))]
Settings = Annotated[
    list[str] | None, typer.Option("--set", metavar=_("KEY=VALUE"), help=_("A field of the data; repeat it."))
]
DataFile = Annotated[Path | None, typer.Option("--data", metavar=_("FILE"), help=_("The data as a JSON object."))]


@app.verb(
    "start",
    _("Start a dossier of a process: its applicant, data and documents."),
    "hoso dossier start van-ban-di --title 'Về việc nghỉ Tết' --applicant 'Văn phòng'",
    "hoso dossier start khai-tu --applicant 'Trần Văn An' --data to-khai.json --document giay-bao-tu.pdf",
)
def start(
    ctx: typer.Context,
    process: Annotated[str, typer.Argument(metavar=_("PROCESS"), help=_("The key of a deployed process."))],
    procedure: Annotated[
        str | None, typer.Option(metavar=_("TEXT"), help=_("The procedure's code (else the process's own)."))
    ] = None,
    channel: Annotated[
        str, typer.Option(metavar=_("TEXT"), help=_("How it arrived: direct, online, post, email or edxml."))
    ] = "direct",
    title: Annotated[
        str | None, typer.Option(metavar=_("TEXT"), help=_("What it is about (else the process)."))
    ] = None,
    applicant: Annotated[
        list[str] | None,
        typer.Option(metavar=_("TEXT"), help=_("The applicant's name, or a detail as key=value; repeat it.")),
    ] = None,
    submitter: Annotated[
        str | None, typer.Option(metavar=_("TEXT"), help=_("Who hands it in, when that is somebody else."))
    ] = None,
    unit: Annotated[
        str | None,
        typer.Option(metavar=_("UNIT"), help=_("The unit in which it begins (else where you may start it).")),
    ] = None,
    set_: Settings = None,
    data: DataFile = None,
    document: Annotated[
        list[Path] | None, typer.Option(metavar=_("FILE"), help=_("A document of it; repeat it."))
    ] = None,
    json: AsJson = False,
) -> None:
    """Start a dossier."""
    from adapters.cli.documents import upload
    from adapters.cli.input import read_data

    client = open_session(ctx).client
    body: dict[str, object] = {
        "process": process,
        "channel": channel,
        "applicant": _applicant(applicant or []),
        "data": read_data(data, set_ or ()),
        "documents": [upload(client, file) for file in document or ()],
    }
    body |= {"title": title} if title else {}
    body |= {"procedure": procedure} if procedure else {}
    body |= {"submitter": submitter} if submitter else {}
    body |= {"unit": unit} if unit else {}
    # The key is the same for every attempt, so that an answer that is lost does not make a second dossier.
    value = client.post_safely(path("dossiers"), body, key=fresh_key())
    if json:
        out_json(value)
    else:
        out(_("Dossier {code} has started.").format(code=escape(value.get("code"))))


def _applicant(given: list[str]) -> dict[str, str]:
    """Read `--applicant`: a name, and details such as phone=0912345678."""
    pairs = (text.partition("=") if "=" in text else ("name", "=", text) for text in given)
    return {name.strip(): value for name, _separator, value in pairs}


@app.verb(
    "list",
    _("List the dossiers that you may see."),
    "hoso dossier list",
    "hoso dossier list --search 'anh tuyet'",
    "hoso dossier list --search 0017 --json",
)
def list_(
    ctx: typer.Context,
    search: Annotated[
        str | None,
        typer.Option(
            metavar=_("TEXT"),
            help=_("Only those whose code, title, applicant or steps have these words; accents do not matter."),
        ),
    ] = None,
    json: AsJson = False,
) -> None:
    """List dossiers."""
    columns: list[Column] = [
        (_("DOSSIER"), "code"),
        (_("TITLE"), "title"),
        (_("PROCESS"), "process"),
        (_("STATUS"), _status),
        (_("INCIDENTS"), lambda item: item.get("incidents") or None),
        (_("RECEIVED"), "started"),
        (_("DUE"), "due"),
    ]
    client = open_session(ctx).client
    if search is None:
        print_list(client.items(path("dossiers")), columns, as_json=json)
        return
    found, more = _found(client, search)
    if json:
        out_json({"items": found, "more": more})
        return
    print_list(found, columns, as_json=False)
    if more:
        say(_("There may be more, received earlier: search with more words."))


def _found(client: Client, search: str) -> tuple[list[Mapping[str, Any]], bool]:
    """The newest that the search finds, and whether it looked at only some of many dossiers."""
    found: list[Mapping[str, Any]] = []
    cursor: object = None
    for _look in range(LOOKS):
        page = client.get(path("dossiers"), search=search, cursor=cursor)
        found += page.get("items") or []
        cursor = page.get("next")
        if not cursor or len(found) >= FOUND:
            break
    return found, bool(cursor)


def _status(item: Mapping[str, Any]) -> str:
    word = status_word(item.get("status"))
    if item.get("erased"):
        return _("{status}, erased").format(status=word)
    return _("{status}, suspended").format(status=word) if item.get("suspended") else word


@app.verb(
    "show",
    _("Show a dossier: where it stands, its data and documents."),
    "hoso dossier show H29.5-261121-0001",
    "hoso dossier show H29.5-261121-0001 --tokens",
)
def show_(
    ctx: typer.Context,
    code: Code,
    tokens: Annotated[
        bool, typer.Option("--tokens", help=_("Also what lives in it, by the number that it can be ended by."))
    ] = False,
    json: AsJson = False,
) -> None:
    """Show a dossier."""
    labels = {
        "code": _("Dossier"),
        "title": _("Title"),
        "process": _("Process"),
        "version": _("Version"),
        "bundle_hash": _("Bundle"),
        "procedure": _("Procedure"),
        "unit": _("Unit"),
        "status": _("Status"),
        "suspended": _("Suspended since"),
        "applicant": _("Applicant"),
        "submitter": _("Submitter"),
        "channel": _("Channel"),
        "started": _("Received"),
        "due": _("Due"),
        "finished": _("Finished"),
        "retention": _("Kept"),
        "erasure": _("Erased"),
        "revision": _("Revision"),
        "incidents": _("Incidents"),
        "tokens": _("What lives in it"),
        "tasks": _("Open tasks"),
        "jobs": _("Work of programs"),
        "documents": _("Documents"),
        "dispatches": _("Dispatches"),
        "data": _("Dossier data"),
        "comments": _("Comments"),
        "attachments": _("Attachments"),
    }
    client = open_session(ctx).client
    value = client.get(path("dossiers", code))
    if tokens:
        value["tokens"] = list(client.items(path("dossiers", code, "tokens")))
    print_one(value if json else _in_words(value), labels, as_json=json)


def _in_words(value: Mapping[str, Any]) -> dict[str, Any]:
    """The dossier with its codes in words, and one line for each task, job, document and dispatch."""
    lines = {
        "tasks": _task,
        "jobs": _job,
        "documents": document_line,
        "comments": comment_line,
        "attachments": attachment_line,
        "dispatches": _dispatch,
        "tokens": token_line,
        "incidents": _incident,
    }
    listed = {
        name: Lines([*map(line, value.get(name) or ()), *_more(value, name)])
        for name, line in lines.items()
        if name in value
    }
    words = {"status": status_word(value.get("status")), "channel": channel_word(value.get("channel"))}
    rule, gone = value.get("retention"), value.get("erasure")
    words |= {"retention": kept(rule)} if isinstance(rule, Mapping) else {}
    words |= {"erasure": erased(gone)} if isinstance(gone, Mapping) else {}
    hidden = ("open_tasks", "open_jobs", "erased")
    return {key: part for key, part in {**value, **words, **listed}.items() if key not in hidden}


def _more(value: Mapping[str, Any], name: str) -> list[str]:
    """How many are not shown: a wide dossier may have a thousand open tasks."""
    count, shown = value.get(f"open_{name}"), value.get(name) or ()
    if not isinstance(count, int) or count <= len(shown):
        return []
    more = count - len(shown)
    if name == "tasks":
        return [_("and {more} more: hoso dossier tasks {code}").format(more=more, code=escape(value.get("code")))]
    return [_("and {more} more").format(more=more)]


def _task(item: Mapping[str, Any]) -> str:
    name = f"{escape(item.get('id'))}  {escape(item.get('name'))}"
    if item.get("holder"):
        return _("{task}, held by {holder}").format(task=name, holder=escape(item["holder"]))
    return _("{task}, waits for {role}").format(task=name, role=escape(item.get("role") or "-"))


def _job(item: Mapping[str, Any]) -> str:
    parts = (item.get("type"), item.get("element"), item.get("state"), item.get("error"))
    return ", ".join(escape(part) for part in parts if part)


def _incident(item: Mapping[str, Any]) -> str:
    return _("{id}  {name}: {message}   [{code}], since {since}").format(
        id=escape(item.get("id")),
        name=escape(item.get("name") or item.get("element")),
        message=escape(item.get("message")),
        code=escape(item.get("code")),
        since=local(item.get("since")),
    )


def _dispatch(item: Mapping[str, Any]) -> str:
    who = recipient_name(item.get("recipient"))
    words = (channel_word(item.get("channel")), dispatch_word(item.get("state")), who)
    return f"{escape(item.get('id'))}  {', '.join(word for word in words if word)}"


@app.verb("tasks", _("List the open tasks of a dossier, all of them."), "hoso dossier tasks H29.5-261121-0001")
def tasks(ctx: typer.Context, code: Code, json: AsJson = False) -> None:
    """List its open tasks."""
    columns: list[Column] = [
        (_("TASK"), "id"),
        (_("STEP"), "name"),
        (_("HOLDER"), "holder"),
        (_("ROLE"), "role"),
        (_("OPENED"), "opened"),
        (_("DUE"), "due"),
    ]
    print_list(open_session(ctx).client.items(path("dossiers", code, "tasks")), columns, as_json=json)


@app.verb("history", _("Tell a dossier's story, act by act."), "hoso dossier history H29.5-261121-0001")
def history(ctx: typer.Context, code: Code, json: AsJson = False) -> None:
    """Tell the story."""
    items = list(open_session(ctx).client.items(path("dossiers", code, "history")))
    if json:
        out_json({"items": items})
        return
    from adapters.cli.story import tell

    for line in tell(items):
        out(line)


@app.verb(
    "message",
    _("Give a waiting dossier a message: what the family, a carrier or another office answered."),
    "hoso dossier message H29.5-261121-0002 appointment-moved --set appointment=2026-11-25T02:00:00Z",
)
def message(
    ctx: typer.Context,
    code: Code,
    name: Annotated[str, typer.Argument(metavar=_("MESSAGE"), help=_("The message's name in the process."))],
    set_: Settings = None,
    data: DataFile = None,
    json: AsJson = False,
) -> None:
    """Send a message."""
    from adapters.cli.input import read_data

    body = {"name": name, "data": read_data(data, set_ or ())}
    value = open_session(ctx).client.post(path("dossiers", code, "messages"), body)
    if json:
        out_json(value)
    else:
        out(_("Dossier {code} has received message {name}.").format(code=escape(code), name=escape(name)))


intervention.add_to(app)
erasure.add_to(app)
