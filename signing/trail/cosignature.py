"""Cosignatures of witnesses (c2sp.org/tlog-cosignature, cosignature/v1): somebody else saw this checkpoint, and when.

A witness signs only what continues the checkpoint that it signed before. So a log that shows two histories needs a
witness that lies with it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from signing.errors import Invalid
from signing.trail.checkpoint import Checkpoint, parse_checkpoint_text
from signing.trail.note import (
    COSIGNATURE,
    Line,
    check_name,
    dump_secret,
    key_id,
    load_secret,
    parse_line,
    read_vkey,
    split_note,
    verify_line,
    write_line,
    write_vkey,
)

_TIME_BYTES = 8
_LATEST = int(datetime(9000, 1, 1, tzinfo=UTC).timestamp())


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessKey:
    """The key with which a witness signs. Never shown: `repr` gives the public half only."""

    name: str
    _private: Ed25519PrivateKey = field(repr=False, compare=False)

    @classmethod
    def generate(cls, name: str) -> Self:
        """Make a new key for a witness, named e.g. `witness.example`: no spaces, no plus sign."""
        check_name(name, "witness-key")
        return cls(name=name, _private=Ed25519PrivateKey.generate())

    @classmethod
    def load(cls, text: str) -> Self:
        """Read the text that `dump` wrote; SigningError `witness-key` otherwise."""
        name, private = load_secret(text, COSIGNATURE, "witness-key")
        return cls(name=name, _private=private)

    def dump(self) -> str:
        """Write the secret key as one line."""
        return dump_secret(self.name, self._private, COSIGNATURE)

    @property
    def vkey(self) -> str:
        """The verifier key as text: what operators and auditors are given."""
        return write_vkey(self.name, self._public, COSIGNATURE)

    @property
    def _public(self) -> bytes:
        return self._private.public_key().public_bytes_raw()

    def cosign(self, text: str, at: datetime) -> str:
        """Sign a checkpoint's text, seen at that time (to the second): a signature line with its newline."""
        parse_checkpoint_text(text)
        seconds = int(at.timestamp())
        signature = self._private.sign(_signed(text, seconds))
        id = key_id(self.name, self._public, COSIGNATURE)
        return write_line(self.name, id, seconds.to_bytes(_TIME_BYTES, "big") + signature)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cosigned:
    """A cosignature that holds: whose, and when it was made by the witness's clock."""

    witness: str
    time: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchored:
    """A checkpoint that the log signed, and who cosigned it."""

    checkpoint: Checkpoint
    cosigned: tuple[Cosigned, ...]


def verify_cosignature(text: str, line: Line, vkey: str) -> Cosigned:
    """Check a witness's signature line over a checkpoint's text; Invalid `note-key` or `note-signature` otherwise."""
    key = read_vkey(vkey, COSIGNATURE)
    seconds = int.from_bytes(line.signature[:_TIME_BYTES], "big")
    verify_line(line, key, _signed(text, seconds), prefix=_TIME_BYTES)
    if seconds > _LATEST:
        raise Invalid("note-signature", f"the cosignature of {key.name} is of no time that there is")
    return Cosigned(witness=key.name, time=datetime.fromtimestamp(seconds, UTC))


def verify_anchored(note: str, vkey: str, witnesses: Iterable[str]) -> Anchored:
    """Check a checkpoint with cosignatures: the log's line first, then lines of these witnesses (verifier keys), in the
    order of their text, each once. Invalid for everything else, a line of somebody unknown (`note-key`) included.
    """
    text, (own, *others) = split_note(note)
    log = read_vkey(vkey)
    verify_line(own, log, text.encode("utf-8"))
    checkpoint = parse_checkpoint_text(text)
    if checkpoint.origin != log.name:
        raise Invalid("checkpoint-origin", f"the checkpoint is of {checkpoint.origin}, expected {log.name}")
    known = _by_name(witnesses)
    names = [(line.name, line.key_id) for line in others]
    if names != sorted(set(names)):
        raise Invalid("note-malformed", "the cosignatures are not in order, or one stands twice")
    if unknown := [name for name, id in names if (name, id) not in known]:
        raise Invalid("note-key", f"{unknown[0]} cosigned, whose key is not known")
    cosigned = (verify_cosignature(text, line, known[line.name, line.key_id]) for line in others)
    return Anchored(checkpoint=checkpoint, cosigned=tuple(cosigned))


def _by_name(witnesses: Iterable[str]) -> dict[tuple[str, bytes], str]:
    """The verifier keys by name and key ID. An ID has four bytes, so that a second key can be made to fit one: two that
    share it are refused, as nobody could say whose line it is.
    """
    found: dict[tuple[str, bytes], str] = {}
    for each in map(str.strip, witnesses):
        key = read_vkey(each, COSIGNATURE)
        if found.setdefault((key.name, key.key_id), each) != each:
            raise Invalid("note-key", f"two keys of witnesses share the name {key.name} and the ID {key.key_id.hex()}")
    return found


def with_cosignatures(note: str, cosignatures: Sequence[str]) -> str:
    """Add witnesses' lines (each with its newline) to a note that only the log signed, in the order verified."""
    return note + "".join(sorted(cosignatures, key=_order))


def log_note(note: str) -> str:
    """Give a note with its first signature line alone, that of the log."""
    head, _, lines = note.rpartition("\n\n")
    return f"{head}\n\n{lines.partition(chr(10))[0]}\n"


def _order(written: str) -> tuple[str, bytes]:
    line = parse_line(written.rstrip("\n"))
    return line.name, line.key_id


def _signed(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()
