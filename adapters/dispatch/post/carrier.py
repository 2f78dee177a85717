"""A carrier as its plug-in shows it, and every answer of it read once: bounded, and whatever it does, never raising.

A plug-in is foreign code over a foreign network. What it answers is read here or nowhere; what cannot be read of an
order is *unclear*: it was taken, or it was not, and nobody may order again by themselves.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

import structlog

from engine.calendar import YEARS
from engine.item_codes import read_item_code
from engine.parcels import Event

Said = Mapping[str, Any]
MOST_WORDS = 100
LONGEST_STATUS, LONGEST_REFERENCE, LONGEST_REASON, LONGEST_ITEM = 60, 60, 200, 40
log = structlog.get_logger()


class Carrier(Protocol):
    """What a plug-in gives; docs/reference/carriers.md tells it to its author. What a carrier cannot do is None."""

    @property
    def certified(self) -> bool:
        """Whether the carrier itself has confirmed that this works with it."""

    @property
    def statuses(self) -> Mapping[str, str | None]:
        """The carrier's word → the value of an `Event`; None where it moves nothing."""

    @property
    def order(self) -> Callable[[Mapping[str, str]], Said] | None:
        """Order a parcel under its `reference`: done with `item`, refused, later (nothing was sent) or unclear."""

    @property
    def ask(self) -> Callable[[str], Said] | None:
        """Look for an order by our reference: done with `item`, none, later or unclear."""

    @property
    def cancel(self) -> Callable[[str], Said] | None:
        """Take the order of an item back: done, refused (it has the parcel already), later or unclear."""

    @property
    def read_callback(self) -> Callable[[Mapping[str, str], bytes], Sequence[Said]] | None:
        """The words of a callback. PermissionError: not by the carrier; ValueError: by it, and not to be read."""


class Outcome(StrEnum):
    """What came of a question to a carrier."""

    DONE = "done"
    NONE = "none"  # it has no such order
    REFUSED = "refused"
    LATER = "later"  # it was not asked at all
    UNCLEAR = "unclear"  # it may have done it


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A carrier's answer. `reason` is for people who see the dossier: it may hold what it was sent."""

    outcome: Outcome
    item: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierWord:
    """A word of a callback: of which item, and perhaps under which reference of ours; `at`: None where unreadable.

    `raw`: what is kept of it for good, where that is not the body as it came: it holds no secret.
    """

    item: str
    reference: str | None
    status: str
    at: datetime | None
    raw: bytes | None = None


class Forged(Exception):
    """The callback is not by the carrier, or nobody can tell."""


class Unreadable(Exception):
    """The carrier sent it, and nobody understands it."""


def order(carrier: Carrier, parcel: Mapping[str, str]) -> Answered:
    """Order a parcel; a carrier that takes no orders refuses."""
    return _asked(carrier.order, parcel, needs_item=True)


def ask(carrier: Carrier, reference: str) -> Answered:
    """Whether the carrier has an order under that reference; unclear where it cannot be asked."""
    if carrier.ask is None:
        return Answered(outcome=Outcome.UNCLEAR, reason="it cannot be asked for an order")
    return _asked(carrier.ask, reference, needs_item=True)


def cancel(carrier: Carrier, item: str) -> Answered:
    """Take an order back; where the carrier takes none back by program, it refuses."""
    return _asked(carrier.cancel, item, needs_item=False)


def read_callback(carrier: Carrier, headers: Mapping[str, str], body: bytes) -> tuple[CarrierWord, ...]:
    """The words of a callback, at most a hundred; raises Forged or Unreadable."""
    if carrier.read_callback is None:
        raise Forged
    try:
        words = carrier.read_callback(headers, body)
        return _words(words)
    except PermissionError as error:
        raise Forged from error
    except ValueError as error:
        raise Unreadable(str(error)[:LONGEST_REASON]) from error
    except Exception as error:  # foreign code: nothing that it stumbled over is believed
        log.exception("carrier plug-in broke")
        raise Forged from error


def event_of(carrier: Carrier, status: str) -> Event | None:
    """What the carrier's word means."""
    return _event(carrier.statuses.get(status))


def statuses(carrier: Carrier) -> Mapping[str, Event | None]:
    """All its words with what they mean."""
    return {status: _event(value) for status, value in carrier.statuses.items()}


def _event(value: str | None) -> Event | None:
    return Event(value) if value in set(Event) else None


def _asked(question: Callable[[Any], Said] | None, about: object, *, needs_item: bool) -> Answered:
    if question is None:
        return Answered(outcome=Outcome.REFUSED, reason="it does not do this by program")
    try:
        said = question(about)
        outcome = Outcome(said["outcome"])
        item = said.get("item")
        reason = " ".join(str(said.get("reason") or "").split())[:LONGEST_REASON]
    except Exception:  # foreign code: whatever it was, it may have happened after the carrier had heard of us
        log.exception("carrier plug-in broke")
        return Answered(outcome=Outcome.UNCLEAR, reason="its plug-in broke")
    if outcome is not Outcome.DONE or not needs_item:
        return Answered(outcome=outcome, reason=reason)
    code = read_item_code(item) if isinstance(item, str) else None
    if code is None:
        return Answered(outcome=Outcome.UNCLEAR, reason="its answer names no item code")
    return Answered(outcome=outcome, item=code, reason=reason)


def _words(words: Sequence[Said]) -> tuple[CarrierWord, ...]:
    if len(words) > MOST_WORDS:
        raise ValueError(f"{len(words)} words, expected at most {MOST_WORDS}")
    return tuple(_word(each) for each in words)


def _word(said: Said) -> CarrierWord:
    item, status, at, reference = (said.get(name) for name in ("item", "status", "at", "reference"))
    # A code that was misread is no parcel's: the word waits, and the others of its body are taken.
    code = (read_item_code(item) or _plain(item)) if isinstance(item, str) else None
    if code is None or not isinstance(status, str) or not 0 < len(status) <= LONGEST_STATUS:
        raise ValueError("a word without an item code, or without a status")
    if reference is not None and not (isinstance(reference, str) and len(reference) <= LONGEST_REFERENCE):
        raise ValueError("a reference that is none of ours")
    if at is not None and (not isinstance(at, datetime) or at.tzinfo is None):
        raise ValueError("a time without its zone")
    raw = said.get("raw")
    if raw is not None and not isinstance(raw, bytes):
        raise ValueError("what is to be kept of a word is no bytes")
    told = at if at is not None and at.year in YEARS else None
    return CarrierWord(item=code, reference=_kept(reference or "") or None, status=_kept(status), at=told, raw=raw)


def _plain(item: str) -> str | None:
    text = "".join(item.split()).upper()
    return text if 0 < len(text) <= LONGEST_ITEM and text.isascii() and text.isprintable() else None


def _kept(text: str) -> str:
    """As both databases can keep it: without NUL and halves of surrogate pairs."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}").encode(errors="replace").decode()
