"""A procedure (thủ tục): what the law says of one kind of dossier. Data with dates, apart from the process XML.

The process says how work flows; the procedure says what a result needs before it may leave. `engine/dispatch` reads
only the procedure, so that a process drawn wrongly, or maliciously, cannot send out what nobody approved.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time

from engine.capacities import WRITTEN, read_capacities
from engine.parcels import Payer
from engine.retention import NAMES as RETENTION
from engine.retention import Retention, read_retention

CODE = re.compile(r"[a-z0-9][a-z0-9.-]{0,59}")
MAX_APPROVALS = 8
CHANNELS = frozenset({"email", "post", "counter"})
MAX_TEXT = 200  # characters
NAMES = frozenset(
    {
        "code", "name", "process", "valid_from", "valid_until", "decided_by", "term", "required_documents", "result",
        "channels", "post_excluded", "post_payer", "identity_check", "fees", "retention",
    }
)  # fmt: skip
TERM = frozenset({"working_days", "cutoff"})
RESULT = frozenset({"document", "approvals"})
REQUIRED = frozenset({"purpose", "role", "capacities"})
APPROVAL, ORGAN = "approval", "organ"
PURPOSES = frozenset({APPROVAL, ORGAN})  # an initial never counts as approval
ANY = frozenset(WRITTEN.values())


class ProcedureError(ValueError):
    """The procedure record is not well-formed; the message names the field and what was expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequiredApproval:
    """One approval that the result must carry: its purpose, and the role that the signing officer must hold.

    `capacities`: in which it may be signed, as records of approvals write them. An agency signs in none.
    """

    purpose: str
    role: str
    capacities: frozenset[str] = ANY


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedure:
    """A procedure record, in force from `valid_from` until the next of its code begins, at most to `valid_until`.

    Both are days of it. `post_excluded` is the reason why post is excluded, or None; `post_payer` who pays for it where
    nothing else was agreed. Without `retention`, its dossiers are never erased. `identity_check`: at the counter the
    result is given to nobody whose identity was not checked.
    """

    code: str
    name: str
    process: str
    valid_from: date
    decided_by: str
    working_days: int
    cutoff: time
    result: str
    approvals: tuple[RequiredApproval, ...]
    channels: frozenset[str]
    post_excluded: str | None
    valid_until: date | None = None
    retention: Retention | None = None
    post_payer: Payer = Payer.AGENCY
    identity_check: bool = False


def read_procedure(body: Mapping[str, object]) -> Procedure:
    """Read a procedure record from its JSON form, strictly; raises ProcedureError."""
    # A misspelt name must not lift a rule: `post_exclude` would let the parcel go.
    _only(body, NAMES, "")
    term = _mapping(body, "term")
    _only(term, TERM, "term.")
    result = _mapping(body, "result")
    _only(result, RESULT, "result.")
    code = _text(body, "code")
    if not CODE.fullmatch(code):
        raise ProcedureError(f"code: found {code!r}, expected lower-case letters, digits, dots and dashes")
    channels = frozenset(_texts(body, "channels"))
    if not channels or not channels <= CHANNELS:
        raise ProcedureError(f"channels: expected some of {', '.join(sorted(CHANNELS))}")
    begins, ends = _date(body, "valid_from"), None if body.get("valid_until") is None else _date(body, "valid_until")
    if ends is not None and ends < begins:
        raise ProcedureError(f"valid_until: {ends} lies before valid_from, {begins}")
    return Procedure(
        code=code,
        name=_text(body, "name"),
        process=_text(body, "process"),
        valid_from=begins,
        valid_until=ends,
        decided_by=_text(body, "decided_by"),
        working_days=_working_days(term),
        cutoff=_time(term, "cutoff"),
        result=_text(result, "document"),
        approvals=_approvals(result),
        channels=channels,
        post_excluded=_optional(body, "post_excluded"),
        retention=_retention(body),
        post_payer=_payer(body),
        identity_check=_flag(body, "identity_check"),
    )


