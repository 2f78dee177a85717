"""What goes into a pack, and under which names. The names follow from the evidence of the leaves and nothing else.

Evidence of a leaf is canonical JSON `{"act", "details", "objects"}`, with `"dossier"` where the act is a dossier's.
`objects` maps a role to SHA-256 names of bytes: `"<hex>"`, `["<hex>", …]`, `[{"name", "sha256"}, …]` (documents) or
`[{"path", "sha256"}, …]` (a bundle). What a refused act sent lies apart, under `refused/`, as it arrived.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from signing.canonical import parse_canonical, sha256_hex
from signing.errors import Invalid
from signing.manifest import manifest_uri, record_stem, record_uri, signature_uri, stored_document
from signing.record import HEX256, ApprovalRecord, decode_record
from signing.trail.leaf import Leaf, decode_leaf

_ROLE = re.compile(r"[a-z]+(?:-[a-z]+){0,4}")
_FOLDERS = {
    "certificate": ("certificates", ".cer"),
    "bound": ("certificates", ".cer"),
    "chain": ("certificates", ".cer"),
    "crl": ("crls", ".crl"),
    "ocsp": ("ocsps", ".ors"),
    "stamp": ("stamps", ".tst"),
    "procedure": ("procedure", ".json"),
    "changes": ("organisation", ".jsonl"),
    "proposal": ("proposals", ".json"),
    "succession": ("log", ".note"),
}
AUTHOR, APPROVER = "", "approval-"
"""With this begins each role of what a person signed: who did the act, and the second one, who approved it."""
PARTS = ("record", "manifest", "signature")
"""The roles of what a person signed, each one object."""
_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,78}[A-Za-z0-9_]")


@dataclass(frozen=True, slots=True, kw_only=True)
class PackEntry:
    """One leaf with what opens it. `proof`: its inclusion hashes under the pack's checkpoint, sibling first."""

    leaf: bytes
    salt: bytes
    evidence: bytes
    proof: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PackContents:
    """All that a pack is made of. `objects`: what the evidence names, by SHA-256 (hex); more is harmless.

    `entries`: the dossier's leaves, and those of the acts outside it that it rests on (bindings of the certificates
    that signed, the bundle's deployment, the procedure). `checkpoint`: one signed note that covers them all.
    """

    dossier: str
    entries: tuple[PackEntry, ...]
    checkpoint: str
    objects: Mapping[str, bytes]


COUNTED = "refusals-counted"
"""How often an officer was refused the same after the leaf that tells it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A leaf with its evidence read."""

    leaf: Leaf
    details: Mapping[str, Any]
    dossier: str | None
    objects: Mapping[str, Any]

    @property
    def refused(self) -> bool:
        """Whether the act was refused: what it sent proves the attempt and nothing else."""
        return self.leaf.act.endswith("-refused") or self.leaf.act == COUNTED


def open_entry(entry: PackEntry) -> Opened:
    """Read a leaf and its evidence; Invalid `evidence-malformed` where they do not fit each other."""
    leaf = decode_leaf(entry.leaf)
    found = parse_canonical(entry.evidence)
    if not isinstance(found, dict) or not {"act", "details", "objects"} <= found.keys() <= {*_EVIDENCE}:
        raise _wrong(leaf, f"must have act, details, objects and at most dossier, not {_keys(found)}")
    dossier = found.get("dossier")
    if found["act"] != leaf.act or not isinstance(found["details"], dict) or not isinstance(found["objects"], dict):
        raise _wrong(leaf, "is of another act, or its details or objects are no JSON objects")
    if dossier is not None and not isinstance(dossier, str):
        raise _wrong(leaf, "names its dossier by something else than text")
    return Opened(leaf=leaf, details=found["details"], dossier=dossier, objects=found["objects"])


def entry_names(opened: Opened, stored: Mapping[str, bytes]) -> dict[str, str]:
    """Name every object of a leaf: entry name → SHA-256 (hex). `stored`: objects by SHA-256, to read records from."""
    names: dict[str, str] = {}
    for role, digest, label in _listed(opened):
        if opened.refused:
            suffix = "" if label is None else f"-{digest[:16]}"
            _put(names, f"refused/{opened.leaf.index:08d}/{role}{suffix}", digest, opened.leaf)
        elif role.removeprefix(APPROVER) not in PARTS:
            _put(names, _name(opened, role, digest, label), digest, opened.leaf)
    for whose in signed_by(opened):
        for name, digest in _signed(opened, stored, whose):
            _put(names, name, digest, opened.leaf)
    return names


def signed_by(opened: Opened) -> tuple[str, ...]:
    """Give how the roles begin of what was signed: the author's (empty) and the approver's, as far as there are any."""
    return tuple(whose for whose in (AUTHOR, APPROVER) if f"{whose}record" in opened.objects and not opened.refused)


