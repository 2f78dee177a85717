"""Who vouches for a pack's checkpoint: the log's present key, and witnesses."""

from dataclasses import replace
from datetime import timedelta

import pytest

from signing.errors import SigningError
from signing.evidence.archive import read_archive
from signing.evidence.pack import build_pack
from signing.evidence.report import LOG_RESTORED, NO_WITNESS, WITNESS_UNPINNED, Report, SuccessionLine, WitnessLine
from signing.evidence.verify import verify_pack
from signing.record import time_text
from signing.trail.cosignature import WitnessKey
from signing.trail.note import LogKey
from tests.pki import NOW, authority, known
from tests.signing.world import LOG_KEY, World

INSPECTORATE, PRESS = WitnessKey.generate("thanh-tra.example"), WitnessKey.generate("bao.example")
SEEN = NOW + timedelta(minutes=7)
NEXT = LogKey.generate(LOG_KEY.origin)
RESTORED = LogKey.generate(f"{LOG_KEY.origin}/2")


def verify(pack: bytes, **changes) -> Report:
    values = {"roots": [authority().root], "log_key": LOG_KEY.vkey, "at": NOW + timedelta(days=900), **changes}
    return verify_pack(pack, **values)


def refused(pack: bytes, code: str, **changes) -> str:
    with pytest.raises(SigningError) as found:
        verify(pack, **changes)
    assert found.value.code == code, found.value
    return found.value.message


def begun(*witnesses: WitnessKey) -> World:
    """A dossier that an officer received, in a log with witnesses."""
    world = World()
    world.bind(known("admin"), known("admin"))
    world.deploy()
    for each in witnesses:
        world.witnessed(each)
    world.start()
    return world


def test_witnesses_are_told():
    """Who cosigned, and when; whose key the auditor knows; that nobody did."""
    world = begun(INSPECTORATE, PRESS)
    pack = world.pack(cosigners={INSPECTORATE: SEEN, PRESS: SEEN + timedelta(seconds=3)})
    report = verify(pack)
    assert [(each.witness, each.time, each.pinned) for each in report.cosigned] == [
        (PRESS.name, time_text(SEEN + timedelta(seconds=3)), False),
        (INSPECTORATE.name, time_text(SEEN), False),
    ]
    assert report.remarks == (WITNESS_UNPINNED,)
    pinned = verify(pack, witnesses=[INSPECTORATE.vkey])
    assert pinned.cosigned[1] == WitnessLine(witness=INSPECTORATE.name, time=time_text(SEEN), pinned=True)
    assert pinned.remarks == ()
    assert verify(world.pack()).remarks == (NO_WITNESS,)


def test_a_witness_that_is_asked_for_must_have_cosigned():
    """A pinned key is a demand; another key under the same name does not meet it."""
    world = begun(INSPECTORATE)
    assert INSPECTORATE.name in refused(world.pack(), "witness-missing", witnesses=[INSPECTORATE.vkey])
    twin = WitnessKey.generate(INSPECTORATE.name)
    pack = world.pack(cosigners={INSPECTORATE: SEEN})
    refused(pack, "witness-missing", witnesses=[twin.vkey])
    refused(pack, "witness-missing", witnesses=[INSPECTORATE.vkey, PRESS.vkey])
    refused(pack, "witness-key", witnesses=[LOG_KEY.vkey])


def test_cosignatures_of_strangers_and_false_ones_are_refused():
    """A line whose key neither the log nor the auditor tells, one over another checkpoint, lines out of order."""
    world = begun(INSPECTORATE, PRESS)
    stranger = WitnessKey.generate("stranger.example")
    refused(world.pack(cosigners={stranger: SEEN}), "note-key")
    assert verify(world.pack(cosigners={stranger: SEEN}), witnesses=[stranger.vkey]).cosigned[0].pinned
    contents = world.contents(cosigners={INSPECTORATE: SEEN, PRESS: SEEN})
    head, lines = contents.checkpoint.rpartition("\n\n")[0], contents.checkpoint.rpartition("\n\n")[2].splitlines()
    for order in ((0, 2, 1), (0, 1, 1, 2), (1, 0, 2)):
        note = f"{head}\n\n" + "".join(f"{lines[at]}\n" for at in order)
        pack = build_pack(replace(contents, checkpoint=note))
        refused(pack, "note-key" if order[0] else "note-malformed")
    older = world.contents(size=len(world.entries) - 1, cosigners={PRESS: SEEN}).checkpoint.splitlines()[-1]
    note = world.contents().checkpoint + older + "\n"
    refused(build_pack(replace(world.contents(), checkpoint=note)), "note-signature")


def test_an_older_checkpoint_tells_the_story_so_far():
    """Under a checkpoint stand the leaves before it; the later ones of the same dossier change no byte of that pack."""
    world = begun()
    admin = known("admin")
    world.approve(admin, 1)
    size = len(world.entries)
    before = world.pack(size=size)
    world.approve(admin, 2)
    world.stamp(0)
    assert world.pack(size=size) == before
    assert verify(before).size == size
    assert len(verify(world.pack()).acts) == len(verify(before).acts) + 2


def test_another_key_of_the_log_is_followed():
    """From the pinned key by the statements in the pack; the pack says how the key came, and what was lost."""
    world = begun()
    world.succeeded(LOG_KEY, NEXT)
    rotated = verify(world.pack(key=NEXT))
    [line] = rotated.successions
    assert (line.kept, line.lost, line.reason) == (len(world.entries) - 1, 0, "ổ đĩa hỏng")
    assert rotated.remarks == (NO_WITNESS,)
    assert verify(world.pack(key=NEXT), log_key=NEXT.vkey).successions == ()
    world.succeeded(NEXT, RESTORED, lost=5)
    pack = world.pack(key=RESTORED)
    assert [name for name in read_archive(pack) if name.startswith("log/")]
    report = verify(pack)
    assert (report.origin, report.remarks) == (RESTORED.origin, (NO_WITNESS, LOG_RESTORED))
    assert report.successions[1] == SuccessionLine(
        before=f"{NEXT.origin}+{NEXT.key_id.hex()}",
        after=f"{RESTORED.origin}+{RESTORED.key_id.hex()}",
        time=time_text(world.now - timedelta(seconds=1)),
        kept=len(world.entries) - 1,
        lost=5,
        reason="ổ đĩa hỏng",
    )


def test_a_retired_key_signs_nothing_new():
    """Whoever holds the old key cannot go on with it, nor leave out the statement and use the new one."""
    world = begun()
    kept = len(world.entries)
    world.succeeded(LOG_KEY, NEXT)
    message = refused(world.pack(), "log-key-retired")
    assert f"retired at {kept}" in message
    refused(world.pack(kept, key=NEXT), "note-key")
    refused(world.pack(key=LogKey.generate(LOG_KEY.origin)), "note-key")
    assert verify(world.pack(size=kept)).successions == ()
    late = begun()
    late.succeeded(LOG_KEY, NEXT, at=3)
    refused(late.pack(key=NEXT), "succession-wrong")
