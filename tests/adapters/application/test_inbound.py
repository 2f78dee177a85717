"""A parcel that comes in is taken once; its dossier is received when the hand-over was signed; nothing gets lost."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from adapters.application import erasing, filing, inbound, notes
from adapters.application.answer import Answer, Request
from adapters.application.filing import Filing
from adapters.application.foundations import opened
from adapters.application.inbound import Listed, Parcel
from adapters.database import definitions, dossiers, trail
from adapters.database import inbound as stored
from signing.canonical import sha256_hex
from tests.adapters.application.bundles import accepts, bundle, task
from tests.adapters.application.replaying import contents_of, replayed
from tests.adapters.application.world import World, refusal_of
from tests.engine.bpmn.models import chain, end, start_event
from tests.pki import NOW

PAPER, SCAN = "Biên bản giao nhận số 5".encode(), b"%PDF-1.7 giay bao tu"
SIGNED = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)  # Friday, 14:00 in Vietnam: before the cut-off
ITEM = "RR123456785VN"
FORM = Listed(name="to-khai", title="Tờ khai")
NOTICE = Listed(name="giay-bao-tu", title="Giấy báo tử", present=False)
WAITS = bundle(
    "nhan-buu-chinh",
    start_event()
    + task("check", "chuyen-vien")
    + f'<bpmn:boundaryEvent id="lacks" attachedToRef="check" cancelActivity="false">{accepts("missing")}'
    + '<bpmn:messageEventDefinition messageRef="m"/></bpmn:boundaryEvent>'
    + task("supplement", "chuyen-vien")
    + '<bpmn:boundaryEvent id="whole" attachedToRef="supplement"><bpmn:messageEventDefinition messageRef="w"/>'
    + "</bpmn:boundaryEvent>"
    + end("asked")
    + end("came")
    + end()
    + chain("s", "check", "e")
    + chain("lacks", "supplement", "asked")
    + chain("whole", "came"),
    before='<bpmn:message id="m" name="hoso.originals-missing"/><bpmn:message id="w" name="hoso.originals-complete"/>',
)
REQUIRED = {"required_documents": [{"name": "giay-bao-tu", "title": "Giấy báo tử"}]}


def parcel(world: World, *documents: Listed, item: str = ITEM, **changes: Any) -> Answer:
    paper = world.upload("lan", PAPER)
    given = Parcel(carrier="vnpost", item=item, sender="Bà Lê Thị Hoa", signed=SIGNED, paper=paper, documents=documents)
    return inbound.receive(world.app, world.officer("lan"), Request(officer="lan"), replace(given, **changes))


def scanned(world: World, listed: Listed) -> Listed:
    return replace(listed, present=True, scan=("application/pdf", world.upload("lan", SCAN)))


def file(world: World, id: int, process: str = "nhan-buu-chinh", who: str = "lan") -> Answer:
    return filing.file(world.app, world.officer(who), Request(officer=who), id, Filing(process=process))


def add(world: World, id: int, *documents: Listed) -> Answer:
    return inbound.add(world.app, world.officer("lan"), Request(officer="lan"), id, documents)


def listed(world: World, who: str = "lan", *, incomplete: bool = False) -> list[Mapping[str, Any]]:
    answer = inbound.list_parcels(world.app, world.officer(who), None, incomplete, 0, 50)
    return list(answer.body_or_raise()["items"])


def deployed(world: World) -> None:
    world.deploy(WAITS).body_or_raise()
    world.adopt("nhan-buu-chinh", **REQUIRED).body_or_raise()


def test_it_is_received_when_the_hand_over_was_signed(world: World) -> None:
    """The term runs from then, and the trail says so; a replay agrees."""
    deployed(world)
    id = parcel(world, scanned(world, FORM), scanned(world, NOTICE)).body_or_raise()["id"]
    body = file(world, id).body_or_raise()
    code = body["code"]
    shown = world.dossier(code)
    assert (shown["due"], shown["channel"]) == ("2026-11-25T10:00:00Z", "post")  # three working days after Friday
    assert {each["name"] for each in shown["documents"]} == {"to-khai.pdf", "giay-bao-tu.pdf"}
    acts = world.acts(code)
    assert acts == ["dossier-started", "inbound-filed"]
    assert world.last(code)["details"] == {
        "parcel": id, "carrier": "vnpost", "item": ITEM, "signed": "2026-11-20T07:00:00Z", "missing": [],
    }  # fmt: skip
    assert refusal_of(file(world, id)).code == "inbound-decided"
    assert (listed(world)[0]["state"], listed(world)[0]["dossier"]) == ("filed", code)
    assert replayed(contents_of(world, code)).answer == "yes"


def test_what_is_missing_is_asked_for_until_it_comes(world: World) -> None:
    """Also what the procedure requires and nobody listed: the dossier is told, and told when all came."""
    deployed(world)
    id = parcel(world, scanned(world, FORM)).body_or_raise()["id"]
    assert listed(world, incomplete=True) == []
    code = file(world, id).body_or_raise()["code"]
    [lacking] = listed(world, incomplete=True)
    assert lacking["missing"] == ["Giấy báo tử"]
    [comment] = notes.list_comments(world.app, world.officer("lan"), code, 0, 9).body_or_raise()["items"]
    assert "Giấy báo tử" in comment["text"]
    world.work()
    assert world.dossier(code)["data"]["missing"] == "Giấy báo tử"
    assert refusal_of(add(world, id, FORM)).code == "inbound-arrived"
    assert refusal_of(add(world, id, NOTICE)).code == "inbound-list"  # it did not come
    add(world, id, scanned(world, NOTICE)).body_or_raise()
    assert world.acts(code)[-1] == "inbound-added"
    assert listed(world, incomplete=True) == []
    world.work()
    assert [item["element"] for item in world.dossier(code)["tasks"]] == ["check"]
    [beside] = notes.list_attachments(world.app, world.officer("lan"), code, 0, 9).body_or_raise()["items"]
    assert beside["name"] == "giay-bao-tu.pdf"


def test_originals_go_back(world: World) -> None:
    """What the office holds of a dossier, what it gave back and how; copies are none of it."""
    deployed(world)
    copy = replace(FORM, name="ban-sao", kind="copy")
    id = parcel(world, scanned(world, FORM), scanned(world, NOTICE), copy).body_or_raise()["id"]
    code = file(world, id).body_or_raise()["code"]

    def back(*names: str) -> Answer:
        return filing.give_back(world.app, world.officer("lan"), Request(officer="lan"), code, names, "post")

    assert refusal_of(back("ban-sao")).code == "original-unknown"
    back("to-khai").body_or_raise()
    items = filing.originals(world.app, world.officer("lan"), code).body_or_raise()["items"]
    assert [(item["name"], item["returned_by"]) for item in items] == [("giay-bao-tu", None), ("to-khai", "post")]
    back().body_or_raise()
    assert refusal_of(back()).code == "original-unknown"
    assert world.acts(code)[-2:] == ["originals-returned", "originals-returned"]


def test_each_item_comes_in_once(world: World) -> None:
    """A misread code, a time to come, a list that contradicts itself, and the same item again are refused."""
    first = parcel(world, FORM).body_or_raise()
    assert (first["item"], first["state"], first["missing"]) == (ITEM, "received", [])
    for answer, code in (
        (parcel(world, FORM, item="rr 123 456 785 vn"), "inbound-again"),
        (parcel(world, FORM, item="RR123456784VN"), "item-code"),
        (parcel(world, FORM, item="VT9"), "item-code"),
        (parcel(world, FORM, item="VT99", signed=NOW + timedelta(minutes=1)), "inbound-time"),
        (parcel(world, FORM, item="VT99", signed=NOW - timedelta(days=400)), "inbound-time"),
        (parcel(world, FORM, FORM, item="VT99"), "inbound-list"),
        (parcel(world, replace(scanned(world, FORM), present=False), item="VT99"), "inbound-list"),
        (parcel(world, FORM, item="VT99", paper="0" * 64), "document-unknown"),
    ):
        assert refusal_of(answer).code == code
    assert [each["item"] for each in listed(world)] == [ITEM]
    assert listed(world, "nam") == []  # of another office
    assert refusal_of(file(world, first["id"], who="nam")).code == "inbound-parcel-unknown"
    assert refusal_of(file(world, first["id"], who="kiem")).code == "auditor-changes-nothing"


def test_what_comes_later_is_what_the_list_said(world: World) -> None:
    """A copy that was missing stays a copy, unless another kind is named; a repetition tells no titles."""
    copy, other = replace(NOTICE, kind="copy"), replace(NOTICE, name="ban-sao", kind="copy")
    id = parcel(world, FORM, copy, other).body_or_raise()["id"]
    came = [replace(NOTICE, present=True), replace(other, kind="original", present=True)]
    body = add(world, id, *came).body_or_raise()
    assert {each["name"]: each["kind"] for each in body["documents"]} == {
        "to-khai": "original", "giay-bao-tu": "copy", "ban-sao": "original",
    }  # fmt: skip
    assert {"missing", "reason"} <= inbound.TOLD_ONCE


def test_its_leaves_close_with_its_dossier(world: World) -> None:
    """What was told of a parcel before a dossier had it is erased with it, and that of other parcels is not."""
    deployed(world)
    other = parcel(world, NOTICE, item="VT99").body_or_raise()["id"]
    id = parcel(world, FORM, NOTICE).body_or_raise()["id"]
    add(world, id, replace(NOTICE, present=True)).body_or_raise()
    code = file(world, id).body_or_raise()["code"]
    with world.app.store.write() as tx:
        of_other, received, added = (leaf.index for leaf in trail.leaves(tx, start=0, limit=999) if beside(leaf))
        dossier = dossiers.load(tx, code, lock=True)
        assert dossier is not None
        assert stored.held(tx, code) == 2
        erasing.erase(tx, dossier)
        open_ = {leaf.index for leaf in trail.leaves(tx, start=0, limit=999) if leaf.evidence is not None}
    assert {of_other, received, added} & open_ == {of_other}
    assert other != id


def beside(leaf: trail.StoredLeaf) -> bool:
    return leaf.evidence is not None and opened(leaf)["act"] in {"inbound-received", "inbound-added"}


def test_what_is_not_for_us_is_refused(world: World) -> None:
    """Its papers, its list and its sender are gone; that it came stays, and the hash of why it went."""
    scan = scanned(world, FORM)
    id = parcel(world, scan).body_or_raise()["id"]
    officer = world.officer("lan")
    assert inbound.paper(world.app, officer, id) == PAPER
    reason = "thuộc phường khác"
    body = inbound.reject(world.app, officer, Request(officer="lan"), id, reason).body_or_raise()
    assert (body["state"], body["reason"], body["sender"], body["paper"]) == ("refused", reason, "", None)
    assert refusal_of(file(world, id)).code == refusal_of(add(world, id, NOTICE)).code == "inbound-decided"
    assert listed(world)[0]["reason"] is None
    with world.app.store.read() as tx:
        assert scan.scan is not None
        assert definitions.content_size(tx, scan.scan[1]) is None
        assert stored.documents(tx, id) == []
        told = opened(trail.leaves(tx, start=world.size() - 1, limit=1)[0])
    assert told["details"]["reason_sha256"] == sha256_hex(reason.encode())
    assert reason not in str(told)
    assert refusal_of(parcel(world, FORM)).code == "inbound-again"
    assert not isinstance(inbound.paper(world.app, officer, id), bytes)
