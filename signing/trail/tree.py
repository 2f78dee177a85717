"""The Merkle tree of the trail (RFC 6962 §2.1, SHA-256): appending, proofs, and verifying them.

Nothing here keeps the tree. Appending needs only the frontier (the roots of the complete subtrees, largest first: one
for each 1 bit of the size); proofs ask the caller for complete subtrees by (level, index), which never change.
"""

import hashlib
import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from signing.errors import Invalid

EMPTY_ROOT = hashlib.sha256(b"").digest()
NodeReader = Callable[[int, int], bytes]
"""Gives the root of the complete subtree over leaves [index * 2**level, (index + 1) * 2**level)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Appended:
    """What one leaf changes: the new frontier, and every subtree that it completes, level 0 (itself) included."""

    frontier: tuple[bytes, ...]
    size: int
    nodes: tuple[tuple[int, int, bytes], ...]


def leaf_hash(leaf: bytes) -> bytes:
    """Hash a leaf's bytes: SHA-256(0x00 || leaf)."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two children: SHA-256(0x01 || left || right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def append(frontier: Sequence[bytes], size: int, leaf: bytes) -> Appended:
    """Append a leaf hash to the tree of `size` leaves with this frontier; ValueError if the two do not fit."""
    if len(frontier) != size.bit_count():
        raise ValueError(f"a tree of {size} leaves has {size.bit_count()} frontier nodes, found {len(frontier)}")
    stack, node, level = list(frontier), leaf, 0
    nodes = [(0, size, leaf)]
    while size >> level & 1:
        node = node_hash(stack.pop(), node)
        level += 1
        nodes.append((level, size >> level, node))
    return Appended(frontier=(*stack, node), size=size + 1, nodes=tuple(nodes))


def root(frontier: Sequence[bytes]) -> bytes:
    """Give the tree's root from its frontier (largest subtree first)."""
    if not frontier:
        return EMPTY_ROOT
    node = frontier[-1]
    for left in reversed(frontier[:-1]):
        node = node_hash(left, node)
    return node


def root_of(size: int, node: NodeReader) -> bytes:
    """Give the root of the tree's first `size` leaves."""
    return _subtree(0, size, node)


def inclusion_proof(index: int, size: int, node: NodeReader) -> tuple[bytes, ...]:
    """Prove that leaf `index` is in the tree of `size` leaves: hashes from the leaf's sibling up (RFC 6962 §2.1.1)."""
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} is not in a tree of {size} leaves")
    proof: list[bytes] = []
    low, high = 0, size
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            proof.append(_subtree(middle, high, node))
            high = middle
        else:
            proof.append(_subtree(low, middle, node))
            low = middle
    return tuple(reversed(proof))


def consistency_proof(old: int, new: int, node: NodeReader) -> tuple[bytes, ...]:
    """Prove that the tree of `old` leaves is the beginning of the tree of `new` leaves (RFC 6962 §2.1.2)."""
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {old} leaves is no beginning of one of {new}")
    if old in (0, new):
        return ()
    proof: list[bytes] = []
    low, high = 0, new
    while high != old:
        middle = low + _split(high - low)
        if old <= middle:
            proof.append(_subtree(middle, high, node))
            high = middle
        else:
            proof.append(_subtree(low, middle, node))
            low = middle
    if low > 0:
        proof.append(_subtree(low, high, node))
    return tuple(reversed(proof))


def frontier_in(old: int, new: int, proof: Sequence[bytes]) -> tuple[bytes, ...]:
    """Give the frontier of the older tree, which a consistency proof holds where `old` is no power of two and not new.

    Nothing is proven yet: `root` of it is the older root that `verify_consistency` must be asked with. ValueError where
    a proof for these sizes has another length, or holds no frontier.
    """
    if not 0 < old < new or old & (old - 1) == 0:
        raise ValueError(f"a proof from {old} to {new} leaves holds no frontier")
    rest, found = list(proof), list[bytes]()
    low, high = 0, new
    while high != old and rest:
        middle, item = low + _split(high - low), rest.pop()
        if old <= middle:
            high = middle
        else:
            found.append(item)
            low = middle
    found += rest
    if high != old or len(rest) != 1 or len(found) != old.bit_count():
        raise ValueError(f"a proof from {old} to {new} leaves is not {len(proof)} hashes long")
    return tuple(found)


