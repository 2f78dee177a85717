"""Read a carrier's list of what became of parcels: each line has its own outcome, and one that is bad stops no other.

Reading the same list again does nothing: what was told is known by item, status and time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from adapters.application.answer import Answer, Request, once, refuse
from adapters.application.application import Application
from adapters.application.parcel_acts import SEE_TO, unknown
from adapters.application.tracking import OFFICE, Word, tell
from adapters.database import dossiers, jobs, parcels, scope
from adapters.database.parcels import Row
from adapters.database.store import Transaction
from engine import policy
from engine.errors import Kind, Refusal
from engine.officer import Officer
from engine.parcel_words import GENERIC, meaning
from engine.parcels import Event

MOST = 200
"""Lines of one transaction: while it runs, nobody else's act becomes a leaf."""
AHEAD = timedelta(minutes=5)  # a carrier's clock may go before ours


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a list. `number`: where it stands in the file; `parcel`: the code of the dispatch, or the item's.

    `raw`: the line as it is written.
    """

    number: int
    parcel: str
    status: str
    at: datetime
    raw: str


def read_lines(
    app: Application,
    officer: Officer,
    request: Request,
    carrier: str,
    lines: Sequence[Line],
    words: Mapping[str, Event] = GENERIC,
) -> Answer:
    """Tell of each line in one transaction of at most `MOST`; `words`: what the carrier's statuses mean."""

    def act(tx: Transaction) -> Answer:
        if carrier == OFFICE:
            return refuse(_own())
        found = [_of(app, tx, officer, carrier, line) for line in lines]
        rows = [each for each in found if not isinstance(each, Refusal)]
        for code in sorted({row["dossier"] for row in rows}):  # all of them before the first leaf
            dossiers.load(tx, code, lock=True, part=None)
        told = [_told(app, tx, officer, carrier, line, of, words) for line, of in zip(lines, found, strict=True)]
        return Answer(body={"items": told})

    return once(app, request, act)


def _of(app: Application, tx: Transaction, officer: Officer, carrier: str, line: Line) -> Row | Refusal:
    """The dispatch that the line tells of."""
    if line.at > app.clock() + AHEAD:
        message = f"line {line.number} tells of {line.at:%Y-%m-%dT%H:%M:%S%z}, which has not come yet"
        return Refusal(kind=Kind.INVALID, code="word-ahead", message=message, remedy="correct its time")
    key = parcels.key_of_item(tx, carrier, line.parcel) or parcels.find_key(tx, line.parcel)
    row = jobs.find_dispatch(tx, key) if key else None
    if row is None or not scope.sees(tx, officer, row["dossier"]):
        return unknown(line.parcel)
    dossier = dossiers.load(tx, row["dossier"], part=None)
    assert dossier is not None
    return policy.refuses(officer, SEE_TO, dossier.unit) or row


def _told(
    app: Application,
    tx: Transaction,
    officer: Officer,
    carrier: str,
    line: Line,
    row: Row | Refusal,
    words: Mapping[str, Event],
) -> dict[str, Any]:
    if isinstance(row, Refusal):
        return _refused(line, row)
    parcel = parcels.find(tx, row["key"])
    item = parcel["item"] if parcel is not None and parcel["item"] and parcel["carrier"] == carrier else row["code"]
    word = Word(
        carrier=carrier,
        item=item,
        status=line.status,
        event=meaning(words, line.status),
        at=line.at,
        raw=line.raw.encode(),
    )
    told = tell(app, tx, row["key"], word, actor=officer.id)
    if isinstance(told, Refusal):
        return _refused(line, told)
    effect, state = told.effect.value, told.state.value
    return {"line": line.number, "dispatch": told.code, "effect": effect, "state": state, "refusal": None}


def _refused(line: Line, why: Refusal) -> dict[str, Any]:
    refusal = {"code": why.code, "message": why.message, "remedy": why.remedy}
    return {"line": line.number, "dispatch": None, "effect": None, "state": None, "refusal": refusal}


def _own() -> Refusal:
    message = f"{OFFICE!r} names the office itself, not a carrier"
    return Refusal(kind=Kind.INVALID, code="carrier-own", message=message, remedy="name the carrier with --carrier")
