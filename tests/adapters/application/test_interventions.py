"""What administrators do to running dossiers: each act as a whole, its leaf, and what it must not do."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select, update

from adapters.application import inbox, interventions, message, queries
from adapters.application.answer import Answer, Request
from adapters.application.calling_off import PERHAPS_LEFT, UNKNOWN
from adapters.application.evidence import pack
from adapters.database import dossiers, tables
from adapters.database import incidents as stored
from engine.acts.intervene import Cancel, Intervention, Migrate, Modify, Resolve, Resume, Suspend
from engine.dossier import Status
from engine.errors import Kind
from signing.evidence.verify import verify_pack
from tests.adapters.application.intervening import (
    BROKEN,
    WHY,
    body_of,
    incidents,
    perform,
    resume,
    revision,
    states,
    suspend,
    tokens,
)
from tests.adapters.application.world import World, refusal_of
from tests.adapters.database.test_concurrency import at_once
from tests.pki import authority

# Who may, and over which view

ACTS = [
    Suspend(revision=0, reason=WHY),
    Resume(revision=0, reason=WHY),
    Cancel(revision=0, reason=WHY),
    Modify(revision=0, reason=WHY, begin=(("file", None),)),
    Migrate(revision=0, reason=WHY, version=1),
    Resolve(revision=0, reason=WHY, incident=1),
]


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.act)
def test_each_act_needs_an_administrator_a_reason_and_the_present_view(world: World, act: Intervention) -> None:
    """Who is none is refused, so is an empty reason, another revision, and a dossier that is over; nothing changes."""
    code = world.start("cho")
    now = revision(world, code)
    before = dict(world.dossier(code))
    tries = [
        (perform(world, at(act, now), code, who="lan"), Kind.FORBIDDEN, "right-missing"),
        (perform(world, at(act, now, reason="  "), code), Kind.INVALID, "reason-missing"),
        (perform(world, at(act, now, reason="x" * 1001), code), Kind.INVALID, "reason-missing"),
        (perform(world, at(act, now + 1), code), Kind.CONFLICT, "stale-view"),
    ]
    for answer, kind, refused in tries:
        assert (refusal_of(answer).kind, refusal_of(answer).code) == (kind, refused)
        assert refusal_of(answer).remedy
    assert dict(world.dossier(code)) == before
    told = ["dossier-started", *["act-refused"] * (len(tries) - 1)]
    assert world.acts(code) == told, "the same reason twice is one leaf, and counted"
    assert f"at revision {now} now" in refusal_of(tries[-1][0]).message
    perform(world, Cancel(revision=now, reason=WHY), code).body_or_raise()
    over = refusal_of(perform(world, at(act, now + 1), code))
    assert (over.kind, over.code) == (Kind.CONFLICT, "dossier-finished")


def at(act: Intervention, revision: int, **changes: Any) -> Intervention:
    """The same act over another view."""
    return replace(act, revision=revision, **changes)


def test_an_administrator_of_another_office_may_not(world: World) -> None:
    """Who reads everything (an auditor) changes nothing, whatever else they are; who does not see it learns nothing."""
    code = world.start("cho")
    world.give("kiem", "administrator", "auditor")
    world.give("nam", "administrator")
    act = Suspend(revision=revision(world, code), reason=WHY)
    assert refusal_of(perform(world, act, code, who="kiem")).code == "auditor-changes-nothing"
    rehearsed = interventions.rehearse(world.app, world.officer("kiem"), code, Cancel(revision=0, reason=WHY))
    assert refusal_of(rehearsed).code == "auditor-changes-nothing"
    assert refusal_of(perform(world, act, code, who="nam")).code == "dossier-unknown"


def test_a_task_that_was_completed_meanwhile_makes_the_view_stale(world: World) -> None:
    """Of a completion and an act over the same view, one comes first; the other never acts on what it did not see."""
    code = world.start("cho")
    held = world.task(code, "work")
    world.claim("lan", held).body_or_raise()
    act = Modify(
        revision=revision(world, code), reason=WHY, end=(tokens(world, code)["work"],), begin=(("file", None),)
    )
    done, moved = at_once(2, lambda n: world.complete("lan", held) if n == 0 else perform(world, act, code))
    assert isinstance(done, Answer)
    assert isinstance(moved, Answer)
    if moved.refusal is None:
        assert refusal_of(done).code == "task-closed"
        assert [item["element"] for item in world.dossier(code)["tasks"]] == ["file"]
    else:
        assert moved.refusal.code == "stale-view"
        assert world.dossier(code)["tasks"] == []


def test_a_repeated_key_acts_once(world: World) -> None:
    """The same key gets the first answer, receipt included."""
    code = world.start("cho")
    act = Suspend(revision=revision(world, code), reason=WHY)
    first = perform(world, act, code, key="k").body_or_raise()
    size = world.size()
    assert perform(world, act, code, key="k").body_or_raise() == first
    assert world.size() == size
    assert first["receipt"]["index"] == size - 1


# Cancelled


def test_a_cancelled_dossier_is_stopped_and_everything_in_it_ends(world: World) -> None:
    """Tasks, timers and subscriptions go; it is finished with status 8, and its task is in no queue."""
    code = world.start("cho")
    held = world.task(code, "work")
    suspend(world, code)
    told = perform(world, Cancel(revision=revision(world, code), reason=WHY), code).body_or_raise()
    assert (told["status"], told["finished"], told["suspended"]) == (8, "2026-11-21T08:30:00Z", None)
    assert states(world, code) == {"late": "cancelled"}
    assert tokens(world, code) == {}
    assert inbox.show(world.app, world.officer("lan"), "all", "", 50).body_or_raise()["items"] == []
    assert refusal_of(world.claim("lan", held)).code == "task-closed"
    with world.app.store.read() as tx:
        assert tx.execute(select(func.count()).select_from(tables.subscription)).scalar_one() == 0
        assert tx.execute(select(tables.task.c.state)).scalars().all() == ["cancelled"]
    assert Status(world.dossier(code)["status"]) is Status.STOPPED
    running = queries.list_dossiers(world.app, world.officer("an"), "", 50, dossiers.Wanted(running=True))
    assert running.body_or_raise()["items"] == []


def test_what_has_not_left_goes_out_no_more(world: World) -> None:
    """The mail that waits for a server is called off, and its dispatch says so."""
    code = world.approved()
    world.work()  # no mail server: the dispatch is recorded, the mail waits
    [waiting] = world.dossier(code)["dispatches"]
    assert waiting["state"] == "created"
    world.clock.go(minutes=5)
    perform(world, Cancel(revision=revision(world, code), reason=WHY), code).body_or_raise()
    [dispatch] = world.dossier(code)["dispatches"]
    assert (dispatch["state"], dispatch["note"]) == (
        "cancelled",
        "it was called off before it left   [dispatch-called-off]",
    )
    assert world.acts(code)[-2:] == ["dossier-cancelled", "dispatch-called-off"]
    assert world.work() == 0


def test_of_a_mail_that_may_have_left_nobody_claims_to_know(world: World) -> None:
    """A copy was counted before its final dot: the dispatch is not confirmed, and says so."""
    code = world.approved()
    world.work()
    with world.app.store.write() as tx:
        tx.execute(update(tables.dispatch).values(copies=1, state="sending"))
    perform(world, Cancel(revision=revision(world, code), reason=WHY), code).body_or_raise()
    [dispatch] = world.dossier(code)["dispatches"]
    assert (dispatch["state"], dispatch["note"]) == ("sent-unconfirmed", f"{UNKNOWN}   [{PERHAPS_LEFT}]")
    assert world.acts(code)[-2:] == ["dossier-cancelled", "dispatch-unconfirmed"]


# Modified


def test_a_token_is_moved_with_a_reason(world: World) -> None:
    """What lives is seen with its number; the plan tells what would happen and keeps nothing; then it happens."""
    code = world.start("cho")
    act = Modify(
        revision=revision(world, code),
        reason=WHY,
        end=(tokens(world, code)["work"],),
        begin=(("answer", None),),
        data={"note": "bỏ qua"},
    )
    size = world.size()
    plan = interventions.rehearse(world.app, world.officer("an"), code, act).body_or_raise()
    assert [item["element"] for item in plan["ends"]] == ["work"]
    assert [item["element"] for item in plan["begins"]] == ["answer"]
    assert plan["listens"] == [{"kind": "message", "name": "bo-sung"}]
    assert not plan["finished"]
    assert world.size() == size
    assert list(tokens(world, code)) == ["work"]
    perform(world, act, code).body_or_raise()
    assert list(tokens(world, code)) == ["answer"]
    assert world.dossier(code)["data"]["note"] == "bỏ qua"
    assert states(world, code) == {"late": "cancelled"}
    body = body_of(world, code)
    assert (body["reason"], body["begin"], body["data"]) == (
        WHY, [{"element": "answer", "within": None}], {"note": "bỏ qua"},
    )  # fmt: skip
    message.send(world.app, world.officer("lan"), Request(officer="lan"), code, "bo-sung", {}).body_or_raise()
    assert world.task(code, "file")


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({}, "modification-empty"),
        ({"end": (99,)}, "no-such-thing"),
        ({"begin": (("nowhere", None),)}, "no-such-element"),
        ({"begin": (("file", 99),)}, "no-such-scope"),
    ],
)
def test_what_cannot_be_moved_is_refused(world: World, changes: Mapping[str, Any], refused: str) -> None:
    """The refusal names what lives; nothing changed."""
    code = world.start("cho")
    act = Modify(revision=revision(world, code), reason=WHY, **changes)
    before = tokens(world, code)
    refusal = refusal_of(perform(world, act, code))
    assert (refusal.kind, refusal.code) == (Kind.INVALID, refused)
    assert tokens(world, code) == before


def test_a_dossier_is_not_decided_by_taking_all_its_tokens_away(world: World) -> None:
    """Ending the last token is refused: that is what cancelling is for. Beginning an end event is meant so."""
    code = world.start("cho")
    last = tokens(world, code)["work"]
    refusal = refusal_of(perform(world, Modify(revision=revision(world, code), reason=WHY, end=(last,)), code))
    assert refusal.code == "modification-ends"
    act = Modify(revision=revision(world, code), reason=WHY, end=(last,), begin=(("e", None),))
    assert perform(world, act, code).body_or_raise()["status"] == 9


def test_a_suspended_dossier_that_is_moved_to_its_end_is_not_left_suspended(world: World) -> None:
    """Nobody could resume it any more; what it threw last is delivered."""
    code = world.start("cho")
    suspend(world, code)
    end_it = {"end": (tokens(world, code)["work"],), "begin": (("e", None),)}
    told = perform(world, Modify(revision=revision(world, code), reason=WHY, **end_it), code).body_or_raise()
    assert (told["status"], told["suspended"]) == (9, None)
    assert told["finished"] is not None


# Incidents


def test_an_incident_is_listed_and_resolved_with_changed_data(world: World) -> None:
    """It stands in its table with name and time, only within sight; resolved, it is gone, and the dossier goes on."""
    world.deploy(BROKEN).body_or_raise()
    code = world.start("hong", data={"copies": "ba"}, files={})
    [item] = incidents(world)
    assert (item["dossier"], item["element"], item["name"]) == (code, "count", "Đếm")
    assert item["since"] == "2026-11-21T08:30:00Z"
    assert incidents(world, "nam") == []
    [row] = queries.list_dossiers(world.app, world.officer("an"), "", 50).body_or_raise()["items"]
    assert row["incidents"] == 1
    number = item["id"]
    world.clock.go(hours=1)
    interventions.retry(world.app, world.officer("an"), Request(officer="an"), code, number).body_or_raise()
    [again] = incidents(world)
    assert again["id"] != number
    act = Resolve(revision=revision(world, code), reason=WHY, incident=again["id"], data={"copies": 3})
    told = perform(world, act, code).body_or_raise()
    assert told["incidents"] == []
    assert incidents(world) == []
    assert world.task(code, "file")
    assert [act for act in world.acts(code) if act.startswith("incident")] == [
        "incident-raised", "incident-retried", "incident-raised", "incident-resolved",
    ]  # fmt: skip
    assert world.last(code)["details"]["name"] == "Đếm"
    assert body_of(world, code)["data"] == {"copies": 3}


def test_incidents_are_listed_page_by_page(world: World) -> None:
    """Each once, whatever the page's size."""
    world.deploy(BROKEN).body_or_raise()
    codes = [world.start("hong", data={"copies": "ba"}, files={}) for _ in range(5)]
    seen, cursor = [], ""
    while cursor is not None:
        page = interventions.list_incidents(world.app, world.officer("an"), cursor, 2).body_or_raise()
        seen += [item["dossier"] for item in page["items"]]
        cursor = page["next"]
    assert seen == codes


