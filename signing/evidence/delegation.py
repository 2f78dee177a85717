"""Whether an approval by mandate (KT., TL., TUQ.) rests on mandates in the pack that were in force as it was signed.

Each was given by a signed act in the pack, to a position that the signer then held. That the case lay within their
scope, the server decided; kinds, procedures and conditions stand there to be read.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from signing.canonical import canonical, parse_canonical
from signing.errors import Invalid, Undecidable
from signing.evidence.contents import stored_object
from signing.evidence.people import day_of
from signing.evidence.report import Deed
from signing.evidence.story import Story
from signing.record import ApprovalRecord, parse_time

BY_MANDATE = ("KT.", "TL.", "TUQ.")


def check_delegation(record: ApprovalRecord, named: object, story: Story, at: datetime) -> tuple[Deed, ...]:
    """Give the acts that gave the mandates; Invalid `record-delegation` unless capacity, mandates and the leaf's
    `named` object belong together. `at`: the act's time.
    """
    if record.delegation != named or (record.capacity in BY_MANDATE) != (record.delegation is not None):
        raise Invalid("record-delegation", f"the record signs as {record.capacity!r} on other mandates than are told")
    if record.delegation is None:
        return ()
    mandates = _mandates(stored_object(story.contents.objects, record.delegation))
    if f"{mandates[0].get('kind')}." != record.capacity:
        raise Invalid("record-delegation", f"the record signs as {record.capacity}, its mandate says otherwise")
    days = {day_of(parse_time(record.time)), day_of(at)}
    if not all(_in_force(each, day) for each in mandates for day in days):
        raise Invalid("record-delegation", "a mandate of the record was not in force on the day it was signed")
    deeds = tuple(_given(each, story) for each in mandates)
    _check_passed(mandates, record.officer, story, day_of(at))
    return deeds


def _given(told: Mapping[str, Any], story: Story) -> Deed:
    """The act that gave a mandate; it must say what the approval's mandate says."""
    if (found := story.people.mandates.get(str(told.get("id")))) is None:
        message = f"no act in the pack gave the mandate {str(told.get('id'))[:80]}"
        raise Undecidable("appointment-missing", message)
    given, deed = found
    if canonical(dict(given)) != canonical(dict(told)):
        raise Invalid(
            "record-delegation", f"the mandate {told['id']} is told otherwise than it was given, or had ended"
        )
    return deed


def _check_passed(mandates: list[dict[str, Any]], officer: str, story: Story, day: date) -> None:
    """Each is given under the one before, by its holder; the signer holds the position that the last is given to."""
    for above, passed in pairwise(mandates):
        if (passed.get("under"), passed.get("given_by")) != (above.get("id"), above.get("given_to")):
            raise Invalid("record-delegation", f"the mandate {passed.get('id')} does not pass {above.get('id')} on")
    held = {each.position for each in story.people.held(officer, day)}
    if mandates[0].get("under") is not None or mandates[-1].get("given_to") not in held:
        raise Invalid("record-delegation", f"{officer} did not hold the position that the mandate is given to")


def _mandates(content: bytes) -> list[dict[str, Any]]:
    read = parse_canonical(content)
    found = read.get("mandates") if isinstance(read, dict) else None
    if not (isinstance(found, list) and found and all(isinstance(each, dict) for each in found)):
        raise Invalid("record-delegation", "the mandates of the record cannot be read")
    return found


def _in_force(mandate: Mapping[str, Any], day: date) -> bool:
    try:
        since, until = (date.fromisoformat(mandate[name] or "9999-12-31") for name in ("since", "until"))
    except (KeyError, TypeError, ValueError):
        return False
    return since <= day <= until
