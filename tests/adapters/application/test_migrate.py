"""A dossier goes on under another version of its process, or what does not map is named."""

from adapters.application import interventions, workers
from adapters.application.answer import Request
from adapters.application.workers import Lease, Wanted
from engine.acts.intervene import Migrate
from engine.errors import Kind
from tests.adapters.application.bundles import RESULT
from tests.adapters.application.intervening import (
    BROKEN,
    EYES,
    FIRST,
    OTHER_ROLE,
    OUTSIDE,
    OUTSIDE_RENAMED,
    RENAMED_EYES,
    SECOND,
    WHY,
    appoint,
    body_of,
    incidents,
    perform,
    revision,
    tokens,
)
from tests.adapters.application.world import World, refusal_of
from tests.pki import known


def test_a_dossier_goes_on_under_another_version(world: World) -> None:
    """Its open task has the new name, role and form; its holder stays where the new model allows; the next is new."""
    world.deploy(FIRST).body_or_raise()
    code = world.start("doi", files={})
    held = world.task(code, "look")
    world.claim("lan", held).body_or_raise()
    second = world.deploy(SECOND).body_or_raise()
    act = Migrate(revision=revision(world, code), reason=WHY, version=2, mapping={"look": "inspect"})
    plan = interventions.rehearse(world.app, world.officer("an"), code, act).body_or_raise()
    assert [(item["element"], item["becomes"]) for item in plan["stays"]] == [("look", "inspect")]
    assert plan["released"] == []
    perform(world, act, code).body_or_raise()
    shown = world.dossier(code)
    assert (shown["version"], shown["bundle_hash"]) == (2, second["bundle_hash"])
    [row] = shown["tasks"]
    assert (row["id"], row["element"], row["name"], row["holder"]) == (held, "inspect", "inspect", "lan")
    assert world.last(code)["details"]["bundles"] == [
        {"key": "doi", "version": 2, "bundle_hash": second["bundle_hash"]}
    ]
    assert body_of(world, code)["mapping"] == {"look": "inspect"}
    assert refusal_of(world.complete("lan", held)).code == "form-invalid"  # the new model's form
    world.complete("lan", held, {"note": "xong"}).body_or_raise()
    assert [item["element"] for item in world.dossier(code)["tasks"]] == ["check"]


def test_a_holder_whom_the_new_model_does_not_allow_gives_the_task_back(world: World) -> None:
    """Its role is another one there: the task stands in that role's queue."""
    world.deploy(FIRST).body_or_raise()
    code = world.start("doi", files={})
    world.claim("lan", world.task(code, "look")).body_or_raise()
    world.deploy(OTHER_ROLE).body_or_raise()
    act = Migrate(revision=revision(world, code), reason=WHY, version=2)
    plan = interventions.rehearse(world.app, world.officer("an"), code, act).body_or_raise()
    assert plan["released"] == [{"task": world.task(code, "look"), "holder": "lan"}]
    perform(world, act, code).body_or_raise()
    [row] = world.dossier(code)["tasks"]
    assert (row["role"], row["holder"]) == ("van-thu", None)
    world.claim("hoa", row["id"]).body_or_raise()


def test_who_did_a_step_is_still_known_for_four_eyes(world: World) -> None:
    """The step has another name now, and its officer is still not the second pair of eyes."""
    world.deploy(EYES).body_or_raise()
    code = world.start("mat", files={})
    world.do("hang", code, "draft")
    world.deploy(RENAMED_EYES).body_or_raise()
    act = Migrate(revision=revision(world, code), reason=WHY, version=2, mapping={"draft": "write"})
    perform(world, act, code).body_or_raise()
    assert refusal_of(world.claim("hang", world.task(code, "check"))).code == "four-eyes"
    world.do("duc", code, "check")


