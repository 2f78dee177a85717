"""Tasks change hands: delegated, taken back, returned, reassigned, followed up; every act and every refusal is told."""

import pytest

from adapters.application import interventions, queries, task_work
from adapters.application.answer import Answer, Request
from engine.acts.hand import Delegate
from engine.acts.intervene import Suspend
from engine.acts.steer import FollowUp, Prioritise
from engine.errors import Kind
from tests.adapters.application.intervening import revision
from tests.adapters.application.working import (
    WHY,
    away,
    delegate,
    give_back,
    hand,
    make_head,
    newcomer,
    reassign,
    take_back,
)
from tests.adapters.application.world import World, refusal_of
from tests.adapters.database.test_concurrency import at_once
from tests.pki import NOW


@pytest.fixture
def code(world: World) -> str:
    """A dossier of the office whose task lan holds."""
    code = world.start("cho")
    world.claim("lan", world.task(code, "work")).body_or_raise()
    return code


@pytest.fixture
def held(world: World, code: str) -> str:
    return world.task(code, "work")


def hands(world: World, code: str) -> tuple[str | None, str | None]:
    """Who holds the dossier's task, and who delegated it."""
    [item] = world.dossier(code)["tasks"]
    return item["holder"], item["owner"]


# Delegate and take back


def test_a_delegate_does_the_task_as_themself(world: World, code: str, held: str) -> None:
    """The colleague holds it and completes it; who delegated it may not any more. The reason is told to them."""
    assert delegate(world, "lan", held, "mai").body_or_raise()["owner"] == "lan"
    assert hands(world, code) == ("mai", "lan")
    assert refusal_of(world.complete("lan", held)).code == "not-holder"
    shown = queries.show_task(world.app, world.officer("mai"), held).body_or_raise()
    assert [(item["officer"], item["task"], item["text"]) for item in shown["comments"]] == [("lan", held, WHY)]
    world.complete("mai", held).body_or_raise()
    assert world.acts(code)[1:] == ["task-claimed", "task-delegated", "completion-refused", "task-completed"]
    assert world.last(code)["actor"] == "mai"


def test_who_delegated_takes_it_back_while_it_is_open(world: World, code: str, held: str) -> None:
    """Nobody else does, and not twice."""
    delegate(world, "lan", held, "mai").body_or_raise()
    assert refusal_of(take_back(world, "mai", held)).code == "not-owner"
    assert take_back(world, "lan", held).body_or_raise()["holder"] == "lan"
    assert hands(world, code) == ("lan", None)
    refusal = refusal_of(take_back(world, "lan", held))
    assert (refusal.kind, refusal.code) == (Kind.FORBIDDEN, "not-owner")
    assert world.acts(code)[2:] == [
        "task-delegated",
        "taking-back-refused",
        "task-taken-back",
        "taking-back-refused",
    ]
    world.complete("lan", held).body_or_raise()
    assert refusal_of(take_back(world, "lan", held)).code == "task-closed"


def test_delegated_on_the_first_owner_keeps_it(world: World, code: str, held: str) -> None:
    """However often it is passed on; passed to the owner, it is simply theirs again."""
    newcomer(world, "oanh", "van-phong", "chuyen-vien")
    delegate(world, "lan", held, "mai").body_or_raise()
    delegate(world, "mai", held, "oanh").body_or_raise()
    assert hands(world, code) == ("oanh", "lan")
    delegate(world, "oanh", held, "lan").body_or_raise()
    assert hands(world, code) == ("lan", None)


def test_it_is_delegated_to_somebody_able(world: World, code: str, held: str) -> None:
    """In office, of the unit, of the role, there; the refusal says what is missing, and is in the trail."""
    newcomer(world, "xa", "khu-pho-3", "chuyen-vien")
    away(world, "mai")
    for to, why in {
        "mai": "is away until 2026-11-22T08:30:00Z",
        "xa": "does not work in van-phong",
        "hoa": "is not chuyen-vien",
        "lan": "holds it already",
    }.items():
        refusal = refusal_of(delegate(world, "lan", held, to))
        assert (refusal.kind, refusal.code) == (Kind.FORBIDDEN, "not-able")
        assert refusal.message.endswith(f"{to} {why}")
    assert refusal_of(delegate(world, "lan", held, "nobody")).code == "officer-unknown"
    assert refusal_of(delegate(world, "lan", held, "mai", reason="  ")).code == "reason-missing"
    assert refusal_of(delegate(world, "mai", held, "lan")).code == "not-holder"
    assert hands(world, code) == ("lan", None)
    assert world.acts(code)[2:] == ["delegation-refused"] * 3, "one for each reason and officer; the others are counted"


