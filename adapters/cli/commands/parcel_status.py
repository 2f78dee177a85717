"""`hoso dispatch import-status`: a carrier's list of what became of parcels."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from adapters.cli.client import Client, fresh_key, path
from adapters.cli.codes import in_words
from adapters.cli.errors import REFUSED, CommandFailed
from adapters.cli.language import _
from adapters.cli.listing import AsJson
from adapters.cli.session import open_session
from adapters.cli.shell import Commands
from adapters.cli.terminal import escape, out, out_json, say

Json = dict[str, Any]
AT_ONCE = 200  # lines of one request, which is one transaction of the server
PATIENCE = 120  # seconds


def add_to(app: Commands) -> None:
    """Register the verb."""
    app.verb(
        "import-status",
        _("Read a carrier's list of what became of parcels: CSV or JSON lines; again, it changes nothing (clerks)."),
        "hoso dispatch import-status trang-thai.csv --carrier vnpost",
        "hoso dispatch import-status - --carrier viettel --json < status.jsonl",
    )(import_status)


def import_status(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar=_("FILE"), help=_("The list; - is stdin."))],
    carrier: Annotated[str, typer.Option(metavar=_("CARRIER"), help=_("Whose list it is, such as vnpost."))],
    json: AsJson = False,
) -> None:
    """Import a list."""
    from adapters.cli.status_lists import read_lines

    client = open_session(ctx).client.patient(PATIENCE)
    content = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    try:
        lines = list(read_lines(content.decode("utf-8")))
    except UnicodeDecodeError:
        raise CommandFailed("bad-list", _("the list is not in UTF-8"), remedy=_("save it as CSV UTF-8")) from None
    unread = [_unread(each.number, each.why) for each in lines if each.why]
    told = [*unread, *_sent(client, carrier, [each.sent for each in lines if not each.why])]
    items = sorted(told, key=lambda item: item["line"])
    if json:
        out_json({"items": items, **_counts(items)})
    else:
        _tell(items)
    if refused := _counts(items)["refused"]:
        message = _("{refused} of {count} lines were not taken").format(refused=refused, count=len(items))
        raise CommandFailed(
            "some-refused", message, remedy=_("see why above; correct them and read it again"), exit_code=REFUSED
        )


def _sent(client: Client, carrier: str, lines: Sequence[Mapping[str, Any]]) -> Iterator[Json]:
    from adapters.cli.progress import Progress

    progress = Progress(len(lines), 0, words=_("{count} of {size} lines, {rate} a second, {left} left"))
    for start in range(0, len(lines), AT_ONCE):
        sent = {"carrier": carrier, "lines": list(lines[start : start + AT_ONCE])}
        yield from client.post_safely(path("parcel-words"), sent, key=fresh_key())["items"]
        progress.at(min(start + AT_ONCE, len(lines)))
    progress.end()


def _unread(number: int, why: str) -> Json:
    refusal = {"code": "line-unreadable", "message": why, "remedy": ""}
    return {"line": number, "dispatch": None, "effect": None, "state": None, "refusal": refusal}


def _counts(items: Sequence[Json]) -> dict[str, int]:
    effects = ("moved", "known", "unknown", "contradicted")
    counts = {effect: sum(item["effect"] == effect for item in items) for effect in effects}
    return {**counts, "refused": sum(item["refusal"] is not None for item in items)}


def _tell(items: Sequence[Json]) -> None:
    """What is not as it should be, line by line; and how many were taken."""
    for item in items:
        if why := _why(item):
            out(_("line {number}: {why}").format(number=item["line"], why=escape(why)))
    counted = _(
        "{moved} moved a parcel, {known} were known, {unknown} mean nothing here,"
        " {contradicted} contradict what is known, {refused} were not taken."
    )
    say(counted.format(**_counts(items)))


def _why(item: Json) -> str:
    if refusal := item["refusal"]:
        return f"{in_words(refusal['code'], refusal['message'])}   [{refusal['code']}]"
    if item["effect"] == "unknown":
        return _("{dispatch}: this status means nothing here; it is kept").format(dispatch=item["dispatch"])
    if item["effect"] == "contradicted":
        return _("{dispatch}: it says otherwise than is known; it is noted").format(dispatch=item["dispatch"])
    return ""
