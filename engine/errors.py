"""Refusals: what the engine answers when an act is not allowed.

A refusal is an outcome, not an exception: it is recorded in the trail like everything else, and raised only at the very
edge, where it becomes an exit code or an HTTP status.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """What the caller can do about a refusal; one kind per action."""

    NOT_FOUND = "not-found"  # name another thing
    CONFLICT = "conflict"  # read again, then decide again
    FORBIDDEN = "forbidden"  # somebody else must do it
    INVALID = "invalid"  # correct the input
    STALE = "stale"  # look again: it is not what you saw
    SIGNATURE = "signature"  # sign again, with the right key over the right bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why an act was refused: what, which, found against expected (`message`), and what to do (`remedy`).

    `revision` is that of the dossier now, where the view of it was stale; `problems` then are what changed since.
    """

    kind: Kind
    code: str
    message: str
    remedy: str = ""
    problems: Sequence[Mapping[str, object]] = field(default=())
    revision: int | None = None


class Refused(Exception):
    """Raised at the edge only: carries the refusal that was decided (and recorded) inside."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


def not_found(what: str, which: str, remedy: str = "") -> Refusal:
    """Nothing of that name exists, or none that the caller may see: the two are not told apart."""
    return Refusal(kind=Kind.NOT_FOUND, code=f"{what}-unknown", message=f"no {what} {which}", remedy=remedy)