def test_four_eyes_count_at_every_hand_over(world: World) -> None:
    """Who drafted gets the check by no way: not delegated, not reassigned."""
    code = world.start("bon-mat", "lan", files={})
    world.do("hang", code, "draft")
    check = world.task(code, "check")
    world.claim("duc", check).body_or_raise()
    for answer in (delegate(world, "duc", check, "hang"), reassign(world, "an", check, "hang")):
        refusal = refusal_of(answer)
        assert refusal.code == "not-able"
        assert "must not share an officer" in refusal.message
    delegate(world, "duc", check, "lan").body_or_raise()  # named one by one
    world.complete("lan", check).body_or_raise()


# Return


def test_a_claimed_task_returns_to_its_queue(world: World, code: str, held: str) -> None:
    """Marked as returned, with the reason for whoever takes it next."""
    world.clock.go(minutes=5)
    body = give_back(world, "lan", held, "Thiếu giấy tờ").body_or_raise()
    assert (body["holder"], body["returned"]) == (None, "2026-11-21T08:35:00Z")
    assert world.claim("mai", held).body_or_raise()["returned"] == "2026-11-21T08:35:00Z"
    assert [item["text"] for item in world.dossier(code)["comments"]] == ["Thiếu giấy tờ"]
    assert refusal_of(give_back(world, "lan", held)).code == "not-holder"


def test_a_delegated_task_returns_to_who_delegated_it(world: World, code: str, held: str) -> None:
    """Also when they are away; released, it goes there too, unmarked."""
    delegate(world, "lan", held, "mai").body_or_raise()
    assert world.release("mai", held).body_or_raise()["holder"] == "lan"
    delegate(world, "lan", held, "mai").body_or_raise()
    away(world, "lan")
    assert give_back(world, "mai", held).body_or_raise()["returned"] == "2026-11-21T08:30:00Z"
    assert hands(world, code) == ("lan", None)


def test_a_leader_s_return_marks_the_task_that_opens_again(world: World) -> None:
    """The step was done before in this dossier; the first time it is not marked."""
    code = world.start("tra-ket-qua")
    assert [item["returned"] for item in world.dossier(code)["tasks"]] == [None]
    world.do("lan", code, "prepare", {"note": "đủ"})
    world.sign_off("hang", code, "decide", {"decision": "return"})
    assert [(item["element"], item["returned"]) for item in world.dossier(code)["tasks"]] == [
        ("prepare", "2026-11-21T08:30:00Z")
    ]


# Reassign


@pytest.mark.parametrize("who", ["an", "duc"])
def test_a_head_reassigns_also_from_somebody_absent(world: World, code: str, held: str, who: str) -> None:
    """An administrator, or who heads the unit or one around it; to an officer or to the queue."""
    make_head(world, "duc", "agency")
    away(world, "lan")
    assert reassign(world, who, held, "mai").body_or_raise()["holder"] == "mai"
    assert hands(world, code) == ("mai", None)
    assert reassign(world, who, held, None).body_or_raise()["holder"] is None
    assert refusal_of(reassign(world, who, held, "lan")).code == "not-able"
    size = world.size()
    reassign(world, who, held, None).body_or_raise()  # it is there already
    assert world.size() == size


@pytest.mark.parametrize("who", ["mai", "lan", "hang", "hoa"])
def test_nobody_else_reassigns(world: World, code: str, held: str, who: str) -> None:
    """Not a colleague, not the holder, not a leader who heads nothing here."""
    refusal = refusal_of(reassign(world, who, held, "mai"))
    assert (refusal.kind, refusal.code) == (Kind.FORBIDDEN, "not-head")
    assert refusal_of(reassign(world, "nam", held, "mai")).code == "task-unknown"
    assert refusal_of(reassign(world, "kiem", held, "mai")).code == "auditor-changes-nothing"


def test_a_reassigned_delegation_still_returns_to_its_owner(world: World, code: str, held: str) -> None:
    """The head gives what lan delegated to another; lan gets it back."""
    newcomer(world, "oanh", "van-phong", "chuyen-vien")
    delegate(world, "lan", held, "mai").body_or_raise()
    reassign(world, "an", held, "oanh").body_or_raise()
    assert hands(world, code) == ("oanh", "lan")
    give_back(world, "oanh", held).body_or_raise()
    assert hands(world, code) == ("lan", None)