def verify_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> None:
    """Check a proof for a leaf hash (RFC 9162 §2.1.3.2); raises Invalid `inclusion-proof`."""
    if not 0 <= index < size:
        raise Invalid("inclusion-proof", f"leaf {index} cannot be in a tree of {size} leaves")
    _all_hashes("inclusion-proof", (leaf, *proof, root))
    first, last, node = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise Invalid(
                "inclusion-proof", f"the proof of leaf {index} is longer than a tree of {size} leaves is deep"
            )
        if first & 1 or first == last:
            node = node_hash(sibling, node)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            node = node_hash(node, sibling)
        first, last = first >> 1, last >> 1
    if last or not hmac.compare_digest(node, root):
        raise Invalid("inclusion-proof", f"leaf {index} is not in the tree of {size} leaves with this root")


def verify_consistency(old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> None:
    """Check that the older tree is the beginning of the newer (RFC 9162 §2.1.4.2); raises Invalid `consistency-proof`.

    An older tree of no leaves is refused: it is the beginning of every tree, so such a proof would say nothing.
    """
    if not 0 <= old <= new:
        raise Invalid("consistency-proof", f"the newer tree has {new} leaves, the older {old}: the log was cut back")
    if old == 0:
        raise Invalid("consistency-proof", "the older tree has no leaves: there is nothing to be consistent with")
    if old == new:
        if proof or not hmac.compare_digest(new_root, old_root):
            raise _inconsistent(old, new)
        return
    _all_hashes("consistency-proof", (*proof, old_root, new_root))
    older, newer = _climb(old, new, [old_root, *proof] if old & (old - 1) == 0 else proof)
    if not (hmac.compare_digest(older, old_root) and hmac.compare_digest(newer, new_root)):
        raise _inconsistent(old, new)


def shows_other_start(old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> bool:
    """Whether the proof shows that the newer tree began with another older tree than this one.

    It leads to the newer root, and from another older root: nobody can make such a proof of a tree that continues the
    older one. Of an older tree whose size is a power of two a proof never shows it: its root is not in the proof.
    """
    if not 0 < old < new or old & (old - 1) == 0 or any(len(item) != 32 for item in proof):
        return False
    try:
        older, newer = _climb(old, new, proof)
    except Invalid:  # of another length
        return False
    return newer == new_root and older != old_root


def _climb(old: int, new: int, path: Sequence[bytes]) -> tuple[bytes, bytes]:
    """The older and the newer root to which a proof leads; Invalid where one for these sizes has another length."""
    if not path:
        raise _inconsistent(old, new)
    first, last = old - 1, new - 1
    while first & 1:
        first, last = first >> 1, last >> 1
    older = newer = path[0]
    for node in path[1:]:
        if last == 0:
            raise _inconsistent(old, new)
        if first & 1 or first == last:
            older, newer = node_hash(node, older), node_hash(node, newer)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            newer = node_hash(newer, node)
        first, last = first >> 1, last >> 1
    if last:
        raise _inconsistent(old, new)
    return older, newer


def _inconsistent(old: int, new: int) -> Invalid:
    return Invalid("consistency-proof", f"the tree of {old} leaves is not the beginning of this tree of {new} leaves")


def _all_hashes(code: str, hashes: Sequence[bytes]) -> None:
    if any(len(item) != 32 for item in hashes):
        raise Invalid(code, "a hash in the proof is not 32 bytes long")


def _split(width: int) -> int:
    """Give the largest power of two smaller than `width` (at least 2)."""
    return 1 << (width - 1).bit_length() - 1


def _subtree(low: int, high: int, node: NodeReader) -> bytes:
    """Hash of leaves [low, high): one read per complete subtree in it."""
    parts: list[bytes] = []
    while low < high:
        level = (high - low).bit_length() - 1
        parts.append(node(level, low >> level))
        low += 1 << level
    return root(parts)
