"""Replay dossiers of the tests' agency from their evidence packs, and forge them as the log's own server could."""

from adapters.application import evidence
from adapters.form_data import refuses_data
from adapters.limits.extends import extends
from engine.replay.replay import replay
from engine.replay.report import Replay
from signing.evidence.contents import PackContents, open_entry
from signing.evidence.pack import read_contents, read_pack
from signing.record import parse_time
from tests.adapters.application.world import World
from tests.engine.replay.recorder import Told
from tests.engine.replay.recorder import contents_of as log_of


def packed(world: World, code: str) -> bytes:
    """The dossier's evidence pack."""
    found = evidence.pack(world.app, world.officer("kiem"), code)
    assert isinstance(found, bytes)
    return found


def contents_of(world: World, code: str) -> PackContents:
    """What it holds."""
    return read_contents(read_pack(packed(world, code)))


def replayed(contents: PackContents) -> Replay:
    """Its replay."""
    return replay(contents, fits=refuses_data, extends=extends)


def told(contents: PackContents) -> list[Told]:
    """Its leaves, open to forgers."""
    return [
        Told(
            time=parse_time(item.leaf.time),
            actor=item.leaf.actor,
            act=item.leaf.act,
            subject=item.leaf.subject,
            dossier=item.dossier,
            details=dict(item.details),
            objects=dict(item.objects),
        )
        for item in map(open_entry, contents.entries)
    ]


def relogged(leaves: list[Told], contents: PackContents, code: str) -> PackContents:
    """These leaves in a log made anew, with the objects of the pack."""
    return log_of(leaves, contents.objects, code)


def usurped(world: World, who: str) -> tuple[str, PackContents]:
    """The leader's step, signed by somebody whom the server let for that moment; and told with what they truly held."""
    code, true = world.start("tra-ket-qua"), world.officer(who)
    world.do("lan", code, "prepare", {"note": "đủ"})
    world.give(who, "lanh-dao", unit="agency")
    world.sign_off(who, code, "decide", {"decision": "approve"})
    world.give(who, *true.roles, unit=true.unit)
    contents = contents_of(world, code)
    leaves = told(contents)
    for each in leaves:
        if (each.act, each.actor) == ("task-completed", who) and "record" in each.objects:
            each.details["roles"] = sorted(true.roles)
    return code, relogged(leaves, contents, code)
