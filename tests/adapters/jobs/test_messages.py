"""Messages find their receiver by name and key, wait for it until they expire, or are thrown by dossiers."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from adapters.application import correlation, messages
from adapters.application.answer import Answer, Request
from adapters.application.start import Intake, begin
from adapters.database import tables
from adapters.database.store import Transaction
from adapters.jobs.worker import work_once
from engine.acts.messages import MOST_WAITING, Message
from engine.errors import Kind
from tests.adapters.application.bundles import bundle, task
from tests.adapters.application.intervening import suspend
from tests.adapters.application.world import World, refusal_of
from tests.adapters.database.test_concurrency import PATIENCE, at_once
from tests.adapters.jobs.speaking import (
    MESSAGE,
    codes,
    elements,
    leaves,
    named,
    receiving,
    send,
    throwing,
    waiting,
    waits,
)
from tests.engine.bpmn.models import chain, end, par, start_event

# -- correlation


def test_the_oldest_that_waits_takes_the_message_and_then_the_next(world: World) -> None:
    """One receiver each (BPMN 2.0 §10.5.1), whichever was started first."""
    world.deploy(receiving()).body_or_raise()
    started = [world.start("nhan", data={}, files={}) for _ in range(2)]
    second, first = started
    for code in (first, second):
        world.clock.go(minutes=1)
        world.do("lan", code, "work")
    told = send(world, answer="có").body_or_raise()
    assert (told["result"], told["dossier"]) == ("correlated", first)
    assert (elements(world, first), elements(world, second)) == (["file"], [])
    assert world.dossier(first)["data"]["answer"] == "có"
    assert send(world).body_or_raise()["dossier"] == second
    assert world.acts(first)[-1] == "message-received"


def test_a_key_chooses_and_none_chooses_only_who_asked_for_none(world: World) -> None:
    """As at Zeebe, but that a subscription without key takes any message."""
    world.deploy(receiving(key="=so")).body_or_raise()
    world.deploy(receiving("nhan-het")).body_or_raise()
    one, two = waits(world, so="A-1"), waits(world, so=2)
    assert send(world, key="2").body_or_raise()["dossier"] == two
    assert send(world).body_or_raise()["result"] == "buffered"
    assert send(world, key="A-2").body_or_raise()["result"] == "buffered"
    any_key = waits(world, "nhan-het")
    world.work()
    assert (elements(world, one), elements(world, any_key)) == ([], ["file"])
    assert [item["key"] for item in waiting(world)] == ["A-2"]  # the older one came first
    assert send(world, key="A-1").body_or_raise()["dossier"] == one


def test_who_is_suspended_just_then_refuses_nothing(world: World) -> None:
    """It was found before, and suspended until it was locked: the message is for the next, or waits."""
    world.deploy(receiving()).body_or_raise()
    code = waits(world)
    with world.app.store.read() as tx:
        [number] = tx.execute(select(tables.subscription.c.number)).scalars()
    suspend(world, code)
    message = Message(name="tra-loi", officer=world.officer("lan"), unit="van-phong")
    with world.app.store.write() as tx:
        given = correlation.give_to(world.app, tx, code, number, message, world.clock.now, correlation.always)
    assert given is None
    assert world.acts(code)[-1] == "dossier-suspended"


def test_what_another_office_waits_for_takes_nothing(world: World) -> None:
    """Nobody gives a message to a dossier that they could not move on by name; its own office does."""
    world.deploy(receiving()).body_or_raise()
    code = waits(world)
    assert send(world, "nam").body_or_raise()["result"] == "buffered"
    assert world.work() == 0
    assert waiting(world) == []
    assert [item["unit"] for item in waiting(world, "nam")] == ["khu-pho-3"]
    assert send(world, "hoa").body_or_raise()["dossier"] == code


def test_the_lanes_role_gives_the_message(world: World) -> None:
    """A dossier that waits for another role is passed over; if there is no other, it refuses, and says so."""
    world.deploy(receiving("cua-van-thu", lane="van-thu")).body_or_raise()
    clerks = waits(world, "cua-van-thu")
    assert refusal_of(send(world)).code == "not-candidate"
    assert world.acts(clerks)[-1] == "message-refused"
    world.deploy(receiving()).body_or_raise()
    world.clock.go(minutes=1)
    own = waits(world)
    assert send(world).body_or_raise()["dossier"] == own
    assert send(world, "hoa").body_or_raise()["dossier"] == clerks


def test_data_that_is_not_accepted_is_refused(world: World) -> None:
    """As for a message to a named dossier; nothing waits, nothing moved."""
    world.deploy(receiving()).body_or_raise()
    code = waits(world)
    refusal = refusal_of(send(world, secret=1))
    assert (refusal.kind, refusal.code) == (Kind.INVALID, "message-data")
    assert (elements(world, code), waiting(world)) == ([], [])


# -- waiting


def test_a_message_that_came_too_early_is_given_once_somebody_waits(world: World) -> None:
    """In the order in which they were sent; the leaf names who sent it and when."""
    world.deploy(receiving()).body_or_raise()
    told = send(world, answer="một").body_or_raise()
    assert told["result"] == "buffered"
    world.clock.go(minutes=5)
    send(world, "hoa", answer="hai").body_or_raise()
    assert world.work() == 0
    first = waits(world)
    assert world.work() == 1
    assert world.dossier(first)["data"]["answer"] == "một"
    last = world.last(first)
    assert (last["act"], last["actor"], last["details"]["data"]) == ("message-received", "lan", {"answer": "một"})
    assert last["details"]["sent"] < last["time"]
    second = waits(world)
    world.work()
    assert (world.dossier(second)["data"]["answer"], world.last(second)["actor"]) == ("hai", "hoa")
    assert waiting(world) == []
    third = waits(world)
    world.clock.go(days=8)
    world.work()
    assert (elements(world, third), leaves(world, "message-expired")) == ([], [])


def test_what_does_not_interrupt_takes_all_that_wait(world: World) -> None:
    """It goes on listening, so the next that waits is for it, too."""
    event = f'<bpmn:boundaryEvent id="b" attachedToRef="work" cancelActivity="false">{MESSAGE}</bpmn:boundaryEvent>'
    body = start_event() + task("work", "chuyen-vien") + event + task("read", "chuyen-vien") + end() + end("f")
    world.deploy(bundle("nhieu", body + chain("s", "work", "e") + chain("b", "read", "f"), named())).body_or_raise()
    for _ in range(3):
        send(world).body_or_raise()
    code = world.start("nhieu", files={})
    world.work()
    assert elements(world, code) == ["read", "read", "read", "work"]


def test_a_message_expires_and_the_trail_says_so(world: World) -> None:
    """To the second; who begins to wait after that gets nothing."""
    world.deploy(receiving()).body_or_raise()
    told = send(world, ttl="PT1H", answer="có").body_or_raise()
    assert told["expires"] == (world.clock.now + timedelta(hours=1)).isoformat().replace("+00:00", "Z")
    world.clock.go(hours=1)
    code = waits(world)  # before the worker looks
    world.work()
    assert (elements(world, code), waiting(world)) == ([], [])
    assert [(item["name"], item["actor"]) for item in leaves(world, "message-expired")] == [("tra-loi", "hoso")]


@pytest.mark.parametrize("ttl", ["PT0S", "P0D"])
def test_a_message_without_time_to_live_is_refused_when_nobody_waits(world: World, ttl: str) -> None:
    """And correlated when somebody does."""
    world.deploy(receiving()).body_or_raise()
    refusal = refusal_of(send(world, ttl=ttl))
    assert (refusal.kind, refusal.code) == (Kind.CONFLICT, "message-unexpected")
    assert (waiting(world), len(leaves(world, "message-refused"))) == ([], 1)
    code = waits(world)
    assert send(world, ttl=ttl).body_or_raise()["dossier"] == code


@pytest.mark.parametrize("ttl", ["P91D", "1h", "", "PT", "P1Y", "-P1D", "P999999Y"])
def test_a_time_to_live_out_of_bounds_is_refused(world: World, ttl: str) -> None:
    """At most 90 days; nothing is kept."""
    assert refusal_of(send(world, ttl=ttl)).code == "time-to-live"
    assert waiting(world) == []


def test_who_is_no_officer_any_more_gives_nothing(world: World) -> None:
    """What they sent before waits until it expires."""
    world.deploy(receiving()).body_or_raise()
    send(world).body_or_raise()
    world.leave("lan")
    code = world.start("nhan", "mai", data={}, files={})
    world.do("mai", code, "work")
    world.work()
    assert elements(world, code) == []
    world.clock.go(days=7)
    world.work()
    assert len(leaves(world, "message-expired")) == 1


def test_not_more_wait_than_may(world: World) -> None:
    """The next one of the same name from the same unit is refused; another name waits, and another unit's."""
    send(world).body_or_raise()
    with world.app.store.write() as tx:
        [kept] = [dict(row) for row in tx.execute(select(tables.message)).mappings()]
        del kept["id"]
        tx.execute(insert(tables.message), [kept] * (MOST_WAITING - 1))
    assert refusal_of(send(world)).code == "messages-full"
    assert send(world, name="khac").body_or_raise()["result"] == "buffered"
    assert send(world, "hoa").body_or_raise()["result"] == "buffered"