# Follow up and priority


def test_the_holder_or_a_head_steers(world: World, code: str, held: str) -> None:
    """A colleague does not; what is so already is no act; a day that is over is refused."""

    def steer(who: str, act: FollowUp | Prioritise) -> Answer:
        return task_work.steer_task(world.app, world.officer(who), Request(officer=who), held, act)

    tomorrow = NOW.replace(day=NOW.day + 1)
    assert steer("lan", FollowUp(at=tomorrow)).body_or_raise()["follow_up"] == "2026-11-22T08:30:00Z"
    assert steer("an", Prioritise(priority=80)).body_or_raise()["priority"] == 80
    size = world.size()
    steer("lan", Prioritise(priority=80)).body_or_raise()
    assert world.size() == size
    assert refusal_of(steer("mai", Prioritise(priority=1))).code == "not-holder"
    assert refusal_of(steer("lan", FollowUp(at=NOW))).code == "follow-up-date"
    assert refusal_of(steer("lan", Prioritise(priority=101))).code == "priority-range"
    assert steer("lan", FollowUp(at=None)).body_or_raise()["follow_up"] is None
    assert world.acts(code)[2:] == [
        "follow-up-set",
        "priority-set",
        *["steering-refused"] * 3,
        "follow-up-set",
    ]


def test_nothing_changes_hands_while_the_dossier_is_suspended(world: World, code: str, held: str) -> None:
    """Each act is refused, and recorded as an attempt."""
    delegate(world, "lan", held, "mai").body_or_raise()
    act = Suspend(revision=revision(world, code), reason=WHY)
    interventions.perform(world.app, world.officer("an"), Request(officer="an"), code, act).body_or_raise()
    before = dict(world.dossier(code))
    for answer in (
        delegate(world, "mai", held, "lan"),
        take_back(world, "lan", held),
        give_back(world, "mai", held),
        reassign(world, "an", held, None),
        world.release("mai", held),
        task_work.steer_task(world.app, world.officer("mai"), Request(officer="mai"), held, Prioritise(priority=1)),
    ):
        assert refusal_of(answer).code == "dossier-suspended"
    assert dict(world.dossier(code)) == before


# At once


def test_a_claim_and_a_reassignment_at_once_leave_one_holder(world: World) -> None:
    """Both are served one after the other; the task is with whom the later one says, and the loser is told who."""
    code = world.start("cho")
    task = world.task(code, "work")
    answers = at_once(2, lambda n: world.claim("lan", task) if n == 0 else reassign(world, "an", task, "mai"))
    claimed, given = answers
    assert isinstance(claimed, Answer)
    assert isinstance(given, Answer)
    assert given.refusal is None
    assert hands(world, code)[0] == "mai"
    if claimed.refusal is not None:
        assert claimed.refusal.code == "task-held"
        assert claimed.refusal.message == f"task {task} is held by mai (Mai) since 15:30"


def test_of_a_delegation_and_a_completion_at_once_one_wins(world: World, code: str, held: str) -> None:
    """Delegated first, the old holder completes it no more; completed first, there is nothing to delegate."""
    done, passed = at_once(2, lambda n: world.complete("lan", held) if n == 0 else delegate(world, "lan", held, "mai"))
    assert isinstance(done, Answer)
    assert isinstance(passed, Answer)
    found = {each["id"]: each["holder"] for each in world.dossier(code)["tasks"]}.get(held)
    if done.refusal is None:  # the delegation looked before or after the completion was committed
        assert passed.refusal is not None
        assert (passed.refusal.code in {"task-unknown", "task-closed"}, found) == (True, None)
    else:
        assert (done.refusal.code, passed.refusal, found) == ("not-holder", None, "mai")


def test_a_repeated_key_hands_on_once(world: World, code: str, held: str) -> None:
    """The first answer comes again, though the task moved on since."""
    act = Delegate(to="mai", reason=WHY)
    first = hand(world, "lan", held, act, key="k").body_or_raise()
    world.release("mai", held).body_or_raise()
    assert hand(world, "lan", held, act, key="k").body_or_raise() == first
    assert hands(world, code) == ("lan", None)
    assert len(world.dossier(code)["comments"]) == 1
