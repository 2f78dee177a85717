"""Receipts: the proof that an act stands in the log, checked and kept by the client that acted."""

import base64
import binascii
import itertools
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adapters.cli.codes import in_words
from adapters.cli.language import _
from adapters.cli.log_keys import LogKeys, Signed
from adapters.cli.profiles import Profile, write_private
from adapters.cli.witness import Alarm, Witness, alarm, hashes
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A receipt that lies in a file and holds by itself: its leaf, and the checkpoint (`note`) that it stands under."""

    path: Path
    leaf: Leaf
    note: str
    signed: Signed

    @property
    def lost(self) -> bool:
        """Whether its leaf was lost when the log was restored, as a statement says that was followed."""
        return self.signed.left is not None and self.leaf.index >= self.signed.left.size

    def to_json(self) -> dict[str, Any]:
        """A line of a list."""
        size = self.signed.checkpoint.size
        told = {name: getattr(self.leaf, name) for name in ("index", "time", "act", "subject")}
        return {**told, "checkpoint_size": size, "file": str(self.path)}


def check(value: object, witness: Witness) -> Receipt:
    """Check an act's receipt: its checkpoint continues the kept one, the leaf is in it, the evidence is the leaf's."""
    try:
        if not isinstance(value, Mapping):
            raise alarm("receipt-missing", _("it gave no receipt"))
        return _opened(value, witness.accept(value.get("checkpoint"), value.get("consistency")))
    except Alarm as found:
        raise Alarm(found.code, found.reason, sent=True) from None


def held(path: Path, value: Mapping[str, Any], keys: LogKeys) -> Held:
    """Check a kept receipt by itself; stops at one that was damaged, or is of another log."""
    note = str(value.get("checkpoint"))
    try:
        signed = keys.read(note)
        found = _opened(value, signed.checkpoint)
    except (SigningError, Alarm) as error:
        reason = error.reason if isinstance(error, Alarm) else in_words(error.code, error.message)
        raise alarm(
            "receipt-invalid", _("the receipt kept in {file} was damaged: {reason}").format(file=path, reason=reason)
        ) from None
    return Held(path=path, leaf=found.leaf, note=note, signed=signed)


def _opened(value: Mapping[str, Any], checkpoint: Checkpoint) -> Receipt:
    """Check leaf, evidence and inclusion under a verified checkpoint."""
    try:
        content, evidence = _base64(value.get("leaf")), _base64(value.get("evidence"))
        leaf = decode_leaf(content)
        _same(leaf.index, value.get("index"))
        check_evidence(leaf, evidence, bytes.fromhex(str(value.get("salt"))))
        verify_inclusion(leaf.index, checkpoint.size, leaf.hash(), hashes(value.get("inclusion")), checkpoint.root)
        return Receipt(leaf=leaf, checkpoint=checkpoint, evidence=json.loads(evidence))
    except SigningError as error:
        raise alarm("receipt-invalid", in_words(error.code, error.message)) from None
    except (ValueError, binascii.Error, RecursionError):
        raise alarm("receipt-invalid", _("its receipt is malformed")) from None


def _same(found: object, expected: object) -> None:
    if found != expected:
        raise ValueError


def _base64(value: object) -> bytes:
    if not isinstance(value, str):
        raise ValueError
    return base64.b64decode(value, validate=True)


def keep(profile: Profile, name: str, value: Mapping[str, Any]) -> Path:
    """Keep a receipt in the profile's folder; another leaf's is never overwritten (a restored log counts anew)."""
    safe = re.sub(r"[^A-Za-z0-9._-]", "_", name)
    stem, folder = f"{int(value['index']):08d}-{safe}", profile.directory / "receipts"
    names = itertools.chain([stem], (f"{stem}-{number}" for number in itertools.count(2)))
    path = next(path for path in (folder / f"{each}.json" for each in names) if _free(path, value))
    write_private(path, (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode())
    return path


def _free(path: Path, value: Mapping[str, Any]) -> bool:
    return not path.exists() or read(path).get("leaf") == value.get("leaf")


def kept(profile: Profile) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Yield the receipts of a profile in the order of their leaves; a damaged file is yielded empty."""
    for path in sorted((profile.directory / "receipts").glob("*.json")):
        yield path, read(path)


def read(path: Path) -> dict[str, Any]:
    """Read a receipt's file, unchecked; a damaged one is empty."""
    try:
        value = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