# -- together


def test_a_repeated_send_is_one_message(world: World) -> None:
    """Two requests with one Idempotency-Key, at once: the same answer, and one message waits."""
    request = Request(officer="lan", key="k", fingerprint="f")

    def ask(_number: int) -> object:
        return messages.send(world.app, world.officer("lan"), request, "tra-loi", None, {}, None).body_or_raise()

    first, second = at_once(2, ask)
    assert first == second
    assert len(waiting(world)) == 1


def test_two_workers_give_a_message_once(world: World) -> None:
    """Two dossiers wait for the one message; both workers want it."""
    world.deploy(receiving()).body_or_raise()
    send(world).body_or_raise()
    found = [world.start("nhan", data={}, files={}) for _ in range(2)]
    for code in found:
        world.do("lan", code, "work")
    at_once(2, lambda _: work_once(world.app))
    world.clock.go(minutes=2)
    world.work()
    assert sorted(elements(world, code) for code in found) == [[], ["file"]]
    assert [world.acts(code).count("message-received") for code in found].count(1) == 1


def test_a_message_and_who_waits_for_it_never_miss_each_other(world: World) -> None:
    """Sent and awaited at once: whichever comes second sees the first."""
    world.deploy(receiving()).body_or_raise()
    found = [world.start("nhan", data={}, files={}) for _ in range(4)]
    current = [world.task(code, "work") for code in found]
    for one in current:
        world.claim("lan", one).body_or_raise()

    def act(number: int) -> object:
        half, which = divmod(number, 4)
        return send(world).body_or_raise() if half else world.complete("lan", current[which]).body_or_raise()

    at_once(8, act)
    for _ in range(3):
        world.work()
        world.clock.go(minutes=2)
    assert [elements(world, code) for code in found] == [["file"]] * 4
    assert waiting(world) == []


