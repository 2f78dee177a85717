"""Devices and their tokens: bound, renewed, ended, lost; what was done on one; certificates suspended with one."""

import base64
import json
from typing import Any

from httpx import Response
from sqlalchemy import select

from adapters.application import people, throttle
from adapters.database import devices, tables
from signing.certificates import fingerprint
from tests.adapters.application.world import World
from tests.adapters.http.client import Caller, problem
from tests.pki import known


def device_of(world: World, token: str) -> str:
    found = people.sign_in(world.app, token)
    assert found is not None
    return found.device


def new_token(world: World, officer: str, name: str = "máy ở nhà") -> str:
    """What `hoso token create` makes."""
    with world.app.store.write() as tx:
        return str(people.new_token(world.app, tx, officer, name)["token"])


def bound(caller: Caller, who: str, name: str = "laptop", key: str | None = None) -> dict[str, Any]:
    """Bind the officer's token and go on with the new one."""
    answer = caller.post(who, "/devices/bind", {"name": name}, key=key)
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    caller.world.tokens = {**caller.world.tokens, who: told["token"]}
    return told


def status(caller: Caller, token: str) -> int:
    return caller.client.get("/v1/me", headers={"Authorization": f"Bearer {token}"}).status_code


def acts(caller: Caller, count: int) -> list[str]:
    """The last acts of the whole trail."""
    asked = {"from": caller.world.size() - count, "limit": count}  # that it is asked is itself a leaf
    leaves = caller.get("kiem", "/log/leaves", **asked).json()["items"]
    return [json.loads(base64.b64decode(item["leaf"]))["act"] for item in leaves]


def sign_off(caller: Caller, who: str, code: str, element: str, data: dict[str, Any] | None = None) -> Response:
    """Claim, prepare, sign and complete over HTTP."""
    task = caller.world.task(code, element)
    caller.post(who, f"/tasks/{task}/claim")
    offered = caller.post(who, f"/tasks/{task}/statement", {"data": data or {}}).json()
    return caller.post(who, f"/tasks/{task}/complete", caller.signed(offered, known(who)))


def revoke(caller: Caller, who: str, id: str, **more: Any) -> Response:
    return caller.post(who, f"/devices/{id}/revoke", {"reason": "mất máy", **more})


# -- tokens


def test_binding_leaves_the_first_token_to_nobody(caller: Caller) -> None:
    """Whoever made it holds nothing once the officer uses the new one; the trail says on which device."""
    first = caller.world.tokens["lan"]
    told = bound(caller, "lan")
    assert caller.get("lan", "/me").status_code == 200
    assert status(caller, first) == 401
    [device] = caller.get("lan", "/devices").json()["items"]
    assert (device["id"], device["name"], device["state"]) == (told["device"], "laptop", "bound")
    assert device["current"]
    assert acts(caller, 1) == ["device-bound"]


def test_an_answer_that_is_lost_locks_nobody_out(caller: Caller) -> None:
    """The first token stays good until the new one is used; asked again, the lost one is none."""
    first = caller.world.tokens["lan"]
    lost = caller.post("lan", "/devices/bind", {"name": "laptop"}, key="k").json()["token"]
    again = caller.post("lan", "/devices/bind", {"name": "laptop"}, key="k")
    assert (again.status_code, "token" in again.json()) == (201, False)
    told = bound(caller, "lan", key="another")
    assert status(caller, lost) == 401
    assert status(caller, first) == 200
    assert status(caller, told["token"]) == 200
    assert status(caller, first) == 401


def test_renewal_has_no_gap(caller: Caller) -> None:
    """The new token is good for thirty days; the old one for a minute after the new one is first used."""
    old = bound(caller, "lan")["token"]
    caller.world.clock.go(days=25)
    new = caller.post("lan", "/devices/renew").json()
    assert new["expires"] == "2027-01-15T08:30:00Z"
    caller.world.clock.go(hours=1)
    assert [status(caller, token) for token in (old, new["token"], old)] == [200, 200, 200]
    caller.world.clock.go(minutes=1)
    assert [status(caller, token) for token in (old, new["token"])] == [401, 200]
    caller.world.clock.go(days=29)
    assert status(caller, new["token"]) == 200


def test_only_a_bound_token_is_renewed(caller: Caller) -> None:
    """Else whoever made one would hold it for ever."""
    problem(caller.post("lan", "/devices/renew"), 409, "device-unbound")


def test_signing_out_ends_the_token_and_keeps_the_certificate(caller: Caller) -> None:
    """The device is known still, its certificates are good."""
    told = bound(caller, "hang")
    assert caller.post("hang", "/sign-out").status_code == 200
    assert status(caller, told["token"]) == 401
    [device] = caller.get("an", "/devices", officer="hang").json()["items"]
    assert device["state"] == "signed-out"
    assert {item["state"] for item in caller.get("an", "/certificates").json()["items"]} == {"bound"}


