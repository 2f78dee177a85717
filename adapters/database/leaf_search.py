"""What the trail is searched by: officer, act, capacity, certificate, dossier, time; the newest first.

Every way to ask has an index that ends in the order of the answer, so that a page costs the same in a long log.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, insert, select, tuple_

from adapters.database.store import Transaction
from adapters.database.tables import leaf, leaf_certificate, leaf_search
from engine.outcome import LeafDraft

Row = Mapping[Any, Any]
ABOUT = frozenset({"certificate-revoked", "certificate-suspended", "certificate-reinstated"})
"""Acts whose subject is a certificate."""
_NAMED = ("certificate", "approval-certificate", "bound")
_ADD, _ADD_CERTIFICATE = insert(leaf_search), insert(leaf_certificate)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which leaves are wanted: those that fit all that is not None. `until`: the first moment that does not count."""

    actor: str | None = None
    act: str | None = None
    capacity: str | None = None
    certificate: str | None = None
    dossier: str | None = None
    since: datetime | None = None
    until: datetime | None = None


def add(tx: Transaction, index: int, draft: LeafDraft, now: datetime) -> None:
    """Note what a new leaf is found by."""
    at = int(now.timestamp())
    told = {"actor": draft.actor, "act": draft.act, "dossier": draft.dossier}
    capacity = str(draft.details.get("capacity", ""))
    tx.execute(_ADD, {"leaf": index, "at": at, **told, "capacity": capacity or None})
    if named := _certificates(draft):
        tx.execute(_ADD_CERTIFICATE, [{"certificate": each, "at": at, "leaf": index} for each in sorted(named)])


def find(tx: Transaction, wanted: Wanted, *, after: tuple[int, int] | None, limit: int) -> Sequence[Row]:
    """A page of leaves: time, index, bytes, dossier, capacity. `after`: time and leaf of the last one seen."""
    line = leaf_search.c
    query = select(line.at, line.leaf, line.dossier, line.capacity, leaf.c.encoded)
    source = leaf_search.join(leaf, leaf.c.index == line.leaf)
    at, index = line.at, line.leaf
    if wanted.certificate is not None:
        own = leaf_certificate.c
        source = source.join(leaf_certificate, own.leaf == line.leaf)
        at, index = own.at, own.leaf
        query = query.where(own.certificate == wanted.certificate)
    for name in ("actor", "act", "capacity", "dossier"):
        value = getattr(wanted, name)
        if value is not None:
            query = query.where(line[name] == value)
    query = query.select_from(source).where(*_within(wanted, at))
    if after is not None:
        query = query.where(tuple_(at, index) < tuple_(*after))
    return tx.execute(query.order_by(at.desc(), index.desc()).limit(limit)).mappings().all()


def count(tx: Transaction, dossier: str, acts: Collection[str]) -> int:
    """How many leaves of these acts a dossier has."""
    these = (leaf_search.c.dossier == dossier, leaf_search.c.act.in_(acts))
    return tx.execute(select(func.count()).select_from(leaf_search).where(*these)).scalar_one()


def _within(wanted: Wanted, at: ColumnElement[int]) -> list[ColumnElement[bool]]:
    """Times in the trail are whole seconds: from the first that is not earlier, before the first that is not."""
    bounds = []
    if wanted.since is not None:
        bounds.append(at >= _seconds(wanted.since))
    if wanted.until is not None:
        bounds.append(at < _seconds(wanted.until))
    return bounds


def _seconds(moment: datetime) -> int:
    return -int(-moment.timestamp() // 1)


def _certificates(draft: LeafDraft) -> set[str]:
    named = {draft.subject} if draft.act in ABOUT else set[str]()
    for role in _NAMED:
        found = draft.objects.get(role)
        if isinstance(found, str):
            named.add(found)
        elif isinstance(found, (list, tuple)):
            named |= set(found)
    return named
