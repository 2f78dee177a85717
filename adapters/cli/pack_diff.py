"""Two evidence packs of one dossier: which leaves and signatures are in one and not in the other; are they of one log?

Leaves, proofs and checkpoints are verified here; the signatures themselves are judged by `hoso verify`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adapters.cli.codes import in_words
from adapters.cli.errors import SIGNATURE, CommandFailed
from adapters.cli.input import read_file
from adapters.cli.language import _
from adapters.cli.log import accepted_head
from adapters.cli.log_diff import fork, held_state, standing
from adapters.cli.log_keys import LogKeys
from adapters.cli.proven import ProvenLog
from adapters.cli.session import Session
from adapters.cli.story import sentence
from adapters.cli.terminal import escape
from adapters.cli.times import local
from signing.errors import SigningError
from signing.evidence.contents import Opened, open_entry, signed_by
from signing.evidence.pack import read_contents, read_pack
from signing.trail.checkpoint import Checkpoint
from signing.trail.cosignature import log_note
from signing.trail.leaf import check_evidence
from signing.trail.tree import verify_inclusion

LARGEST = 512 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """A pack whose every leaf stands under its signed checkpoint."""

    file: str
    dossier: str
    checkpoint: Checkpoint
    leaves: dict[int, Opened]


@dataclass(frozen=True, slots=True, kw_only=True)
class PackDifference:
    """The older pack first: the one of the smaller checkpoint."""

    older: Pack
    newer: Pack

    def to_json(self) -> dict[str, Any]:
        """The same for programs."""
        told = {
            name: {"file": pack.file, "size": pack.checkpoint.size, "root": pack.checkpoint.root.hex(), "only": only}
            for name, pack, only in (
                ("older", self.older, [_told(item) for item in self._only(self.older, self.newer)]),
                ("newer", self.newer, [_told(item) for item in self._only(self.newer, self.older)]),
            )
        }
        return {"verdict": "consistent", "dossier": self.older.dossier, **told}

    def lines(self) -> Iterator[str]:
        """Yield the lines for people; the last one is the verdict."""
        for pack, other in ((self.older, self.newer), (self.newer, self.older)):
            yield _("{file}, under the checkpoint of {size} leaves; only here:").format(
                file=escape(pack.file), size=pack.checkpoint.size
            )
            only = self._only(pack, other)
            for item in only:
                told = _told(item)
                signed = _(", {count} signatures").format(count=told["signatures"]) if told["signatures"] else ""
                yield f"  {local(told['time'])}  {sentence(told)}{signed}   ({told['index']})"
            if not only:
                yield "  -"
        yield _("CONSISTENT: both packs are of one log; {file} is the older one.").format(file=escape(self.older.file))

    def _only(self, pack: Pack, other: Pack) -> list[Opened]:
        return [item for index, item in sorted(pack.leaves.items()) if index not in other.leaves]


def is_pack(text: str) -> bool:
    """Whether a file begins as a pack does."""
    try:
        with Path(text).open("rb") as file:
            return file.read(2) == b"PK"
    except OSError:
        return False


def compare_packs(session: Session, one: str, other: str) -> PackDifference:
    """Compare two packs; stops with exit code 5 where one does not hold, or they cannot be of one log."""
    keys = LogKeys.of(session.profile)
    packs = [_read(Path(each), keys) for each in (one, other)]
    older, newer = sorted(packs, key=lambda pack: pack.checkpoint.size)
    if older.dossier != newer.dossier:
        raise CommandFailed(
            "packs-differ",
            _("the packs are of two dossiers: {one} and {other}").format(
                one=escape(older.dossier), other=escape(newer.dossier)
            ),
        )
    same = older.checkpoint.size == newer.checkpoint.size and older.checkpoint.root != newer.checkpoint.root
    if same:
        raise fork(older.checkpoint.size)
    log = ProvenLog(session.client, accepted_head(session))
    held_state(log, older.checkpoint)
    held_state(log, newer.checkpoint)
    return PackDifference(older=older, newer=newer)


def _read(path: Path, keys: LogKeys) -> Pack:
    try:
        contents = read_contents(read_pack(read_file(path, limit=LARGEST)))
        checkpoint = standing(keys.read(log_note(contents.checkpoint)), str(path))
        leaves = {}
        for entry in contents.entries:
            item = open_entry(entry)
            leaf = item.leaf
            verify_inclusion(leaf.index, checkpoint.size, leaf.hash(), entry.proof, checkpoint.root)
            check_evidence(leaf, entry.evidence, entry.salt)
            leaves[leaf.index] = item
    except SigningError as error:
        raise CommandFailed(
            error.code,
            f"{escape(path)}: {in_words(error.code, error.message)}",
            remedy=_("see what is wrong with it: hoso verify"),
            exit_code=SIGNATURE,
        ) from None
    return Pack(file=str(path), dossier=contents.dossier, checkpoint=checkpoint, leaves=leaves)


def _told(item: Opened) -> dict[str, Any]:
    leaf = {name: getattr(item.leaf, name) for name in ("index", "time", "actor", "act", "subject")}
    return {**leaf, "details": dict(item.details), "signatures": len(signed_by(item))}
