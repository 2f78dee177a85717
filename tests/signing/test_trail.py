"""The trail: proofs that anyone can check, and that fail for anything else."""

import base64
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signing.errors import Invalid, SigningError
from signing.trail import tree
from signing.trail.checkpoint import Checkpoint, verify_checkpoint
from signing.trail.leaf import SALT_BYTES, check_evidence, decode_leaf, make_leaf
from signing.trail.note import LogKey, read_vkey, sign_note, verify_note
from signing.trail.proof import parse_proof, verify_proof, write_proof
from tests.signing.rfc6962 import consistency, inclusion, root

KEY = LogKey.generate("hoso.example/log")


def grown(leaves):
    """Append all leaves; give the frontier, the stored nodes and the sizes' roots."""
    frontier, nodes, roots = (), {}, [tree.EMPTY_ROOT]
    for index, leaf in enumerate(leaves):
        step = tree.append(frontier, index, tree.leaf_hash(leaf))
        assert step.size == index + 1
        for level, at, node in step.nodes:
            assert (level, at) not in nodes
            nodes[level, at] = node
        frontier = step.frontier
        roots.append(tree.root(frontier))
    return nodes, roots


@settings(deadline=None)
@given(st.lists(st.binary(max_size=8), min_size=1, max_size=40), st.data())
def test_the_tree_agrees_with_the_definition(leaves, data):
    """Appending, inclusion and consistency proofs equal the recursive definition of RFC 6962 §2.1."""
    nodes, roots = grown(leaves)
    assert roots == [root(leaves[:size]) for size in range(len(leaves) + 1)]
    size = data.draw(st.integers(1, len(leaves)))
    index = data.draw(st.integers(0, size - 1))
    old = data.draw(st.integers(1, size))
    read = lambda level, at: nodes[level, at]  # noqa: E731
    proof = tree.inclusion_proof(index, size, read)
    assert list(proof) == inclusion(index, leaves[:size])
    tree.verify_inclusion(index, size, tree.leaf_hash(leaves[index]), proof, roots[size])
    proof = tree.consistency_proof(old, size, read)
    assert list(proof) == consistency(old, leaves[:size])
    tree.verify_consistency(old, size, proof, roots[old], roots[size])


@settings(deadline=None)
@given(st.lists(st.binary(max_size=8), min_size=2, max_size=24, unique=True), st.data())
def test_an_altered_leaf_breaks_every_proof(leaves, data):
    """Another leaf, another index, another size, a longer, shorter or changed proof: all refused."""
    nodes, roots = grown(leaves)
    size = len(leaves)
    index = data.draw(st.integers(0, size - 1))
    other = data.draw(st.integers(0, size - 1).filter(lambda item: item != index))
    proof = list(tree.inclusion_proof(index, size, lambda level, at: nodes[level, at]))
    leaf, top = tree.leaf_hash(leaves[index]), roots[size]
    at = data.draw(st.integers(0, len(proof) - 1))
    changed = [*proof[:at], bytes(32), *proof[at + 1 :]]
    for case in [
        (index, size, tree.leaf_hash(leaves[other]), proof, top),
        (other, size, leaf, proof, top),
        (index, size, leaf, proof[:-1], top),
        (index, size, leaf, [*proof, bytes(32)], top),
        (index, size, leaf, changed, top),
        (index, size, leaf, proof, roots[size - 1]),
        (size, size, leaf, proof, top),
        (-1, size, leaf, proof, top),
    ]:
        with pytest.raises(Invalid):
            tree.verify_inclusion(*case)


