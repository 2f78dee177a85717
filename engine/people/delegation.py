"""What an approval by mandate rests on, as bytes that an auditor finds again: the mandates' full records."""

from __future__ import annotations

from engine.people.capacity import Capacity
from engine.people.organisation import Mandate, Organisation, Scope
from signing.canonical import canonical


def delegation(organisation: Organisation, capacity: Capacity) -> bytes | None:
    """The mandates as canonical JSON, the giver's own first; None in one's own position. Records name its SHA-256."""
    found = [organisation.mandate(id) for id in capacity.mandates]
    return canonical({"mandates": [_told(each) for each in found if each is not None]}) if found else None


def _told(mandate: Mandate) -> dict[str, object]:
    names = ("id", "kind", "given_by", "given_to", "document", "under", "when_away")
    return {
        **{name: getattr(mandate, name) for name in names},
        "since": mandate.since.isoformat(),
        "until": mandate.until.isoformat() if mandate.until else None,
        "scope": _scope(mandate.scope),
    }


def _scope(scope: Scope) -> dict[str, object]:
    return {
        "procedures": None if scope.procedures is None else sorted(scope.procedures),
        "kinds": None if scope.kinds is None else sorted(scope.kinds),
        "condition": scope.condition,
    }