def test_use_writes_nothing_but_once_a_day(caller: Caller) -> None:
    """When a device was last used is known to the day, at the cost of one write a day."""
    caller.get("lan", "/me")
    world = caller.world

    def seen() -> Any:
        with world.app.store.read() as tx:
            return tx.execute(select(tables.device.c.seen).where(tables.device.c.officer == "lan")).scalar_one()

    first = seen()
    world.clock.go(hours=23)
    caller.get("lan", "/me")
    assert seen() == first
    world.clock.go(hours=1)
    caller.get("lan", "/me")
    assert seen() == world.clock()


def test_whose_devices_are_seen(caller: Caller) -> None:
    """One's own; anybody's by administrators and auditors."""
    problem(caller.get("lan", "/devices", officer="mai"), 403, "right-missing")
    for who in ("an", "kiem"):
        assert len(caller.get(who, "/devices", officer="mai").json()["items"]) == 1
    problem(caller.get("an", "/devices", officer="nobody"), 404, "officer-unknown")


# -- a lost device


def test_a_lost_laptop(caller: Caller) -> None:
    """Its tokens end, the certificate used on it is suspended and signs no more, its acts are listed; an administrator
    who is not its officer lets it sign again.
    """
    laptop = bound(caller, "hang")["device"]
    code = caller.world.start("tra-ket-qua")
    caller.world.do("lan", code, "prepare", {"note": "đủ"})
    caller.world.clock.go(hours=1)
    assert sign_off(caller, "hang", code, "decide", {"decision": "approve"}).status_code == 200
    stolen = caller.world.tokens["hang"]

    told = revoke(caller, "an", laptop, since="2026-11-21T09:00:00Z").json()
    own = fingerprint(known("hang").certificate)
    assert told["suspended"] == [own]
    assert status(caller, stolen) == 401
    assert acts(caller, 2) == ["device-revoked", "certificate-suspended"]
    listed = caller.get("an", f"/devices/{laptop}/acts", since="2026-11-21T09:00:00Z").json()["items"]
    assert [(item["act"], item["dossier"]) for item in listed] == [("task-completed", code), ("task-claimed", code)]
    whole = caller.get("an", f"/devices/{laptop}/acts").json()["items"]
    assert whole[-1]["act"] == "device-bound"

    caller.world.tokens = {**caller.world.tokens, "hang": new_token(caller.world, "hang")}
    second = caller.world.start("tra-ket-qua")
    caller.world.do("lan", second, "prepare", {"note": "đủ"})
    refused = sign_off(caller, "hang", second, "decide", {"decision": "approve"})
    problem(refused, 422, "certificate-suspended")
    found = {"reason": "tìm thấy", "sign": True}
    problem(caller.post("hang", f"/certificates/{own}/reinstate", found), 403, "right-missing")
    problem(caller.post("an", f"/certificates/{own}/reinstate", {"reason": "tìm thấy"}), 422, "signature-missing")
    offered = caller.post("an", f"/certificates/{own}/reinstate", found)
    assert (offered.status_code, offered.json()["officer"]) == (201, "hang")
    problem(sign_off(caller, "hang", second, "decide", {"decision": "approve"}), 422, "certificate-suspended")
    assert caller.sign("an", offered).status_code == 201
    assert acts(caller, 1) == ["certificate-reinstated"]
    assert sign_off(caller, "hang", second, "decide", {"decision": "approve"}).status_code == 200
    problem(caller.post("an", f"/certificates/{own}/reinstate", {"reason": "x"}), 409, "certificate-not-suspended")


def test_which_certificates_may_lie_on_a_device(caller: Caller) -> None:
    """Those used on it, and those never used on another; one that is used elsewhere only signs on."""
    office = bound(caller, "hang", "văn phòng")["device"]
    code = caller.world.start("tra-ket-qua")
    caller.world.do("lan", code, "prepare", {"note": "đủ"})
    assert sign_off(caller, "hang", code, "decide", {"decision": "approve"}).status_code == 200
    at_home = new_token(caller.world, "hang")
    home = device_of(caller.world, at_home)
    assert revoke(caller, "hang", home).json()["suspended"] == []
    assert len(revoke(caller, "an", office).json()["suspended"]) == 1
    clerk = device_of(caller.world, caller.world.tokens["hoa"])
    assert len(revoke(caller, "an", clerk).json()["suspended"]) == 2, "her own, and the agency's that she keeps"


def test_where_nobody_signed_in_nothing_lies(caller: Caller) -> None:
    """A token that was made and never used suspends nothing when it ends."""
    token = new_token(caller.world, "hang")
    [unused] = [item for item in caller.get("hang", "/devices").json()["items"] if item["seen"] is None]
    assert revoke(caller, "hang", unused["id"]).json()["suspended"] == []
    assert status(caller, token) == 401
    problem(revoke(caller, "hang", unused["id"]), 409, "device-revoked")


