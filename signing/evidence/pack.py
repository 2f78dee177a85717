"""Write and read evidence packs (ASiC-E, EN 319 162-1): one file that proves what happened to a dossier.

A pack is a function of its contents, so the rule that every entry is accounted for needs no list: whoever reads a pack
takes its leaves and objects out, builds the pack again, and compares. An entry that no evidence names, one that is
missing, and one that differs in a byte all show. README.txt alone may differ: it is prose for people, of which another
edition has other words, and it proves nothing; `other_readme` says so.
"""

import re
from collections.abc import Mapping

from signing.canonical import sha256_hex
from signing.errors import Invalid
from signing.evidence.archive import ASIC_E, MIMETYPE, read_archive, write_archive
from signing.evidence.contents import (
    Opened,
    PackContents,
    PackEntry,
    digest_of,
    entry_names,
    open_entry,
    signed_by,
    stored_object,
)
from signing.evidence.readme import SignatureNote, write_readme
from signing.evidence.stamps import stamp_note, stamps_of
from signing.manifest import record_stem
from signing.record import ApprovalRecord, decode_record, parse_time
from signing.trail.checkpoint import Checkpoint, parse_checkpoint_text
from signing.trail.proof import MAX_PROOF_BYTES, parse_proof, write_proof

__all__ = ["PackContents", "PackEntry", "build_pack", "other_readme", "pack_entries", "read_contents", "read_pack"]

README = "README.txt"
MAX_README_BYTES = 4 << 20
"""More than the lines for as many signatures as a pack can hold."""
_TRAIL = re.compile(r"trail/([0-9]{8,16})\.(leaf|salt|evidence|tlog-proof)")
_SALT = re.compile(r"[0-9a-f]{64}")


def build_pack(contents: PackContents) -> bytes:
    """Write the pack: the same contents, the same bytes. Invalid where something that the evidence names is missing."""
    return write_archive(pack_entries(contents))


def pack_entries(contents: PackContents) -> dict[str, bytes]:
    """Give what lies in the pack: entry name → bytes."""
    entries: dict[str, bytes] = {MIMETYPE: ASIC_E}
    opened = [open_entry(item) for item in contents.entries]
    _check_order(opened, contents.dossier)
    for item, entry in zip(opened, contents.entries, strict=True):
        stem = f"trail/{item.leaf.index:08d}"
        _put(entries, f"{stem}.leaf", entry.leaf)
        _put(entries, f"{stem}.salt", entry.salt.hex().encode("ascii"))
        _put(entries, f"{stem}.evidence", entry.evidence)
        proof = write_proof(item.leaf.index, entry.proof, contents.checkpoint)
        _put(entries, f"{stem}.tlog-proof", proof.encode("utf-8"))
        for name, digest in entry_names(item, contents.objects).items():
            _put(entries, name, stored_object(contents.objects, digest))
    _put(entries, README, _readme(contents, opened))
    return entries


def read_pack(pack: bytes) -> dict[str, bytes]:
    """Read a pack's entries strictly: Invalid unless it is exactly the pack that its own leaves and objects make.

    It must have a README.txt; what that says is not judged.
    """
    entries = read_archive(pack)
    if len(entries.get(README, b"")) > MAX_README_BYTES:
        raise Invalid("pack-too-large", f"a {README} of more than {MAX_README_BYTES >> 20} MiB; no pack needs as much")
    again = pack_entries(read_contents(entries))
    if README in entries:
        again[README] = entries[README]
    for name in sorted(entries.keys() | again.keys()):
        if entries.get(name) != again.get(name):
            raise Invalid(
                "pack-unaccounted", f"the entry {name[:120]} is not what the trail's evidence says; nothing vouches"
            )
    return entries


def other_readme(entries: Mapping[str, bytes], contents: PackContents) -> bool:
    """Whether a pack's README.txt is another than this edition writes for its contents: nothing vouches for it."""
    return entries[README] != _readme(contents, [open_entry(item) for item in contents.entries])


