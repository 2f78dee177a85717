"""How changes of the organisation are refused: with a code, what was found, and what to do."""

from __future__ import annotations

import re
from datetime import date

from engine.errors import Kind, Refusal
from engine.people.organisation import Dated

ID = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")  # of a unit or an officer
_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")


def invalid(code: str, message: str, remedy: str = "") -> Refusal:
    """The input must be corrected."""
    return Refusal(kind=Kind.INVALID, code=code, message=message, remedy=remedy)


def conflict(code: str, message: str, remedy: str = "") -> Refusal:
    """It does not fit what is there."""
    return Refusal(kind=Kind.CONFLICT, code=code, message=message, remedy=remedy)


def refuses_id(what: str, id: str, known: bool, longest: int = 40) -> Refusal | None:
    """Refuse an id that is badly written, or is taken."""
    if not _NAME.fullmatch(id) or len(id) > longest:
        expected = f"expected lower-case letters, digits and dashes, at most {longest}"
        return invalid(f"{what}-id", f"{what} id {id!r}: {expected}", "choose another id")
    return conflict(f"{what}-exists", f"{what} {id} exists already", "choose another id") if known else None


def refuses_empty(what: str, text: str | None) -> Refusal | None:
    """Refuse a text that is there, but empty."""
    return (
        invalid("text-missing", f"the {what} is empty", f"give the {what}") if text is not None and not text else None
    )


def refuses_dates(since: date, until: date | None) -> Refusal | None:
    """Refuse a last day before the first one."""
    if until is None or since <= until:
        return None
    return invalid("dates-order", f"{until} is before {since}", "give a last day after the first one")


def refuses_end(of: Dated, what: str, until: date) -> Refusal | None:
    """Refuse an end that does not end it earlier; the day before its first one: it never holds."""
    if of.until is not None and until >= of.until:
        return conflict("ended-already", f"{what} ends on {of.until} already", "name an earlier day")
    if (of.since - until).days > 1:
        remedy = "the day before its first one undoes it altogether"
        return invalid("dates-order", f"{what} begins on {of.since}, after {until}", remedy)
    return None