def digest_of(opened: Opened, role: str) -> str:
    """Give the SHA-256 of a role that holds one object; Invalid `evidence-malformed` where it does not."""
    digest = opened.objects.get(role)
    if not isinstance(digest, str) or not HEX256.fullmatch(digest):
        raise _wrong(opened.leaf, f"names no {role}")
    return digest


def digests_of(opened: Opened, role: str) -> tuple[str, ...]:
    """Give the SHA-256 names of a role that holds any number of objects."""
    return tuple(digest for found, digest, _ in _listed(opened) if found == role)


def signed_parts(opened: Opened, stored: Mapping[str, bytes], whose: str) -> tuple[bytes, bytes, bytes]:
    """Give what a person signed: record, manifest and signature, as PARTS names them."""
    record, manifest, signature = (stored_object(stored, digest_of(opened, f"{whose}{part}")) for part in PARTS)
    return record, manifest, signature


def stamp_uri(digest: str) -> str:
    """Name of a time stamp in the pack."""
    folder, ending = _FOLDERS["stamp"]
    return f"{folder}/{digest[:16]}{ending}"


def bundle_of(opened: Opened) -> dict[str, str] | None:
    """Give the bundle that a leaf names, path → SHA-256, or None."""
    if "bundle" not in opened.objects:
        return None
    return {label or "": digest for role, digest, label in _listed(opened) if role == "bundle"}


def stored_object(stored: Mapping[str, bytes], digest: str) -> bytes:
    """Give an object's bytes; Invalid `pack-object-missing` where they are not there or are others."""
    content = stored.get(digest)
    if content is None or sha256_hex(content) != digest:
        raise Invalid(
            "pack-object-missing",
            f"the object {digest[:16]}… that the trail names is missing from the pack, or was changed",
        )
    return content


_EVIDENCE = ("act", "details", "objects", "dossier")


def _signed(opened: Opened, stored: Mapping[str, bytes], whose: str) -> Iterator[tuple[str, str]]:
    """Name record, manifest and signature as the manifest itself does, and the documents that the record names."""
    record = decode_record(stored_object(stored, digest_of(opened, f"{whose}record")))
    stem = record_stem(record)
    yield record_uri(stem), digest_of(opened, f"{whose}record")
    yield manifest_uri(stem), digest_of(opened, f"{whose}manifest")
    yield signature_uri(stem), digest_of(opened, f"{whose}signature")
    if isinstance(record, ApprovalRecord):
        for document in record.documents:
            yield stored_document(document.sha256, document.name), document.sha256


def _listed(opened: Opened) -> Iterator[tuple[str, str, str | None]]:
    """List the objects of a leaf: role, SHA-256, name or path (empty in a plain list, None for a single one)."""
    for role, value in sorted(opened.objects.items()):
        if not _ROLE.fullmatch(role):
            raise _wrong(opened.leaf, "names a role that is no word")
        for item in value if isinstance(value, list) else [value]:
            digest, label = _one(item)
            if digest is None or not HEX256.fullmatch(digest):
                raise _wrong(
                    opened.leaf, f"names an object of role {role} by something else than SHA-256 in lower-case hex"
                )
            yield role, digest, label if label is not None or not isinstance(value, list) else ""


def _one(item: object) -> tuple[str | None, str | None]:
    if isinstance(item, str):
        return item, None
    if isinstance(item, dict) and len(item) == 2 and isinstance(item.get("sha256"), str):
        label = item.get("name", item.get("path"))
        if isinstance(label, str):
            return item["sha256"], label
    return None, None


def _name(opened: Opened, role: str, digest: str, label: str | None) -> str:
    if (plain := role.removeprefix(APPROVER)) in _FOLDERS:
        folder, ending = _FOLDERS[plain]
        return f"{folder}/{digest[:16]}{ending}"
    if role in {"document", "pdf"} and label:
        return stored_document(digest, label)
    if role == "bundle" and label:
        return f"bundle/{_bundle_folder(opened)}/{label}"
    return f"objects/{role}-{digest[:16]}"


def _bundle_folder(opened: Opened) -> str:
    key, version = opened.details.get("key"), opened.details.get("version")
    if isinstance(key, str) and _KEY.fullmatch(key) and isinstance(version, int):
        return f"{key}-{version}"
    return f"{opened.leaf.index:08d}"


def _put(names: dict[str, str], name: str, digest: str, leaf: Leaf) -> None:
    if names.setdefault(name, digest) != digest:
        raise _wrong(leaf, f"gives the name {name} to two different objects")


def _keys(found: object) -> Sequence[str]:
    return sorted(found)[:8] if isinstance(found, dict) else []


def _wrong(leaf: Leaf, what: str) -> Invalid:
    return Invalid("evidence-malformed", f"the evidence of leaf {leaf.index} ({leaf.act}) {what}")
