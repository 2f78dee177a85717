"""Deploying although the second engine disagrees, and what only the server knows of a bundle."""

from __future__ import annotations

import pytest

from adapters.application import queries
from adapters.database import trail
from engine.errors import Refused
from signing.canonical import parse_canonical
from tests.adapters.application.bundles import bundle, task
from tests.adapters.application.world import World, refusal_of
from tests.engine.bpmn.models import chain, end, start_event

LANE = '<bpmn:laneSet id="ls"><bpmn:lane id="l" name="{}"><bpmn:flowNodeRef>t</bpmn:flowNodeRef></bpmn:lane>'
LANE += "</bpmn:laneSet>"
BODY = start_event() + task("t", "van-thu") + end() + chain("s", "t", "e")
# The second engine takes the spaces off the lane's name.
DISAGREED = bundle("lech", LANE.format(" A ") + BODY)
AGREED = bundle("lech", LANE.format("A") + BODY)
WHY = "chỉ khác khoảng trắng; đã xem cùng Bình"


def test_a_disagreement_is_deployed_with_a_reason_that_the_leaf_keeps(world: World) -> None:
    """Refused without; with it the answer, the trail and `show` say why."""
    refusal = refusal_of(world.deploy(DISAGREED))
    assert refusal.code == "bundle-refused"
    assert [item["code"] for item in refusal.problems] == ["second-reading"]
    answer = world.deploy(DISAGREED, WHY).body_or_raise()
    assert (answer["version"], answer["although"]) == (1, WHY)
    with world.app.store.read() as tx:
        leaf = trail.leaves(tx, start=world.size() - 1, limit=1)[0]
    opened = parse_canonical(leaf.evidence)
    assert isinstance(opened, dict)
    who = {"author": "tuan", "approved_by": "an", "proposal": answer["proposal"]["id"]}
    said = {"key": "lech", "version": 1, "bundle": answer["bundle_hash"], "although": WHY}
    assert opened["details"] == {**said, **who}
    assert queries.show_process(world.app, "lech").body_or_raise()["although"] == WHY


def test_a_bundle_that_was_deployed_although_runs(world: World) -> None:
    """It is loaded again without asking the second engine."""
    world.deploy(DISAGREED, WHY).body_or_raise()
    assert world.dossier(world.start("lech", who="hoa", files={}))["tasks"][0]["element"] == "t"


def test_a_reason_that_is_not_needed_is_not_recorded(world: World) -> None:
    """Both engines agree: there is nothing to excuse."""
    answer = world.deploy(AGREED, WHY).body_or_raise()
    assert "although" not in answer
    assert "although" not in queries.show_process(world.app, "lech").body_or_raise()


def test_a_reason_lets_nothing_else_pass(world: World) -> None:
    """What our own engine refuses stays refused."""
    broken = bundle("lech", LANE.format(" A ") + BODY.replace("van-thu", "${x}"))
    refusal = refusal_of(world.deploy(broken, WHY))
    assert refusal.code == "bundle-refused"


def test_a_role_that_nobody_holds_is_a_warning(world: World) -> None:
    """The server knows who is appointed; the process is deployed all the same."""
    files = bundle("la", BODY.replace("van-thu", "vai-tro-la"))
    found = world.deploy(files).body_or_raise()["warnings"]
    assert [(item["code"], item["severity"], item["element"]) for item in found] == [("role-unheld", "warning", "t")]
    assert "'vai-tro-la'" in found[0]["message"]
    assert world.deploy(AGREED).body_or_raise()["warnings"] == []


def test_a_start_brings_what_it_accepts(world: World) -> None:
    """A start event that says by hoso:accepts what may come takes nothing else."""
    accepts = '<bpmn:extensionElements><zeebe:properties><zeebe:property name="hoso:accepts" value="phone" />'
    accepts += "</zeebe:properties></bpmn:extensionElements>"
    files = bundle("nhan", BODY.replace(start_event(), start_event("s", accepts)))
    assert world.deploy(files).body_or_raise()["warnings"] == []
    code = world.start("nhan", who="hoa", files={}, data={"phone": "090"})
    assert world.dossier(code)["tasks"][0]["element"] == "t"
    with pytest.raises(Refused) as refused:
        world.start("nhan", who="hoa", files={}, data={"phone": "090", "fee": 3})
    assert (refused.value.refusal.code, "brings fee; accepted: phone" in refused.value.refusal.message) == (
        "start-data",
        True,
    )
