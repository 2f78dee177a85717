"""Read a carrier's list of what became of parcels: each line has its own outcome, and one that is bad stops no other.

Reading the same list again does nothing: what was told is known by item, status and time.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from unicodedata import normalize

from adapters.application.answer import Answer, Request, once, refuse
from adapters.application.application import Application
from adapters.application.parcel_acts import SEE_TO, unknown
from adapters.application.strays import SKEW
from adapters.application.tracking import OFFICE, Told, Word, heard
from adapters.application.trail import append
from adapters.database import dossiers, handovers, jobs, parcels, scope
from adapters.database.parcels import Row
from adapters.database.store import Transaction
from engine import policy
from engine.errors import Kind, Refusal
from engine.item_codes import read_item_code
from engine.officer import Officer
from engine.outcome import LeafDraft
from engine.parcel_words import GENERIC, meaning
from engine.parcels import Event

MOST = 200
"""Lines of one transaction: while it runs, nobody else's act becomes a leaf."""
LONGEST = 60  # characters of a status
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

    @property
    def fit(self) -> bool:
        """Whether both databases can keep it: no NUL, no half of a surrogate pair, no status that is too long."""
        text = f"{self.parcel}{self.status}{self.raw}"
        whole = not any(each == "\0" or "\ud800" <= each <= "\udfff" for each in text)
        return whole and len(self.status) <= LONGEST


def read_lines(
    app: Application,
    officer: Officer,
    request: Request,
    carrier: str,
    lines: Sequence[Line],
) -> Answer:
    """Tell of each line in one transaction of at most `MOST`; the carrier's own words go before what all write."""
    words: Mapping[str, Event | None] = {**GENERIC, **app.carriers.statuses_of(carrier)}
    lines = [replace(line, status=normalize("NFC", line.status)) for line in lines]  # as the tables are written

    def act(tx: Transaction) -> Answer:
        if carrier == OFFICE:
            return refuse(_own())
        rows = [_row(tx, carrier, line.parcel) if line.fit else None for line in lines]
        known = [row for row in rows if row is not None]
        refusals = _locked(tx, officer, {row["dossier"] for row in known})
        handovers.lock(tx, sorted({row["key"] for row in known}))  # in the order in which a record takes them
        items, leaves = list[dict[str, Any]](), list[LeafDraft]()
        for line, row in zip(lines, rows, strict=True):
            refusal = _refuses(app, line, row, refusals)
            if refusal is not None or row is None:
                items.append(_refused(line, refusal or unknown(line.parcel)))
                continue
            told, made = heard(app, tx, row["key"], _word(tx, carrier, line, row, words), actor=officer.id)
            items.append(_taken(line, told))
            leaves += made
        append(app, tx, leaves, app.clock())
        return Answer(body={"items": items})

    return once(app, request, act)


def _row(tx: Transaction, carrier: str, parcel: str) -> Row | None:
    """By the item of this carrier, however it is written, or by the dispatch's code: another carrier's is another's."""
    item = read_item_code(parcel)
    key = (parcels.key_of_item(tx, carrier, item) if item else None) or parcels.key_of_code(tx, parcel)
    return jobs.find_dispatch(tx, key) if key else None


def _locked(tx: Transaction, officer: Officer, codes: Collection[str]) -> Mapping[str, Refusal | None]:
    """Lock the dossiers, all before the first leaf and in one order; gives why the officer may not tell of each."""
    found: dict[str, Refusal | None] = {}
    for code in sorted(codes):
        dossier = dossiers.load(tx, code, lock=True, part=None)
        seen = dossier is not None and scope.sees(tx, officer, code)
        found[code] = policy.refuses(officer, SEE_TO, dossier.unit) if dossier is not None and seen else unknown(code)
    return found


def _refuses(app: Application, line: Line, row: Row | None, refusals: Mapping[str, Refusal | None]) -> Refusal | None:
    if not line.fit:
        return _unfit(line, "holds characters that no text has, or a status that is too long", "correct it")
    if line.at > app.clock() + AHEAD:
        message = f"line {line.number} tells of {line.at:%Y-%m-%dT%H:%M:%S%z}, which has not come yet"
        return Refusal(kind=Kind.INVALID, code="word-ahead", message=message, remedy="correct its time")
    found = refusals[row["dossier"]] if row is not None else unknown(line.parcel)
    if found is not None or row is None:
        return unknown(line.parcel) if found is None or found.code == "parcel-unknown" else found
    if line.at < row["created"] - SKEW:
        what = f"tells of {line.at:%Y-%m-%dT%H:%M:%S%z}; parcel {row['code']} was prepared on {row['created']:%Y-%m-%d}"
        return _unfit(line, what, "correct its time")
    return None


def _unfit(line: Line, what: str, remedy: str) -> Refusal:
    return Refusal(kind=Kind.INVALID, code="word-unfit", message=f"line {line.number} {what}", remedy=remedy)


def _word(tx: Transaction, carrier: str, line: Line, row: Row, words: Mapping[str, Event | None]) -> Word:
    """What the line says, of the item by its one code: a list may name it by either."""
    parcel = parcels.find(tx, row["key"])
    item = parcel["item"] if parcel is not None and parcel["carrier"] == carrier else None
    return Word(
        carrier=carrier,
        item=item or row["code"],
        status=line.status,
        event=meaning(words, line.status),
        at=line.at,
        raw=line.raw.encode(),
    )


def _taken(line: Line, told: Told) -> dict[str, Any]:
    effect, state = told.effect.value, told.state.value
    return {"line": line.number, "dispatch": told.code, "effect": effect, "state": state, "refusal": None}


def _refused(line: Line, why: Refusal) -> dict[str, Any]:
    refusal = {"code": why.code, "message": why.message, "remedy": why.remedy}
    return {"line": line.number, "dispatch": None, "effect": None, "state": None, "refusal": refusal}


def _own() -> Refusal:
    message = f"{OFFICE!r} names the office itself, not a carrier"
    return Refusal(kind=Kind.INVALID, code="carrier-own", message=message, remedy="name the carrier with --carrier")
