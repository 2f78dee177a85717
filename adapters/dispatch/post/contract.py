"""The contract of a carrier's plug-in, as tests that its author runs: `python -m adapters.dispatch.post.contract NAME`.

With pytest: `from adapters.dispatch.post.contract import breaches`, and `assert list(breaches(carrier, sample)) == []`.
A sample is what only the author knows: callbacks of the carrier, signed, and words that they must be read as.
"""

import sys
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import entry_points
from typing import Any

from adapters.dispatch.post.carrier import LONGEST_STATUS, MOST_WORDS, Outcome
from adapters.dispatch.post.setup import GROUP
from engine.item_codes import read_item_code
from engine.parcels import Event

PARCEL: Mapping[str, str] = {
    "reference": "0123456789abcdef0123456789abcdef",
    "code": "H29.5-261121-0001-01234567",
    "name": "Bà Nguyễn Thị Ánh Tuyết",
    "address": "12/5 Lê Thị Riêng",
    "phone": "0900 000 000",
    "sender": "UBND phường Bến Thành",
    "sender_address": "92 Nguyễn Trãi",
    "payer": "agency",
}
HOSTILE: Sequence[bytes] = (
    b"", b"\x00", b"\xff" * 100, b"{", b"null", b"[]", b"{}", b'"', b"[" * 60_000, b"1" * 60_000, b"<a/>" * 10_000,
)  # fmt: skip
ANSWERS = {
    "order": {Outcome.DONE, Outcome.REFUSED, Outcome.LATER, Outcome.UNCLEAR},
    "ask": {Outcome.DONE, Outcome.NONE, Outcome.LATER, Outcome.UNCLEAR},
    "cancel": {Outcome.DONE, Outcome.REFUSED, Outcome.LATER, Outcome.UNCLEAR},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Callbacks of the carrier: headers and body as it sends them; how many words each has.

    `orders`: whether orders may be sent at all; for the carrier's test system alone.
    """

    callbacks: Sequence[tuple[Mapping[str, str], bytes, int]] = ()
    orders: bool = False
    parcel: Mapping[str, str] = field(default_factory=lambda: PARCEL)


def breaches(carrier: Any, sample: Sample) -> Iterator[str]:
    """What of the contract does not hold, each in a sentence; nothing where all does."""
    missing = [name for name in ("certified", "statuses", *ANSWERS, "read_callback") if not hasattr(carrier, name)]
    yield from (f"it has no {name}; what a carrier cannot do is None" for name in missing)
    if missing:
        return
    yield from _statuses(carrier)
    if carrier.read_callback is not None:
        yield from _hostile(carrier, sample)
        for headers, body, words in sample.callbacks:
            yield from _callback(carrier, headers, body, words)
    if carrier.order is not None and sample.orders:
        yield from _orders(carrier, sample.parcel)


def _statuses(carrier: Any) -> Iterator[str]:
    if not isinstance(carrier.certified, bool):
        yield "certified: expected True or False"
    known = {event.value for event in Event}
    for status, event in carrier.statuses.items():
        if not isinstance(status, str) or not 0 < len(status) <= LONGEST_STATUS:
            yield f"status {status!r}: expected a text of at most {LONGEST_STATUS} characters"
        if event is not None and event not in known:
            yield f"status {status!r} means {event!r}; expected one of {', '.join(sorted(known))}, or None"


def _hostile(carrier: Any, sample: Sample) -> Iterator[str]:
    """Whoever cannot sign is told nothing but PermissionError, whatever they send; what was signed is no other's."""
    unsigned: Mapping[str, str] = {}
    bare = [(unsigned, body) for body in HOSTILE]
    moved = [(headers, body + b" ") for headers, body, _ in sample.callbacks]
    for headers, body in (*bare, *moved):
        told = _raised(carrier, headers, body)
        if told != "PermissionError" and not (headers and told == ""):
            yield f"callback of {len(body)} bytes that nobody signed: {told or 'it was read'}; expected PermissionError"
    for headers, _, _ in sample.callbacks:
        for body in HOSTILE:
            told = _raised(carrier, headers, body)
            if told not in ("PermissionError", "ValueError", ""):
                yield f"callback of {len(body)} hostile bytes: {told}; expected PermissionError or ValueError"


def _callback(carrier: Any, headers: Mapping[str, str], body: bytes, expected: int) -> Iterator[str]:
    try:
        words = [*carrier.read_callback(headers, body)]
        again = [*carrier.read_callback(headers, body)]
    except Exception as error:  # the author's code, whose failures are what is looked for
        yield f"a callback of the carrier is not read: {type(error).__name__}"
        return
    if words != again:
        yield "the same callback is read otherwise the second time"
    if len(words) != expected or len(words) > MOST_WORDS:
        yield f"a callback has {len(words)} words; expected {expected}, at most {MOST_WORDS}"
    for word in words:
        yield from _word(carrier, word)


def _word(carrier: Any, word: Mapping[str, Any]) -> Iterator[str]:
    item, status, at = (word.get(name) for name in ("item", "status", "at"))
    if not isinstance(item, str) or read_item_code(item) is None:
        yield f"item {item!r}: expected an item code, its check digit right where it is S10"
    if status not in carrier.statuses:
        yield f"status {status!r} is not among its statuses; one that moves nothing is None there"
    if at is not None and (not isinstance(at, datetime) or at.tzinfo is None):
        yield f"at {at!r}: expected a datetime with its zone, or None where it is unreadable"


def _orders(carrier: Any, parcel: Mapping[str, str]) -> Iterator[str]:
    """An order under the same reference is the same order, or refused; one that can be asked for is found."""
    first = yield from _answer(carrier, "order", parcel)
    if first.get("outcome") != Outcome.DONE:
        yield f"an order at the test system: {first.get('outcome')!r}; expected 'done'"
        return
    if carrier.ask is not None:
        found = yield from _answer(carrier, "ask", parcel["reference"])
        if _item(found) != _item(first):
            yield f"asked by our reference it names {found.get('item')!r}; expected {first.get('item')!r}"
        none = yield from _answer(carrier, "ask", "f" * 32)
        if none.get("outcome") not in (Outcome.NONE, Outcome.LATER, Outcome.UNCLEAR):
            yield f"asked for what was never ordered: {none.get('outcome')!r}; expected 'none'"
    again = yield from _answer(carrier, "order", parcel)
    if again.get("outcome") == Outcome.DONE and _item(again) != _item(first):
        yield "the same reference ordered twice gives two items; look for the first one, or refuse"
    if carrier.cancel is not None:
        yield from _answer(carrier, "cancel", first.get("item"))


def _answer(carrier: Any, name: str, about: object) -> Generator[str, None, Mapping[str, Any]]:
    try:
        said: Mapping[str, Any] = getattr(carrier, name)(about)
        outcome = said["outcome"]
    except Exception as error:  # the author's code, whose failures are what is looked for
        yield f"{name} lets {type(error).__name__} out; expected an outcome"
        return {}
    if outcome not in ANSWERS[name]:
        yield f"{name}: outcome {outcome!r}; expected one of {', '.join(sorted(ANSWERS[name]))}"
    if name != "cancel" and outcome == Outcome.DONE and _item(said) is None:
        yield f"{name}: item {said.get('item')!r}; expected an item code"
    return said


def _item(said: Mapping[str, Any]) -> str | None:
    return read_item_code(str(said.get("item") or ""))


def _raised(carrier: Any, headers: Mapping[str, str], body: bytes) -> str:
    try:
        carrier.read_callback(headers, body)
    except Exception as error:  # the author's code, whose failures are what is looked for
        return type(error).__name__
    return ""


def main(arguments: Sequence[str]) -> int:
    """Check the plug-in of that name, made without settings or secrets, so far as that goes without a sample."""
    if len(arguments) != 1:
        print("usage: python -m adapters.dispatch.post.contract NAME", file=sys.stderr)
        return 2
    made = [each.load() for each in entry_points(group=GROUP) if each.name == arguments[0]]
    if len(made) != 1:
        print(f"{len(made)} plug-ins are named {arguments[0]!r} in the group {GROUP}; expected one", file=sys.stderr)
        return 2
    found = list(breaches(made[0]({}, {}), Sample()))
    for each in found:
        print(each)
    print(f"{arguments[0]}: {len(found)} breaches")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