def test_nobody_revokes_anothers_device(caller: Caller) -> None:
    """But an administrator; to others, an auditor too, it is not there."""
    device = device_of(caller.world, caller.world.tokens["mai"])
    for who in ("lan", "kiem"):
        problem(revoke(caller, who, device), 404, "device-unknown")
    problem(caller.get("lan", f"/devices/{device}/acts"), 404, "device-unknown")
    assert caller.get("kiem", f"/devices/{device}/acts").status_code == 200


def test_an_administrator_does_not_reinstate_their_own(caller: Caller) -> None:
    """Two people stand for a key that may have been in strange hands."""
    device = device_of(caller.world, caller.world.tokens["an"])
    caller.world.tokens = {**caller.world.tokens, "an": new_token(caller.world, "an")}
    [own] = revoke(caller, "an", device).json()["suspended"]
    problem(caller.post("an", f"/certificates/{own}/reinstate", {"reason": "x"}), 403, "own-certificate")


def test_acts_come_page_by_page(caller: Caller) -> None:
    """The latest first; a page says where the next begins."""
    device = bound(caller, "lan")["device"]
    for _ in range(4):
        caller.post("lan", "/devices/renew")
    first = caller.get("lan", f"/devices/{device}/acts", limit=3).json()
    rest = caller.get("lan", f"/devices/{device}/acts", limit=3, cursor=first["next"]).json()
    assert [item["act"] for item in first["items"] + rest["items"]] == ["token-renewed"] * 4 + ["device-bound"]
    assert rest["next"] is None


def test_acts_are_for_who_answers_for_the_officer(caller: Caller) -> None:
    """Another office's administrator does not learn of the device; an auditor sees what was done on it."""
    new = {"id": "quan", "name": "Quân", "position": "IT", "unit": "khu-pho-3", "roles": ["administrator"]}
    told = caller.act("an", "/officers", {**new, "sign": True}, token="true").json()
    caller.world.tokens = {**caller.world.tokens, "quan": told["token"]}
    code = caller.world.start("khong-ky")
    task = caller.world.dossier(code)["tasks"][0]["id"]
    claimed = caller.post("lan", f"/tasks/{task}/claim")
    assert claimed.status_code == 200, claimed.text
    device = device_of(caller.world, caller.world.tokens["lan"])
    problem(caller.get("quan", f"/devices/{device}/acts"), 404, "device-unknown")
    for who, seen in (("an", code), ("kiem", code), ("lan", code)):
        [item] = caller.get(who, f"/devices/{device}/acts").json()["items"]
        assert (item["act"], item["dossier"]) == ("task-claimed", seen)


# -- throttled


def test_guessing_is_slowed_down(caller: Caller) -> None:
    """Twenty tokens that are none in five minutes; then the answer is to wait, and a good token works meanwhile."""
    for _ in range(20):
        assert status(caller, "hs_guess") == 401
    answer = caller.client.get("/v1/me", headers={"Authorization": "Bearer hs_guess"})
    problem(answer, 429, "too-many-attempts")
    assert answer.headers["retry-after"] == "300"
    assert caller.get("lan", "/me").status_code == 200
    caller.world.clock.go(minutes=5)
    assert status(caller, "hs_guess") == 401


def test_who_comes_by_ipv4_to_a_socket_for_both_is_counted_alone(caller: Caller) -> None:
    """Who begins sign-ins without end locks nobody out: `::ffff:203.0.113.7` is one address, not all of IPv4."""
    app = caller.world.app
    for _ in range(throttle.BEGUN.most):
        assert throttle.count(app, throttle.BEGUN, "::ffff:203.0.113.7") is None
    assert throttle.count(app, throttle.BEGUN, "203.0.113.7") is not None
    assert throttle.count(app, throttle.BEGUN, "::ffff:203.0.113.8") is None


def test_the_count_keeps_no_address(caller: Caller) -> None:
    """What is kept is a hash, and only of windows that go on."""
    status(caller, "hs_guess")
    world = caller.world
    with world.app.store.read() as tx:
        [row] = tx.execute(select(tables.failed_sign_in)).all()
    assert (len(row.source), row.count) == (64, 1)
    with world.app.store.write() as tx:
        world.clock.go(minutes=6)
        devices.add_failure(tx, "0" * 64, world.clock(), world.clock() - row.since)
        assert [found.source for found in tx.execute(select(tables.failed_sign_in)).all()] == ["0" * 64]


def test_an_officer_is_added_with_an_unbound_token(caller: Caller) -> None:
    """Who adds an officer knows the token until it is bound."""
    new = {"id": "moi", "name": "Mới", "position": "Chuyên viên", "unit": "van-phong", "roles": []}
    told = caller.act("an", "/officers", {**new, "sign": True}, token="true").json()
    caller.world.tokens = {**caller.world.tokens, "moi": told["token"]}
    [device] = caller.get("moi", "/devices").json()["items"]
    assert (device["state"], device["bound"]) == ("unbound", None)
