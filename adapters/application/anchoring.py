"""Publish checkpoints: the log's head with the cosignatures of all witnesses that answer, kept for ever as it is.

Witnesses are asked outside any transaction. One that is away holds nothing up: what is published without it says so,
and it is asked again. What was published never changes, and never comes before what was published already, so that
"the first published checkpoint that covers a leaf" is the same one for ever.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog

from adapters.application.application import Application
from adapters.application.appointing import appoint, changed
from adapters.application.cosigning import cosign_head, has_cosigned
from adapters.application.log_keys import StoredNoteDamaged, lines_of
from adapters.database import checkpoints, jobs, successions
from adapters.database import trail as stored
from adapters.database.checkpoints import Published
from adapters.database.store import Transaction
from adapters.witnesses import WitnessRefuses
from engine.outcome import JobRequest
from signing.errors import Invalid
from signing.trail import tree
from signing.trail.checkpoint import verify_checkpoint
from signing.trail.cosignature import log_note, with_cosignatures
from signing.trail.leaf import decode_leaf
from signing.trail.note import read_vkey
from signing.trail.succession import verify_succession

PUBLISH = "checkpoint-publish"
"""The type of the one job that publishes, and asks for itself again."""
STAMP = "checkpoint-stamp"
STAMPED = "checkpoint-stamped"
INTERVAL = timedelta(hours=1)
_FEW = 20  # leaves that are read to see whether anything but stamps of checkpoints happened
log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What came of publishing: the newest published checkpoint, and why witnesses that were asked are not in it."""

    published: Published | None
    missing: tuple[str, ...] = ()


def schedule(app: Application, tx: Transaction) -> None:
    """See to it that the job which publishes is there, once, however many servers start; due now where witnesses came
    or went.
    """
    stored.head(tx, lock=True)
    if jobs.is_open(tx, PUBLISH) and changed(app, tx):
        jobs.hasten(tx, PUBLISH, app.clock())
    jobs.begin_again(tx, PUBLISH, app.clock(), INTERVAL)


def keep_scheduled(app: Application) -> None:
    """See to it that the job which publishes is there again where it failed: the log is published while Hoso runs."""
    with app.store.read() as tx:
        there = jobs.is_open(tx, PUBLISH)
    if not there:
        with app.store.write() as tx:
            schedule(app, tx)


def publish(
    app: Application, *, covering: int | None = None, still: Callable[[Transaction], bool] = lambda _tx: True
) -> Attempt:
    """Publish the log's head, if anything happened since the last, a witness lacks in that one, or this leaf is to be
    covered. For the sake of the log's own anchors alone nothing is published; nor where who publishes lost the job
    (`still`).
    """
    appoint(app, still)
    with app.store.read() as tx:
        size, last = stored.head(tx).size, checkpoints.last(tx)
        due = unpublished(tx, last) or _uncovered(last, covering)
    if size == (last.size if last else 0) or not (due or last is None or lacking(app, last)):
        return Attempt(published=last)
    found = cosign_head(app)
    for failure in found.failures.values():
        tell = log.error if isinstance(failure, WitnessRefuses) else log.warning
        tell("checkpoint not cosigned", reason=str(failure))
    missing = tuple(map(str, found.failures.values()))
    note = with_cosignatures(found.note, found.lines)
    if due or _gained(app, last, note):
        new = Published(size=found.size, note=note, published=app.clock())
        return Attempt(published=_keep(app, new, still), missing=missing)
    return Attempt(published=last, missing=missing)


def publish_covering(app: Application, index: int) -> Published:
    """The first published checkpoint that covers a leaf; where there is none, the head is published now."""
    for again in (False, True):
        with app.store.read() as tx:
            found = published(app, tx, covering=index)
        if found is not None:
            return found
        if not again:
            publish(app, covering=index)
    raise LookupError(f"leaf {index} is not in the log")


