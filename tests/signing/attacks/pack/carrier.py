"""Whoever carries the file changed it: leaves, proofs, objects, bytes."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from signing.evidence.archive import read_archive, write_archive
from signing.evidence.pack import PackContents, build_pack, read_contents, read_pack
from signing.trail.checkpoint import Checkpoint
from signing.trail.note import LogKey
from signing.trail.tree import root
from tests.signing.attacks.pack.attack import Step, approved, enter, good, packed, stamp
from tests.signing.attacks.pack.stamps import STAMPED
from tests.signing.records import DRAFT
from tests.signing.world import LOG_KEY


def changed(change: Callable[[PackContents], PackContents], *steps: Step) -> Callable[[], bytes]:
    """A pack whose contents somebody changed before writing it."""

    def make() -> bytes:
        return build_pack(change(read_contents(read_pack(packed(*steps or (approved,))()))))

    return make


def entries(change: Callable[[dict[str, bytes]], Mapping[str, bytes]], *steps: Step) -> Callable[[], bytes]:
    """A pack whose files somebody changed."""
    return lambda: write_archive(change(read_archive(packed(*steps or (approved,))())))


def first_entry(**values: Callable[[PackContents], object]) -> Callable[[PackContents], PackContents]:
    def change(contents: PackContents) -> PackContents:
        first, *rest = contents.entries
        new = {name: value(contents) for name, value in values.items()}
        return replace(contents, entries=(replace(first, **new), *rest))  # type: ignore[arg-type]

    return change


def another_log(contents: PackContents) -> PackContents:
    key = LogKey.generate(LOG_KEY.origin)
    size = len(contents.entries)
    return replace(contents, checkpoint=Checkpoint(origin=key.origin, size=size, root=root(())).sign(key))


def only_without(folder: str) -> Callable[[dict[str, bytes]], Mapping[str, bytes]]:
    def change(files: dict[str, bytes]) -> Mapping[str, bytes]:
        gone = next(name for name in files if name.startswith(folder))
        return {name: content for name, content in files.items() if name != gone}

    return change


def document_exchanged(files: dict[str, bytes]) -> Mapping[str, bytes]:
    return {name: DRAFT + b"!" if content == DRAFT else content for name, content in files.items()}


def bit_flipped() -> bytes:
    pack = bytearray(good())
    pack[len(pack) // 2] ^= 1
    return bytes(pack)


_EDITED = first_entry(leaf=lambda found: found.entries[0].leaf.replace(b'"actor":"hoso"', b'"actor":"hose"'))
_RETOLD = first_entry(evidence=lambda found: found.entries[0].evidence.replace(b'"details":{', b'"details":{"a":1,'))
enter("leaf-edited", "A leaf of the trail is not the one that the log holds.", "inclusion-proof", changed(_EDITED))
enter("evidence-edited", "What the trail tells of an act was changed.", "leaf-evidence", changed(_RETOLD))
enter(
    "salt-exchanged", "The salt of a leaf was changed.", "leaf-evidence", changed(first_entry(salt=lambda _: bytes(32)))
)
enter(
    "proof-of-another-leaf",
    "The proof is that of another leaf.",
    "inclusion-proof",
    changed(first_entry(proof=lambda found: found.entries[1].proof)),
)
enter(
    "checkpoint-of-another-log",
    "Another log of the same name signed the checkpoint.",
    "note-key",
    changed(another_log),
)
enter(
    "document-exchanged",
    "A document is another one than was signed.",
    "pack-object-missing",
    entries(document_exchanged),
)
enter(
    "document-missing",
    "A document that was signed is not in the pack.",
    "pack-object-missing",
    entries(only_without("documents/")),
)
enter(
    "stamp-missing",
    "A time stamp that the trail names is not in the pack.",
    "pack-object-missing",
    entries(only_without("stamps/"), approved, stamp()),
    STAMPED,
)
enter(
    "file-added",
    "The pack holds a file that no act names.",
    "pack-unaccounted",
    entries(lambda files: {**files, "trust-me.txt": b"."}),
)
enter("bit-flipped", "One bit in the middle of the file was changed.", "pack-malformed", bit_flipped)
enter("bytes-behind-the-end", "Something was appended to the file.", "pack-malformed", lambda: good() + b"\0")