def test_a_suspended_dossiers_incident_waits(world: World) -> None:
    """Neither retried nor resolved before the dossier is resumed."""
    world.deploy(BROKEN).body_or_raise()
    code = world.start("hong", data={"copies": "ba"}, files={})
    [item] = incidents(world)
    suspend(world, code)
    act = Resolve(revision=revision(world, code), reason=WHY, incident=item["id"])
    assert refusal_of(perform(world, act, code)).code == "dossier-suspended"
    retried = interventions.retry(world.app, world.officer("an"), Request(officer="an"), code, item["id"])
    assert refusal_of(retried).code == "dossier-suspended"


def test_an_unknown_incident_is_said_to_be_unknown(world: World) -> None:
    code = world.start("cho")
    act = Resolve(revision=revision(world, code), reason=WHY, incident=7)
    assert refusal_of(perform(world, act, code)).code == "incident-unknown"


def test_cancelling_takes_the_incidents_away(world: World) -> None:
    """Nobody is asked to mend what is over."""
    world.deploy(BROKEN).body_or_raise()
    code = world.start("hong", data={"copies": "ba"}, files={})
    perform(world, Cancel(revision=revision(world, code), reason=WHY), code).body_or_raise()
    with world.app.store.read() as tx:
        assert stored.of_dossier(tx, code) == []


# The evidence


def test_the_evidence_of_a_dossier_that_was_worked_on_from_outside_verifies(world: World) -> None:
    """Suspended, resumed, modified and cancelled: the pack is whole, and tells each act with its body."""
    code = world.start("tra-ket-qua")
    suspend(world, code)
    resume(world, code)
    world.do("lan", code, "prepare", {"note": "đủ"})
    world.sign_off("hang", code, "decide", {"decision": "approve"})
    number = tokens(world, code)["seal"]
    act = Modify(revision=revision(world, code), reason=WHY, end=(number,), begin=(("seal", None),))
    perform(world, act, code).body_or_raise()
    world.sign_off("hoa", code, "seal")
    perform(world, Cancel(revision=revision(world, code), reason=WHY), code).body_or_raise()
    packed = pack(world.app, world.officer("an"), code)
    assert isinstance(packed, bytes)
    report = verify_pack(packed, roots=(authority().root,), log_key=world.app.log_key.vkey)
    assert report.dossier == code