def at_the_door(world: World, first: Callable[[Transaction], object], second: Callable[[], object]) -> None:
    """Let `second` begin while the transaction of `first` is not yet committed."""
    done, began = threading.Event(), threading.Event()

    def hold() -> None:
        with world.app.store.write() as tx:
            first(tx)
            done.set()
            assert began.wait(PATIENCE)
            time.sleep(0.3)  # the second comes as far as the lock that the first holds

    def follow() -> None:
        assert done.wait(PATIENCE)
        began.set()
        second()

    at_once(2, lambda number: follow() if number else hold())


def awaits_at_once(world: World) -> Callable[[Transaction], str]:
    """What starts, in a transaction, a dossier that awaits the message from the beginning."""
    caught = f'<bpmn:intermediateCatchEvent id="wait">{MESSAGE}</bpmn:intermediateCatchEvent>'
    body = start_event() + caught + task("file", "chuyen-vien") + end() + chain("s", "wait", "file", "e")
    world.deploy(bundle("cho-ngay", body, named())).body_or_raise()
    officer = world.officer("lan")

    def act(tx: Transaction) -> str:
        definition = world.app.definitions.get(tx, "cho-ngay", 1)
        given = Intake(
            process="cho-ngay",
            procedure=None,
            title="x",
            channel="direct",
            applicant={},
            submitter="x",
            data={},
            documents=(),
        )
        answer = begin(world.app, tx, officer, definition, given, procedure=None, now=world.clock.now)
        return str(answer.body_or_raise()["code"])

    return act


def test_who_sends_while_another_begins_to_wait_is_heard(world: World) -> None:
    """The sender found nobody, for the other had not committed; under the trail's lock it looks once more."""
    start = awaits_at_once(world)
    at_the_door(world, start, lambda: send(world).body_or_raise())
    world.work()
    assert [elements(world, code) for code in codes(world)] == [["file"]]
    assert waiting(world) == []


def test_who_begins_to_wait_while_another_sends_is_given_the_message(world: World) -> None:
    """It looks for messages after it has the trail's lock, which the sender had."""
    start, officer = awaits_at_once(world), world.officer("lan")
    message = Message(name="tra-loi", officer=officer, unit=officer.unit)

    def give(tx: Transaction) -> object:
        return correlation.give(world.app, tx, message, world.clock.now).body_or_raise()

    def begin_to_wait() -> None:
        with world.app.store.write() as tx:
            start(tx)

    at_the_door(world, give, begin_to_wait)
    world.work()
    assert [elements(world, code) for code in codes(world)] == [["file"]]
    assert waiting(world) == []


