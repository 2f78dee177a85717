"""Witnesses: what a cosignature proves, and that nothing else stands in an anchored note."""

from datetime import UTC, datetime

import pytest

from signing.errors import Invalid
from signing.trail.checkpoint import Checkpoint, verify_checkpoint
from signing.trail.cosignature import WitnessKey, log_note, verify_anchored, with_cosignatures
from signing.trail.note import LogKey

AT = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)
KEY = LogKey.generate("hoso.example/log")
NOTE = Checkpoint(origin=KEY.origin, size=3, root=bytes(range(32))).sign(KEY)
TEXT = NOTE.partition("\n\n")[0] + "\n"
ONE, TWO, OTHER = (WitnessKey.generate(name) for name in ("w.example/1", "w.example/2", "w.example/3"))
ANCHORED = with_cosignatures(NOTE, [TWO.cosign(TEXT, AT), ONE.cosign(TEXT, AT)])
KNOWN = (ONE.vkey, TWO.vkey)


def test_a_checkpoint_is_cosigned_by_whom_it_says_and_when():
    """Both witnesses are found with their times; without them it is the same checkpoint of the log alone."""
    found = verify_anchored(ANCHORED, KEY.vkey, KNOWN)
    assert [(each.witness, each.time) for each in found.cosigned] == [("w.example/1", AT), ("w.example/2", AT)]
    assert log_note(ANCHORED) == NOTE
    assert found.checkpoint == verify_checkpoint(NOTE, KEY.vkey) == verify_anchored(NOTE, KEY.vkey, ()).checkpoint


def test_the_published_example_holds():
    """The signed bytes are those of c2sp.org/tlog-cosignature: header, time, the checkpoint's whole text."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    from signing.trail.note import COSIGNATURE, read_vkey, split_note

    line = split_note(ANCHORED)[1][1]
    assert line.signature[:8] == int(AT.timestamp()).to_bytes(8, "big")
    message = f"cosignature/v1\ntime {int(AT.timestamp())}\n{TEXT}".encode()
    Ed25519PublicKey.from_public_bytes(read_vkey(ONE.vkey, COSIGNATURE).public).verify(line.signature[8:], message)


def test_every_changed_byte_is_refused():
    """No byte of an anchored note is free: text, order, lines, base64."""
    for at in range(len(encoded := ANCHORED.encode())):
        for change in (1, 0x20):
            changed = encoded[:at] + bytes([encoded[at] ^ change]) + encoded[at + 1 :]
            with pytest.raises(Invalid):
                verify_anchored(changed.decode("utf-8", "replace"), KEY.vkey, KNOWN)


@pytest.mark.parametrize(
    ("note", "code"),
    [
        (with_cosignatures(NOTE, [OTHER.cosign(TEXT, AT)]), "note-key"),
        (with_cosignatures(NOTE, [ONE.cosign(TEXT, AT)] * 2), "note-malformed"),
        (NOTE + TWO.cosign(TEXT, AT) + ONE.cosign(TEXT, AT), "note-malformed"),
        (with_cosignatures(NOTE, [ONE.cosign(TEXT.replace("3", "4", 1), AT)]), "note-signature"),
        (ANCHORED + "x\n", "note-malformed"),
        (NOTE.partition("— ")[0] + ONE.cosign(TEXT, AT), "note-key"),
        (NOTE + ONE.cosign(TEXT, AT) * 17, "note-malformed"),
    ],
    ids=["unknown", "twice", "disordered", "of-another", "trailing", "no-log", "too-many"],
)
def test_what_is_no_cosignature(note: str, code: str):
    """A line of somebody unknown, twice, in another order, over another checkpoint, or in place of the log's."""
    with pytest.raises(Invalid) as refused:
        verify_anchored(note, KEY.vkey, KNOWN)
    assert refused.value.code == code


def test_keys_come_and_go():
    """A witness's key survives its file; a log's key is none, and it shows nothing of itself."""
    assert WitnessKey.load(ONE.dump()).vkey == ONE.vkey
    assert "private" not in repr(ONE).lower()
    with pytest.raises(Exception, match="kind"):
        WitnessKey.load(KEY.dump())


def test_a_key_that_was_made_to_share_an_id_is_refused(monkeypatch: pytest.MonkeyPatch):
    """Key IDs have four bytes: a stranger's key with a pinned witness's name and ID must not pass for it."""
    for module in ("note", "cosignature"):
        monkeypatch.setattr(f"signing.trail.{module}.key_id", lambda name, public, kind: b"same")
    real, made = (WitnessKey.generate("w.example/1") for _ in range(2))
    log = LogKey.generate("hoso.example/log")
    note = with_cosignatures(Checkpoint(origin=log.origin, size=3, root=bytes(32)).sign(log), [])
    text = note.partition("\n\n")[0] + "\n"
    forged = with_cosignatures(note, [made.cosign(text, AT)])
    for keys in ((real.vkey, made.vkey), (made.vkey, real.vkey)):
        with pytest.raises(Invalid) as refused:
            verify_anchored(forged, log.vkey, keys)
        assert refused.value.code == "note-key"
    with pytest.raises(Invalid):
        verify_anchored(forged, log.vkey, (real.vkey,))


def test_a_time_past_all_times_is_refused():
    """A cosignature of the year 9999 is of no time that can be told in every zone."""
    late = with_cosignatures(NOTE, [ONE.cosign(TEXT, datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC))])
    with pytest.raises(Invalid) as refused:
        verify_anchored(late, KEY.vkey, KNOWN)
    assert refused.value.code == "note-signature"
