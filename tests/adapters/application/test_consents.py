"""Consents to post: recorded and revoked by officers, taken once from the data of a process, never revived."""

from datetime import timedelta
from typing import Any

import pytest

from adapters.application import consenting, dispatching
from adapters.application.answer import Answer, Request
from adapters.application.consents import NewConsent
from adapters.application.tracking import Word, tell
from adapters.database import jobs, parcels
from adapters.jobs.worker import work_once
from engine.consent import Means
from engine.parcels import Event, Payer
from tests.adapters.application.world import CITIZEN, World
from tests.pki import NOW

ADDRESS = CITIZEN["address"]
OPEN = {key: value for key, value in CITIZEN["consent"].items() if key != "commune"}  # type: ignore[attr-defined]


def give(world: World, code: str, **changes: Any) -> Answer:
    given = {"who": "Bà Tuyết", "at": world.clock.now, "means": Means.TELEPHONE, "address": ADDRESS, **changes}
    return consenting.give(world.app, world.officer("lan"), Request(officer="lan"), code, NewConsent(**given))


def revoke(world: World, code: str, number: int | None = None) -> Answer:
    return consenting.revoke(world.app, world.officer("lan"), Request(officer="lan"), code, number, "Bà đổi ý")


def address(world: World, code: str, number: int, commune: str | None) -> Answer:
    return consenting.decide_address(world.app, world.officer("lan"), Request(officer="lan"), code, number, commune)


def listed(world: World, code: str) -> list[dict[str, Any]]:
    found = consenting.list_consents(world.app, world.officer("lan"), code, 0, 50)
    return list(found.body_or_raise()["items"])


def state(world: World, code: str, channel: str = "post") -> list[str]:
    return [item["state"] for item in world.dossier(code)["dispatches"] if item["channel"] == channel]


def refused(answer: Answer) -> str | None:
    return answer.refusal.code if answer.refusal else None


def test_data_of_a_process_become_a_record_once(world: World) -> None:
    """Who, when, by which means, whose confirmation; the parcel keeps it; its leaf names neither person nor place."""
    code = world.approved(channel="post")
    world.work()
    [found] = listed(world, code)
    assert (found["who"], found["means"], found["payer"], found["officer"]) == (
        "Ánh Tuyết",
        "telephone",
        "agency",
        None,
    )
    assert (found["location"]["standing"], found["location"]["name"]) == (
        "confirmed",
        "Phường Bến Thành, Thành phố Hồ Chí Minh",
    )
    acts = world.acts(code)
    assert acts[-2:] == ["consent-given", "dispatch-prepared"]
    with world.app.store.read() as tx:
        [row] = jobs.dispatches_of(tx, code)
        assert row["consent"]["number"] == found["id"]
        assert row["consent"]["commune"] == "26743"


def test_consent_by_an_officer_is_enough(world: World) -> None:
    """The process knows of none; the recipient pays, since that was agreed; one leaf, and no name in it."""
    code = world.approved(channel="post", consent=None)
    told = give(world, code, payer=Payer.RECIPIENT, commune="79/26743").body_or_raise()
    last = world.last(code)
    assert last["act"] == "consent-given"
    assert (last["details"]["payer"], last["details"]["commune"]) == ("recipient", "26743")
    assert "Tuyết" not in str(last)
    assert "Riêng" not in str(last)
    world.work()
    assert state(world, code) == ["prepared"]
    with world.app.store.read() as tx:
        [row] = jobs.dispatches_of(tx, code)
        parcel = parcels.find(tx, row["key"])
    assert parcel is not None
    assert (parcel["payer"], row["consent"]["number"]) == ("recipient", told["id"])
    assert [item["id"] for item in listed(world, code)] == [told["id"]]


