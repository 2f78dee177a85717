"""What an office does about its parcels, and what raises an alarm: real dossiers, both databases."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from adapters.application import marking, parcel_acts, queries, sending_again
from adapters.application.alarms import alarms
from adapters.application.answer import Answer, Request
from adapters.application.parcel_words import Line, read_lines
from adapters.application.tracking import tell
from adapters.database import jobs, parcels
from adapters.database.parcel_lists import Wanted
from adapters.jobs.worker import work_once
from engine.acts.intervene import Cancel
from engine.parcels import Event
from tests.adapters.application import bundles
from tests.adapters.application.test_tracking import ITEM, parcel, say, word
from tests.adapters.application.world import World, refusal_of
from tests.adapters.jobs.mail import LOST, Keeper, serving
from tests.engine.bpmn.models import chain, end, start_event
from tests.pki import NOW

ASKED = Request(officer="hoa")


@pytest.fixture
def office(world: World) -> World:
    """The clerk sees to parcels; Monday is a day off."""
    world.give("hoa", "van-thu", "clerk")
    world.change(days_off=lambda year: {date(year, 11, 23)})
    return world


def code_of(world: World, key: str) -> str:
    with world.app.store.read() as tx:
        row = jobs.find_dispatch(tx, key)
    assert row is not None
    return str(row["code"])


def do(world: World, act: str, id: str, text: str = "Người nhận đi vắng") -> Answer:
    module = sending_again if act == "retry" else parcel_acts
    answer: Answer = getattr(module, act)(world.app, world.officer("hoa"), ASKED, id, text)
    return answer


def told(world: World) -> dict[str, int]:
    return {each.code: each.count for each in alarms(world.app) if each.code.startswith("parcels-")}


def listed(world: World, **wanted: object) -> list[str]:
    asked = Wanted(**wanted)  # type: ignore[arg-type]
    found = queries.list_dispatches(world.app, world.officer("hoa"), "", 50, asked).body_or_raise()
    return [item["id"] for item in found["items"]]


def originals(world: World) -> list[dict[str, Any]]:
    found = marking.list_originals(world.app, world.officer("hoa"), "", 50).body_or_raise()["items"]
    return list(found)


def test_a_parcel_that_is_late_comes_back_and_is_sent_again(office: World) -> None:
    """Two working days after it left, without the day off, an alarm; back at the office, another, until it is sent
    again: decided anew, as a parcel of its own with a label, and never twice. What was sent again can be lost, too.
    """
    key = parcel(office)  # on a Saturday, 15:30: as if on Tuesday
    code = code_of(office, key)
    office.clock.go(days=4, minutes=90)  # Wednesday, 17:00
    assert told(office) == {}
    office.clock.go(days=1, hours=-16)  # Thursday
    assert told(office) == {"parcels-waiting": 1}
    assert refusal_of(do(office, "receive", code)).code == "parcel-not-out"
    titles = ["Giấy CNQSDĐ số BA 123456"]
    marking.set_originals(office.app, office.officer("hoa"), ASKED, code, titles).body_or_raise()
    say(office, key, word(Event.HANDED_OVER, 1))
    assert told(office) == {}
    office.clock.go(hours=16)  # Thursday, 17:00
    assert told(office) == {}
    office.clock.go(minutes=1)
    assert told(office) == {"parcels-late": 1}
    assert listed(office, late_at=office.clock.now) == [code] == listed(office, channel="post", before=office.clock.now)
    assert refusal_of(do(office, "settle", code)).code == "parcel-not-back"
    assert refusal_of(do(office, "cancel", code)).code == "parcel-left"
    with office.app.store.write() as tx:
        parcels.change(tx, key, carrier="sim", item=ITEM)
    back = do(office, "receive", ITEM, "Hai lần không gặp").body_or_raise()  # its item code is all that is known
    assert (back["id"], back["state"], back["parcel"]["late"]) == (code, "returned", False)
    size = office.size()
    do(office, "receive", code).body_or_raise()
    assert office.size() == size
    assert (told(office), listed(office, unsettled=True)) == ({"parcels-unsettled": 1}, [code])
    sent = do(office, "retry", code).body_or_raise()
    assert sent["id"] != code
    assert (sent["state"], sent["label"], sent["sha256"]) == ("prepared", True, back["sha256"])
    assert [(each["id"], each["originals"], each["place"]) for each in originals(office)] == [
        (sent["id"], titles, "office")
    ]
    assert office.acts(sent["dossier"])[-2:] == ["parcel-returned", "parcel-sent-again"]
    assert refusal_of(do(office, "retry", code)).code == "parcel-settled"
    assert told(office) == {}
    shown = queries.show_dispatch(office.app, office.officer("hoa"), ITEM).body_or_raise()["parcel"]
    assert shown["again"] == sent["id"]
    assert [(each["status"], each["officer"]) for each in shown["events"]][-2:] == [
        ("returned", "hoa"),
        ("sent-again", "hoa"),
    ]
    assert shown["events"][-1]["reason"] == "Người nhận đi vắng"


def test_lost_complained_of_and_settled(office: World) -> None:
    """A complaint stands with its term, six months from the hand-over; settled once, with words, the alarm ends."""
    key = parcel(office)
    code = code_of(office, key)
    assert refusal_of(do(office, "complain", code)).code == "parcel-not-out"
    say(office, key, word(Event.IN_TRANSIT, 1))
    say(office, key, word(Event.LOST, 2))
    shown = do(office, "complain", code, "Thất lạc").body_or_raise()["parcel"]
    assert shown["complaints_until"] == "2027-05-21T16:59:59Z"
    assert shown["events"][-1]["status"] == "complained"
    office.clock.now = NOW + timedelta(days=182)
    assert refusal_of(do(office, "complain", code)).code == "complaint-late"
    assert told(office) == {"parcels-unsettled": 1}
    settled = do(office, "settle", code, "Cấp bản sao").body_or_raise()["parcel"]
    assert settled["settlement"] == "Cấp bản sao"
    assert told(office) == {}
    assert refusal_of(do(office, "settle", code)).code == "parcel-settled"
    assert office.acts(shown_dossier(office, code))[-2:] == ["parcel-complained", "parcel-settled"]


def shown_dossier(world: World, code: str) -> str:
    return str(queries.show_dispatch(world.app, world.officer("hoa"), code).body_or_raise()["dossier"])


def test_called_off(office: World) -> None:
    """Before the hand-over alone; its carrier is asked to cancel; a word that comes after it is a contradiction."""
    key = parcel(office)
    code = code_of(office, key)
    with office.app.store.write() as tx:
        parcels.change(tx, key, ordering="ordered")
    assert do(office, "cancel", code).body_or_raise()["parcel"]["ordering"] == "cancel-asked"
    assert refusal_of(do(office, "cancel", code)).code == "parcel-left"
    say(office, key, word(Event.DELIVERED, 3))
    assert told(office) == {"parcels-contradicted": 1}
    office.clock.go(days=8)
    assert told(office) == {}


def test_who_may_not(office: World) -> None:
    """Without the role, out of sight, or of something that is no parcel: refused, and nothing happens."""
    code = code_of(office, parcel(office))
    size = office.size()
    lan = parcel_acts.cancel(office.app, office.officer("lan"), Request(officer="lan"), code, "x")
    nam = parcel_acts.cancel(office.app, office.officer("nam"), Request(officer="nam"), code, "x")
    assert [refusal_of(each).code for each in (lan, nam)] == ["right-missing", "parcel-unknown"]
    assert refusal_of(do(office, "receive", "RR000000005VN")).code == "parcel-unknown"
    assert office.size() == size


def test_a_carrier_s_list(office: World) -> None:
    """Each line has its own outcome; a bad one stops no other; the same list again does nothing."""
    first, second = parcel(office), parcel(office)
    with office.app.store.write() as tx:
        parcels.change(tx, first, carrier="vnpost", item=ITEM)

    def line(number: int, parcel: str, status: str, hours: float) -> Line:
        return Line(number=number, parcel=parcel, status=status, at=NOW + timedelta(hours=hours), raw=f"{status};…")

    office.clock.go(hours=9)
    other = code_of(office, second)
    lines = [
        line(2, ITEM, "đã bàn giao", 1),
        line(3, "RR000000005VN", "đã phát", 2),
        line(4, other, "  Đang Vận chuyển", 2),
        line(5, other, "cân lại", 3),
        line(6, other, "phát thành công", 90),
        line(7, ITEM, "đã phát", 4),
    ]
    clerk = office.officer("hoa")
    found = read_lines(office.app, clerk, ASKED, "vnpost", lines).body_or_raise()["items"]
    assert [(each["line"], each["state"], (each["refusal"] or {}).get("code")) for each in found] == [
        (2, "handed-over", None),
        (3, None, "parcel-unknown"),
        (4, "in-transit", None),
        (5, "in-transit", None),
        (6, None, "word-ahead"),
        (7, "delivered", None),
    ]
    assert found[3]["effect"] == "unknown"
    size = office.size()
    again = read_lines(office.app, clerk, ASKED, "vnpost", lines).body_or_raise()["items"]
    assert {each["effect"] for each in again} == {"known", None}
    assert office.size() == size
    assert refusal_of(read_lines(office.app, clerk, ASKED, "hoso", lines)).code == "carrier-own"
    shown = queries.show_dispatch(office.app, clerk, ITEM).body_or_raise()["parcel"]
    proof = queries.proof(office.app, clerk, ITEM)
    assert proof == lines[-1].raw.encode()
    assert isinstance(shown["proof"]["leaf"], int)


def test_a_mail_is_tried_again_by_its_job(office: World) -> None:
    """By who may retry jobs; what lies ready at the counter has no job, and nothing to be tried again."""
    with serving(Keeper(data=[LOST])) as server:
        ready = office.approved(channel="counter")
        office.work()
        office.change(mail=replace(server, answer=3.0))
        mailed = office.approved(channel="email")
        assert work_once(office.app)
    [sent] = [item["id"] for item in office.dossier(mailed)["dispatches"]]
    assert refusal_of(do(office, "retry", sent)).code == "right-missing"
    office.give("hoa", "van-thu", "clerk", "operator")
    assert do(office, "retry", sent).body_or_raise()["type"] == "hoso.email"
    assert office.acts(mailed)[-1] == "job-retried"
    [lies] = [item["id"] for item in office.dossier(ready)["dispatches"]]
    assert refusal_of(do(office, "retry", lies)).code == "dispatch-no-job"


FAILED = (
    f'<bpmn:boundaryEvent id="failed" attachedToRef="file" cancelActivity="false">'
    f"{bundles.accepts('dispatch', 'state', 'channel')}"
    '<bpmn:messageEventDefinition messageRef="m"/></bpmn:boundaryEvent>'
)
GOES_ON = bundles.bundle(
    "di-tiep",
    start_event()
    + bundles.signed("decide", "lanh-dao", "approval", form="decide")
    + bundles.signed("seal", "van-thu", "organ")
    + bundles.job("post", "hoso.post", ("recipient", "address", "consent"), document="result")
    + bundles.task("file", "chuyen-vien")
    + FAILED
    + bundles.task("undelivered", "van-thu")
    + end("seen")
    + end()
    + chain("s", "decide", "seal", "post", "file", "e")
    + chain("failed", "undelivered", "seen"),
    before='<bpmn:message id="m" name="hoso.dispatch-failed"/>',
)
"""What goes on after its result was sent, and waits for what does not arrive."""


def test_the_process_sees_to_it_or_is_called_off(office: World) -> None:
    """Where the process waits for the failure, its task is the parcel's, and no alarm is; when the dossier is called
    off, what has not left goes out no more, and nothing is sent again.
    """
    office.deploy(GOES_ON).body_or_raise()
    office.adopt("di-tiep").body_or_raise()
    dossier = office.start("di-tiep")
    office.sign_off("hang", dossier, "decide", {"decision": "approve"})
    office.sign_off("hoa", dossier, "seal")
    office.stamp()
    office.work()
    [first] = [item["id"] for item in office.dossier(dossier)["dispatches"]]
    with office.app.store.write() as tx:
        row = jobs.find_dispatch(tx, first)
        assert row is not None
        tell(office.app, tx, row["key"], word(Event.RETURNED, 1))
    assert told(office) == {"parcels-unsettled": 1}
    office.work()
    assert [task["element"] for task in office.dossier(dossier)["tasks"]] == ["file", "undelivered"]
    assert (told(office), refusal_of(do(office, "retry", first)).code) == ({}, "parcel-settled")
    with office.app.store.write() as tx:  # nobody saw to it after all
        row = jobs.find_dispatch(tx, first)
        assert row is not None
        parcels.change(tx, row["key"], settled=None, settlement=None)
    second = do(office, "retry", first).body_or_raise()["id"]
    act = Cancel(revision=office.dossier(dossier)["revision"], reason="Rút")
    office.intervene("an", dossier, act).body_or_raise()
    shown = queries.show_dispatch(office.app, office.officer("hoa"), second).body_or_raise()
    assert (shown["state"], shown["parcel"]["ended"] is not None) == ("cancelled", True)
    assert office.acts(dossier)[-1] == "dispatch-called-off"
    assert refusal_of(do(office, "retry", second)).code == "dossier-finished"
