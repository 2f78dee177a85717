"""A record of the hand-over takes what waits, both sides sign it, and each parcel is told; nothing is slipped in."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from adapters.application import (
    consenting,
    countersigning,
    handing_over,
    handover_signed,
    marking,
    parcel_acts,
    parcel_papers,
)
from adapters.application.answer import Answer, Request
from adapters.application.countersigning import Countersigned
from adapters.application.foundations import foundations
from adapters.application.handing_over import Wish
from adapters.application.tracking import Word, tell
from adapters.console.demo.authority import DemoAuthority
from adapters.database import definitions, dossiers, jobs, parcels
from adapters.database import trail as stored
from adapters.database.tables import dossier
from adapters.letters.papers import COUNTERSIGNED_FIELD
from engine.acts.intervene import Cancel
from engine.parcels import Event
from engine.people.changes import RoleGranted
from engine.people.organisation import day_of
from signing.canonical import parse_canonical
from signing.certificates import fingerprint
from signing.pdf.prepare import embed, prepare
from signing.pdf.sign import sign_pdf
from signing.trail.leaf import decode_leaf
from tests.adapters.application.test_parcel_acts import GOES_ON
from tests.adapters.application.world import World, refusal_of
from tests.adapters.letters.text import text_of
from tests.pki import NOW, Person, known, person

ITEM = "RR123456785VN"


@pytest.fixture
def office(world: World) -> World:
    """Hoa is the clerk of the agency: she hands parcels over."""
    make_clerk(world)
    return world


def make_clerk(world: World) -> None:
    """Hoa has the role, by a signed act."""
    since = day_of(world.clock())
    granted = RoleGranted(officer="hoa", unit="agency", role="clerk", document="QĐ 1", since=since)
    world.reorganise("an", granted).body_or_raise()


def posted(world: World) -> str:
    """The code of a prepared parcel."""
    code = world.approved(channel="post")
    world.work()
    [parcel] = world.dossier(code)["dispatches"]
    return str(parcel["id"])


def asked(who: str = "hoa") -> Request:
    return Request(officer=who)


def make(world: World, *dispatches: str, carrier: str = "vnpost", who: str = "hoa") -> Answer:
    wish = Wish(carrier=carrier, dispatches=dispatches or None)
    return handing_over.create(world.app, world.officer(who), asked(who), wish)


def sign(world: World, code: str, who: str = "hoa") -> Answer:
    offered = handover_signed.prepare(world.app, world.officer(who), asked(who), code, sign=True)
    return world.signed(who, offered)


def drawn(world: World, code: str) -> bytes:
    found = handing_over.paper(world.app, world.officer("hoa"), code, countersigned=False)
    assert isinstance(found, bytes)
    return found


def signed_by(paper: bytes, who: Person) -> bytes:
    """The carrier's person signs in the record."""
    prepared = prepare(paper, field=COUNTERSIGNED_FIELD, permits=None, look=None, at=NOW)
    return embed(prepared, sign_pdf(prepared, who.key, field=COUNTERSIGNED_FIELD, at=NOW), COUNTERSIGNED_FIELD)


def countersign(world: World, code: str, content: bytes, means: Any = "signature") -> Answer:
    given = Countersigned(sha256=world.upload("hoa", content), means=means, by="Trần Văn Bưu")
    return countersigning.countersign(world.app, world.officer("hoa"), asked(), code, given)


def state(world: World, dispatch: str) -> tuple[str, Any]:
    with world.app.store.read() as tx:
        row = jobs.find_dispatch(tx, dispatch)
        assert row is not None
        beside = parcels.find(tx, row["key"])
        assert beside is not None
    return row["state"], beside["handed_over"]


def leaves(world: World) -> list[tuple[str, dict[str, Any]]]:
    with world.app.store.read() as tx:
        found = stored.leaves(tx, start=0, limit=1000)
    return [(decode_leaf(each.encoded).act, parse_canonical(each.evidence or b"{}")) for each in found]  # type: ignore[misc]


