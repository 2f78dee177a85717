"""The whole log, fetched and computed again: nothing of what the server says about itself is taken on trust."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from adapters.cli import receipts
from adapters.cli.client import Client
from adapters.cli.errors import SIGNATURE, CommandFailed
from adapters.cli.language import _
from adapters.cli.leaf_pages import Given, Judge, leaf_pages
from adapters.cli.log_keys import LogKeys
from adapters.cli.log_state import Asked, Reading, StateFile
from adapters.cli.profiles import Profile
from adapters.cli.progress import Progress
from adapters.cli.session import Session
from adapters.cli.witness import State, Witness, alarm
from signing.evidence.walk import Walk
from signing.trail import tree
from signing.trail.checkpoint import Checkpoint

SAVED = 5.0  # seconds between two savings of how far it is read


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """A log whose every leaf was read, before or now. `root`: hex; `receipts`: how many kept ones were found in it,
    `lost`: how many stand for leaves that were lost, as a statement says that was followed.

    `before`: how many leaves an earlier run had read; `walk`: what was found of their evidence, None: not asked.
    """

    origin: str
    size: int
    root: str
    receipts: int
    lost: int
    before: int
    walk: Walk | None

    @property
    def word(self) -> str:
        """valid, invalid or undecidable."""
        if self.walk is None:
            return "valid"
        if self.walk.counts["invalid"] or self.walk.untold():
            return "invalid"
        return "undecidable" if self.walk.counts["undecidable"] else "valid"

    def to_json(self) -> dict[str, Any]:
        """The same for programs."""
        found = {name: getattr(self, name) for name in ("origin", "size", "root", "receipts", "lost", "before")}
        return {"verdict": self.word, **found, **({"evidence": _evidence(self.walk)} if self.walk else {})}


def _evidence(walk: Walk) -> dict[str, Any]:
    names = ("opened", "erased", "refused", "signatures", "stamps", "invalid", "undecidable")
    faults = [asdict(fault) for fault in walk.faults]
    judged = {"signatures_judged": bool(walk.roots), "erased_untold": walk.untold()}
    return {**{name: walk.counts[name] for name in names}, **judged, "faults": faults}


def verify_log(session: Session, asked: Asked, *, quiet: bool) -> Verified:
    """Verify the log against its checkpoint, the kept checkpoint and the kept receipts; stops with exit code 5."""
    witness = Witness(session.profile, session.client)
    kept, checkpoint = witness.kept(), witness.head()
    held = _held(session.profile, witness.keys, [kept] if kept else [])
    file = StateFile(session.profile, asked)
    reading = file.load()
    if not _goes_on(reading, checkpoint, held):
        reading = file.new()
    before = reading.size
    progress = None if quiet else Progress(checkpoint.size, before)
    try:
        _read(session.client, checkpoint, held, reading, file, progress)
        _compare(checkpoint, held, reading)
    except CommandFailed as error:
        if error.exit_code == SIGNATURE:
            file.drop()  # what does not hold is read again from its start
        raise
    finally:
        if progress is not None:
            progress.end()
    file.save(reading)
    return Verified(
        origin=checkpoint.origin,
        size=checkpoint.size,
        root=checkpoint.root.hex(),
        receipts=len(held.leaves),
        lost=held.lost,
        before=before,
        walk=reading.walk,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    states: tuple[State, ...]
    leaves: Mapping[int, bytes]
    lost: int


def _held(profile: Profile, keys: LogKeys, states: list[State]) -> _Held:
    """What this client knows of the log from earlier: checkpoints, and the leaves of its receipts."""
    leaves: dict[int, bytes] = {}
    lost = 0
    for path, value in receipts.kept(profile):
        found = receipts.held(path, value, keys)
        if not found.signed.beyond:
            states.append(found.signed.checkpoint)
        if found.lost:
            lost += 1
        else:
            leaves[found.leaf.index] = found.leaf.encode()
    return _Held(states=tuple(states), leaves=leaves, lost=lost)


def accepted_head(session: Session) -> Checkpoint:
    """The server's checkpoint now, held to the one that this profile keeps."""
    return Witness(session.profile, session.client).head()


def _goes_on(reading: Reading, checkpoint: Checkpoint, held: _Held) -> bool:
    """Whether what was read before is a beginning of this log, and has all that is to be compared with it."""
    known = {size for size in (item.size for item in held.states) if 0 < size < reading.size}
    leaves = {index for index in held.leaves if index < reading.size}
    return reading.size <= checkpoint.size and known <= reading.roots.keys() and leaves <= reading.leaves.keys()


def _read(
    client: Client,
    checkpoint: Checkpoint,
    held: _Held,
    reading: Reading,
    file: StateFile,
    progress: Progress | None,
) -> None:
    """Read the leaves that are new; notes the root at each size that is to be compared."""
    wanted = {item.size for item in held.states} | {checkpoint.size}
    judge = Judge(client, reading.walk) if reading.walk is not None else None
    saved = time.monotonic()
    if reading.size in wanted:
        reading.roots[reading.size] = tree.root(reading.frontier)
    for page in leaf_pages(client, reading.size, checkpoint.size, evidence=judge is not None):
        if judge is not None:
            judge.take(page)
        for given in page:
            _append(reading, given, held)
            if reading.size in wanted:
                reading.roots[reading.size] = tree.root(reading.frontier)
        if progress is not None and reading.size < checkpoint.size:
            progress.at(reading.size)
        if time.monotonic() - saved > SAVED:
            file.save(reading)
            saved = time.monotonic()


def _append(reading: Reading, given: Given, held: _Held) -> None:
    index = reading.size
    if index in held.leaves:
        reading.leaves[index] = tree.leaf_hash(given.encoded).hex()
    reading.frontier = tree.append(reading.frontier, index, tree.leaf_hash(given.encoded)).frontier
    reading.size += 1


def _compare(checkpoint: Checkpoint, held: _Held, reading: Reading) -> None:
    """Hold what was read to the signed checkpoint, and to everything that is kept here."""
    if reading.roots.get(checkpoint.size, tree.EMPTY_ROOT) != checkpoint.root:
        raise alarm("log-root", _("its leaves do not give the root that its checkpoint signs"))
    for index, content in held.leaves.items():
        if reading.leaves.get(index) != tree.leaf_hash(content).hex():
            raise alarm(
                "log-inconsistent", _("leaf {index} is not the one this client holds a receipt for").format(index=index)
            )
    for kept in held.states:
        if kept.size and reading.roots.get(kept.size) != kept.root:
            raise alarm(
                "log-inconsistent", _("at {size} leaves its root is not the one signed before").format(size=kept.size)
            )


def kept_receipts(profile: Profile) -> Iterator[dict[str, Any]]:
    """Yield a line for each kept receipt."""
    keys = LogKeys.of(profile)
    for path, value in receipts.kept(profile):
        try:
            yield receipts.held(path, value, keys).to_json()
        except CommandFailed:
            yield {"index": value.get("index"), "act": _("(damaged)"), "file": str(path)}
