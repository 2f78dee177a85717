"""Handing parcels over: the record is read before it is signed, and each of its parcels told once both sides have."""

import csv
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from adapters.cli.acts import Act, Consent, finish
from adapters.cli.client import Client, path
from adapters.cli.errors import SIGNATURE, USAGE, CommandFailed
from adapters.cli.input import read_file
from adapters.cli.language import _
from adapters.cli.progress import Progress
from adapters.cli.session import Session
from adapters.cli.terminal import escape
from signing.canonical import canonical

ACT = "parcels-handed-over"
SIGNED = ("carrier", "unit", "paper", "listing", "parcels")
COLUMNS = ("dispatch", "item")
Json = dict[str, Any]


def sign(session: Session, id: str, consent: Consent) -> Json:
    """Read the record whole, and sign it: the PDF that came and the list are those that are signed."""
    consent.keys(session)
    client = session.client
    record = client.get(path("handovers", id))
    parcels = [{"dispatch": each["id"], "item": each["item"] or ""} for each in _parcels(client, id)]
    listing = canonical({"record": id, "carrier": record.get("carrier"), "parcels": parcels})
    _same(_("PDF"), client.get_bytes(path("handovers", id, "paper")), record.get("paper"))
    _same(_("list"), listing, record.get("listing"))
    answer = client.post(path("handovers", id, "sign"), {"sign": True})
    body = {name: record[name] for name in SIGNED}
    shown = (f"    {escape(each['dispatch'])}  {escape(each['item'])}" for each in parcels)
    return finish(session, answer, Act(act=ACT, subject=id, body=body), consent, shown)


def countersign(client: Client, id: str, file: Path, *, means: str, by: str) -> Json:
    """Give what the carrier signed, then tell each parcel."""
    content = read_file(file)
    digest = hashlib.sha256(content).hexdigest()
    client.put_bytes(path("documents", digest), content, media_type="application/pdf")
    client.post(path("handovers", id, "countersign"), {"sha256": digest, "means": means, "by": by})
    return tell(client, id)


def tell(client: Client, id: str) -> Json:
    """Tell the parcels that are left; the server goes on by itself, should this end."""
    answer = client.post(path("handovers", id, "tell"), {})
    bar = Progress(answer["parcels"], answer["parcels"] - answer["left"], words=_PARCELS())
    while answer["left"]:
        bar.at(answer["parcels"] - answer["left"])
        answer = client.post(path("handovers", id, "tell"), {})
    bar.end()
    return client.get(path("handovers", id))


def set_items(client: Client, carrier: str, file: Path) -> Iterator[Json]:
    """Give the parcels of a file their item codes, one by one; yields what came of each."""
    from adapters.cli.bulk import OF_ONE
    from adapters.cli.client import Problem

    rows = _read(file)
    bar = Progress(len(rows), 0, words=_PARCELS())
    for number, (dispatch, item) in enumerate(rows, start=1):
        bar.at(number)
        try:
            done = client.post(path("dispatches", dispatch, "item"), {"carrier": carrier, "item": item})
        except Problem as problem:
            if problem.status not in OF_ONE:
                raise
            yield {"id": dispatch, "item": item, "refused": True, "code": problem.code, "message": problem.message}
        else:
            yield {"id": dispatch, "item": done["item"], "refused": False}
    bar.end()


def _PARCELS() -> str:  # noqa: N802  (a constant, but in the language of the moment)
    return _("{count} of {size} parcels, {rate} a second, {left} left")


def _parcels(client: Client, id: str) -> Iterator[Json]:
    return client.items(path("handovers", id, "parcels"), limit=200)


def _same(what: str, content: bytes, digest: object) -> None:
    if hashlib.sha256(content).hexdigest() != digest:
        raise CommandFailed(
            "handover-altered",
            _("the {what} of the record is not the one that would be signed").format(what=what),
            remedy=_("make the record anew: hoso dispatch handover create; if that fails too, tell your administrator"),
            exit_code=SIGNATURE,
        )


def _read(file: Path) -> list[tuple[str, str]]:
    """The rows of a CSV file with the columns `dispatch` and `item`."""
    try:
        table = csv.DictReader(read_file(file).decode("utf-8-sig").splitlines())
        if missing := sorted({*COLUMNS} - {*(table.fieldnames or ())}):
            raise _bad(file, _("it has no column {name}").format(name=missing[0]))
        return [(str(row["dispatch"] or ""), str(row["item"] or "")) for row in table]
    except (UnicodeDecodeError, csv.Error) as error:
        raise _bad(file, str(error)) from None


def _bad(file: Path, why: str) -> CommandFailed:
    text = _("{file}: {why}").format(file=escape(file), why=escape(why))
    return CommandFailed("bad-file", text, remedy=_("give a CSV file: dispatch,item"), exit_code=USAGE)