def test_a_record_is_signed_by_both_sides(office: World) -> None:
    """Made over what waits, signed by the clerk, countersigned in the PDF; then each parcel is handed over."""
    first, second = sorted((posted(office), posted(office)))
    marking.set_item(office.app, office.officer("hoa"), asked(), first, "vnpost", "rr 12345678 5 vn").body_or_raise()
    made = make(office).body_or_raise()
    code = made["id"]
    assert (made["parcels"], made["left"], made["signed"]) == (2, 2, None)
    text = text_of(drawn(office, code))
    assert all(part in text for part in (first, second, ITEM, made["listing"]))
    assert "Tuyết" not in text
    assert refusal_of(countersign(office, code, b"%PDF-1.7 scan", "scan")).code == "handover-unsigned"
    sign(office, code).body_or_raise()
    assert refusal_of(sign(office, code)).code == "handover-signed"
    office.clock.go(minutes=5)
    done = countersign(office, code, signed_by(drawn(office, code), known("buu-ta"))).body_or_raise()
    assert done["certificate"] == fingerprint(known("buu-ta").certificate)
    assert (done["left"], state(office, first)) == (2, ("prepared", None))
    told = countersigning.told(office.app, office.officer("hoa"), code, 1).body_or_raise()
    assert told["left"] == 1
    office.work()  # who began it went away: the job tells the rest
    signed_at = office.clock.now
    assert [state(office, each) for each in (first, second)] == [("handed-over", signed_at)] * 2
    again = countersigning.told(office.app, office.officer("hoa"), code).body_or_raise()
    assert again["left"] == 0
    kept = {act: told for act, told in leaves(office) if act.startswith(("handover-", "parcels-handed-over"))}
    assert list(kept) == ["handover-made", "parcels-handed-over", "handover-countersigned"]
    assert kept["parcels-handed-over"]["details"]["body"]["listing"] == made["listing"]
    assert {"record", "signature", "paper", "certificate"} <= kept["parcels-handed-over"]["objects"].keys()
    assert not any("Trần" in str(told) for told in kept.values())
    office.check_trail()


def test_the_record_is_the_parcel_s_though_the_carrier_spoke_first(office: World) -> None:
    """What the carrier told before it was signed moves the parcel; the record is told all the same, its time counts."""
    parcel = posted(office)
    code = make(office).body_or_raise()["id"]
    sign(office, code).body_or_raise()
    with office.app.store.write() as tx:
        row = jobs.find_dispatch(tx, parcel)
        assert row is not None
        said = Word(carrier="vnpost", item=parcel, status="1", event=Event.HANDED_OVER, at=NOW, raw=b"{}")
        tell(office.app, tx, row["key"], said)
    office.clock.go(minutes=5)
    assert countersign(office, code, b"%PDF-1.7 scan", "scan").body_or_raise()["left"] == 1
    office.work()
    assert state(office, parcel) == ("handed-over", office.clock.now)
    with office.app.store.read() as tx:
        own = stored.leaves_of(tx, row["dossier"])
        loaded = dossiers.load(tx, row["dossier"])
        assert loaded is not None
        acts = {decode_leaf(leaf.encoded).act for leaf in foundations(tx, loaded, own)}
    assert {"parcels-handed-over", "handover-countersigned"} <= acts
    assert countersigning.told(office.app, office.officer("hoa"), code).body_or_raise()["left"] == 0


def test_parcels_that_went_elsewhere_make_the_record_anew(office: World) -> None:
    """Called off, another item code, taken into another record, withdrawn: none is signed; signed, none is taken."""
    first, second = posted(office), posted(office)
    code = make(office).body_or_raise()["id"]
    marking.set_item(office.app, office.officer("hoa"), asked(), first, "vnpost", ITEM).body_or_raise()
    assert refusal_of(sign(office, code)).code == "handover-changed"
    code = make(office).body_or_raise()["id"]
    with office.app.store.write() as tx:
        word = Word(carrier="hoso", item=first, status="called-off", event=Event.CALLED_OFF, at=NOW, raw=b"{}")
        tell(office.app, tx, first, word)
    assert refusal_of(sign(office, code)).code == "handover-changed"
    assert refusal_of(make(office, first)).code == "parcel-not-prepared"
    code = make(office, second).body_or_raise()["id"]
    sign(office, code).body_or_raise()
    assert refusal_of(make(office, second)).code == "parcel-listed"
    assert refusal_of(make(office)).code == "handover-empty"
    refused = marking.set_item(office.app, office.officer("hoa"), asked(), second, "vnpost", "AB12345")
    assert refusal_of(refused).code == "parcel-listed"
    handing_over.withdraw(office.app, office.officer("hoa"), asked(), code, "Bưu tá không đến").body_or_raise()
    told = leaves(office)[-1][1]
    assert "Bưu tá" not in str(told)
    with office.app.store.read() as tx:
        assert "Bưu tá không đến" in (definitions.get_content(tx, told["objects"]["word"]) or b"").decode()
    assert refusal_of(countersign(office, code, b"%PDF-1.7 scan", "scan")).code == "handover-withdrawn"
    assert make(office).body_or_raise()["parcels"] == 1


