"""What a server could still invent with its database and its log's key in hand: each refused by its own code.

Beside each stands its undamaged twin, as in `test_chain`.
"""

from collections.abc import Mapping
from datetime import timedelta

import pytest

from signing.bundle import bundle_hash
from signing.canonical import canonical
from signing.errors import SigningError, Undecidable
from tests.pki import NOW, Person, person
from tests.signing.records import DOSSIER
from tests.signing.test_chain import (
    ADMIN,
    BINH,
    HANG,
    MAI,
    TODAY,
    YESTERDAY,
    Defect,
    chaired,
    ended,
    office,
    ready,
    signed_by,
    story,
    verify,
)
from tests.signing.test_evidence import mandate
from tests.signing.test_running import process
from tests.signing.world import SINCE, World, appointed

WANTS = process(approve="approval")
EMPTY = process(approve="none")
LATER = str((NOW + timedelta(days=900)).date())


def listed(world: World, files: Mapping[str, bytes]) -> list[dict[str, str]]:
    return [{"path": path, "sha256": world.keep(content)} for path, content in sorted(files.items())]


def bundle_told(world: World, act: str) -> World:
    """The dossier runs under a bundle that a leaf of another act brings: nobody signed it."""
    files = listed(world, EMPTY)
    digest = bundle_hash({each["path"]: each["sha256"] for each in files})
    told = {"key": "van-ban-di", "version": 9, "bundle": digest}
    world.append(act, "van-ban-di:9", "hoso", details=told, objects={"bundle": files}, dossier=None)
    world.start(digest, version=9, bundles=[{"key": "van-ban-di", "version": 9, "bundle_hash": digest}])
    return world


def begun(world: World, *, again: bool = False, old: str | None = None) -> World:
    """A dossier of which the step `approve` wants a signature, and is completed."""
    first = world.deploy(WANTS, approver=BINH)
    second = world.deploy(EMPTY, version=2, approver=BINH)
    if old is not None:
        world.start(old)
    else:
        world.start(first["bundle_hash"], bundles=[first])
    if again:
        world.start(second["bundle_hash"], version=2, bundles=[second])
    return world


def unsigned_step(world: World) -> None:
    world.append("task-completed", f"{DOSSIER}.1", "lan", details={"element": "approve", "data": {}})


def signed_step(world: World) -> None:
    of = world.deploy(WANTS, version=3, approver=BINH)
    world.intervene("dossier-migrated", {"revision": 1, "version": 3}, bundles=[of])
    world.approve(HANG, 1, bundle_hash=of["bundle_hash"], process_version=3)


def not_begun() -> World:
    world = chaired_alone()
    world.deploy(WANTS, approver=BINH)
    unsigned_step(world)
    return world


def chaired_alone() -> World:
    """hang is chairwoman; no dossier yet."""
    world = office()
    world.appoint("hang", "chu-tich", by=ADMIN, approver=BINH, number=60)
    world.bind(HANG, BINH, ADMIN)
    return world


def migrated(told_version: int) -> World:
    """The administrator signs a migration to version 2; the leaf tells the bundles of another."""
    world = chaired_alone()
    first = world.deploy(WANTS, approver=BINH)
    others = {2: world.deploy(process(approve="initial"), version=2, approver=BINH)}
    others[3] = world.deploy(EMPTY, version=3, approver=BINH)
    world.start(first["bundle_hash"], bundles=[first])
    world.intervene("dossier-migrated", {"revision": 1, "version": 2}, bundles=[others[told_version]])
    return world


def renamed(actor: str) -> World:
    """lan, a clerk, gets another title; nobody signs it."""
    world = chaired_alone()
    world.appoint("mai", "van-thu", by=ADMIN, approver=BINH, number=70)
    world.bind(MAI, ADMIN, BINH)
    title = {"kind": "position-changed", "id": "mai", "title": "Chủ tịch"}
    if actor:
        world.unsigned(title, actor=actor)
    else:
        world.organise([title], ADMIN, BINH)
    ready(world)
    world.approve(MAI, 1, details={"position": "Chủ tịch"})
    return world


def titled(signed: bool) -> World:
    """mai is appointed by two persons to a position of which the server alone says what it is."""
    world = chaired_alone()
    made = appointed("mai")
    made[1] = {"kind": "position-added", "id": "mai", "title": "Title of mai", "unit": "agency"}
    if signed:
        world.organise(made, ADMIN, BINH, numbers={2: 70})
    else:
        world.unsigned(made[1], actor="admin")
        world.organise([made[0], made[2]], ADMIN, BINH, numbers={1: 70})
    world.bind(MAI, ADMIN, BINH)
    ready(world)
    world.approve(MAI, 1, capacity="", details={"roles": []})
    return world


def proposed_otherwise(harmless: bool) -> World:
    """binh is shown another list than admin signed: hers are the changes in the proposal."""
    world = chaired()
    changes = appointed("mai", "chu-tich")
    shown = appointed("mai", "van-thu") if harmless else changes
    world.organise(changes, ADMIN, BINH, numbers={2: 77}, shown={"changes": shown})
    return world


