"""Carriers as they are set up, plugged in and held against their contract; what waits, waits within bounds."""

import json
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from adapters.application import callbacks, ordering, strays, unconfirmed
from adapters.application.tracking import Word
from adapters.bounded_http import Answer, Place
from adapters.database import definitions, jobs, parcels
from adapters.dispatch.post import carrier as post
from adapters.dispatch.post import contract
from adapters.dispatch.post.contract import Sample, breaches
from adapters.dispatch.post.orders_file import orders_csv
from adapters.dispatch.post.profile import Call, Profile, ProfileError, Sign
from adapters.dispatch.post.rest import RestCarrier, judged
from adapters.dispatch.post.setup import Listed, read_carriers
from engine.calendar import VIETNAM
from engine.parcels import Event
from signing.canonical import sha256_hex
from tests.adapters.application.world import World
from tests.adapters.dispatch.post.simulator import body_of, carriers, running, signed, word
from tests.adapters.http.serving import serving
from tests.pki import NOW

ITEM = "RR123456785VN"
PLUGIN = """
import json
class Acme:
    certified, statuses, ask, cancel = True, {"XONG": "delivered", "CÂN": None}, None, None
    def __init__(self, secret): self.secret = secret
    def order(self, parcel): return {"outcome": "done", "item": "AC-0001"}
    def read_callback(self, headers, body):
        if headers.get("x-key") != self.secret: raise PermissionError
        said = json.loads(body)
        return [{"item": said["i"], "status": said["s"], "at": None, "reference": None}]
def make(settings, secrets): return Acme(secrets.get("key", "trống"))
def broken(settings, secrets): raise RuntimeError(secrets)
"""


def listed(folder: Path, *given: Mapping[str, Any], default: str | None = None) -> Path:
    (folder / "s").write_text("bí mật\n")
    (folder / "carriers.json").write_text(json.dumps({"default": default, "carriers": given}))
    return folder


SECRETS = {"username": "s", "password": "s", "callback": "s"}
VNPOST = {"name": "vnpost", "profile": "vnpost", "url": "https://post.example.vn/api", "secrets": SECRETS}


@pytest.mark.parametrize(("name", "kind"), [("carriers", Listed), ("carrier-profile", Profile)])
def test_the_published_schemas_are_those_of_the_files(name: str, kind: type[Listed | Profile]) -> None:
    """docs/reference/*.schema.json; write them anew from `model_json_schema()`."""
    published = Path(__file__).parents[4] / "docs" / "reference" / f"{name}.schema.json"
    assert json.loads(published.read_text("utf-8")) == json.loads(json.dumps(kind.model_json_schema()))


