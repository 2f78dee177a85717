"""Leaves of the trail: who did what to what, when, and a salted hash of the evidence.

The salt keeps erased personal data from being guessed back out of the hash: without it, a short form could be tried.
"""

import hashlib
import hmac
from dataclasses import asdict, dataclass, fields
from typing import Any

from signing.canonical import canonical, parse_canonical
from signing.errors import Invalid
from signing.record import ACT, HEX256, parse_time
from signing.trail.tree import leaf_hash

LEAF_FORMAT = "hoso-leaf/1"
SALT_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """One act in the trail. `act`: a participle (`task-completed`); `evidence`: hex of SHA-256(salt || evidence)."""

    index: int
    time: str
    actor: str
    act: str
    subject: str
    evidence: str

    def __post_init__(self) -> None:
        parse_time(self.time)
        if not isinstance(self.index, int) or isinstance(self.index, bool) or not 0 <= self.index < 2**53:
            raise Invalid("leaf-field", "a leaf's index must be a whole number from 0")
        if not isinstance(self.act, str) or not ACT.fullmatch(self.act):
            raise Invalid("leaf-field", "a leaf's act must be words joined by hyphens, like task-completed")
        if not isinstance(self.evidence, str) or not HEX256.fullmatch(self.evidence):
            raise Invalid("leaf-field", "a leaf's evidence must be a SHA-256 in lower-case hex")
        for text in (self.actor, self.subject):
            if not isinstance(text, str) or not 0 < len(text) <= 200 or not text.isprintable():
                raise Invalid("leaf-field", "a leaf's actor and subject must be printable texts of 1 to 200 characters")

    def encode(self) -> bytes:
        """Give the canonical JSON whose hash is in the tree."""
        return canonical({"format": LEAF_FORMAT, **asdict(self)})

    def hash(self) -> bytes:
        """Give the leaf's hash in the tree: 32 bytes (RFC 6962 §2.1)."""
        return leaf_hash(self.encode())


def make_leaf(*, index: int, time: str, actor: str, act: str, subject: str, evidence: bytes, salt: bytes) -> Leaf:
    """Make the leaf of an act. `salt`: 32 fresh random bytes; `evidence`: canonical JSON of what proves the act."""
    return Leaf(
        index=index, time=time, actor=actor, act=act, subject=subject, evidence=_evidence_hash(evidence, salt).hex()
    )


def decode_leaf(encoded: bytes) -> Leaf:
    """Read a leaf strictly; Invalid for anything that `encode` would not have written."""
    value = parse_canonical(encoded)
    expected = {"format", *(item.name for item in fields(Leaf))}
    if not isinstance(value, dict) or set(value) != expected or value["format"] != LEAF_FORMAT:
        raise Invalid("leaf-format", f"this is no leaf of format {LEAF_FORMAT}")
    values: dict[str, Any] = {name: item for name, item in value.items() if name != "format"}
    return Leaf(**values)


def check_evidence(leaf: Leaf, evidence: bytes, salt: bytes) -> None:
    """Check that the leaf was made over this evidence and salt; Invalid `leaf-evidence` otherwise."""
    if not hmac.compare_digest(_evidence_hash(evidence, salt).hex(), leaf.evidence):
        raise Invalid("leaf-evidence", f"the evidence of leaf {leaf.index} is not what the trail recorded")


def _evidence_hash(evidence: bytes, salt: bytes) -> bytes:
    # A fixed length, so that no byte can move between salt and evidence.
    if len(salt) != SALT_BYTES:
        raise Invalid("leaf-salt", f"a salt has {SALT_BYTES} bytes, found {len(salt)}")
    return hashlib.sha256(salt + evidence).digest()