def _only(part: Mapping[str, object], known: frozenset[str], where: str) -> None:
    if unknown := sorted(set(part) - known):
        raise ProcedureError(f"{where}{unknown[0][:100]}: no such field; known: {', '.join(sorted(known))}")


def _approvals(result: Mapping[str, object]) -> tuple[RequiredApproval, ...]:
    given = result.get("approvals")
    if not isinstance(given, list) or not 0 < len(given) <= MAX_APPROVALS:
        raise ProcedureError(f"result.approvals: expected 1 to {MAX_APPROVALS}; no result leaves unsigned")
    if not all(isinstance(item, dict) for item in given):
        raise ProcedureError("result.approvals: expected objects with purpose and role")
    return tuple(map(_approval, given))


def _approval(item: Mapping[str, object]) -> RequiredApproval:
    _only(item, REQUIRED, "result.approvals.")
    purpose = _text(item, "purpose")
    if purpose not in PURPOSES:
        raise ProcedureError(f"result.approvals: purpose {purpose!r}, expected {' or '.join(sorted(PURPOSES))}")
    if "capacities" not in item:
        return RequiredApproval(purpose=purpose, role=_text(item, "role"))
    if purpose == ORGAN:
        raise ProcedureError("result.approvals.capacities: an agency signs in no capacity; leave them out")
    try:
        capacities = read_capacities(_texts(item, "capacities"))
    except ValueError as error:
        raise ProcedureError(f"result.approvals.capacities: {error}") from error
    return RequiredApproval(purpose=purpose, role=_text(item, "role"), capacities=capacities)


def _payer(body: Mapping[str, object]) -> Payer:
    found = _optional(body, "post_payer") or Payer.AGENCY
    if found not in list(Payer):
        raise ProcedureError(f"post_payer: found {found!r}, expected {' or '.join(Payer)}")
    return Payer(found)


def _retention(body: Mapping[str, object]) -> Retention | None:
    if body.get("retention") is None:
        return None
    given = _mapping(body, "retention")
    _only(given, RETENTION, "retention.")
    try:
        return read_retention(given, _text(given, "decided_by"))
    except ValueError as error:
        raise ProcedureError(f"retention.{str(error).removeprefix('retention.')}") from error


def _mapping(body: Mapping[str, object], name: str) -> Mapping[str, object]:
    value = body.get(name)
    if not isinstance(value, dict):
        raise ProcedureError(f"{name}: missing, expected an object")
    return value


def _text(body: Mapping[str, object], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value.strip():
        raise ProcedureError(f"{name}: missing, expected a text")
    if len(value) > MAX_TEXT:
        raise ProcedureError(f"{name}: {len(value)} characters, expected at most {MAX_TEXT}")
    return value


def _optional(body: Mapping[str, object], name: str) -> str | None:
    return None if body.get(name) is None else _text(body, name)


def _flag(body: Mapping[str, object], name: str) -> bool:
    value = body.get(name, False)
    if not isinstance(value, bool):
        raise ProcedureError(f"{name}: expected true or false")
    return value


def _texts(body: Mapping[str, object], name: str) -> list[str]:
    value = body.get(name)
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ProcedureError(f"{name}: expected a list of texts")
    return value


def _working_days(term: Mapping[str, object]) -> int:
    value = term.get("working_days")
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 1000:
        raise ProcedureError("term.working_days: expected a whole number from 0 to 1000")
    return value


def _date(body: Mapping[str, object], name: str) -> date:
    text = _text(body, name)
    try:
        found = date.fromisoformat(text)
    except ValueError as error:
        raise ProcedureError(f"{name}: expected a date such as 2026-11-21") from error
    if found.isoformat() != text:  # 20261121, 2026-W47-6
        raise ProcedureError(f"{name}: expected a date such as 2026-11-21")
    return found


def _time(body: Mapping[str, object], name: str) -> time:
    try:
        return time.fromisoformat(_text(body, name))
    except ValueError as error:
        raise ProcedureError(f"{name}: expected a time such as 15:00") from error
