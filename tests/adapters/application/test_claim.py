"""Claim and release: a task is in one officer's hands."""

import pytest

from engine.errors import Kind
from tests.adapters.application.world import World, refusal_of
from tests.adapters.database.test_concurrency import at_once


def test_of_two_who_claim_at_once_one_gets_the_task(world: World) -> None:
    """The other gets the clear refusal; the trail has one claim, and the attempt."""
    code = world.start("cho")
    task = world.task(code, "work")
    answers = dict(zip(("lan", "mai"), at_once(2, lambda n: world.claim(("lan", "mai")[n], task)), strict=True))
    [winner] = [who for who, answer in answers.items() if answer.refusal is None]  # type: ignore[attr-defined]
    [loser] = set(answers) - {winner}
    refusal = refusal_of(answers[loser])  # type: ignore[arg-type]
    assert (refusal.kind, refusal.code) == (Kind.CONFLICT, "task-held")
    assert refusal.message == f"task {task} is held by {winner} ({winner.title()}) since 15:30"
    assert "their head may reassign it" in refusal.remedy
    assert world.acts(code) == ["dossier-started", "task-claimed", "claim-refused"]
    assert [item["holder"] for item in world.dossier(code)["tasks"]] == [winner]


def test_who_held_it_since_an_earlier_day_is_told_with_the_day(world: World) -> None:
    """In Vietnam's time."""
    task = world.task(world.start("cho"), "work")
    world.claim("lan", task).body_or_raise()
    world.clock.go(days=1)
    assert refusal_of(world.claim("mai", task)).message.endswith("(Lan) since 2026-11-21 15:30")


def test_claiming_what_one_holds_changes_nothing(world: World) -> None:
    """Neither the dossier's revision nor the trail."""
    code = world.start("cho")
    task = world.task(code, "work")
    first = world.claim("lan", task).body_or_raise()
    size = world.size()
    assert world.claim("lan", task).body_or_raise() == first
    assert world.size() == size


def test_a_released_task_may_be_taken_by_another(world: World) -> None:
    """It stands in the queue of its role again; who released it no longer holds it."""
    code = world.start("cho")
    task = world.task(code, "work")
    world.claim("lan", task).body_or_raise()
    assert world.release("lan", task).body_or_raise()["holder"] is None
    assert refusal_of(world.release("lan", task)).code == "not-holder"
    assert world.claim("mai", task).body_or_raise()["holder"] == "mai"
    assert world.acts(code)[1:] == ["task-claimed", "task-released", "release-refused", "task-claimed"]


def test_only_the_holder_releases(world: World) -> None:
    """A colleague of the same role does not."""
    code = world.start("cho")
    task = world.task(code, "work")
    world.claim("lan", task).body_or_raise()
    refusal = refusal_of(world.release("mai", task))
    assert (refusal.kind, refusal.code) == (Kind.FORBIDDEN, "not-holder")
    assert "held by lan, not by mai" in refusal.message


@pytest.mark.parametrize(
    ("who", "code"), [("hoa", "not-candidate"), ("nam", "task-unknown"), ("kiem", "auditor-changes-nothing")]
)
def test_a_task_is_for_its_role_within_sight(world: World, who: str, code: str) -> None:
    """Another role is told so; another office is not told that the task exists; an auditor reads and takes nothing."""
    task = world.task(world.start("cho"), "work")
    assert refusal_of(world.claim(who, task)).code == code
    assert world.claim("lan", task).refusal is None


def test_four_eyes_keep_the_drafter_from_the_check(world: World) -> None:
    """Also from taking it; a colleague and an officer named one by one may."""
    code = world.start("bon-mat", "lan", files={})
    world.do("hang", code, "draft")
    task = world.task(code, "check")
    refusal = refusal_of(world.claim("hang", task))
    assert (refusal.kind, refusal.code) == (Kind.FORBIDDEN, "four-eyes")
    assert world.claim("duc", task).refusal is None
    world.release("duc", task).body_or_raise()


@pytest.mark.parametrize("id", ["", ".", "1", "H29.5-261121-0001", "H29.5-261121-0001.999", "H29.5-261121-0001.٣"])
def test_an_unknown_task_is_told_as_such(world: World, id: str) -> None:
    """Also one that is written oddly."""
    world.start("cho")
    assert refusal_of(world.claim("lan", id)).code == "task-unknown"


def test_a_closed_task_is_held_by_nobody(world: World) -> None:
    """It is gone from every queue; who comes late is told who did it and when, within sight only."""
    code = world.start("cho")
    task = world.task(code, "work")
    world.do("lan", code, "work")
    for answer in (world.claim("mai", task), world.release("mai", task), world.prepare("mai", task)):
        refusal = refusal_of(answer)
        assert (refusal.kind, refusal.code) == (Kind.CONFLICT, "task-closed")
        assert refusal.message == f"task {task} was completed by lan at 2026-11-21T08:30:00Z"
    assert refusal_of(world.claim("nam", task)).code == "task-unknown"
