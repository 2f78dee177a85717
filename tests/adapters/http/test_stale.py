"""Stale views: who acts over what has changed is refused, told what changed, and acts on nothing unseen."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.adapters.application.world import World
from tests.adapters.http.client import Caller, problem
from tests.adapters.http.serving import Serving, serving
from tests.pki import known


@pytest.fixture
def server(world: World) -> Iterator[Serving]:
    with serving(world) as running:
        yield running


def test_a_task_and_its_dossier_name_their_revision(caller: Caller) -> None:
    """Both as the same entity tag, which every act that changes hands moves on."""
    code = caller.world.start("cho")
    task = caller.world.task(code, "work")
    shown = caller.get("lan", f"/tasks/{task}")
    assert shown.headers["ETag"] == caller.get("lan", f"/dossiers/{code}").headers["ETag"]
    assert shown.headers["ETag"] == f'"{shown.json()["revision"]}"'
    claimed = caller.post("lan", f"/tasks/{task}/claim")
    assert claimed.headers["ETag"] == f'"{shown.json()["revision"] + 1}"'
    assert caller.get("lan", f"/tasks/{task}").headers["ETag"] == claimed.headers["ETag"]


def if_match(caller: Caller, who: str, tag: str) -> dict[str, str]:
    return {**caller.headers(who), "If-Match": tag}


@pytest.mark.parametrize("act", ["release", "statement", "complete"])
def test_an_act_over_another_view_is_refused_with_what_changed(caller: Caller, act: str) -> None:
    """412: who, when, which act, which step since then, newest last; the new tag; and the act then goes through."""
    code = caller.world.start("cho")
    task = caller.world.task(code, "work")
    seen = caller.get("lan", f"/tasks/{task}").headers["ETag"]
    caller.post("mai", f"/tasks/{task}/claim")
    caller.world.clock.go(minutes=1)
    caller.post("mai", f"/tasks/{task}/release")
    caller.post("lan", f"/tasks/{task}/claim")
    body = None if act == "release" else {"data": {}}
    where = f"/v1/tasks/{task}/{act}"
    late = caller.client.post(where, json=body, headers=if_match(caller, "lan", seen))
    told = problem(late, 412, "stale-view")
    assert [(item["act"], item["actor_name"]) for item in told["problems"]] == [
        ("task-claimed", "Mai"),
        ("task-released", "Mai"),
        ("task-claimed", "Lan"),
    ]
    first, *_, last = told["problems"]
    assert (first["time"], last["time"]) == ("2026-11-21T08:30:00Z", "2026-11-21T08:31:00Z")
    assert {item["element_name"] for item in told["problems"]} == {"work"}
    assert first["message"] == "claimed by mai at 2026-11-21T08:30:00Z"
    assert told["remedy"]
    now = caller.get("lan", f"/tasks/{task}").headers["ETag"]
    assert (late.headers["ETag"], told["revision"]) == (now, int(now.strip('"')))
    again = caller.client.post(where, json=body, headers=if_match(caller, "lan", now))
    assert again.status_code in (200, 201), again.text


@pytest.mark.parametrize("tag", ["*", '"1", "0"', '"0" , "7"'])
def test_a_view_that_holds_is_no_hindrance(caller: Caller, tag: str) -> None:
    """Any of several, or whatever there is (RFC 9110 §13.1.1)."""
    code = caller.world.start("cho")
    task, now = caller.world.task(code, "work"), caller.world.dossier(code)["revision"]
    headers = if_match(caller, "lan", tag.replace("0", str(now)))
    assert caller.client.post(f"/v1/tasks/{task}/claim", headers=headers).status_code == 200


@pytest.mark.parametrize("tag", ['W/"0"', "0", '"x"', ""])
def test_a_tag_that_no_server_gave_matches_nothing(caller: Caller, tag: str) -> None:
    """It is no reason to act."""
    task = caller.world.task(caller.world.start("cho"), "work")
    late = caller.client.post(f"/v1/tasks/{task}/claim", headers=if_match(caller, "lan", tag))
    problem(late, 412, "stale-view")


def test_interventions_and_messages_honour_it_too(caller: Caller) -> None:
    """The attempt stands in the trail; the revision in an intervention's body (409) tells what changed as well."""
    code = caller.world.start("rut")
    seen = caller.get("an", f"/dossiers/{code}").headers["ETag"]
    revision = int(seen.strip('"'))
    caller.post("lan", f"/tasks/{caller.world.task(code, 'work')}/claim")
    body = {"revision": revision, "reason": "Chờ"}
    told = problem(caller.post("an", f"/dossiers/{code}/suspend", body), 409, "stale-view")
    assert [item["act"] for item in told["problems"]] == ["task-claimed"]
    for who, where, sent in (
        ("an", "suspend", body),
        ("lan", "messages", {"name": "rut", "data": {}}),
    ):
        late = caller.client.post(f"/v1/dossiers/{code}/{where}", json=sent, headers=if_match(caller, who, seen))
        told = problem(late, 412, "stale-view")
        assert [item["act"] for item in told["problems"]] == ["task-claimed"]
    told = ["task-claimed", "act-refused", "act-refused"]
    assert caller.world.acts(code)[-3:] == told, "an's second try is refused for the same reason, and counted"


