"""Have a checkpoint cosigned by all witnesses at once, outside any transaction."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from adapters.application import trail
from adapters.application.application import Application
from adapters.application.log_keys import StoredNoteDamaged, lines_of
from adapters.database import checkpoints
from adapters.database import trail as stored
from adapters.database.checkpoints import Published
from adapters.witnesses import CheckpointWitness, WitnessRefuses, WitnessUnavailable
from signing.errors import Invalid
from signing.trail.checkpoint import verify_checkpoint
from signing.trail.note import COSIGNATURE, read_vkey

_TRIES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Cosigned:
    """What came of asking over a checkpoint: the log's `note`, the witnesses' `lines`, and by verifier key why others
    gave none. `last`: the newest published checkpoint when the note was read.
    """

    note: str
    size: int
    last: Published | None
    lines: tuple[str, ...]
    failures: Mapping[str, WitnessUnavailable]


def cosign_head(app: Application) -> Cosigned:
    """Have the log's head cosigned; again where it was overtaken by what another server had cosigned meanwhile."""
    for _ in range(_TRIES):
        with app.store.read() as tx:
            head, last = stored.head(tx), checkpoints.last(tx)
        size = _size(app, head.checkpoint)
        found = _ask(app, head.checkpoint, size, last)
        if not _overtaken(app, found):
            break
    return found


def has_cosigned(note: str, witness: CheckpointWitness) -> bool:
    """Whether a note claims to be cosigned by this witness."""
    key = read_vkey(witness.vkey, COSIGNATURE)
    lines = lines_of(note, "a published checkpoint")[1:]
    return any((line.name, line.key_id) == (key.name, key.key_id) for line in lines)


def _size(app: Application, head: str) -> int:
    try:
        return verify_checkpoint(head, app.log_keys.of(head).vkey).size
    except Invalid as error:
        raise StoredNoteDamaged("the log's head", error) from error


def _ask(app: Application, note: str, size: int, last: Published | None) -> Cosigned:
    def ask(witness: CheckpointWitness) -> str | WitnessUnavailable:
        known = last.size if last is not None and has_cosigned(last.note, witness) else 0
        try:
            return witness.cosign(note, size, prove, known=known, at=app.clock())
        except WitnessUnavailable as error:
            return error

    def prove(old: int) -> Sequence[bytes]:
        with app.store.read() as tx:
            return trail.consistency(tx, old, size)

    # The slowest is waited for, not their sum.
    with ThreadPoolExecutor(max(1, len(app.witnesses)), thread_name_prefix="witness") as pool:
        answers = dict(zip(app.witnesses, pool.map(ask, app.witnesses), strict=True))
    return Cosigned(
        note=note,
        size=size,
        last=last,
        lines=tuple(answer for answer in answers.values() if isinstance(answer, str)),
        failures={each.vkey: answer for each, answer in answers.items() if isinstance(answer, WitnessUnavailable)},
    )


def _overtaken(app: Application, found: Cosigned) -> bool:
    """Whether a witness saw more of the log than was sent, and the log has that much by now."""
    refused = (failure for failure in found.failures.values() if isinstance(failure, WitnessRefuses))
    sizes = [failure.size for failure in refused if failure.size is not None and failure.size > found.size]
    if not sizes:
        return False
    with app.store.read() as tx:
        return max(sizes) <= stored.head(tx).size