def extended_mandate(until: str | None) -> World:
    """A mandate ended yesterday, by the act that gave it; the server lets it end later, which nobody signs."""
    world = chaired_alone()
    world.appoint("mai", "pho", by=ADMIN, approver=BINH, number=70)
    world.bind(MAI, ADMIN, BINH)
    given = {
        "kind": "mandate-given",
        "id": "m-1",
        "capacity": "KT",
        "given_by": "hang",
        "given_to": "mai",
        "document": "QĐ 2",
        "since": SINCE,
        "until": YESTERDAY if until else LATER,
    }
    world.organise([given], ADMIN, BINH)
    if until:
        world.unsigned({"kind": "mandate-ended", "id": "m-1", "until": until}, actor="admin")
    ready(world)
    told = mandate(given_by="hang", given_to="mai", document="QĐ 2", since=SINCE, until=until or LATER)
    digest = world.keep(canonical({"mandates": [told]}))
    world.approve(MAI, 1, capacity="KT.", delegation=digest, objects={"delegation": digest})
    return world


def disowned(world: World) -> None:
    """The appointment that ends has no act in the pack: its number was told otherwise when it was given."""
    end = {"kind": "appointment-ended", "appointment": 99, "until": YESTERDAY}
    world.organise([end], ADMIN, BINH, subject="hang")


def lengthened(world: World) -> None:
    """hang's appointment ended yesterday; a second end, signed long ago or not, cannot lengthen it."""
    ended(YESTERDAY)(world)
    ended(LATER)(world)
    world.approve(HANG, 1)


def out_of_order(backwards: timedelta) -> World:
    """Leaves whose times go back: an act of after a revocation, written before it."""
    world = chaired()
    world.later = timedelta(hours=2)
    world.approve(HANG, 1)
    world.later = timedelta(hours=2) - backwards
    world.revoke(HANG, ADMIN)
    return world


def one_key(same: bool) -> World:
    """binh's certificate is of the very key of admin's: one person under two names."""
    world = World()
    world.bind(ADMIN, ADMIN)
    world.appoint("binh", "administrator", by=ADMIN, number=50)
    twin = person("binh", private=ADMIN.private if same else None)
    world.bind(twin, ADMIN, twin)
    world.appoint("mai", "van-thu", by=ADMIN, approver=twin, number=70)
    ready_by(world, twin)
    return world


def ready_by(world: World, approver: Person) -> None:
    world.deploy(approver=approver)
    world.start()


DEFECTS = {
    "process that a leaf of another act brings": Defect(
        code="bundle-missing",
        damaged=lambda: bundle_told(chaired_alone(), "note-written"),
        twin=lambda: begun(chaired_alone()),
    ),
    "process that was only proposed": Defect(
        code="bundle-missing",
        damaged=lambda: bundle_told(chaired_alone(), "deployment-proposed"),
        twin=lambda: begun(chaired_alone()),
    ),
    "dossier received twice": Defect(
        code="act-repeated", damaged=lambda: begun(chaired_alone(), again=True), twin=lambda: begun(chaired_alone())
    ),
    "dossier received under no process that is here": Defect(
        code="bundle-missing",
        damaged=lambda: begun(chaired_alone(), old="0" * 64),
        twin=lambda: begun(chaired_alone()),
    ),
    "step of a dossier that was never received": Defect(
        code="bundle-missing", damaged=not_begun, twin=story(signed_step, begin=lambda: begun(chaired_alone()))
    ),
    "migrated to another version than was signed": Defect(
        code="record-other-act", damaged=lambda: migrated(3), twin=lambda: migrated(2)
    ),
    "title that an administrator alone gave": Defect(
        code="act-unsigned", damaged=lambda: renamed("admin"), twin=lambda: renamed("")
    ),
    "position of which nobody signed what it is": Defect(
        code="act-unsigned", damaged=lambda: titled(False), twin=lambda: titled(True)
    ),
    "approver who was shown another list": Defect(
        code="proposal-differs", damaged=lambda: proposed_otherwise(True), twin=lambda: proposed_otherwise(False)
    ),
    "mandate that ends later than it was given": Defect(
        code="record-delegation", damaged=lambda: extended_mandate(LATER), twin=lambda: extended_mandate(None)
    ),
    "end of what nobody here was given": Defect(
        code="appointment-missing", damaged=story(disowned), twin=story(ended(TODAY)), error=Undecidable
    ),
    "end that is later than the one before": Defect(
        code="appointment-not-in-force", damaged=story(lengthened), twin=story(ended(TODAY), signed_by(HANG))
    ),
    "acts in another order than their times": Defect(
        error=Undecidable,
        code="leaf-disordered",
        damaged=lambda: out_of_order(timedelta(hours=1)),
        twin=lambda: out_of_order(timedelta(minutes=5)),
    ),
    "author and approver with one key": Defect(
        code="approver-is-author", damaged=lambda: one_key(True), twin=lambda: one_key(False)
    ),
}


@pytest.mark.parametrize("name", DEFECTS)
def test_a_hostile_pack_is_refused_and_its_twin_accepted(name: str) -> None:
    """By its own code, whoever looks; without the defect the same story holds."""
    defect = DEFECTS[name]
    verify(defect.twin())
    with pytest.raises(SigningError) as found:
        verify(defect.damaged())
    assert (found.value.code, type(found.value)) == (defect.code, defect.error), found.value