@settings(deadline=None)
@given(st.lists(st.binary(max_size=8), min_size=3, max_size=24, unique=True), st.data())
def test_a_rewritten_past_is_inconsistent(leaves, data):
    """Editing, dropping or swapping a leaf that an old checkpoint covers shows against that checkpoint."""
    old = data.draw(st.integers(2, len(leaves) - 1))
    at = data.draw(st.integers(0, old - 2))
    _, roots = grown(leaves)
    edited = [*leaves[:at], leaves[at] + b"!", *leaves[at + 1 :]]
    swapped = [*leaves[:at], leaves[at + 1], leaves[at], *leaves[at + 2 :]]
    dropped = [*leaves[:at], *leaves[at + 1 :], b"filler-to-keep-the-size"]
    for forged in (edited, swapped, dropped):
        nodes, tops = grown(forged)
        proof = tree.consistency_proof(old, len(forged), lambda level, index, nodes=nodes: nodes[level, index])
        with pytest.raises(Invalid):
            tree.verify_consistency(old, len(forged), proof, roots[old], tops[-1])
    with pytest.raises(Invalid):
        tree.verify_consistency(len(leaves), old, [], roots[-1], roots[old])


def test_nothing_is_consistent_with_nothing():
    """A proof from the empty log would say nothing, so it is refused rather than believed."""
    with pytest.raises(Invalid):
        tree.verify_consistency(0, 1, [], tree.EMPTY_ROOT, tree.leaf_hash(b""))


def checkpoint(size: int = 3) -> Checkpoint:
    return Checkpoint(origin=KEY.origin, size=size, root=bytes(range(32)))


def test_checkpoints_go_and_come():
    """What the log's key signed is read back; keys survive being written down, and never show in a repr."""
    note = checkpoint().sign(KEY)
    assert verify_checkpoint(note, KEY.vkey) == checkpoint()
    again = LogKey.load(KEY.dump())
    assert (again.vkey, again.origin) == (KEY.vkey, KEY.origin)
    assert KEY.dump().split("+", 4)[4].strip() not in repr(KEY)  # the secret may hold a plus itself
    assert verify_checkpoint(again.sign and checkpoint(0).sign(again), KEY.vkey).size == 0


def test_the_format_is_the_published_one():
    """A verifier key published for another log is read, and our own notes have the form of the specification."""
    known = read_vkey("sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8")
    assert known.name == "sum.golang.org"
    lines = checkpoint().sign(KEY).split("\n")
    assert lines[:2] == ["hoso.example/log", "3"]
    assert lines[3] == ""
    assert lines[4].startswith("— hoso.example/log ")
    assert base64.b64decode(lines[4].split(" ")[2])[:4] == KEY.key_id


def test_every_changed_byte_of_a_checkpoint_is_refused():
    """Text, separator, signature line, unused base64 bits: a note that differs at all is not the note."""
    note = checkpoint().sign(KEY)
    encoded = note.encode()
    for position in range(len(encoded)):
        for bit in range(8):
            damaged = bytearray(encoded)
            damaged[position] ^= 1 << bit
            try:
                text = damaged.decode()
            except UnicodeDecodeError:
                continue
            with pytest.raises(Invalid):
                verify_checkpoint(text, KEY.vkey)


def test_notes_by_others_are_refused():
    """Another key with the same name, two signatures, none, a loose line, another log's checkpoint: refused."""
    other = LogKey.generate(KEY.origin)
    note = checkpoint().sign(KEY)
    signature = note.split("\n")[-2]
    foreign = sign_note(Checkpoint(origin="hoso.example/other", size=3, root=bytes(32)).text(), KEY)
    extended = sign_note(checkpoint().text() + "extension\n", KEY)
    zeroes = sign_note("hoso.example/log\n03\n" + base64.b64encode(bytes(32)).decode() + "\n", KEY)
    cases = [
        "",
        "\n",
        note[:-1],
        note + "\n",
        note + signature + "\n",
        note.replace("\n\n", "\n"),
        foreign,
        extended,
        zeroes,
    ]
    for case in [*cases, checkpoint().sign(other), note.replace("\n", "\r\n"), note.replace("—", "-")]:
        with pytest.raises(Invalid):
            verify_checkpoint(case, KEY.vkey)
    with pytest.raises(Invalid):
        verify_note(note, other.vkey)
    for text in ("", "a+b", "a+00000000+AAAA", KEY.vkey.replace("+", "+0", 1), KEY.vkey[:-1]):
        with pytest.raises(Invalid):
            read_vkey(text)
    for text in ("", KEY.vkey, KEY.dump().replace("log", "lag")):
        with pytest.raises(SigningError):
            LogKey.load(text)


