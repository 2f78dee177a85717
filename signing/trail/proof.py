"""Offline proofs that a leaf is in the trail (c2sp.org/tlog-proof@v1): index, hashes and checkpoint in one text."""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass

from signing.errors import Invalid
from signing.trail.checkpoint import Checkpoint, verify_checkpoint
from signing.trail.note import decode_base64
from signing.trail.tree import verify_inclusion

HEADER = "c2sp.org/tlog-proof@v1"
MAX_PROOF_BYTES = 128 * 1024
_INDEX = re.compile(r"0|[1-9][0-9]{0,18}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What a proof's text says; nothing of it is verified yet. `extra` is not covered by any signature."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: str
    extra: bytes | None = None


def write_proof(index: int, hashes: Sequence[bytes], checkpoint: str, extra: bytes | None = None) -> str:
    """Write a proof. `hashes`: the inclusion proof, sibling first; `checkpoint`: the signed note, verbatim."""
    lines = [HEADER]
    if extra is not None:
        lines.append(f"extra {base64.b64encode(extra).decode('ascii')}")
    lines.append(f"index {index}")
    lines.extend(base64.b64encode(item).decode("ascii") for item in hashes)
    return "\n".join(lines) + "\n\n" + checkpoint


def parse_proof(text: str) -> Proof:
    """Read a proof strictly: Invalid `proof-malformed` unless writing what was read gives the same text."""
    head, separator, checkpoint = text.partition("\n\n")
    lines = head.split("\n")
    if len(text) > MAX_PROOF_BYTES or not separator or lines[0] != HEADER or len(lines) < 2:
        raise Invalid("proof-malformed", f"this is no proof of the form {HEADER}")
    extra = None
    if lines[1].startswith("extra "):
        extra = decode_base64(lines.pop(1)[6:], "proof-malformed", "the proof's extra data")
    index = lines[1].removeprefix("index ") if len(lines) > 1 and lines[1].startswith("index ") else ""
    if not _INDEX.fullmatch(index) or len(lines) > 66:
        raise Invalid("proof-malformed", "the proof's index line is missing or has leading zeroes, or it is too long")
    hashes = tuple(decode_base64(line, "proof-malformed", "a hash of the proof") for line in lines[2:])
    proof = Proof(index=int(index), hashes=hashes, checkpoint=checkpoint, extra=extra)
    if write_proof(proof.index, proof.hashes, proof.checkpoint, proof.extra) != text:
        raise Invalid("proof-malformed", "the proof is not written as the format says")
    return proof


def verify_proof(text: str, leaf: bytes, vkey: str) -> Checkpoint:
    """Check that a leaf hash is in the log with this verifier key, and give the checkpoint that proves it."""
    proof = parse_proof(text)
    checkpoint = verify_checkpoint(proof.checkpoint, vkey)
    verify_inclusion(proof.index, checkpoint.size, leaf, proof.hashes, checkpoint.root)
    return checkpoint
