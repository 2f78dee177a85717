"""Time stamps of published checkpoints, with a leaf of their own: by when the log had gone so far, at the latest."""

from adapters.application.anchoring import STAMPED
from adapters.application.application import Application
from adapters.application.stamping import UNAVAILABLE, keep_objects
from adapters.application.trail import append
from adapters.database import definitions, jobs
from adapters.database.checkpoints import Published
from adapters.database.store import Transaction
from engine.outcome import SYSTEM, LeafDraft
from signing.canonical import sha256_hex
from signing.consulted import consulted
from signing.record import time_text
from signing.timestamp import Stamp
from signing.trail.checkpoint import parse_checkpoint_text
from signing.trail.note import split_note
from signing.verify import Trust


def keep(app: Application, tx: Transaction, found: Published, token: bytes, stamp: Stamp, trust: Trust) -> None:
    """Keep a verified stamp over a published checkpoint's note with what it was judged by, and tell the trail."""
    now, note = app.clock(), found.note.encode()
    jobs.wake(tx, UNAVAILABLE, now, dossier=None)
    definitions.put_content(tx, sha256_hex(note), note)
    draft = LeafDraft(
        actor=SYSTEM,
        act=STAMPED,
        subject=str(found.size),
        details={"time": time_text(stamp.latest), "root": parse_checkpoint_text(split_note(found.note)[0]).root.hex()},
        objects={"checkpoint": sha256_hex(note), **keep_objects(tx, None, token, consulted(trust, stamp.path))},
    )
    append(app, tx, [draft], now)