def test_at_most_twenty_changes_are_told(caller: Caller) -> None:
    """The newest, in their order."""
    code = caller.world.start("cho")
    task = caller.world.task(code, "work")
    seen = caller.get("lan", f"/tasks/{task}").headers["ETag"]
    for _ in range(11):
        caller.world.claim("mai", task).body_or_raise()
        caller.world.release("mai", task).body_or_raise()
    late = caller.client.post(f"/v1/tasks/{task}/claim", headers=if_match(caller, "lan", seen))
    indexes = [item["index"] for item in problem(late, 412, "stale-view")["problems"]]
    assert len(indexes) == 20
    assert indexes == sorted(indexes)
    assert late.json()["problems"][-1]["act"] == "task-released"


def test_a_repeated_key_gets_the_first_answer_whatever_it_saw(caller: Caller) -> None:
    """Its act was done: the view was right then."""
    code = caller.world.start("cho")
    task = caller.world.task(code, "work")
    seen = caller.get("lan", f"/tasks/{task}").headers["ETag"]
    headers = {**if_match(caller, "lan", seen), "Idempotency-Key": "k"}
    first = caller.client.post(f"/v1/tasks/{task}/claim", headers=headers)
    again = caller.client.post(f"/v1/tasks/{task}/claim", headers=headers)
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == again.json()


def test_a_signed_completion_asks_only_when_told_to(caller: Caller) -> None:
    """What was signed is checked against documents and process as ever; a claim elsewhere stops it only by If-Match."""
    world = caller.world
    code = world.start("tra-ket-qua")
    world.do("lan", code, "prepare", {"note": "đủ"})
    task = world.task(code, "decide")
    seen = caller.get("hang", f"/tasks/{task}").headers["ETag"]
    world.claim("hang", task).body_or_raise()
    offered = world.prepare("hang", task, {"decision": "approve"}).body_or_raise()
    body, where = caller.signed(offered, known("hang")), f"/v1/tasks/{task}/complete"
    late = caller.client.post(where, json=body, headers=if_match(caller, "hang", seen))
    problem(late, 412, "stale-view")
    assert world.last(code)["act"] == "completion-refused"
    assert caller.client.post(where, json=body, headers=caller.headers("hang")).status_code == 200
    told = problem(caller.get("duc", f"/tasks/{task}"), 409, "task-closed")
    assert told["detail"] == f"task {task} was completed by hang at 2026-11-21T08:30:00Z (decision=approve)"
    problem(caller.get("nam", f"/tasks/{task}"), 404, "task-unknown")


def test_a_task_that_was_called_off_is_told_as_such(caller: Caller) -> None:
    """Nobody did it: its dossier went another way."""
    code = caller.world.start("rut")
    task = caller.world.task(code, "work")
    assert caller.post("lan", f"/dossiers/{code}/messages", {"name": "rut", "data": {}}).status_code == 200
    told = problem(caller.post("lan", f"/tasks/{task}/claim"), 409, "task-closed")
    assert "was called off" in told["detail"]


@pytest.mark.parametrize("together", [2, 20])
def test_of_many_who_claim_at_once_one_wins(server: Serving, together: int) -> None:
    """Over the real server: one 200; all the others learn in clear words who has it."""
    names = [f"cv-{number}" for number in range(together)]
    for name in names:
        server.appoint(name, "chuyen-vien")
    code = server.world.start("cho")
    task = server.world.task(code, "work")
    with ThreadPoolExecutor(together) as pool:
        answers = dict(zip(names, pool.map(lambda who: server.post(who, f"/tasks/{task}/claim"), names), strict=True))
    [winner] = [who for who, answer in answers.items() if answer.status_code == 200]
    for who, answer in answers.items():
        if who != winner:
            told = problem(answer, 409, "task-held")
            assert told["detail"] == f"task {task} is held by {winner} ({winner.title()}) since 15:30"
    assert server.world.acts(code).count("task-claimed") == 1