def leaf(**changes):
    values = {
        "index": 7,
        "time": "2026-11-21T08:30:00Z",
        "actor": "lan",
        "act": "task-completed",
        "subject": "H29.5-261121-0001.3",
        "evidence": b"{}",
        "salt": bytes(SALT_BYTES),
    }
    return make_leaf(**{**values, **changes})


def test_leaves_open_only_to_their_evidence():
    """A leaf is read back as it was; its salted evidence is that and no other; one spelling only."""
    assert decode_leaf(leaf().encode()) == leaf()
    check_evidence(leaf(), b"{}", bytes(SALT_BYTES))
    for evidence, salt in [
        (b"{ }", bytes(32)),
        (b"{}", b"\1" + bytes(31)),
        (b"\0{}", bytes(31)),
        (b"}", bytes(31) + b"{"),
    ]:
        with pytest.raises(Invalid):
            check_evidence(leaf(), evidence, salt)
    for bad in (leaf().encode() + b" ", leaf().encode().replace(b"lan", b"l\\u0061n"), b"[]", b"{}"):
        with pytest.raises(Invalid):
            decode_leaf(bad)
    for changes in ({"index": -1}, {"act": "Task"}, {"actor": ""}, {"subject": "a\nb"}, {"time": "now"}):
        with pytest.raises(Invalid):
            leaf(**changes)


def test_offline_proofs():
    """A proof's text holds index, hashes and checkpoint; it verifies alone and has one spelling only."""
    leaves = [leaf(index=index).encode() for index in range(5)]
    nodes, roots = grown(leaves)
    note = Checkpoint(origin=KEY.origin, size=5, root=roots[5]).sign(KEY)
    text = write_proof(3, tree.inclusion_proof(3, 5, lambda level, at: nodes[level, at]), note)
    assert verify_proof(text, tree.leaf_hash(leaves[3]), KEY.vkey).size == 5
    assert parse_proof(write_proof(0, [], note, b"extra")).extra == b"extra"
    with pytest.raises(Invalid):
        verify_proof(text, tree.leaf_hash(leaves[2]), KEY.vkey)
    dice = random.Random(5)
    for position in dice.sample(range(len(text)), 150):
        damaged = text[:position] + chr(ord(text[position]) ^ 1) + text[position + 1 :]
        with pytest.raises(Invalid):
            verify_proof(damaged, tree.leaf_hash(leaves[3]), KEY.vkey)
    for bad in ("", text.replace("index 3", "index 03"), text.replace("\n\n", "\n", 1), text + "\n", "x" + text):
        with pytest.raises(Invalid):
            verify_proof(bad, tree.leaf_hash(leaves[3]), KEY.vkey)


def test_a_consistency_proof_holds_the_older_frontier() -> None:
    """Wherever the older size is no power of two; a proof of another length holds none."""
    leaves = [tree.leaf_hash(bytes([number])) for number in range(40)]
    frontiers: list[tuple[bytes, ...]] = [()]
    nodes: dict[tuple[int, int], bytes] = {}
    for index, leaf in enumerate(leaves):
        step = tree.append(frontiers[-1], index, leaf)
        nodes |= {(level, at): found for level, at, found in step.nodes}
        frontiers.append(step.frontier)
    for new in range(1, len(leaves) + 1):
        for old in range(new + 1):
            proof = tree.consistency_proof(old, new, lambda level, index: nodes[level, index])
            if old in (0, new) or old & (old - 1) == 0:
                with pytest.raises(ValueError, match="holds no frontier"):
                    tree.frontier_in(old, new, proof)
                continue
            assert tree.frontier_in(old, new, proof) == frontiers[old]
            for other in (proof[:-1], (*proof, proof[0])):
                with pytest.raises(ValueError, match="hashes long"):
                    tree.frontier_in(old, new, other)
