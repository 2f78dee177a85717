"""Receipts: the proof that an act stands in the log, checked and kept by the client that acted."""

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adapters.cli.codes import in_words
from adapters.cli.language import _
from adapters.cli.profiles import Profile, write_private
from adapters.cli.witness import Witness, alarm, hashes
from signing.errors import SigningError
from signing.trail.checkpoint import Checkpoint
from signing.trail.leaf import Leaf, check_evidence, decode_leaf
from signing.trail.tree import verify_inclusion


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A receipt whose leaf, evidence, inclusion and checkpoint were all checked."""

    leaf: Leaf
    checkpoint: Checkpoint
    evidence: Mapping[str, Any]


def check(value: object, witness: Witness) -> Receipt:
    """Check a receipt: its checkpoint continues the kept one, the leaf is in it, the evidence is the leaf's."""
    if not isinstance(value, Mapping):
        raise alarm("receipt-missing", _("it gave no receipt"))
    checkpoint = witness.accept(value.get("checkpoint"))
    try:
        content, evidence = _base64(value.get("leaf")), _base64(value.get("evidence"))
        leaf = decode_leaf(content)
        _same(leaf.index, value.get("index"))
        check_evidence(leaf, evidence, bytes.fromhex(str(value.get("salt"))))
        verify_inclusion(leaf.index, checkpoint.size, leaf.hash(), hashes(value.get("inclusion")), checkpoint.root)
        return Receipt(leaf=leaf, checkpoint=checkpoint, evidence=json.loads(evidence))
    except SigningError as error:
        raise alarm("receipt-invalid", in_words(error.code, error.message)) from None
    except (ValueError, binascii.Error):
        raise alarm("receipt-invalid", _("its receipt is malformed")) from None


def _same(found: object, expected: object) -> None:
    if found != expected:
        raise ValueError


def _base64(value: object) -> bytes:
    if not isinstance(value, str):
        raise ValueError
    return base64.b64decode(value, validate=True)


def keep(profile: Profile, name: str, value: Mapping[str, Any]) -> Path:
    """Keep a receipt in the profile's folder."""
    safe = re.sub(r"[^A-Za-z0-9._-]", "_", name)
    path = profile.directory / "receipts" / f"{int(value['index']):08d}-{safe}.json"
    write_private(path, (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode())
    return path


def kept(profile: Profile) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Yield the receipts of a profile in the order of their leaves; a damaged file is yielded empty."""
    for path in sorted((profile.directory / "receipts").glob("*.json")):
        try:
            value = json.loads(path.read_bytes())
        except (OSError, ValueError):
            value = {}
        yield path, value if isinstance(value, dict) else {}
