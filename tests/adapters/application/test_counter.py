"""A result is given at the counter once, to somebody who was known; visits are moved, never overwritten."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from adapters.application import counter, message, visit_acts
from adapters.application.answer import Answer, Request
from adapters.application.counter import Given, Identity, Paper
from adapters.application.visit_acts import Move
from adapters.database import definitions, dossiers, erasing, tables, visits
from engine.visits import Slots, State
from signing.canonical import parse_canonical
from signing.evidence.verify import verify_pack
from tests.adapters.application.bundles import accepts, bundle, job, signed, task
from tests.adapters.application.replaying import contents_of, packed, relogged, replayed, told
from tests.adapters.application.test_inbound import FORM, WAITS, file, parcel, scanned
from tests.adapters.application.world import World, refusal_of
from tests.engine.bpmn.models import chain, end, start_event
from tests.pki import NOW, authority

CARD = Identity(kind="cccd", last="8901", salt="00" * 16, hash="ab" * 32)
TUYET = Given(to="applicant", name="Nguyễn Thị Ánh Tuyết", identity=CARD, known="cán bộ khu phố biết mặt")
NINE = datetime(2026, 11, 25, 2, 30, tzinfo=UTC)  # what the world's citizen was told
LATER = NINE + timedelta(days=2)
# As khai-tu: while the hand-over waits, the appointment may be moved.
MOVABLE = bundle(
    "hen",
    start_event()
    + signed("decide", "lanh-dao", "approval", form="decide")
    + signed("seal", "van-thu", "organ")
    + job("counter", "hoso.counter", ("recipient", "appointment"), document="result")
    + task("hand_over", "van-thu", properties={"handOver": "result"})
    + f'<bpmn:boundaryEvent id="moved" attachedToRef="hand_over" cancelActivity="false">{accepts("appointment")}'
    + '<bpmn:messageEventDefinition messageRef="m"/></bpmn:boundaryEvent>'
    + task("confirm", "chuyen-vien")
    + end("confirmed")
    + end()
    + chain("s", "decide", "seal", "counter", "hand_over", "e")
    + chain("moved", "confirm", "confirmed"),
    before='<bpmn:message id="m" name="appointment-moved"/>',
)


def lies_ready(world: World, **data: Any) -> tuple[str, str]:
    """A dossier whose result lies ready at the counter, and the dispatch's code."""
    code = world.approved(channel="counter", **data)
    world.work()
    [row] = world.dossier(code)["dispatches"]
    assert row["state"] == "ready"
    return code, row["id"]


def give(world: World, id: str, given: Given = TUYET, who: str = "hoa") -> Answer:
    return counter.give(world.app, world.officer(who), Request(officer=who), id, given)


def move(world: World, id: str, to: datetime, visit: int | None = None, who: str = "hoa", **changes: Any) -> Answer:
    asked = Move(to=to, reason="dịch kiểm soát", visit=visit, **changes)
    return visit_acts.move(world.app, world.officer(who), Request(officer=who), id, asked)


def visits_of(world: World, code: str) -> list[tuple[str, datetime]]:
    with world.app.store.read() as tx:
        query = select(tables.visit).where(tables.visit.c.dossier == code).order_by(tables.visit.c.id)
        return [(row.state, row.at) for row in tx.execute(query)]


def last_leaf(world: World, code: str, act: str) -> Mapping[str, Any]:
    assert act in world.acts(code)
    return world.last(code)["details"]  # type: ignore[no-any-return]


def test_who_took_a_result_stands_in_the_record_alone(world: World) -> None:
    """Delivered, the visit kept; the leaf names no person and no number; the task of the process can still be done."""
    code, id = lies_ready(world)
    mandate, scan = (world.upload("hoa", content) for content in ("Giấy ủy quyền".encode(), b"signed"))
    given = Given(
        to="authorised", name="Trần Văn Bình", identity=CARD, scan=scan, authority=mandate,
        papers=(Paper(title="Trích lục", copies=2), Paper(title="Giấy báo tử")),
    )  # fmt: skip
    assert counter.receipt(world.app, world.officer("hoa"), id)[:5] == b"%PDF-"  # type: ignore[index]
    body = give(world, id, given).body_or_raise()
    assert body["state"] == "delivered"
    details = last_leaf(world, code, "result-given")
    assert details == {
        "channel": "counter", "document": "result", "dispatch": id,
        "to": "authorised", "identity": "cccd", "means": "signed",
    }  # fmt: skip
    with world.app.store.read() as tx:
        record = parse_canonical(definitions.get_content(tx, body["record"]) or b"")
    assert isinstance(record, dict)
    assert (record["name"], record["identity"]["last"], record["scan"]) == ("Trần Văn Bình", "8901", scan)
    assert [state for state, _at in visits_of(world, code)] == ["kept"]
    assert refusal_of(give(world, id)).code == "not-at-counter"
    assert world.work() == 1  # the dossier is told; its process waits for nothing
    printed = counter.receipt(world.app, world.officer("hoa"), id)
    assert printed == counter.receipt(world.app, world.officer("hoa"), id)
    world.do("hoa", code, "hand_over")
    assert world.dossier(code)["status"] == 10
    verify_pack(packed(world, code), roots=(authority().root,), log_key=world.app.log_key.vkey)
    assert replayed(contents_of(world, code)).answer == "yes"
    with world.app.store.read() as tx:
        assert visits.at_counter(tx, code) == (frozenset(), frozenset())
    world.check_trail()


