"""A whole log, leaf by leaf: what was erased must be told of; a walk can be written down and taken up again."""

import json

import pytest

from signing.canonical import canonical
from signing.errors import SigningError
from signing.evidence.walk import MOST_FAULTS, Walk, open_leaf
from signing.trail.leaf import Leaf, make_leaf

SALT = bytes(32)


def made(index: int, act: str, subject: str, actor: str = "an", **details: object) -> tuple[Leaf, bytes]:
    evidence = canonical({"act": act, "details": details, "objects": {}})
    at = "2026-11-21T08:30:00Z"
    return make_leaf(
        index=index, time=at, actor=actor, act=act, subject=subject, evidence=evidence, salt=SALT
    ), evidence


def take(walk: Walk, leaf: Leaf, evidence: bytes) -> None:
    walk.take(open_leaf(leaf.encode(), SALT, evidence, leaf), {})


def again(walk: Walk) -> Walk:
    return Walk.of_json(json.loads(json.dumps(walk.to_json())), walk.roots, walk.stamp_roots)


def test_erased_leaves_are_told_of() -> None:
    """By a `data-erased` leaf of their dossier, for as many as there are; another dossier's tells nothing of them, nor
    of those of which the server says no dossier. After a restore the server repeats erasures by its own word.
    """
    walk, repeats = Walk(), {"actor": "hoso", "repeats": {"leaf": 7}}
    for index in range(3):
        walk.take_erased(made(index, "task-claimed", "A.1")[0], "A")
    walk.take_erased(made(3, "evidence-exported", "A")[0], None)
    take(walk, *made(4, "log-restored", "backup"))
    take(walk, *made(5, "data-erased", "B", leaves=9, **repeats))
    assert walk.untold() == 4
    walk = again(walk)
    take(walk, *made(6, "data-erased", "A", leaves=4, **repeats))
    assert (walk.untold(), walk.counts["erased"], walk.counts["invalid"]) == (1, 4, 0)


def test_an_erasure_that_nobody_signed_tells_of_nothing() -> None:
    """Whoever runs the server could destroy evidence by it: it counts as unsigned, and what it hides stays untold."""
    walk = Walk()
    walk.take_erased(made(0, "task-claimed", "A.1")[0], "A")
    take(walk, *made(1, "data-erased", "A", actor="hoso", leaves=1, repeats={"leaf": 7}))
    take(walk, *made(2, "log-restored", "backup"))
    take(walk, *made(3, "data-erased", "A", leaves=1))
    assert (walk.untold(), walk.counts["invalid"], {fault.code for fault in walk.faults}) == (1, 2, {"act-unsigned"})


def test_faults_are_counted_and_the_first_named() -> None:
    """Each that must be signed and is not; the walk goes on, and needs no more room."""
    walk = Walk()
    for index in range(MOST_FAULTS + 5):
        take(walk, *made(index, "procedure-adopted", "khai-tu"))
    walk = again(walk)
    assert (walk.counts["invalid"], len(walk.faults)) == (MOST_FAULTS + 5, MOST_FAULTS)
    assert walk.faults[0].code == "act-unsigned"


def test_evidence_of_another_leaf_is_refused() -> None:
    """The salted hash says so."""
    leaf, _ = made(0, "task-claimed", "A.1")
    with pytest.raises(SigningError) as raised:
        open_leaf(leaf.encode(), SALT, made(0, "task-claimed", "A.2", x=1)[1], leaf)
    assert raised.value.code == "leaf-evidence"
