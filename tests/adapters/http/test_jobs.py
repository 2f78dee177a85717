"""Operators see what programs do, and let a job try again; over HTTP and with `hoso`."""

from collections.abc import Iterator
from typing import Any

import pytest

from adapters.application import work
from adapters.database import jobs
from adapters.dispatch.email.server import MailServer
from adapters.jobs.worker import do
from adapters.main import run
from engine.outcome import JobRequest
from tests.adapters.application.world import World
from tests.adapters.http.client import Caller, problem
from tests.adapters.http.serving import Serving, serving
from tests.adapters.http.test_rights import cast
from tests.adapters.http.test_stale_cli import _english, sign_in
from tests.adapters.jobs.speaking import leaves

__all__ = ["_english"]


def broken(world: World) -> int:
    """A job of no dossier that no program does: a dead letter. Gives its number."""
    with world.app.store.write() as tx:
        jobs.add_job(tx, None, JobRequest(number=0, element="", type="la", payload={}, due=world.clock.now))
    leased = work.take(world.app, "w")
    assert leased is not None
    do(world.app, leased)
    return int(leased["id"])


def listed(caller: Caller, who: str, **asked: Any) -> list[Any]:
    answer = caller.get(who, "/jobs", **asked)
    assert answer.status_code == 200, answer.text
    found: list[Any] = answer.json()["items"]
    return found


def test_a_dead_letter_of_no_dossier_is_seen_and_taken_up_again(caller: Caller) -> None:
    """By who administers or operates the whole agency; an auditor sees it; the act is a leaf, and done once a key."""
    world = caller.world
    cast(world, ("operator",))
    cast(world, ("operator",), unit="khu-pho-3")
    id = broken(world)
    for who in ("an", "operator-agency", "kiem"):
        [found] = listed(caller, who, state="failed")
        assert (found["id"], found["type"], found["attempts"], found["worker"]) == (id, "la", 1, None)
        assert found["error"].endswith("[job-type-unknown]")
    assert listed(caller, "operator-khu-pho-3") == []
    problem(caller.get("operator-khu-pho-3", f"/jobs/{id}"), 404, "job-unknown")
    problem(caller.post("operator-khu-pho-3", f"/jobs/{id}/retry"), 404, "job-unknown")
    problem(caller.get("lan", "/jobs"), 403, "right-missing")
    problem(caller.post("kiem", f"/jobs/{id}/retry"), 403, "auditor-changes-nothing")
    told = [caller.post("operator-agency", f"/jobs/{id}/retry", key="k") for _ in range(2)]
    assert told[0].json() == told[1].json()
    assert (told[0].json()["state"], told[0].json()["attempts"]) == ("open", 0)
    [leaf] = leaves(world, "job-retried")
    assert leaf == {"actor": "operator-agency", "id": id, "type": "la", "element": "", "state": "failed"}
    assert world.work() == 1
    assert [item["id"] for item in listed(caller, "an", state="failed", type="la")] == [id]
    why = {"reason": "Không cần nữa"}
    problem(caller.post("operator-agency", f"/jobs/{id}/dismiss", why), 403, "right-missing")
    assert caller.post("an", f"/jobs/{id}/dismiss", why).json()["state"] == "mended"
    problem(caller.post("an", f"/jobs/{id}/dismiss", why), 409, "job-not-waiting")
    assert [leaf["reason"] for leaf in leaves(world, "job-dismissed")] == ["Không cần nữa"]
    assert listed(caller, "an", type="la") == []


def test_a_job_that_waits_is_tried_at_once_and_shows_nothing_of_its_work(caller: Caller) -> None:
    """What is held is not touched; where the dossier is suspended or finished, nothing goes on."""
    world = caller.world
    world.change(mail=MailServer(host="127.0.0.1", port=9, scheme="smtp"))
    code = world.approved(channel="email")
    world.work()
    [found] = listed(caller, "an", dossier=code)
    assert (found["state"], found["attempts"], found["type"]) == ("open", 1, "hoso.email")
    assert found["due"] > world.clock.now.isoformat()
    shown = caller.get("an", f"/jobs/{found['id']}").text
    assert "anh.tuyet" not in shown
    assert "Ánh Tuyết" not in shown
    again = caller.post("an", f"/jobs/{found['id']}/retry").json()
    assert (again["attempts"], again["due"]) == (0, world.clock.now.strftime("%Y-%m-%dT%H:%M:%SZ"))
    assert world.acts(code)[-1] == "job-retried"
    leased = work.take(world.app, "machine:7")
    assert leased is not None
    held = caller.get("an", f"/jobs/{found['id']}").json()
    assert (held["worker"], held["taken"]) == ("machine:7", again["due"])
    assert (
        "held by machine:7"
        in problem(caller.post("an", f"/jobs/{found['id']}/retry"), 409, "job-not-waiting")["detail"]
    )
    revision = world.dossier(code)["revision"]
    caller.post("an", f"/dossiers/{code}/suspend", {"revision": revision, "reason": "Chờ"})
    problem(caller.post("an", f"/jobs/{found['id']}/retry"), 409, "dossier-suspended")
    caller.post("an", f"/dossiers/{code}/cancel", {"revision": revision + 1, "reason": "Thôi"})
    problem(caller.post("an", f"/jobs/{found['id']}/retry"), 409, "dossier-finished")


@pytest.fixture
def server(world: World) -> Iterator[Serving]:
    with serving(world) as running:
        yield running


def test_what_failed_with_an_incident_is_mended_there(server: Serving, capfd: pytest.CaptureFixture[str]) -> None:
    """`hoso job` names the command; once the incident is retried, the job is no dead letter any more."""
    world = server.world
    code = world.approved(channel="email", to="không phải địa chỉ")
    world.work()
    sign_in(server, "an")
    capfd.readouterr()
    assert run(["--profile", "an", "job", "list", "--state", "failed"]) == 0
    line = capfd.readouterr().out.splitlines()[-1]
    assert code in line
    assert "hoso.email" in line
    [incident] = world.dossier(code)["incidents"]
    id = line.split()[0]
    assert run(["--profile", "an", "job", "show", id]) == 0
    told = capfd.readouterr()
    assert f"hoso incident retry {code} {incident['id']}" in told.err + told.out
    assert run(["--profile", "an", "job", "retry", id]) == 3
    assert f"hoso incident resolve {code} {incident['id']} --set" in capfd.readouterr().err
    assert run(["--profile", "an", "incident", "retry", code, str(incident["id"])]) == 0
    capfd.readouterr()
    assert run(["--profile", "an", "job", "list", "--state", "mended", "--json"]) == 0
    assert f'"id": {id}' in capfd.readouterr().out
    assert run(["--profile", "an", "job", "list", "--state", "failed"]) == 0
    assert capfd.readouterr().out == ""
    world.work()
    dead = broken(world)
    assert run(["--profile", "an", "job", "retry", str(dead)]) == 0
    assert run(["--profile", "an", "job", "list", "--state", "hong"]) == 2
