"""On what a dossier's evidence rests: the leaves outside it of which an auditor needs every one.

Deployments and the procedure; the bindings of every certificate that signed any of it; what made each signer an
officer, and each administrator who signed that, up to the first; the units that were asked; who held the positions for
which somebody signed by a mandate, and, where it counts in absence alone, when they were away; the records by which
its parcels went to their carriers. It is looked up by who signed, so that the cost is that of the people concerned,
whatever the log holds besides.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from adapters.database import definitions, organisation, people
from adapters.database import trail as stored
from adapters.database.store import Transaction
from adapters.database.trail import StoredLeaf
from engine.dossier import Dossier
from engine.outcome import SYSTEM
from signing.canonical import parse_canonical
from signing.evidence.running import MIGRATED, STARTED
from signing.trail.leaf import decode_leaf

OFFICER, POSITION, UNIT, MANDATE = "officer", "position", "unit", "mandate"
CERTIFICATE = "cert"  # the column of kinds is short
ABSENCE = "absence"  # of an officer
HANDOVER = "handover"  # the record by which a parcel went to its carrier
HELD, LEFT = "held", "left"  # only asked: who held a position; when those were away
WITNESS, LOG = "witness", "log"
Name = tuple[str, str]
"""A kind and an id."""


@dataclass(slots=True, kw_only=True)
class _Search:
    """What was found, and what was asked for already."""

    before: int
    found: dict[int, StoredLeaf] = field(default_factory=dict)
    asked: set[Name] = field(default_factory=set)


def foundations(tx: Transaction, dossier: Dossier, own: list[StoredLeaf]) -> list[StoredLeaf]:
    """The leaves that the dossier's own rest on, of acts older than the last of these."""
    search = _Search(before=own[-1].index)
    fresh = [*own, *_add(tx, search, _ran(tx, dossier, own))]
    while fresh:
        names = {name for leaf in fresh for name in _names(leaf)} - search.asked
        search.asked |= names
        fresh = _add(tx, search, _told_of(tx, names, search.before))
    return list(search.found.values())


def anchors(tx: Transaction) -> set[int]:
    """The leaves that tell who witnesses this log, and how its keys followed one another."""
    return stored.leaves_about(tx, WITNESS) | stored.leaves_about(tx, LOG)


def opened(leaf: StoredLeaf) -> Mapping[str, Any]:
    """A leaf's evidence, which was not erased."""
    assert leaf.evidence is not None
    evidence = parse_canonical(leaf.evidence)
    assert isinstance(evidence, dict)
    return evidence


def about(act: str, subject: str) -> Name | None:
    """Whom or what an act gives or takes something, so that what they do rests on it."""
    kind = _ABOUT.get(act)
    return None if kind is None else (kind, subject)


_ABOUT = {
    "unit-added": UNIT,
    "unit-changed": UNIT,
    "position-added": POSITION,
    "position-changed": POSITION,
    "officer-added": OFFICER,
    "officer-appointed": OFFICER,
    "appointment-ended": OFFICER,
    "role-granted": OFFICER,
    "role-ended": OFFICER,
    "mandate-given": MANDATE,
    "mandate-ended": MANDATE,
    "absence-recorded": ABSENCE,
    "absence-ended": ABSENCE,
    "certificate-suspended": CERTIFICATE,
    "certificate-reinstated": CERTIFICATE,
}
# What else a change names: the field, and what it names.
_NAMED = (("position", POSITION), ("given_by", POSITION), ("given_to", POSITION), ("unit", UNIT), ("parent", UNIT))


def _add(tx: Transaction, search: _Search, indexes: Iterable[int]) -> list[StoredLeaf]:
    """The leaves of these that were not found yet."""
    new = stored.leaves_at(tx, set(indexes) - search.found.keys())
    search.found |= {leaf.index: leaf for leaf in new}
    return new


def _ran(tx: Transaction, dossier: Dossier, own: list[StoredLeaf]) -> Iterator[int]:
    """The leaves of the deployments that the dossier ran under so far, and of its procedure."""
    for key, version in sorted({*_bundles(own)}):
        if (process := definitions.find_process(tx, key, version)) is not None:
            yield process["leaf"]
    if dossier.procedure and (procedure := definitions.find_procedure(tx, dossier.procedure)) is not None:
        yield procedure["leaf"]


def _bundles(leaves: list[StoredLeaf]) -> Iterator[tuple[str, int]]:
    """The processes under which the dossier ran, as its leaves tell: its own, what they call, later versions."""
    for leaf in leaves:
        told = opened(leaf)
        details = told["details"]
        if told["act"] == STARTED:
            yield details["process"], details["version"]
        for each in details.get("bundles", ()) if told["act"] in (STARTED, MIGRATED) else ():
            yield each["key"], each["version"]


def _names(leaf: StoredLeaf) -> Iterator[Name]:
    """Whom and what a leaf rests on: who signed it and with which certificates, what they held, by which mandates."""
    told = opened(leaf)
    details, objects = told["details"], told["objects"]
    if "record" in objects and not told["act"].endswith("-refused"):
        actor = decode_leaf(leaf.encoded).actor
        officers = (actor, details.get("approved_by"))
        yield from ((OFFICER, each) for each in officers if isinstance(each, str) and each != SYSTEM)
        prints = (objects.get("certificate"), objects.get("approval-certificate"))
        yield from ((CERTIFICATE, each) for each in prints if isinstance(each, str))
        yield from ((MANDATE, str(each)) for each in details.get("mandates", ()))
    if "dossier" in told:
        units = (details.get("unit"), *(each.get("unit") for each in details.get("opened", ())))
        yield from ((UNIT, each) for each in units if isinstance(each, str))
    if told["act"] == "parcel-handed-over":  # the office's own word is its record's code; a carrier's finds nothing
        yield HANDOVER, str(details["status"])
    if told["act"] == "parcels-handed-over":
        yield UNIT, str(details["body"]["unit"])
    if told["act"] == "mandate-given":
        yield LEFT if details.get("when_away") else HELD, str(details["given_by"])
    if told["act"] in _ABOUT:
        yield from ((kind, details[name]) for name, kind in _NAMED if isinstance(details.get(name), str))


def _told_of(tx: Transaction, names: set[Name], before: int) -> set[int]:
    """The leaves that say what these are."""
    found: set[int] = set()
    for kind in (OFFICER, POSITION, UNIT, MANDATE, CERTIFICATE, HANDOVER):
        if ids := {id for of, id in names if of == kind}:
            found |= stored.about(tx, kind, ids, before=before)
    for kind in (HELD, LEFT):
        if positions := {id for of, id in names if of == kind}:
            found |= _held(tx, positions, before, absences=kind == LEFT)
    for fingerprint in sorted(id for of, id in names if of == CERTIFICATE):
        if (row := people.find_certificate(tx, fingerprint)) is not None:
            found |= {leaf for leaf in (row["bound_leaf"], row["revoked_leaf"]) if leaf is not None and leaf < before}
    return found


def _held(tx: Transaction, positions: set[str], before: int, *, absences: bool) -> set[int]:
    """The leaves that say who held these positions, and when those were away; of nobody who held none before."""
    found: set[int] = set()
    for officer in sorted(organisation.appointed_to(tx, positions)):
        indexes = stored.about(tx, OFFICER, {officer}, before=before)
        told = (opened(leaf)["details"].get("position") for leaf in stored.leaves_at(tx, indexes))
        if not positions.isdisjoint(each for each in told if isinstance(each, str)):
            found |= indexes | (stored.about(tx, ABSENCE, {officer}, before=before) if absences else set())
    return found
