"""Interventions over HTTP: statuses, plans, repeated keys, and what is malformed."""

from typing import Any

import pytest

from tests.adapters.application.intervening import BROKEN, FIRST, SECOND, WHY, tokens
from tests.adapters.http.client import Caller, problem


def seen(caller: Caller, code: str, **more: Any) -> dict[str, Any]:
    """The body of an act over the present view."""
    return {"revision": caller.get("an", f"/dossiers/{code}").json()["revision"], "reason": WHY, **more}


def test_a_dossier_is_suspended_resumed_and_cancelled(caller: Caller) -> None:
    """Each answer says how the dossier stands then; the same key gets the first answer; who may not gets 403."""
    code = caller.world.start("cho")
    where = f"/dossiers/{code}"
    asked = seen(caller, code)
    problem(caller.post("lan", f"{where}/suspend", asked), 403, "right-missing")
    first = caller.post("an", f"{where}/suspend", seen(caller, code), key="k")
    asked = {**asked, "revision": first.json()["revision"] - 1}
    assert first.status_code == 200
    assert first.json()["suspended"] == "2026-11-21T08:30:00Z"
    assert caller.post("an", f"{where}/suspend", asked, key="k").json() == first.json()
    told = problem(caller.post("lan", f"/tasks/{caller.world.task(code, 'work')}/claim"), 409, "dossier-suspended")
    assert "hoso dossier resume" in told["remedy"]
    told = problem(caller.post("an", f"{where}/resume", asked), 409, "stale-view")
    assert f"revision {first.json()['revision']} now" in told["detail"]
    assert caller.post("an", f"{where}/resume", seen(caller, code)).json()["suspended"] is None
    plan = caller.post("an", f"{where}/cancel", seen(caller, code, dry_run=True)).json()
    assert ([item["element"] for item in plan["ends"]], plan["finished"]) == (["work"], True)
    assert caller.post("an", f"{where}/cancel", seen(caller, code)).json()["status"] == 8
    problem(caller.post("an", f"{where}/cancel", seen(caller, code)), 409, "dossier-finished")


def test_tokens_are_shown_and_moved(caller: Caller) -> None:
    """By the numbers that the list of what lives gives."""
    code = caller.world.start("cho")
    listed = caller.get("an", f"/dossiers/{code}/tokens").json()
    [item] = listed["items"]
    assert (item["element"], item["name"], item["kind"], item["within"]) == ("work", "work", "task", 1)
    sent = {"revision": listed["revision"], "reason": WHY, "end": [item["number"]], "begin": [{"element": "file"}]}
    plan = caller.post("an", f"/dossiers/{code}/modify", {**sent, "dry_run": True}).json()
    assert [task["element"] for task in plan["opens"]] == ["file"]
    problem(caller.post("an", f"/dossiers/{code}/modify", sent), 422, "signature-missing")
    done = caller.act("an", f"/dossiers/{code}/modify", {**sent, "sign": True}).json()
    assert [task["element"] for task in done["opened"]] == ["file"]
    problem(caller.get("nam", f"/dossiers/{code}/tokens"), 404, "dossier-unknown")


def test_a_migration_is_planned_refused_and_done(caller: Caller) -> None:
    """The refusal has one problem for each element that does not map."""
    caller.world.deploy(FIRST).body_or_raise()
    code = caller.world.start("doi", files={})
    caller.world.deploy(SECOND).body_or_raise()
    where = f"/dossiers/{code}/migrate"
    told = problem(caller.post("an", where, seen(caller, code, version=2, dry_run=True)), 422, "migration-unmapped")
    assert told["problems"] == [{"element": "look", "message": "look is not in the new model"}]
    sent = seen(caller, code, version=2, mapping={"look": "inspect"})
    assert caller.post("an", where, {**sent, "dry_run": True}).json()["stays"][0]["becomes"] == "inspect"
    assert caller.act("an", where, {**sent, "sign": True}).json()["version"] == 2
    running = caller.get("an", "/dossiers", process="doi", version=2, running=True).json()["items"]
    assert [item["code"] for item in running] == [code]
    assert caller.get("an", "/dossiers", process="doi", version=1).json()["items"] == []


def test_incidents_are_listed_retried_and_resolved(caller: Caller) -> None:
    """Page by page; a retry takes no body, resolving takes the data that were wrong."""
    caller.world.deploy(BROKEN).body_or_raise()
    one, two = (caller.world.start("hong", data={"copies": "ba"}, files={}) for _ in range(2))
    page = caller.get("an", "/incidents", limit=1).json()
    assert [item["dossier"] for item in page["items"]] == [one]
    rest = caller.get("an", "/incidents", limit=5, cursor=page["next"]).json()
    assert ([item["dossier"] for item in rest["items"]], rest["next"]) == ([two], None)
    number = page["items"][0]["id"]
    [again] = caller.post("an", f"/dossiers/{one}/incidents/{number}/retry").json()["incidents"]
    where = f"/dossiers/{one}/incidents/{again}/resolve"
    problem(caller.post("lan", where, seen(caller, one, data={"copies": 3})), 403, "right-missing")
    assert caller.act("an", where, seen(caller, one, data={"copies": 3}, sign=True)).json()["incidents"] == []
    problem(caller.post("an", where, seen(caller, one)), 404, "incident-unknown")


@pytest.mark.parametrize(
    "body",
    [
        {"reason": WHY},
        {"revision": 1},
        {"revision": 1, "reason": "   "},
        {"revision": 1, "reason": "x" * 1001},
        {"revision": -1, "reason": WHY},
        {"revision": 1, "reason": WHY, "end": [0]},
        {"revision": 1, "reason": WHY, "begin": ["file"]},
        {"revision": 1, "reason": WHY, "begin": [{"element": "file", "in": 1}]},
        {"revision": 1, "reason": WHY, "data": {"n": 2**53}},
    ],
    ids=str,
)
def test_a_malformed_act_is_not_tried(caller: Caller, body: dict[str, Any]) -> None:
    """It leaves no attempt in the trail."""
    code = caller.world.start("cho")
    size = caller.world.size()
    problem(caller.post("an", f"/dossiers/{code}/modify", body), 422, "request-malformed")
    assert caller.world.size() == size
    assert list(tokens(caller.world, code)) == ["work"]