def read_contents(entries: Mapping[str, bytes]) -> PackContents:
    """Take leaves and objects out of a pack's entries. Nothing is proven yet."""
    parts: dict[str, dict[str, bytes]] = {}
    objects: dict[str, bytes] = {}
    for name, content in entries.items():
        if found := _TRAIL.fullmatch(name):
            parts.setdefault(found[1], {})[found[2]] = content
        elif name not in {MIMETYPE, README}:
            objects[sha256_hex(content)] = content
    if not parts or any(len(item) != 4 for item in parts.values()):
        raise Invalid("pack-trail", "the pack has no leaves, or a leaf without its salt, evidence or proof")
    read = [_entry(parts[index]) for index in sorted(parts, key=int)]
    checkpoints = {checkpoint for _, checkpoint in read}
    if len(checkpoints) != 1:
        raise Invalid("pack-trail", f"the proofs name {len(checkpoints)} checkpoints; a pack has one")
    leaves = tuple(entry for entry, _ in read)
    dossiers = {item.dossier for item in map(open_entry, leaves)} - {None}
    if len(dossiers) != 1:
        raise Invalid("pack-trail", f"the pack's leaves are of {len(dossiers)} dossiers; a pack is of one")
    return PackContents(dossier=str(dossiers.pop()), entries=leaves, checkpoint=checkpoints.pop(), objects=objects)


def unverified_checkpoint(note: str) -> Checkpoint:
    """Read a checkpoint's text without its signature; Invalid where it is none."""
    text, separator, _ = note.rpartition("\n\n")
    return parse_checkpoint_text(text + "\n" if separator else "")


def _entry(parts: Mapping[str, bytes]) -> tuple[PackEntry, str]:
    try:
        salt = parts["salt"].decode("ascii")
        if len(parts["tlog-proof"]) > MAX_PROOF_BYTES:
            raise Invalid("proof-malformed", "a proof is too long to be one")
        proof = parse_proof(parts["tlog-proof"].decode("utf-8"))
    except UnicodeDecodeError as error:
        raise Invalid("pack-trail", "a salt or a proof in the pack is no text") from error
    if not _SALT.fullmatch(salt):
        raise Invalid("pack-trail", "a salt in the pack is not 32 bytes in lower-case hex")
    entry = PackEntry(leaf=parts["leaf"], salt=bytes.fromhex(salt), evidence=parts["evidence"], proof=proof.hashes)
    return entry, proof.checkpoint


def _check_order(opened: list[Opened], dossier: str) -> None:
    indexes = [item.leaf.index for item in opened]
    if not indexes or indexes != sorted(set(indexes)):
        raise Invalid("pack-trail", "a pack's leaves must be given by rising index, each once")
    if not {dossier} <= {item.dossier for item in opened} <= {dossier, None}:
        raise Invalid("pack-trail", f"a pack holds leaves of its dossier {dossier} and of no other")


def _readme(contents: PackContents, opened: list[Opened]) -> bytes:
    checkpoint = unverified_checkpoint(contents.checkpoint)
    signatures: dict[str, SignatureNote] = {}  # by stem: many leaves may name one record
    stamps = stamps_of(opened)
    for item in opened:
        for whose in signed_by(item):
            record = decode_record(stored_object(contents.objects, digest_of(item, f"{whose}record")))
            note = SignatureNote(
                stem=record_stem(record),
                purpose=record.purpose if isinstance(record, ApprovalRecord) else record.act,
                officer=record.officer,
                time=parse_time(item.leaf.time),
                stamp=stamp_note(item, whose, stamps, contents.objects),
            )
            signatures.setdefault(note.stem, note)
    return write_readme(
        dossier=contents.dossier,
        count=len(opened),
        origin=checkpoint.origin,
        size=checkpoint.size,
        signatures=tuple(signatures.values()),
    )


def _put(entries: dict[str, bytes], name: str, content: bytes) -> None:
    if entries.setdefault(name, content) != content:
        raise Invalid("pack-conflict", f"two different files would have the name {name[:120]} in the pack")