def test_what_both_sides_signed_for_has_left(office: World) -> None:
    """Though its parcel was not told yet: nobody calls it off, and it goes on where its dossier is cancelled."""
    office.deploy(GOES_ON).body_or_raise()
    office.adopt("di-tiep").body_or_raise()
    dossier = office.start("di-tiep")
    office.sign_off("hang", dossier, "decide", {"decision": "approve"})
    office.sign_off("hoa", dossier, "seal")
    office.stamp()
    office.work()
    [dispatch] = [str(item["id"]) for item in office.dossier(dossier)["dispatches"]]
    code = make(office).body_or_raise()["id"]
    sign(office, code).body_or_raise()
    countersign(office, code, b"%PDF-1.7 scan", "scan").body_or_raise()
    assert state(office, dispatch)[0] == "prepared"
    officer = office.officer("lan")
    consents = consenting.list_consents(office.app, officer, dossier, 0, 1).body_or_raise()["items"]
    for number in (None, consents[0]["id"]):
        refused = consenting.revoke(office.app, officer, asked("lan"), dossier, number, "Bà đổi ý")
        assert refusal_of(refused).code == "consent-used"
    cancelled = parcel_acts.cancel(office.app, office.officer("hoa"), asked(), dispatch, "Bà đổi ý")
    assert refusal_of(cancelled).code == "parcel-left"
    act = Cancel(revision=office.dossier(dossier)["revision"], reason="Rút")
    office.intervene("an", dossier, act).body_or_raise()
    assert "dispatch-called-off" not in office.acts(dossier)
    assert countersigning.told(office.app, office.officer("hoa"), code).body_or_raise()["left"] == 0
    assert state(office, dispatch)[0] == "handed-over"
    office.check_trail()


def test_only_the_carrier_signs_and_nothing_else_is_added(office: World) -> None:
    """Another PDF, our own key, a stranger's authority, a scan that is none; a pinned certificate counts."""
    posted(office)
    code = make(office).body_or_raise()["id"]
    sign(office, code).body_or_raise()
    paper = drawn(office, code)
    assert refusal_of(countersign(office, code, b"%PDF-1.7 another")).code == "pdf-not-appended"
    assert refusal_of(countersign(office, code, paper)).code == "pdf-unsigned"
    assert refusal_of(countersign(office, code, paper + b"\n% more\n")).code.startswith("pdf-")
    assert refusal_of(countersign(office, code, signed_by(paper, known("lan")))).code == "countersigner-ours"
    assert refusal_of(countersign(office, code, b"GIF89a", "scan")).code == "scan-not-pdf"
    other = DemoAuthority.create("Bưu chính", at=NOW - timedelta(days=365))
    theirs = person("buu-ta-khac", by=other)
    pdf = signed_by(paper, theirs)
    assert refusal_of(countersign(office, code, pdf)).code == "certificate-untrusted"
    office.change(carrier_roots=lambda carrier: (other.root, other.issuing) if carrier == "vnpost" else ())
    assert refusal_of(countersign(office, code, pdf)).code == "certificate-revocation-unknown"
    pinned = (theirs.certificate, other.issuing, other.root)
    office.change(carrier_roots=lambda carrier: pinned if carrier == "vnpost" else ())
    assert countersign(office, code, pdf).body_or_raise()["means"] == "signature"
    assert countersign(office, code, pdf).body_or_raise()["left"] == 1  # the same again