def published(app: Application, tx: Transaction, *, covering: int) -> Published | None:
    """The first published checkpoint that covers a leaf, verified; None where there is none yet."""
    found = checkpoints.covering(tx, covering)
    return None if found is None else verified(app, tx, found)


def verified(app: Application, tx: Transaction, found: Published) -> Published:
    """Check that a published checkpoint is signed by the log, and of this very log; StoredNoteDamaged otherwise."""
    try:
        return _verified(app, tx, found)
    except StoredNoteDamaged:
        raise
    except Invalid as error:
        raise StoredNoteDamaged(f"the published checkpoint of {found.size} leaves", error) from error


def _verified(app: Application, tx: Transaction, found: Published) -> Published:
    checkpoint = verify_checkpoint(log_note(found.note), _key_of(app, tx, found.note))
    root = tree.root_of(found.size, lambda level, index: stored.node(tx, level, index))
    if (checkpoint.size, checkpoint.root) != (found.size, root):
        message = "it is not one of this log; the database was changed"
        raise Invalid("consistency-proof", message)
    return found


def _key_of(app: Application, tx: Transaction, note: str) -> str:
    """The verifier key that a note names: the log's own of today, or one that it had before."""
    line = lines_of(note, "a published checkpoint")[0]
    before = (verify_succession(each).before for each in successions.notes(tx))
    for vkey in (app.log_keys.of(stored.head(tx).checkpoint).vkey, *before):
        key = read_vkey(vkey)
        if (line.name, line.key_id) == (key.name, key.key_id):
            return vkey
    raise Invalid("note-key", f"the note is signed by {line.name}+{line.key_id.hex()}, which is no key of this log")


def cosigners(note: str) -> list[str]:
    """Who cosigned a published checkpoint, by name, as its lines claim."""
    return [line.name for line in lines_of(note, "a published checkpoint")[1:]]


def lacking(app: Application, found: Published) -> list[str]:
    """The witnesses of the settings that did not cosign a published checkpoint."""
    return [witness.name for witness in app.witnesses if not has_cosigned(found.note, witness)]


def unpublished(tx: Transaction, last: Published | None) -> bool:
    """Whether anything happened since that checkpoint but its own stamp."""
    start = last.size if last else 0
    leaves = stored.leaves(tx, start=start, limit=_FEW)
    return len(leaves) == _FEW or any(decode_leaf(leaf.encoded).act != STAMPED for leaf in leaves)


def _uncovered(last: Published | None, index: int | None) -> bool:
    return index is not None and index >= (last.size if last else 0)


def _gained(app: Application, last: Published | None, note: str) -> bool:
    """Whether a witness is in this note that lacks in the last one."""
    return last is not None and any(
        has_cosigned(note, witness) and not has_cosigned(last.note, witness) for witness in app.witnesses
    )


def _keep(app: Application, new: Published, still: Callable[[Transaction], bool]) -> Published | None:
    """Keep it, and give it; the last one where another server was quicker, or the log is not that one any more."""
    with app.store.write() as tx:
        fenced = not still(tx)
        head, last = stored.head(tx, lock=True), checkpoints.last(tx)
        if fenced or (last is not None and last.size >= new.size):
            return last
        if not _is_of(app, tx, head, new):
            log.error("checkpoint not published", reason=f"the log was restored; it had {new.size} leaves before")
            return last
        checkpoints.add(tx, new)
        request = JobRequest(number=0, element="", type=STAMP, payload={"size": new.size}, due=new.published)
        jobs.add_job(tx, None, request)
    told = f"{new.size} leaves, {len(cosigners(new.note))} of {len(app.witnesses)} witnesses"
    log.info("checkpoint published", reason=told)
    return new


def _is_of(app: Application, tx: Transaction, head: stored.Head, new: Published) -> bool:
    """Whether the log is still the one that was cosigned: a backup may have been put back while witnesses were asked.
    The caller holds the head's lock.
    """
    if new.size > head.size:
        return False
    try:
        verified(app, tx, new)
    except Invalid:
        return False
    return True
