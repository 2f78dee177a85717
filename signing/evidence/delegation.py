"""Whether an approval by mandate (KT., TL., TUQ.) rests on mandates in the pack that were in force as it was signed.

That the case lay within their scope, the server decided; kinds, procedures and conditions stand there to be read.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone
from typing import Any

from signing.canonical import parse_canonical
from signing.errors import Invalid
from signing.evidence.contents import stored_object
from signing.record import ApprovalRecord, parse_time

BY_MANDATE = ("KT.", "TL.", "TUQ.")
_VIETNAM = timezone(timedelta(hours=7))


def check_delegation(record: ApprovalRecord, named: object, stored: Mapping[str, bytes]) -> None:
    """Raise Invalid `record-delegation` unless capacity, mandates and the leaf's `named` object belong together."""
    if record.delegation != named or (record.capacity in BY_MANDATE) != (record.delegation is not None):
        raise Invalid("record-delegation", f"the record signs as {record.capacity!r} on other mandates than are told")
    if record.delegation is None:
        return
    mandates = _mandates(stored_object(stored, record.delegation))
    if f"{mandates[0].get('kind')}." != record.capacity:
        raise Invalid("record-delegation", f"the record signs as {record.capacity}, its mandate says otherwise")
    signed = parse_time(record.time)
    if not all(_in_force(each, signed) for each in mandates):
        raise Invalid("record-delegation", "a mandate of the record was not in force on the day it was signed")


def _mandates(content: bytes) -> list[dict[str, Any]]:
    read = parse_canonical(content)
    found = read.get("mandates") if isinstance(read, dict) else None
    if not (isinstance(found, list) and found and all(isinstance(each, dict) for each in found)):
        raise Invalid("record-delegation", "the mandates of the record cannot be read")
    return found


def _in_force(mandate: Mapping[str, Any], signed: datetime) -> bool:
    day = signed.astimezone(_VIETNAM).date()
    try:
        since, until = (date.fromisoformat(mandate[name] or "9999-12-31") for name in ("since", "until"))
    except (KeyError, TypeError, ValueError):
        return False
    return since <= day <= until