def test_two_officers_give_it_once(world: World) -> None:
    """At the same moment, on both databases: one receipt, and the other officer learns that it is gone."""
    code, id = lies_ready(world)
    with ThreadPoolExecutor(2) as both:
        answers = list(both.map(lambda who: give(world, id, who=who), ("hoa", "hang")))
    refusals = [answer.refusal.code for answer in answers if answer.refusal is not None]
    assert refusals == ["not-at-counter"]
    assert world.acts(code).count("result-given") == 1


def test_a_result_is_given_to_nobody_unknown(world: World) -> None:
    """Not for another without a paper, not without an acknowledgement, nor what another uploaded, nor twice a task."""
    code, id = lies_ready(world)
    for given, wanted in (
        (Given(to="authorised", name="Bình", scan="0" * 64), "authority-missing"),
        (Given(to="applicant", name="Tuyết"), "receipt-unsigned"),
        (Given(to="applicant", name="Tuyết", scan="0" * 64), "document-unknown"),
    ):
        assert refusal_of(give(world, id, given)).code == wanted
    assert refusal_of(give(world, "khong")).code == "dispatch-unknown"
    assert refusal_of(give(world, id, who="nam")).code == "dispatch-unknown"  # another office's
    assert refusal_of(give(world, id, who="kiem")).code == "auditor-changes-nothing"
    world.do("hoa", code, "hand_over")  # this procedure asks for no check
    assert refusal_of(give(world, id)).code == "not-at-counter"
    assert [state for state, _at in visits_of(world, code)] == ["kept"]


def test_a_procedure_may_demand_that_identity_is_checked(world: World) -> None:
    """Neither the command nor the step of the process gives the result before; after it, the step is done."""
    world.adopt("tra-ket-qua", identity_check=True, decided_by="QĐ 2").body_or_raise()
    code, id = lies_ready(world)
    task = world.task(code, "hand_over")
    world.claim("hoa", task).body_or_raise()
    assert refusal_of(world.complete("hoa", task)).code == "identity-unchecked"
    unchecked = Given(to="applicant", name="Tuyết", known="quen")
    assert refusal_of(give(world, id, unchecked)).code == "identity-unchecked"
    give(world, id).body_or_raise()
    world.complete("hoa", task).body_or_raise()
    assert world.dossier(code)["status"] == 10
    contents = contents_of(world, code)
    assert replayed(contents).answer == "yes"
    forged = relogged([leaf for leaf in told(contents) if leaf.act != "result-given"], contents, code)
    found = replayed(forged).divergence
    assert found is not None
    assert (found.act, found.code) == ("task-completed", "hand-over-unready")


def test_a_visit_begins_with_the_appointment_and_is_moved(world: World) -> None:
    """The old one stays as moved; the same again changes nothing; another was moved meanwhile: refused; missed."""
    code, id = lies_ready(world)
    assert visits_of(world, code) == [("set", NINE)]
    first = move(world, id, LATER).body_or_raise()
    assert visits_of(world, code) == [("moved", NINE), ("set", LATER)]
    assert last_leaf(world, code, "visit-moved") == {
        "dispatch": id, "visit": first["id"], "at": "2026-11-27T02:30:00Z", "from": "2026-11-25T02:30:00Z",
        "reason": "dịch kiểm soát",
    }  # fmt: skip
    size = world.size()
    assert move(world, id, LATER).body_or_raise()["id"] == first["id"]
    assert world.size() == size
    for at in (NINE, LATER):
        assert refusal_of(move(world, id, at, visit=first["moved_from"])).code == "visit-changed"
    assert refusal_of(move(world, id, NOW - timedelta(hours=1))).code == "visit-time"
    assert refusal_of(move(world, id, NINE, who="nam")).code == "dispatch-unknown"
    miss = visit_acts.miss
    assert refusal_of(miss(world.app, world.officer("hoa"), Request(officer="hoa"), id)).code == "visit-not-past"
    world.clock.now = LATER + timedelta(hours=3)
    miss(world.app, world.officer("hoa"), Request(officer="hoa"), id).body_or_raise()
    move(world, id, LATER + timedelta(days=3)).body_or_raise()
    assert [state for state, _at in visits_of(world, code)] == ["moved", "missed", "set"]