# -- thrown


def test_a_thrown_message_goes_to_its_key(world: World) -> None:
    """The oldest that waits has another key; the leaf says that the system brought it."""
    world.deploy(receiving(key="=so")).body_or_raise()
    world.deploy(throwing({"correlationKey": "=ref"})).body_or_raise()
    other, meant = waits(world, so="1"), waits(world, so="2")
    sender = world.start("gui", data={"ref": 2, "answer": "có"}, files={})
    world.do("lan", sender, "ask")
    assert world.work() == 1
    assert (elements(world, other), elements(world, meant)) == ([], ["file"])
    assert (world.last(meant)["actor"], world.dossier(meant)["data"]["answer"]) == ("hoso", "có")


def test_a_thrown_message_waits_as_long_as_the_model_says(world: World) -> None:
    """The dossier that threw it tells that it waits, and that it expired."""
    world.deploy(receiving()).body_or_raise()
    hours = "=duration(&quot;PT&quot; + string(hours) + &quot;H&quot;)"
    world.deploy(throwing({"timeToLive": hours})).body_or_raise()
    sender = world.start("gui", data={"hours": 2, "answer": "có"}, files={})
    world.do("lan", sender, "ask")
    world.work()
    [kept] = waiting(world)
    assert (kept["dossier"], kept["officer"]) == (sender, None)
    assert world.acts(sender)[-1] == "message-buffered"
    code = waits(world)
    assert world.work() == 1
    assert world.dossier(code)["data"]["answer"] == "có"
    again = world.start("gui", data={"hours": 2, "answer": "có"}, files={})
    world.do("lan", again, "ask")
    world.work()
    world.clock.go(hours=2)
    world.work()
    assert world.acts(again)[-2:] == ["message-buffered", "message-expired"]


def test_a_thrown_message_without_time_to_live_is_lost_and_told(world: World) -> None:
    """PT0S: whoever listens now, or nobody."""
    world.deploy(throwing({"timeToLive": "PT0S"})).body_or_raise()
    sender = world.start("gui", data={"answer": "có"}, files={})
    world.do("lan", sender, "ask")
    world.work()
    assert (world.acts(sender)[-1], waiting(world)) == ("message-expired", [])


def test_a_dossier_may_answer_itself(world: World) -> None:
    """Its other branch awaits what it throws."""
    caught = f'<bpmn:intermediateCatchEvent id="wait">{MESSAGE}</bpmn:intermediateCatchEvent>'
    thrown = f'<bpmn:endEvent id="tell">{MESSAGE}</bpmn:endEvent>'
    body = start_event() + par("fork") + caught + task("file", "chuyen-vien") + end() + thrown
    process = bundle("minh", body + chain("s", "fork", "wait", "file", "e") + chain("fork", "tell"), named())
    world.deploy(process).body_or_raise()
    code = world.start("minh", data={}, files={})
    world.work()
    assert elements(world, code) == ["file"]


def test_a_thrown_message_that_brings_too_much_fails_visibly(world: World) -> None:
    """The receiver refuses it, and the sender's dossier shows the job that failed."""
    world.deploy(receiving()).body_or_raise()
    caught = waits(world)
    body = start_event() + '<bpmn:endEvent id="tell"><bpmn:extensionElements><zeebe:ioMapping><zeebe:input '
    body += f'source="=1" target="secret"/></zeebe:ioMapping></bpmn:extensionElements>{MESSAGE}</bpmn:endEvent>'
    world.deploy(bundle("qua", body + chain("s", "tell"), named())).body_or_raise()
    sender = world.start("qua", data={}, files={})
    world.work()
    assert (elements(world, caught), world.acts(caught)[-1]) == ([], "message-refused")
    [failed] = world.dossier(sender)["jobs"]
    assert (failed["state"], "message-data" in failed["error"]) == ("failed", True)


def test_a_sender_is_an_officer_as_they_are(world: World) -> None:
    """Who sends gives messages to none but their own office; an auditor, who sees every office, gives none at all."""
    world.deploy(receiving()).body_or_raise()
    code = waits(world)

    def give(who: str) -> Answer:
        return messages.send(world.app, world.officer(who), Request(officer=who), "tra-loi", None, {}, None)

    assert refusal_of(give("kiem")).code == "auditor-changes-nothing"
    assert give("nam").body_or_raise()["result"] == "buffered"
    assert elements(world, code) == []
