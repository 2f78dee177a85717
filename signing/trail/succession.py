"""How one log key follows another: a statement signed by both, for a new key and for a restored database alike.

A log that begins anew from a backup has lost leaves, as one that was cut back has. The difference is that it says so:
which leaves it kept, up to where the lost log is known to have gone, why, and under which name it goes on. Whoever kept
a checkpoint sees whether the statement tells all that was lost.
"""

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from signing.errors import Invalid
from signing.record import parse_time, time_text
from signing.trail.note import LogKey, decode_base64, read_vkey, sign_note, split_note, verify_note

FORMAT = "hoso-log-succession/1"
MAX_REASON = 300
_STATE = re.compile(r"(0|[1-9][0-9]{0,18}) ([A-Za-z0-9+/]{43}=)")
_FIELDS = ("from", "kept", "known", "to", "time", "reason")


@dataclass(frozen=True, slots=True, kw_only=True)
class LogState:
    """How far a log had gone: `size` leaves with this root (32 bytes)."""

    size: int
    root: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Succession:
    """One log key follows another (both verifier keys as text).

    `kept`: the leaves with which the log goes on; `known`: how far it is known to have gone before. The leaves from
    `kept.size` to `known.size` are lost. Where only the key changes nothing is lost and the name stays; a log that lost
    leaves goes on under another name, so that nobody takes its new leaves for the lost ones.
    """

    before: str
    kept: LogState
    known: LogState
    after: str
    time: datetime
    reason: str

    def __post_init__(self) -> None:
        old, new = read_vkey(self.before), read_vkey(self.after)
        lost = self.known.size - self.kept.size
        if lost < 0 or (lost == 0 and self.kept.root != self.known.root):
            raise Invalid("succession-wrong", "a log keeps at most what it is known to have had")
        if (old.name == new.name) != (lost == 0) or self.before == self.after:
            message = (
                "a log that lost leaves goes on under another name, one that lost none under its own by another key"
            )
            raise Invalid("succession-wrong", message)
        check_reason(self.reason)

    @property
    def lost(self) -> range:
        """The indexes of the leaves that were lost; empty where only the key changed."""
        return range(self.kept.size, self.known.size)

    def text(self) -> str:
        """Give the statement that both keys sign."""
        lines = (
            FORMAT,
            f"from {self.before}",
            f"kept {_state(self.kept)}",
            f"known {_state(self.known)}",
            f"to {self.after}",
            f"time {time_text(self.time)}",
            f"reason {self.reason}",
        )
        return "".join(f"{line}\n" for line in lines)

    def sign(self, before: LogKey, after: LogKey) -> str:
        """Sign it by the old key and the new one; ValueError where these are others."""
        if (before.vkey, after.vkey) != (self.before, self.after):
            raise ValueError("a succession is signed by the two keys that it names")
        return sign_note(self.text(), before, after)


def check_reason(reason: str) -> None:
    """Raise Invalid unless this may stand as a reason: one line, not empty, bounded."""
    if not reason.strip() or len(reason) > MAX_REASON or not reason.isprintable():
        raise Invalid("succession-wrong", f"a succession has a reason of one line, at most {MAX_REASON} characters")


def verify_succession(note: str) -> Succession:
    """Check a statement by the two keys that it names itself; Invalid otherwise. Whether one trusts `before` is to be
    asked by the caller.
    """
    found = _parse(split_note(note)[0])
    verify_note(note, found.before, found.after)
    return found


def follow(pinned: str, notes: Iterable[str]) -> tuple[Succession, ...]:
    """Give the statements that lead from the pinned key to the log's present one, in order; Invalid where one of them
    does not hold, `succession-broken` where one does not follow. Statements from before the pinned key are passed over.
    """
    key, found, passed = pinned.strip(), list[Succession](), True
    for each in map(verify_succession, notes):
        if each.before != key:
            if not passed:
                name = read_vkey(each.before).name
                raise Invalid(
                    "succession-broken", f"a statement of {time_text(each.time)} begins with another key of {name}"
                )
            continue
        found.append(each)
        key, passed = each.after, False
    return tuple(found)


def present_key(pinned: str, followed: Iterable[Succession]) -> str:
    """Give the verifier key under which the log goes on."""
    return [pinned.strip(), *(each.after for each in followed)][-1]


def _parse(text: str) -> Succession:
    lines = text.split("\n")
    if len(lines) != len(_FIELDS) + 2 or lines[0] != FORMAT or lines[-1]:
        raise Invalid("succession-malformed", f"this is no statement of the form {FORMAT}")
    values = []
    for name, line in zip(_FIELDS, lines[1:], strict=False):
        if not line.startswith(f"{name} "):
            raise Invalid("succession-malformed", f"the statement's line {name} is missing")
        values.append(line[len(name) + 1 :])
    before, kept, known, after, time, reason = values
    found = Succession(
        before=before,
        kept=_read_state(kept),
        known=_read_state(known),
        after=after,
        time=parse_time(time),
        reason=reason,
    )
    if found.text() != text:
        raise Invalid("succession-malformed", "the statement is not written as its form says")
    return found


def _state(state: LogState) -> str:
    return f"{state.size} {base64.b64encode(state.root).decode('ascii')}"


def _read_state(text: str) -> LogState:
    found = _STATE.fullmatch(text)
    if found is None:
        raise Invalid("succession-malformed", "the state of a log is its size and its root in base64")
    return LogState(size=int(found[1]), root=decode_base64(found[2], "succession-malformed", "the log's root"))
