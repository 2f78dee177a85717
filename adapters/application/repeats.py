"""Count what the trail has told already this hour, and tell the number once: in the act that ends it, or by a job."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from adapters.database import jobs, tallies
from adapters.database.store import Transaction
from adapters.database.tallies import Group, Row
from engine import repeats
from engine.outcome import JobRequest, LeafDraft
from engine.repeats import Repeat, Repeated
from signing.canonical import canonical, sha256_hex

TELL = "repeats"
"""The type of job that tells what was counted in an hour. It is of no dossier: suspending one holds up no number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What ends with an act: these tasks of a dossier, or (None) the dossier."""

    dossier: str
    tasks: frozenset[str] | None


def counted(tx: Transaction, draft: LeafDraft, now: datetime) -> bool:
    """Count the act if the trail has told it this hour; False where it is a leaf of its own. Takes no lock for that."""
    told = repeats.told_by(draft)
    return told is not None and tallies.again(tx, _group(draft), _what(told), now)


def begin(tx: Transaction, draft: LeafDraft, now: datetime) -> list[LeafDraft]:
    """Count the repeats of this act from now on; gives the leaf of those that no act has told since their hour passed.

    Under the head's lock.
    """
    told = repeats.told_by(draft)
    if told is None:
        return []
    group = _group(draft)
    passed = _leaves(tallies.take_passed(tx, group, now))
    until = tallies.running_until(tx, group)
    if until is None:
        until = now + repeats.WINDOW
        payload = {"officer": group.officer, "act": group.act, "subject": group.subject}
        jobs.add_job(tx, None, JobRequest(number=0, element="", type=TELL, payload=payload, due=until))
    tallies.begin(
        tx,
        {
            "officer": group.officer,
            "act": group.act,
            "subject": group.subject,
            "what": _what(told),
            "told": dict(told),
            "step": dict(repeats.step_of(draft)),
            "dossier": draft.dossier,
            "until": until,
        },
    )
    return passed


def passed(tx: Transaction, group: Group, now: datetime) -> list[LeafDraft]:
    """The leaf of what was counted in an hour that has passed. Under the head's lock."""
    return _leaves(tallies.take_passed(tx, group, now))


def ended(tx: Transaction, what: Ended | None) -> list[LeafDraft]:
    """The leaves of what was counted of a task, or a dossier, that ends now. Under the head's lock."""
    return [] if what is None else _leaves(tallies.take_ended(tx, what.dossier, what.tasks))


def _leaves(rows: Sequence[Row]) -> list[LeafDraft]:
    return [repeats.leaf(_repeated(group, found)) for group, found in tallies.grouped(rows).items()]


def _repeated(group: Group, rows: Sequence[Row]) -> Repeated:
    return Repeated(
        actor=group.officer,
        act=group.act,
        subject=group.subject,
        dossier=rows[0]["dossier"],
        step=rows[0]["step"],
        repeats=tuple(_repeat(row) for row in rows),
    )


def _repeat(row: Row) -> Repeat:
    return Repeat(told=row["told"], count=row["count"], first=row["first"], last=row["last"])


def _group(draft: LeafDraft) -> Group:
    return Group(officer=draft.actor, act=draft.act, subject=draft.subject)


def _what(told: object) -> str:
    return sha256_hex(canonical(told))