def test_an_address_goes_only_where_a_person_confirmed(world: World) -> None:
    """Taken from data without a commune it waits for people, and the process takes its other way."""
    code = world.approved(channel="post", consent=OPEN)
    world.work()
    assert world.dossier(code)["data"]["dispatched"] == "address-unconfirmed"
    assert (state(world, code), state(world, code, "counter")) == ([], ["ready"])
    [found] = listed(world, code)
    assert (found["location"]["standing"], found["proposal"]["doubts"]) == ("open", ["unknown"])
    assert refused(address(world, code, found["id"], "99999")) == "commune-unknown"
    assert refused(address(world, code, found["id"], "01/26743")) == "commune-unknown"
    assert address(world, code, found["id"], None).body_or_raise()["location"]["standing"] == "refused"
    assert address(world, code, found["id"], "26743").body_or_raise()["location"]["officer"] == "lan"
    assert world.acts(code)[-2:] == ["address-refused", "address-confirmed"]
    assert refused(address(world, code, found["id"] + 1, "26743")) == "consent-unknown"


def test_a_commune_that_is_none_confirms_nothing(world: World) -> None:
    """Whatever the data of a process say."""
    code = world.approved(channel="post", consent={**OPEN, "commune": "00000"})
    world.work()
    assert listed(world, code)[0]["location"]["standing"] == "open"
    assert state(world, code) == []


def test_revoked_before_it_is_asked_for(world: World) -> None:
    """Old data of the process never revive it, also where it was no record yet; new ones do."""
    code = world.approved(channel="post")
    revoke(world, code).body_or_raise()
    assert world.acts(code)[-1] == "consent-revoked"
    assert refused(give(world, code, at=world.clock.now - timedelta(minutes=1))) == "consent-old"
    world.work()
    assert world.dossier(code)["data"]["dispatched"] == "consent-missing"
    assert (state(world, code), listed(world, code)) == ([], [])
    later = (world.clock.go(minutes=1)).isoformat()
    code = world.approved(channel="post", consent={**CITIZEN["consent"], "when": later})  # type: ignore[dict-item]
    number = give(world, code, address="Số 1, nơi khác", at=world.clock.now).body_or_raise()["id"]
    revoke(world, code, number).body_or_raise()
    world.work()
    assert state(world, code) == ["prepared"], "another address was revoked"


def test_revoking_calls_the_parcel_off(world: World) -> None:
    """Prepared, it is stopped, and the dossier is told; a second time there is nothing to stop; it stays revoked."""
    code = world.approved(channel="post")
    world.work()
    [found] = listed(world, code)
    told = revoke(world, code, found["id"]).body_or_raise()
    assert (len(told["called_off"]), state(world, code)) == (1, ["cancelled"])
    assert world.acts(code)[-2:] == ["parcel-called-off", "consent-revoked"]
    assert listed(world, code)[0]["revoked"] is not None
    assert revoke(world, code).body_or_raise()["called_off"] == []
    assert refused(address(world, code, found["id"], None)) == "consent-revoked"
    assert world.work() == 1  # the message to the dossier


def test_after_the_hand_over_it_is_too_late(world: World) -> None:
    """Refused with the reason, and the refusal is in the trail; so is a decision on the address."""
    code = world.approved(channel="post")
    world.work()
    [found] = listed(world, code)
    with world.app.store.write() as tx:
        [row] = jobs.dispatches_of(tx, code)
        word = Word(carrier="sim", item="RR123456785VN", status="nhận", event=Event.HANDED_OVER, at=NOW, raw=b"{}")
        tell(world.app, tx, row["key"], word)
    assert refused(revoke(world, code, found["id"])) == "consent-used"
    assert refused(revoke(world, code)) == "consent-used"
    assert (world.last(code)["act"], world.last(code)["details"]["code"]) == ("act-refused", "consent-used")
    assert refused(address(world, code, found["id"], None)) == "address-used"
    assert state(world, code) == ["handed-over"]


def test_what_arrived_before_hinders_no_revocation(world: World) -> None:
    """Under an older consent to the same address; nor does what is on its way under that one."""
    code = world.approved(channel="post")
    world.work()
    with world.app.store.write() as tx:
        [row] = jobs.dispatches_of(tx, code)
    for event in (Event.HANDED_OVER, Event.DELIVERED):
        with world.app.store.write() as tx:
            tell(world.app, tx, row["key"], Word(carrier="s", item="R", status=event, event=event, at=NOW, raw=b"{}"))
        world.clock.go(minutes=1)
        number = give(world, code, commune="26743").body_or_raise()["id"]
        world.clock.go(minutes=1)
        assert revoke(world, code, number).body_or_raise()["called_off"] == []
    assert refused(revoke(world, code)) is None