def test_the_same_time_in_another_place_is_a_move(world: World) -> None:
    """It is no repetition: the place is another one, and the one before stays as moved; so again changes nothing."""
    code, id = lies_ready(world)
    moved = move(world, id, NINE, place="Phòng 7").body_or_raise()
    assert (moved["place"], [state for state, _at in visits_of(world, code)]) == ("Phòng 7", ["moved", "set"])
    for place in ("Phòng 7", None):
        assert move(world, id, NINE, place=place).body_or_raise()["id"] == moved["id"]


def test_the_dossier_is_told_and_tells(world: World) -> None:
    """A process that waits for it learns the new time; what an officer tells the process moves the visit, too."""
    world.deploy(MOVABLE).body_or_raise()
    world.adopt("hen").body_or_raise()
    code = world.start("hen", who="lan")
    world.sign_off("hang", code, "decide", {"decision": "approve"})
    world.sign_off("hoa", code, "seal")
    world.stamp()
    world.work()
    [row] = world.dossier(code)["dispatches"]
    move(world, row["id"], LATER + timedelta(days=1)).body_or_raise()
    move(world, row["id"], LATER).body_or_raise()  # before the dossier was told: it hears of this one alone
    world.work()
    assert world.acts(code).count("message-received") == 1
    assert world.dossier(code)["data"]["appointment"] == "2026-11-27T02:30:00Z"
    assert "confirm" in [item["element"] for item in world.dossier(code)["tasks"]]
    data = {"appointment": "2026-11-30T08:00+07:00"}
    sent = message.send(world.app, world.officer("hoa"), Request(officer="hoa"), code, "appointment-moved", data)
    sent.body_or_raise()
    assert visits_of(world, code)[-1] == ("set", datetime(2026, 11, 30, 1, tzinfo=UTC))


def test_a_whole_day_is_moved_by_a_plan(world: World) -> None:
    """Planned in its order, each moved by itself; planned again after some were moved, the rest fits behind them."""
    appointments = ["2026-11-25T09:30+07:00", "2026-11-25T09:30+07:00", "2026-11-25T10:00+07:00"]
    ids = [lies_ready(world, appointment=at)[1] for at in appointments]
    day, to = NINE.date(), LATER.date()

    def planned() -> list[Mapping[str, Any]]:
        found = visit_acts.plan(world.app, world.officer("hoa"), day, to, Slots()).body_or_raise()["items"]
        return found  # type: ignore[no-any-return]

    times = ["2026-11-27T02:30:00Z", "2026-11-27T02:45:00Z", "2026-11-27T03:00:00Z"]
    assert [(item["dispatch"], item["to"]) for item in planned()] == list(zip(ids, times, strict=True))
    first = planned()[0]
    move(world, ids[0], datetime.fromisoformat(first["to"]), visit=first["id"]).body_or_raise()
    assert [(item["dispatch"], item["to"]) for item in planned()] == list(zip(ids[1:], times[1:], strict=True))
    listed = visit_acts.list_visits(world.app, world.officer("hoa"), to, State.SET, 0, 50).body_or_raise()["items"]
    assert [(item["dispatch"], item["at"]) for item in listed] == [(ids[0], times[0])]
    weekend = visit_acts.plan(world.app, world.officer("hoa"), day, to + timedelta(days=1), Slots())
    assert refusal_of(weekend).code == "visit-day-off"
    same = visit_acts.plan(world.app, world.officer("hoa"), day, day, Slots())
    assert refusal_of(same).code == "visit-time"
    world.clock.now = datetime(2026, 11, 27, 2, 40, tzinfo=UTC)  # on that day: its slots that have begun are none
    assert [item["to"] for item in planned()] == ["2026-11-27T02:45:00Z", "2026-11-27T03:00:00Z"]


def test_who_took_it_is_erased_with_the_dossier(world: World) -> None:
    """Receipts, visits, and parcels that came in: no row names anybody, no bytes are left; the item is known still."""
    code, id = lies_ready(world)
    move(world, id, LATER).body_or_raise()
    scan = world.upload("hoa", b"signed by Tuyet")
    record = give(world, id, Given(to="applicant", name="Nguyễn Thị Ánh Tuyết", scan=scan)).body_or_raise()["record"]
    world.deploy(WAITS).body_or_raise()
    came = parcel(world, scanned(world, FORM)).body_or_raise()
    filed = file(world, came["id"]).body_or_raise()["code"]
    with world.app.store.write() as tx:
        for each in (code, filed):
            dossier = dossiers.load(tx, each, lock=True)
            assert dossier is not None
            erasing.erase(tx, dossier, ())
        for table in (tables.visit, tables.counter_receipt, tables.inbound_document):
            assert tx.execute(select(table)).all() == []
        [row] = tx.execute(select(tables.inbound_parcel)).mappings()
        assert (row["sender"], row["paper"], row["item"]) == ("", None, came["item"])
        assert definitions.get_contents(tx, [record, scan, came["paper"], came["documents"][0]["scan"]]) == {}