def test_what_is_marked_on_a_parcel(office: World) -> None:
    """Item codes are checked and one parcel's; originals are told by number and hash, and lie where the parcel is."""
    first, second = posted(office), posted(office)
    hoa = office.officer("hoa")

    def item(dispatch: str, text: str, carrier: str = "vnpost") -> Answer:
        return marking.set_item(office.app, hoa, asked(), dispatch, carrier, text)

    plain = parcel_papers.label(office.app, hoa, first)
    assert refusal_of(item(first, "RR123456784VN")).code == "item-code-wrong"
    assert refusal_of(item(first, ITEM, "VN Post")).code == "carrier-name"
    item(first, ITEM).body_or_raise()
    assert refusal_of(item(second, ITEM)).code == "item-code-taken"
    item(second, ITEM, "viettelpost").body_or_raise()
    assert refusal_of(make(office, second)).code == "parcel-of-another-carrier"
    labelled = parcel_papers.label(office.app, hoa, first)
    assert isinstance(labelled, bytes)
    assert isinstance(plain, bytes)
    assert (ITEM in text_of(labelled), ITEM in text_of(plain)) == (True, False)
    titles = ["Giấy CNQSDĐ số BA 123456"]
    marking.set_originals(office.app, hoa, asked(), first, titles).body_or_raise()
    assert leaves(office)[-1][1]["details"]["count"] == 1
    assert "CNQSDĐ" not in str(leaves(office)[-1])
    slip = parcel_papers.slip_of(office.app, hoa, first)
    assert isinstance(slip, bytes)
    assert titles[0] in text_of(slip)
    listed = marking.list_originals(office.app, hoa, "", 50).body_or_raise()["items"]
    assert [(each["id"], each["place"], each["originals"]) for each in listed] == [(first, "office", titles)]
    with office.app.store.write() as tx:
        tell(office.app, tx, first, Word(carrier="vnpost", item=ITEM, status="1", event=Event.LOST, at=NOW, raw=b"{}"))
    assert marking.list_originals(office.app, hoa, "", 50).body_or_raise()["items"][0]["place"] == "lost"
    assert refusal_of(marking.set_originals(office.app, hoa, asked(), first, [])).code == "parcel-not-prepared"
    rows = parcel_papers.parcels_of_day(office.app, hoa, office.clock.now.date(), "vnpost")
    assert [row["item"] for row in rows] == [ITEM]
    rows = parcel_papers.parcels_of_day(office.app, hoa, office.clock.now.date(), None)
    assert [row["code"] for row in rows] == [first, second]
    parcel_acts.cancel(office.app, hoa, asked(), second, "Rút").body_or_raise()
    rows = parcel_papers.parcels_of_day(office.app, hoa, office.clock.now.date(), None)
    assert [row["code"] for row in rows] == [first]  # what was called off does not go


def test_a_record_is_of_one_unit(office: World) -> None:
    """It takes what waits there and within, and tells what was left out; a parcel of another unit is refused."""
    parcel, other = posted(office), posted(office)
    office.give("nam", "khu-pho-3", "clerk")
    since = day_of(office.clock())
    granted = RoleGranted(officer="nam", unit="van-phong", role="clerk", document="QĐ 2", since=since)
    office.reorganise("an", granted).body_or_raise()
    with office.app.store.write() as tx:
        row = jobs.find_dispatch(tx, other)
        assert row is not None
        tx.execute(update(dossier).where(dossier.c.code == row["dossier"]).values(unit="khu-pho-3"))

    def record(unit: str | None, *dispatches: str) -> Answer:
        wish = Wish(carrier="vnpost", unit=unit, dispatches=dispatches or None)
        return handing_over.create(office.app, office.officer("nam"), asked("nam"), wish)

    assert refusal_of(record("agency")).code == "right-missing"
    assert refusal_of(record("van-phong", other)).code == "parcel-of-another-unit"
    made = record("van-phong").body_or_raise()
    assert (made["unit"], made["parcels"], made["left_out"]) == ("van-phong", 1, 1)
    assert record("van-phong", parcel).body_or_raise()["left_out"] == 0
    made = make(office).body_or_raise()
    assert (made["unit"], made["parcels"], made["left_out"]) == ("agency", 2, 0)


def test_who_hands_over(office: World) -> None:
    """The clerk of the unit; nobody else, and an auditor sees the record."""
    parcel = posted(office)
    code = make(office).body_or_raise()["id"]
    for who, refusal in (("lan", "handover-unknown"), ("hang", "right-missing"), ("kiem", "auditor-changes-nothing")):
        assert refusal_of(sign(office, code, who)).code == refusal, who
    assert refusal_of(make(office, parcel, who="hang")).code == "right-missing"
    assert handing_over.show(office.app, office.officer("kiem"), code).body_or_raise()["parcels"] == 1