def test_revoking_one_ends_its_address(world: World) -> None:
    """Whoever takes one back does not have the parcel sent under an older one to the same address."""
    code = world.approved(channel="post", consent=None)
    give(world, code, commune="26743").body_or_raise()
    world.clock.go(minutes=1)
    number = give(world, code, commune="26743", address=f" {ADDRESS}").body_or_raise()["id"]
    elsewhere = give(world, code, commune="26743", address="Số 1, nơi khác").body_or_raise()["id"]
    world.clock.go(minutes=1)
    revoke(world, code, number).body_or_raise()
    assert [item["id"] for item in listed(world, code) if item["revoked"] is None] == [elsewhere]
    world.work()
    assert state(world, code) == []


def test_a_clock_that_is_fast_outlives_no_revocation(world: World) -> None:
    """Neither an officer's nor one that wrote the data of a process."""
    ahead = world.clock.now + timedelta(minutes=4)
    by_officer = world.approved(channel="post", consent=None)
    give(world, by_officer, commune="26743", at=ahead).body_or_raise()
    by_data = world.approved(channel="post", consent={**CITIZEN["consent"], "when": ahead.isoformat()})  # type: ignore[dict-item]
    world.clock.go(minutes=1)
    for code in (by_officer, by_data):
        revoke(world, code).body_or_raise()
    world.clock.go(minutes=9)
    world.work()
    assert (state(world, by_officer), state(world, by_data)) == ([], [])


@pytest.mark.parametrize("channel", ["online", "email"])
def test_an_applicant_confirms_no_address(world: World, channel: str) -> None:
    """Whatever commune stands in what they sent: a person of the office does."""
    code = world.approved(came_by=channel, channel="post")
    world.work()
    assert listed(world, code)[0]["location"]["standing"] == "open"
    assert (state(world, code), world.dossier(code)["data"]["dispatched"]) == ([], "address-unconfirmed")


def test_revoked_while_the_parcel_is_prepared(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the look and the decision: it is looked at again, and refused."""
    code = world.approved(channel="post")
    honest = dispatching.prove

    def slow(*given: Any) -> dispatching.Proof:
        proof = honest(*given)
        if state(world, code) == [] and world.acts(code)[-1] != "consent-revoked":
            revoke(world, code).body_or_raise()
        return proof

    monkeypatch.setattr(dispatching, "prove", slow)
    assert work_once(world.app)
    assert (state(world, code), world.acts(code)[-1]) == ([], "consent-revoked")
    monkeypatch.undo()
    world.clock.go(minutes=1)
    world.work()
    assert world.dossier(code)["data"]["dispatched"] == "consent-missing"


@pytest.mark.parametrize(
    ("changes", "why"),
    [({"post_excluded": "hộ tịch (NĐ 123/2015)"}, "post-excluded"), ({"channels": ["counter"]}, "channel-excluded")],
)
def test_where_post_is_excluded_no_consent_is_recorded(world: World, changes: dict[str, Any], why: str) -> None:
    """Neither by an officer nor from the data."""
    world.adopt("tra-ket-qua", **changes).body_or_raise()
    code = world.approved(channel="post")
    assert refused(give(world, code)) == why
    world.work()
    assert listed(world, code) == []
    assert "consent-given" not in world.acts(code)


def test_the_procedure_says_who_pays(world: World) -> None:
    """Where nothing else was agreed."""
    world.adopt("tra-ket-qua", post_payer="recipient").body_or_raise()
    code = world.approved(channel="post")
    world.work()
    assert listed(world, code)[0]["payer"] == "recipient"
    assert give(world, code, payer=Payer.AGENCY).body_or_raise()["payer"] == "agency"


def test_whoever_may_not(world: World) -> None:
    """Another office does not see the dossier, an auditor changes nothing; a time ahead is none; all is erased."""
    code = world.approved(channel="post")
    new = NewConsent(who="x", at=world.clock.now, means=Means.PAPER, address=ADDRESS)
    for who, why in (("nam", "dossier-unknown"), ("kiem", "auditor-changes-nothing")):
        assert refused(consenting.give(world.app, world.officer(who), Request(officer=who), code, new)) == why
    assert refused(give(world, code, at=world.clock.now + timedelta(hours=1))) == "consent-ahead"
