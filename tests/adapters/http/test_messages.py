"""Messages and signals over HTTP: statuses tell what became of them, and hostile input stays outside."""

import pytest

from tests.adapters.http.client import Caller, problem
from tests.adapters.jobs.speaking import MESSAGE, receiving, started_by, waits
from tests.engine.bpmn.models import start_event


def test_the_status_tells_what_became_of_a_message(caller: Caller) -> None:
    """200 correlated, 201 started a dossier, 202 waits, 409 nobody and it may not wait."""
    caller.world.deploy(receiving()).body_or_raise()
    caller.world.deploy(started_by("mo", start_event("m1", MESSAGE), name="mo-moi")).body_or_raise()
    code = waits(caller.world)
    first = caller.post("lan", "/messages", {"name": "tra-loi", "data": {"answer": "có"}})
    assert (first.status_code, first.json()["dossier"]) == (200, code)
    second = caller.post("lan", "/messages", {"name": "mo-moi", "data": {"x": 1}})
    assert (second.status_code, second.json()["result"]) == (201, "started")
    assert second.json()["receipt"]
    third = caller.post("lan", "/messages", {"name": "tra-loi", "key": "k", "ttl": "PT1H"})
    assert (third.status_code, third.json()["result"]) == (202, "buffered")
    [listed] = caller.get("lan", "/messages").json()["items"]
    assert (listed["id"], listed["key"], listed["expires"]) == (third.json()["id"], "k", third.json()["expires"])
    assert "data" not in listed
    problem(caller.post("lan", "/messages", {"name": "tra-loi", "ttl": "PT0S"}), 409, "message-unexpected")


def test_a_repeated_request_gets_the_first_answer(caller: Caller) -> None:
    """The same key: one message waits; a refusal is repeated, too."""
    body = {"name": "tra-loi"}
    assert caller.post("lan", "/messages", body, "k").json() == caller.post("lan", "/messages", body, "k").json()
    assert len(caller.get("lan", "/messages").json()["items"]) == 1
    never = {"name": "tra-loi", "ttl": "PT0S"}
    for _ in range(2):
        problem(caller.post("lan", "/messages", never, "never"), 409, "message-unexpected")


def test_pages_of_messages_that_wait(caller: Caller) -> None:
    """The cursor is the last id; what another office sent is not seen, but by an auditor."""
    for number in range(3):
        caller.post("lan", "/messages", {"name": f"m{number}"})
    first = caller.get("lan", "/messages", limit=2).json()
    rest = caller.get("lan", "/messages", limit=2, cursor=first["next"]).json()
    assert [item["name"] for item in (*first["items"], *rest["items"])] == ["m0", "m1", "m2"]
    assert rest["next"] is None
    assert caller.get("nam", "/messages").json()["items"] == []
    assert len(caller.get("kiem", "/messages").json()["items"]) == 3


@pytest.mark.parametrize(
    "body",
    [
        {"name": ""},
        {"name": "x" * 201},
        {"name": "x", "key": ""},
        {"name": "x", "key": "k" * 201},
        {"name": "x", "key": "a\x00b"},
        {"name": "x", "ttl": "P" + "9" * 60 + "D"},
        {"name": "x", "ttl": 3600},
        {"name": "x", "more": 1},
        {"name": "x", "data": {"a": "\x00"}},
    ],
)
def test_a_message_out_of_bounds_is_refused(caller: Caller, body: dict[str, object]) -> None:
    """Nothing is kept of it."""
    problem(caller.post("lan", "/messages", body), 422, "request-malformed")
    assert caller.get("lan", "/messages").json()["items"] == []


def test_an_administrator_alone_sends_signals(caller: Caller) -> None:
    """Others are refused, and nobody hears."""
    caller.world.start("bao-tin")
    problem(caller.post("lan", "/signals", {"name": "tin"}), 403, "right-missing")
    told = caller.post("an", "/signals", {"name": "tin", "data": {"note": "lũ"}})
    assert (told.status_code, told.json()) == (200, {"signal": "tin", "dossiers": 1, "processes": 0})


def test_what_starts_by_a_message_alone_is_not_started_at_the_counter(caller: Caller) -> None:
    """A conflict that says what it starts by, not a defect of the server."""
    caller.world.deploy(started_by("mo", start_event("m1", MESSAGE))).body_or_raise()
    told = problem(caller.post("lan", "/dossiers", {"process": "mo"}), 409, "no-such-start")
    assert "message 'tra-loi'" in told["detail"]
