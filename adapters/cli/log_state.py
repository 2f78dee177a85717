"""How far this profile has read the log: kept, so that a run that was stopped goes on, and the next reads what is new.

What is kept here is as good as the kept checkpoint beside it: who can write the profile's folder can write both.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography import x509

from adapters.cli.log_keys import LogKeys
from adapters.cli.profiles import Profile, write_private
from signing.certificates import fingerprint
from signing.evidence.walk import Walk

FORMAT = "hoso-log-state/1"
HASH = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """How to verify. `evidence`: open each leaf; `roots`: judge signatures by these, none: not at all; `again`: all."""

    again: bool = False
    evidence: bool = False
    roots: tuple[x509.Certificate, ...] = ()
    stamp_roots: tuple[x509.Certificate, ...] = ()


@dataclass(slots=True, kw_only=True)
class Reading:
    """`size` leaves were read; their perfect subtrees are the `frontier`, largest first.

    `roots`: at the sizes that mattered; `leaves`: the hashes of those that were held to receipts (hex).
    """

    size: int = 0
    frontier: tuple[bytes, ...] = ()
    roots: dict[int, bytes] = field(default_factory=dict)
    leaves: dict[int, str] = field(default_factory=dict)
    walk: Walk | None = None


class StateFile:
    """Where it is kept. What was read under another log key, or judged by other roots, counts for nothing."""

    def __init__(self, profile: Profile, asked: Asked) -> None:
        self._path: Path = profile.directory / ("audit-evidence.json" if asked.evidence else "audit.json")
        self._asked = asked
        self._trust = _trust(LogKeys.of(profile).present, asked.roots, asked.stamp_roots)

    def load(self) -> Reading:
        """Give what was read; nothing where nothing is kept, or it cannot be read."""
        if not self._asked.again:
            try:
                return self._of_json(json.loads(self._path.read_bytes()))
            except (OSError, ValueError, TypeError, KeyError, AttributeError):
                pass  # all is read again, which is always right
        return self.new()

    def new(self) -> Reading:
        """A reading from the start."""
        asked = self._asked
        return Reading(walk=Walk(roots=asked.roots, stamp_roots=asked.stamp_roots) if asked.evidence else None)

    def save(self, reading: Reading) -> None:
        """Keep it, durable."""
        value = {
            "format": FORMAT,
            "trust": self._trust,
            "size": reading.size,
            "frontier": [item.hex() for item in reading.frontier],
            "roots": {str(size): root.hex() for size, root in reading.roots.items()},
            "leaves": {str(index): found for index, found in reading.leaves.items()},
            "walk": reading.walk.to_json() if reading.walk else None,
        }
        write_private(self._path, json.dumps(value, ensure_ascii=False).encode())

    def drop(self) -> None:
        """Forget it: the next run reads all."""
        self._path.unlink(missing_ok=True)

    def _of_json(self, value: dict[str, Any]) -> Reading:
        if value["format"] != FORMAT or value["trust"] != self._trust:
            return self.new()
        size, frontier = int(value["size"]), tuple(bytes.fromhex(item) for item in value["frontier"])
        if size < 0 or len(frontier) != size.bit_count() or any(len(item) != HASH for item in frontier):
            return self.new()
        asked = self._asked
        return Reading(
            size=size,
            frontier=frontier,
            roots={int(at): bytes.fromhex(root) for at, root in value["roots"].items()},
            leaves={int(index): str(found) for index, found in value["leaves"].items()},
            walk=Walk.of_json(value["walk"], asked.roots, asked.stamp_roots) if asked.evidence else None,
        )


def _trust(log_key: str, *roots: Sequence[x509.Certificate]) -> str:
    named = [log_key, *(" ".join(sorted(map(fingerprint, each))) for each in roots)]
    return hashlib.sha256("\n".join(named).encode()).hexdigest()