def test_the_profiles_that_come_with_hoso_are_not_certified(tmp_path: Path) -> None:
    """Each can be named, and says of itself what it can do; Viettel Post's cannot be asked for an order."""
    viettel = {**VNPOST, "name": "vtp", "profile": "viettel-post", "statuses": {"Hoàn_Thành  công": "returned"}}
    found = read_carriers(listed(tmp_path, VNPOST, viettel, {"name": "tep", "profile": "csv"}, default="tep"))
    told = {name: (each.certified, *(can is not None for can in (each.order, each.ask))) for name, each in
            found.by_name.items()}  # fmt: skip
    assert told == {"vnpost": (False, True, True), "vtp": (False, True, False), "tep": (False, False, False)}
    assert (found.default, found.ordering) == ("tep", None)
    words = found.statuses_of("vtp")
    assert words == {"400": Event.IN_TRANSIT, "501": Event.DELIVERED, "hoàn-thành công": Event.RETURNED}
    assert found.statuses_of("ai") == {}
    webhook = {"ORDER_NUMBER": 10345381626, "ORDER_REFERENCE": "r" * 32, "ORDER_STATUS": 501}
    body = json.dumps({"DATA": {**webhook, "ORDER_STATUSDATE": "21/11/2026 17:34:05"}, "TOKEN": "bí mật"}).encode()
    [said] = post.read_callback(found.by_name["vtp"], {}, body)
    assert (said.item, said.reference, said.status) == ("10345381626", "r" * 32, "501")
    assert said.raw is not None
    assert "bí mật" not in json.dumps(json.loads(said.raw), ensure_ascii=False)
    assert json.loads(said.raw)["DATA"] == json.loads(body)["DATA"]
    assert said.at is not None
    assert said.at.isoformat() == "2026-11-21T17:34:05+07:00"
    for forged in (body.replace(b"TOKEN", b"TOKE"), b"{", b"[]", b'{"TOKEN": null}', json.dumps({}).encode()):
        with pytest.raises(post.Forged):
            post.read_callback(found.by_name["vtp"], {}, forged)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ([{**VNPOST, "profile": "ghn"}], "no profile 'ghn'"),
        ([{**VNPOST, "url": "http://post.example.vn"}], "must be https"),
        ([{**VNPOST, "url": "https://ai:gì@post.example.vn"}], "no address"),
        ([{**VNPOST, "url": None}], "needs a url"),
        ([{**VNPOST, "secrets": {"username": "s", "password": "s"}}], "needs the secret callback"),
        ([{**VNPOST, "secrets": {**SECRETS, "username": "không-có"}}], "missing or unreadable"),
        ([{**VNPOST, "name": "VNPost"}], "carriers.0.name"),
        ([{**VNPOST, "name": "hoso"}], "the office itself"),
        ([VNPOST, VNPOST], "two carriers are named"),
        ([{**VNPOST, "plugin": "acme"}], "one of the two"),
        ([{**VNPOST, "verify": False}], "carriers.0.verify"),
        ([{**VNPOST, "statuses": {"1": "gone"}}], "carriers.0.statuses.1"),
        ([{"name": "acme", "plugin": "khong-co"}], "0 plug-ins"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_place(given: Sequence[Any], told: str, tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match=told):
        read_carriers(listed(tmp_path, *given))


def test_a_plug_in_imports_nothing_from_us(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is found by its entry point and given its secrets; a program says whether it keeps the contract."""
    package = tmp_path / "installed"
    (package / "acme-1.dist-info").mkdir(parents=True)
    (package / "acme_carrier.py").write_text(PLUGIN)
    (package / "acme-1.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1\n")
    points = "[hoso.carriers]\nacme = acme_carrier:make\nhong = acme_carrier:broken\n"
    (package / "acme-1.dist-info" / "entry_points.txt").write_text(points)
    monkeypatch.syspath_prepend(str(package))
    found = read_carriers(listed(tmp_path, {"name": "acme", "plugin": "acme", "secrets": {"key": "s"}}))
    acme = found.by_name["acme"]
    assert post.order(acme, contract.PARCEL).item == "AC-0001"
    assert post.ask(acme, "r").outcome == "unclear"
    [said] = post.read_callback(acme, {"x-key": "bí mật"}, b'{"i": "AC-0001", "s": "XONG"}')
    assert (said.item, said.at, post.event_of(acme, said.status)) == ("AC-0001", None, Event.DELIVERED)
    with pytest.raises(post.Forged):  # it let a KeyError out: nothing of that is believed
        post.read_callback(acme, {"x-key": "bí mật"}, b"{}")
    with pytest.raises(ProfileError, match=r"does not start \(RuntimeError\)"):
        read_carriers(listed(tmp_path, {"name": "hong", "plugin": "hong"}))
    assert contract.main(["acme"]) == 0
    assert contract.main(["khong-co"]) == contract.main([]) == 2
    sys.modules.pop("acme_carrier", None)


def test_the_contract_names_what_a_plug_in_breaks(tmp_path: Path) -> None:
    """The generic carrier keeps it; one that believes strangers, names no zone, and raises, does not."""
    body = body_of(word(ITEM, "DONE", NOW), word(ITEM, "WEIGHED", NOW))
    with running() as simulator:
        kept = carriers(tmp_path, simulator.url).by_name["sim"]
        headers = {name.lower(): value for name, value in signed(body).items()}
        assert list(breaches(kept, Sample(callbacks=[(headers, body, 2)], orders=True))) == [
            "the same reference ordered twice gives two items; look for the first one, or refuse"
        ]  # the simulator's own fault: it takes what it is sent
    bad = SimpleNamespace(
        certified="yes",
        statuses={"A": "gone"},
        order=lambda _parcel: 1 / 0,
        ask=None,
        cancel=None,
        read_callback=lambda _headers, _body: [
            {"item": "RR123456780VN", "status": "B", "at": NOW.replace(tzinfo=None)}
        ],
    )
    told = "\n".join(breaches(bad, Sample(callbacks=[({"x": "y"}, b"{}", 2)], orders=True)))
    for each in ("certified", "means 'gone'", "nobody signed: it was read", "expected 2", "RR123456780VN", "'B'",
                 "with its zone", "order lets ZeroDivisionError out"):  # fmt: skip
        assert each in told
    assert list(breaches(SimpleNamespace(certified=True), Sample()))


def prepared(world: World, folder: Path, url: str, default: str = "mute") -> Any:
    made = carriers(folder, url)
    world.change(carriers=type(made)(default=default, by_name=made.by_name))
    code = world.approved(channel="post")
    world.work(most=60)
    with world.app.store.read() as tx:
        [row] = jobs.dispatches_of(tx, code)
    return row


def test_words_of_unknown_items_wait_within_bounds(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The oldest go, with their bytes; what is left is told once the item is known, by a sweep, too."""
    monkeypatch.setattr(strays, "MOST", 3)
    raws = []
    with running() as simulator:
        row = prepared(world, tmp_path, simulator.url, default="tep")
    for hours in range(5):
        raw = body_of(word(ITEM, "PICKED", NOW + timedelta(hours=hours)))
        raws.append(sha256_hex(raw))
        at = NOW + timedelta(hours=hours)
        said = Word(carrier="tep", item=ITEM, status="PICKED", event=Event.IN_TRANSIT, at=at, raw=raw)
        for first in (True, False):
            with world.app.store.write() as tx:
                assert strays.keep(world.app, tx, said) is first
    with world.app.store.write() as tx:
        assert parcels.count_strays(tx) == {"tep": 3}
        assert [definitions.get_content(tx, each) is not None for each in raws] == [False, False, True, True, True]
        parcels.change(tx, row["key"], item=ITEM)  # as an officer enters it
    ordering.keep_scheduled(world.app)
    with world.app.store.read() as tx:
        assert parcels.count_strays(tx) == {}
        assert [each["effect"] for each in parcels.events(tx, row["key"])] == ["moved", "known", "known"]


def test_odd_words_stop_no_others_and_none_is_kept_with_another_dossier_s(world: World, tmp_path: Path) -> None:
    """A misread item waits, odd characters and times are kept as they can be; each word is kept without the others."""
    with running() as simulator:
        row = prepared(world, tmp_path, simulator.url, default="tep")
    with world.app.store.write() as tx:
        parcels.change(tx, row["key"], item=ITEM)
    odd = {"reference": "a\0b", "status": "PICKED\0\ud800", "at": datetime(1, 1, 1, tzinfo=VIETNAM)}
    said = [{"item": "RR123456784VN", **odd}, {"item": ITEM, **odd}, {"item": ITEM, "status": "PICKED", "at": NOW}]
    odd_one = SimpleNamespace(statuses={"PICKED": "in-transit"}, read_callback=lambda _headers, _body: said)
    made = world.app.carriers
    world.change(carriers=type(made)(default="tep", by_name={**made.by_name, "tep": odd_one}))
    assert callbacks.take(world.app, "tep", {}, b"of all three") == 3
    with world.app.store.read() as tx:
        assert parcels.count_strays(tx) == {"tep": 1}
        told = parcels.events(tx, row["key"])
        assert [(each["effect"], each["state"]) for each in told] == [("unknown", "prepared"), ("moved", "in-transit")]
        kept = [definitions.get_content(tx, each["raw"]) for each in told]
    assert all(each is not None and ITEM.encode() in each and b"all three" not in each for each in kept)


def test_what_a_restored_database_was_to_order_may_have_been(world: World, tmp_path: Path) -> None:
    """At a carrier that cannot be asked it waits for people; nothing is ordered."""
    with running() as simulator:
        simulator.answers = ["busy"]
        row = prepared(world, tmp_path, simulator.url)
        with world.app.store.write() as tx:
            unconfirmed.hold(world.app, tx, world.clock())
        world.clock.go(hours=2)
        world.work()
        with world.app.store.read() as tx:
            parcel = parcels.find(tx, row["key"])
        assert parcel is not None
        assert (parcel["ordering"], simulator.orders(row["key"])) == ("unclear", 0)


def test_carriers_are_listed_and_a_file_of_orders_is_written(world: World, tmp_path: Path) -> None:
    """What each can do; the file has the day's parcels of that carrier, and no formula."""
    with running() as simulator:
        row = prepared(world, tmp_path, simulator.url, default="tep")
    with serving(world) as served:
        headers = {"Authorization": f"Bearer {world.tokens['lan']}"}
        items = {each["name"]: each for each in served.http.get("/v1/carriers", headers=headers).json()["items"]}
        assert items["tep"]["default"]
        assert (items["mute"]["orders"], items["mute"]["asks"]) == (True, False)
        day = f"{row['created'] + timedelta(hours=7):%Y-%m-%d}"
        answer = served.http.get(f"/v1/carriers/tep/orders?date={day}", headers=headers)
        lines = answer.text.splitlines()
        assert len(lines) == 2
        assert lines[1].startswith(f"{row['key']},{row['code']},UBND phường Bến Thành")
        assert served.http.get(f"/v1/carriers/sim/orders?date={day}", headers=headers).status_code == 404
        odd = served.http.get("/v1/carriers/tep/orders?date=0001-01-01", headers=headers)
        assert odd.status_code // 100 == 4
        stranger = served.http.post("/v1/carriers/tep/callback", content=b"{}")
        assert (stranger.status_code, stranger.json()["code"]) == (401, "callback-refused")


def test_an_error_of_the_carrier_is_no_refusal_and_no_secret_is_told() -> None:
    """Whatever else stands in an answer of 5xx or 409, the order may have been taken. A path may hold a secret."""
    sign = Sign(at="error", values=(True,))
    call = Call(path="/o?key={secret:k}", found="i", refused=sign, none=sign)
    told = {status: judged(call, Answer(status=status, kind="", body=b'{"error": true}'))["outcome"]
            for status in (200, 409, 422, 500, 503)}  # fmt: skip
    assert told == {200: "none", 409: "unclear", 422: "none", 500: "unclear", 503: "unclear"}
    place = Place(scheme="http", host="127.0.0.1", port=1, path="/v")
    carrier = RestCarrier(profile=Profile(title="t", order=call), place=place, secrets={"k": "TOPSECRET"})
    answer = post.order(carrier, {})
    assert (answer.outcome, answer.reason) == (
        "later",
        "http://127.0.0.1:1 does not answer (ConnectionRefusedError)",
    )


def test_a_telephone_stays_as_it_is_in_a_file_of_orders() -> None:
    """What a spreadsheet would run does not."""
    cells = [{"phone": phone} for phone in ("+84900000000", "+84+1", "=1+1")]
    assert orders_csv({"p": "{phone}"}, cells).split() == ["p", "+84900000000", "'+84+1", "'=1+1"]
