"""A replay asks who signed: a well-signed history in which somebody did another's step, or a result left without what
its procedure requires, is found; what the server allows replays, or is undecided where the pack cannot tell.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from engine.people.changes import AbsenceRecorded
from signing.canonical import canonical, parse_canonical, sha256_hex
from signing.evidence.contents import PackContents
from signing.evidence.pack import build_pack
from signing.evidence.verify import verify_pack
from tests.adapters.application import bundles
from tests.adapters.application.offices import leaders, mandate, position
from tests.adapters.application.replaying import contents_of, relogged, replayed, told, usurped
from tests.adapters.application.test_capacities import APPROVED, DECIDE, TYPED, process
from tests.adapters.application.world import World
from tests.engine.replay.recorder import LOG_KEY, Told
from tests.pki import authority

Forge = Callable[[list[Told]], None]


def found(contents: PackContents) -> tuple[str, str | None]:
    """The answer of the replay, and the code of its divergence."""
    said = replayed(contents)
    return said.answer, said.divergence.code if said.divergence is not None else None


def of_act(leaves: list[Told], act: str, subject: str | None = None) -> Told:
    """The last leaf of that act."""
    return [each for each in leaves if each.act == act and subject in (None, each.subject)][-1]


@pytest.mark.parametrize("who", ["lan", "nam"])
def test_a_clerk_and_the_leader_of_another_unit_in_the_leaders_step(world: World, who: str) -> None:
    """Duly bound, truly told, well signed: `hoso verify` has nothing against it, and no process allows it."""
    _, forged = usurped(world, who)
    verify_pack(build_pack(forged), roots=(authority().root,), log_key=LOG_KEY.vkey)
    assert found(forged) == ("no", "role-missing")


def before_the_signature(leaf: Callable[[list[Told]], Told]) -> Forge:
    """Put a leaf in, just before the approval."""

    def forge(leaves: list[Told]) -> None:
        at = next(n for n, each in enumerate(leaves) if each.details.get("purpose") == "approval")
        leaves.insert(at, replace(leaf(leaves), time=leaves[at].time))

    return forge


def changed(act: str, **details: object) -> Forge:
    """The last leaf of that act tells something else."""
    return lambda leaves: of_act(leaves, act).details.update(details)


def without(act: str) -> Forge:
    """No leaf of that act."""

    def forge(leaves: list[Told]) -> None:
        leaves[:] = [each for each in leaves if each.act != act]

    return forge


def ended(leaves: list[Told]) -> Told:
    given = of_act(leaves, "mandate-given")
    return replace(given, act="mandate-ended", details={"id": given.subject, "until": "2026-11-01"}, objects={})


def demoted(leaves: list[Told]) -> Told:
    given = of_act(leaves, "position-added", "pho-chu-tich")
    return replace(given, act="position-changed", details={"id": given.subject, "rank": "staff"}, objects={})


def vacated(leaves: list[Told]) -> Told:
    held = [each for each in leaves if each.act == "officer-appointed" and each.details["position"] == "chu-tich"][-1]
    told_ = {"appointment": held.details["number"], "until": "2026-11-01"}
    return replace(held, act="appointment-ended", details=told_, objects={})


FORGED: dict[str, tuple[Forge, tuple[str, str]]] = {
    "a mandate that had ended": (before_the_signature(ended), ("no", "role-missing")),
    "a mandate for other documents": (changed("mandate-given", kinds=["cong-van"]), ("no", "role-missing")),
    "a mandate by another document": (changed("mandate-given", document="QĐ khác"), ("no", "capacity-otherwise")),
    "a mandate of somebody who is no deputy": (before_the_signature(demoted), ("no", "role-missing")),
    "nobody held what it was signed for": (before_the_signature(vacated), ("undecidable", "role-untold")),
    "nobody tells that she was away": (without("absence-recorded"), ("undecidable", "role-untold")),
}


def test_for_the_chairwoman_while_she_is_away(world: World) -> None:
    """KT. by her deputy, as long as she is away, which the pack tells: it replays, and its forgeries do not."""
    leaders(world)
    world.deploy(process("quyet-dinh", DECIDE)).body_or_raise()
    mandate(world, "KT", "pho-chu-tich", when_away=True)
    until = world.clock() + timedelta(days=1)
    away = AbsenceRecorded(officer="hang", since=world.clock(), until=until, substitute="duc", document="Giấy nghỉ")
    world.reorganise("an", away).body_or_raise()
    code = world.start("quyet-dinh")
    world.sign_off("duc", code, "decide", TYPED)
    contents = contents_of(world, code)
    verify_pack(build_pack(contents), roots=(authority().root,), log_key=world.app.log_key.vkey)
    assert found(contents) == ("yes", None)
    for name, (forge, expected) in FORGED.items():
        leaves = told(contents)
        forge(leaves)
        assert found(relogged(leaves, contents, code)) == expected, name


def test_an_order_passed_on_and_an_authorisation_that_never_is(world: World) -> None:
    """TL., passed on to the deputy of the office; were it TUQ., nobody could have passed it on."""
    leaders(world)
    position(world, "pho-van-phong", "Phó Chánh Văn phòng", "van-phong", "deputy", "nam")
    world.deploy(process("quyet-dinh", DECIDE)).body_or_raise()
    kinds = frozenset({"quyet-dinh"})
    mandate(world, "TL", "chanh-van-phong")
    mandate(world, "KT", "pho-van-phong", by="chanh-van-phong", kinds=kinds, under="tl-chanh-van-phong")
    code = world.start("quyet-dinh")
    world.sign_off("nam", code, "decide", TYPED)
    contents = contents_of(world, code)
    assert found(contents) == ("yes", None)
    leaves = told(contents)
    of_act(leaves, "mandate-given", "tl-chanh-van-phong").details["capacity"] = "TUQ"
    assert found(relogged(leaves, contents, code)) == ("no", "role-missing")


def test_a_substitute_with_the_role(world: World) -> None:
    """Who stands in gets the task only as one whom it asks, and signs as themself; as acting leader it would be Q."""
    code = world.start("tra-ket-qua")
    world.do("lan", code, "prepare", {"note": "đủ"})
    world.claim("hang", world.task(code, "decide")).body_or_raise()
    until = world.clock() + timedelta(days=1)
    away = AbsenceRecorded(officer="hang", since=world.clock(), until=until, substitute="duc")
    world.reorganise("an", away).body_or_raise()
    world.sign_off("duc", code, "decide", {"decision": "approve"})
    contents = contents_of(world, code)
    assert of_act(told(contents), "task-claimed").details["instead_of"] == "hang"
    assert found(contents) == ("yes", None)
    leaves = told(contents)
    of_act(leaves, "officer-appointed", "duc").details["acting"] = True
    assert found(relogged(leaves, contents, code)) == ("no", "capacity-otherwise")


def test_another_unit_is_asked(world: World) -> None:
    """By `hoso:unit`: its leader signs; a leaf that tells another unit, or another role, is found."""
    properties = {**APPROVED, "unit": "khu-pho-3"}
    step = bundles.task("decide", "lanh-dao", form="sign", properties=properties)
    world.deploy(process("khu-pho", step)).body_or_raise()
    code = world.start("khu-pho")
    world.sign_off("nam", code, "decide", TYPED)
    contents = contents_of(world, code)
    assert found(contents) == ("yes", None)
    for told_of in ({"unit": "van-phong"}, {"role": "chuyen-vien"}):
        leaves = told(contents)
        of_act(leaves, "dossier-started").details["opened"][0].update(told_of)
        assert found(relogged(leaves, contents, code)) == ("no", "told-otherwise")


def test_who_is_named_and_the_head_to_whom_it_falls(world: World) -> None:
    """Named by the process: it replays. A role that nobody has falls to the head: of that, no pack can tell."""
    leaders(world)
    named = bundles.task("decide", "chu-tich", users="lan", form="sign", properties=APPROVED)
    nobody = bundles.task("decide", "khong-ai", form="sign", properties=APPROVED)
    for key, step, expected in (("a-goi", named, ("yes", None)), ("b-ai", nobody, ("undecidable", "role-untold"))):
        world.deploy(process(key, step)).body_or_raise()
        code = world.start(key)
        world.sign_off("lan", code, "decide", TYPED)
        assert found(contents_of(world, code)) == expected
    leaves = told(contents := contents_of(world, code))
    staff = of_act(leaves, "position-added", "chanh-van-phong")
    staff.details.pop("rank")
    assert found(relogged(leaves, contents, code)) == ("no", "role-missing")


REQUIRED: dict[str, dict[str, Any]] = {
    "of another role": {"approvals": [{"purpose": "approval", "role": "giam-doc"}]},
    "by two": {"approvals": [{"purpose": "approval", "role": "lanh-dao"}] * 2},
    "in another capacity": {"approvals": [{"purpose": "approval", "role": "lanh-dao", "capacities": ["KT."]}]},
    "of another document": {"document": "letter", "approvals": [{"purpose": "approval", "role": "lanh-dao"}]},
}


def test_a_result_leaves_only_as_its_procedure_allows(world: World) -> None:
    """Approved and sealed as it requires, it replays; under a record that requires something else, it could not."""
    code = world.approved()
    world.work()
    contents = contents_of(world, code)
    assert found(contents) == ("yes", None)
    leaves = told(contents)
    [adopted] = [each for each in leaves if each.act == "procedure-adopted"]
    body = parse_canonical(contents.objects[adopted.objects["procedure"]])
    assert isinstance(body, dict)

    def under(**changes: object) -> tuple[str, str | None]:
        other = canonical({**body, **changes})
        forged = told(contents)
        for each in forged:
            if "procedure" in each.objects:
                each.objects["procedure"] = sha256_hex(other)
        objects = {**contents.objects, sha256_hex(other): other}
        return found(relogged(forged, replace(contents, objects=objects), code))

    for name, result in REQUIRED.items():
        assert under(result={"document": "result", **result}) == ("no", "dispatch-not-allowed"), name
    assert under(channels=["post"]) == ("no", "dispatch-not-allowed")
    assert under(valid_until="2026-01-31") == ("no", "dispatch-not-allowed")
    of_act(leaves, "position-added", "hoa").details["roles"] = ["chuyen-vien"]
    assert found(relogged(leaves, contents, code)) == ("no", "role-missing")  # who keeps the seal is no clerk of it
    leaves = told(contents)
    of_act(leaves, "dossier-started").objects.pop("procedure")
    assert found(relogged(leaves, contents, code)) == ("no", "dispatch-not-allowed")
