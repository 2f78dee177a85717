"""How one log key follows another: what a statement may say, and what chain of them is followed."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from signing.errors import Invalid
from signing.trail.note import LogKey
from signing.trail.succession import LogState, Succession, follow, present_key, verify_succession

AT = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)
FIRST, SECOND = LogKey.generate("hoso.example/log"), LogKey.generate("hoso.example/log")
THIRD = LogKey.generate("hoso.example/log/2")
STATE = LogState(size=100, root=bytes(range(32)))
ROTATED = Succession(before=FIRST.vkey, kept=STATE, known=STATE, after=SECOND.vkey, time=AT, reason="yearly")
RESTORED = Succession(
    before=SECOND.vkey,
    kept=STATE,
    known=LogState(size=107, root=bytes(32)),
    after=THIRD.vkey,
    time=AT,
    reason="ổ đĩa hỏng",
)
NOTES = (ROTATED.sign(FIRST, SECOND), RESTORED.sign(SECOND, THIRD))


def test_a_chain_leads_to_the_present_key():
    """From the key that one pinned, wherever in the chain it stands, to the one of today, with what was lost."""
    followed = follow(FIRST.vkey, NOTES)
    assert followed == (ROTATED, RESTORED)
    assert [each.lost for each in followed] == [range(100, 100), range(100, 107)]
    for pinned in (FIRST, SECOND, THIRD):
        assert present_key(pinned.vkey, follow(pinned.vkey, NOTES)) == THIRD.vkey


def test_a_chain_that_breaks_is_not_followed():
    """Statements out of order, or one that begins with a stranger's key, once the chain has begun."""
    stranger = LogKey.generate("hoso.example/log/2")
    odd = replace(RESTORED, before=stranger.vkey.replace("/2", "/2"), after=FIRST.vkey)
    with pytest.raises(Invalid) as refused:
        follow(FIRST.vkey, (NOTES[0], odd.sign(stranger, FIRST)))
    assert refused.value.code == "succession-broken"


def test_every_changed_byte_is_refused():
    """Both signatures cover every byte."""
    encoded = NOTES[1].encode()
    for at, change in itertools.product(range(len(encoded)), (1, 0x20)):
        changed = encoded[:at] + bytes([encoded[at] ^ change]) + encoded[at + 1 :]
        with pytest.raises(Invalid):
            verify_succession(changed.decode("utf-8", "replace"))


def test_one_key_alone_says_nothing():
    """Nobody but the old key's holder names its successor, and nobody is named who does not agree."""
    from signing.trail.note import sign_note

    for keys in ((FIRST,), (SECOND,), (SECOND, FIRST), (FIRST, THIRD)):
        with pytest.raises(Invalid):
            verify_succession(sign_note(ROTATED.text(), *keys))


@pytest.mark.parametrize(
    "change",
    [
        {"known": LogState(size=99, root=bytes(32))},
        {"known": LogState(size=100, root=bytes(32))},
        {"known": LogState(size=101, root=bytes(32))},
        {"after": FIRST.vkey},
        {"after": THIRD.vkey},
        {"reason": " "},
        {"reason": "a\nb"},
        {"reason": "x" * 301},
    ],
    ids=["shrunk", "forked", "lost-under-its-name", "same-key", "renamed", "no-reason", "two-lines", "long"],
)
def test_what_no_statement_says(change: dict[str, object]):
    """A log that lost leaves goes on under another name; one that lost none, under its own."""
    with pytest.raises(Invalid) as refused:
        replace(ROTATED, **change)
    assert refused.value.code == "succession-wrong"