def test_what_does_not_map_is_named_and_nothing_moves(world: World) -> None:
    """Element by element, with the reason; a mapping with a typing error is refused, too."""
    world.deploy(FIRST).body_or_raise()
    code = world.start("doi", files={})
    world.deploy(SECOND).body_or_raise()
    refusal = refusal_of(perform(world, Migrate(revision=revision(world, code), reason=WHY, version=2), code))
    assert (refusal.kind, refusal.code) == (Kind.INVALID, "migration-unmapped")
    assert list(refusal.problems) == [{"element": "look", "message": "look is not in the new model"}]
    wrong = Migrate(revision=revision(world, code), reason=WHY, version=2, mapping={"lok": "inspect"})
    assert refusal_of(perform(world, wrong, code)).code == "mapping-unknown"
    same = Migrate(revision=revision(world, code), reason=WHY, version=1)
    assert refusal_of(perform(world, same, code)).code == "migration-same"
    missing = Migrate(revision=revision(world, code), reason=WHY, version=9)
    assert refusal_of(perform(world, missing, code)).code == "process-unknown"
    assert (world.dossier(code)["version"], list(tokens(world, code))) == (1, ["look"])


def test_timers_jobs_and_subscriptions_follow(world: World) -> None:
    """A timer that reads as before is due as before under its new number; a job goes on as it was asked for."""
    world.deploy(OUTSIDE).body_or_raise()
    code = world.start("ngoai", data={}, files={})
    world.deploy(OUTSIDE_RENAMED).body_or_raise()
    robot = appoint(world)
    due = {row["element"]: row["due"] for row in world.dossier(code)["jobs"]}
    world.clock.go(hours=1)
    mapping = {"look_up": "search", "slow": "too_slow"}
    act = Migrate(revision=revision(world, code), reason=WHY, version=2, mapping=mapping)
    perform(world, act, code).body_or_raise()
    now = {row["element"]: row["due"] for row in world.dossier(code)["jobs"]}
    assert now == {"look_up": due["look_up"], "too_slow": due["slow"]}
    world.clock.go(days=1)
    world.work()
    assert "remind" in [item["element"] for item in world.dossier(code)["tasks"]]
    wanted = Wanted(worker="w", types=["tra-cuu"], most=1, lease=workers.timedelta(hours=1))
    fetched = workers.fetch(world.app, robot, wanted)
    assert isinstance(fetched, list)
    lease = Lease(job=fetched[0]["id"], epoch=fetched[0]["lease_epoch"])
    workers.complete(world.app, robot, Request(officer=robot.id), lease, {"found": True}).body_or_raise()
    assert world.task(code, "file")


def test_what_was_prepared_under_the_old_version_is_not_signed_under_the_new(world: World) -> None:
    """The statement named the old bundle: the signature over it is refused as stale, and a new one is good."""
    code = world.start("tra-ket-qua")
    world.do("lan", code, "prepare", {"note": "đủ"})
    held = world.task(code, "decide")
    world.claim("hang", held).body_or_raise()
    offered = world.prepare("hang", held, {"decision": "approve"}).body_or_raise()
    world.deploy(
        {**RESULT, "process.bpmn": RESULT["process.bpmn"].replace(b'name="prepare"', b'name="anew"')}
    ).body_or_raise()
    act = Migrate(revision=revision(world, code), reason=WHY, version=2)
    perform(world, act, code).body_or_raise()
    refusal = refusal_of(world.send("hang", held, world.submission(offered, known("hang"))))
    assert (refusal.kind, refusal.code) == (Kind.CONFLICT, "process-changed")


def test_an_incident_keeps_its_age_and_gets_its_new_name(world: World) -> None:
    """The row follows the element; when it was raised stays."""
    world.deploy(BROKEN).body_or_raise()
    code = world.start("hong", data={"copies": "ba"}, files={})
    [before] = incidents(world)
    world.deploy({**BROKEN, "process.bpmn": BROKEN["process.bpmn"].replace(b'"count"', b'"tally"')}).body_or_raise()
    world.clock.go(hours=1)
    act = Migrate(revision=revision(world, code), reason=WHY, version=2, mapping={"count": "tally"})
    perform(world, act, code).body_or_raise()
    [after] = incidents(world)
    assert (after["id"], after["since"], after["element"]) == (before["id"], before["since"], "tally")
