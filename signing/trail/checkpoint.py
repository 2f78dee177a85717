"""Checkpoints of the trail (c2sp.org/tlog-checkpoint): origin, size and root, signed by the log's key."""

import base64
import re
from dataclasses import dataclass

from signing.errors import Invalid
from signing.trail.note import LogKey, decode_base64, read_vkey, sign_note, verify_note

_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """The state of the log: `size` leaves with this `root` (32 bytes, RFC 6962)."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """Give the note's text: three lines, no extension lines."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode('ascii')}\n"

    def sign(self, key: LogKey) -> str:
        """Sign it as a note; ValueError where the key is another log's."""
        if key.origin != self.origin:
            raise ValueError(f"the key of {key.origin} cannot sign a checkpoint of {self.origin}")
        return sign_note(self.text(), key)


def verify_checkpoint(text: str, vkey: str) -> Checkpoint:
    """Check a signed checkpoint against the log's verifier key; Invalid otherwise."""
    checkpoint = parse_checkpoint_text(verify_note(text, vkey))
    if checkpoint.origin != read_vkey(vkey).name:
        raise Invalid("checkpoint-origin", f"the checkpoint is of {checkpoint.origin}, expected {read_vkey(vkey).name}")
    return checkpoint


def parse_checkpoint_text(text: str) -> Checkpoint:
    """Read a checkpoint's text, which nobody has verified yet; Invalid `checkpoint-malformed` otherwise."""
    lines = text.split("\n")
    if len(lines) != 4 or lines[3] or not lines[0] or not _SIZE.fullmatch(lines[1]) or not lines[1].isascii():
        raise Invalid("checkpoint-malformed", "a checkpoint has three lines: origin, size, root in base64")
    root = decode_base64(lines[2], "checkpoint-malformed", "the checkpoint's root")
    if len(root) != 32:
        raise Invalid("checkpoint-malformed", f"the checkpoint's root has {len(root)} bytes, expected 32")
    return Checkpoint(origin=lines[0], size=int(lines[1]), root=root)
