"""Under which checkpoint a dossier's evidence stands: same checkpoint, same bytes, with those who vouch for it."""

from collections import Counter
from typing import Any

from adapters.application import evidence
from adapters.application.trail import append
from adapters.database import checkpoints
from adapters.database import trail as stored
from adapters.database.checkpoints import Published
from engine.errors import Refusal
from engine.outcome import LeafDraft
from signing.evidence.pack import read_contents, read_pack
from signing.evidence.report import NO_WITNESS, Report
from signing.evidence.verify import verify_pack
from signing.trail.cosignature import WitnessKey, with_cosignatures
from signing.trail.note import split_note
from tests.adapters.application.world import CITIZEN, World
from tests.pki import authority

WITNESS = WitnessKey.generate("thanh-tra.example")


def packed(world: World, code: str, under: Any = None) -> bytes:
    found = evidence.pack(world.app, world.officer("kiem"), code, under)
    assert isinstance(found, bytes), found
    return found


def refused(world: World, code: str, under: int) -> Refusal:
    found = evidence.pack(world.app, world.officer("kiem"), code, under)
    assert isinstance(found, Refusal)
    return found


def verified(world: World, pack: bytes, **changes: Any) -> Report:
    return verify_pack(pack, roots=(authority().root,), log_key=world.app.log_key.vkey, **changes)


def appoint(world: World) -> None:
    with world.app.store.write() as tx:
        draft = LeafDraft(actor="hoso", act="witness-appointed", subject=WITNESS.name, details={"vkey": WITNESS.vkey})
        [leaf] = append(world.app, tx, [draft], world.clock())
        stored.keep_about(tx, [("witness", "w", leaf.index)])


def publish(world: World, *witnesses: WitnessKey) -> int:
    """Publish the head as it is, cosigned."""
    with world.app.store.write() as tx:
        head = stored.head(tx)
        lines = [each.cosign(split_note(head.checkpoint)[0], world.clock()) for each in witnesses]
        note = with_cosignatures(head.checkpoint, lines)
        checkpoints.add(tx, Published(size=head.size, note=note, published=world.clock()))
    return head.size


def test_the_same_checkpoint_gives_the_same_bytes(world: World) -> None:
    """Whatever happens later: to the log, and to this dossier, of which the later acts are not in it."""
    code = world.start("tra-ket-qua", data=CITIZEN)
    world.do("lan", code, "prepare", {"note": "đủ"})
    first = packed(world, code)
    size = verified(world, first).size
    world.start("cho")
    assert packed(world, code) == first == packed(world, code, size)
    world.sign_off("hang", code, "decide", {"decision": "approve"})
    world.stamp()
    assert packed(world, code, size) == first
    later = packed(world, code)
    assert verified(world, later).size == world.size() - 1  # it was published then and there
    counts = [Counter(line.act for line in verified(world, each).acts) for each in (first, later)]
    more = counts[1] - counts[0]
    assert {"task-claimed", "task-completed", "signature-stamped", "officer-appointed"} <= more.keys()
    done = [line for line in verified(world, later).acts if line.act == "task-completed"]
    assert [line.step for line in done] == ["prepare", "decide"]
    world.start("cho")
    newest = publish(world)
    assert verified(world, packed(world, code, "latest")).size == newest
    assert packed(world, code) == later


def test_sizes_that_were_not_published(world: World) -> None:
    """Refused with those that were; so is a checkpoint from before the dossier. The export's leaf names its own."""
    early = publish(world)
    code = world.start("cho")
    size = verified(world, packed(world, code)).size
    found = refused(world, code, early - 1)
    assert (found.code, f"the next ones have {early}, {size}" in found.message) == ("checkpoint-unpublished", True)
    assert f"the newest has {size}" in refused(world, code, size + 1).message
    assert refused(world, code, early).code == "checkpoint-early"
    with world.app.store.read() as tx:
        [leaf] = stored.leaves(tx, start=world.size() - 1, limit=1)
    assert f'"checkpoint":{size}'.encode() in leaf.evidence


def test_witnesses_come_with_the_pack(world: World) -> None:
    """The leaf that tells a witness's key is in each pack, and their line in each proof."""
    appoint(world)
    code = world.start("cho")
    publish(world, WITNESS)
    pack = packed(world, code)
    assert WITNESS.name in read_contents(read_pack(pack)).checkpoint
    report = verified(world, pack, witnesses=[WITNESS.vkey])
    assert ([each.witness for each in report.cosigned], report.remarks) == ([WITNESS.name], ())
    other = world.start("cho")
    assert NO_WITNESS in verified(world, packed(world, other)).remarks
