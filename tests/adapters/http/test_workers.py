"""External workers over HTTP, against a real server: who gets a job, what a report changes, and what it does not."""

import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import insert, select

from adapters.application import message
from adapters.application.answer import Request
from adapters.database import jobs, tables
from adapters.http.server import build
from adapters.http.workers import MOST_WAITING
from adapters.jobs.worker import work_once
from tests.adapters.application.bundles import Bundle, bundle, task
from tests.adapters.application.world import World, refusal_of
from tests.adapters.database.test_concurrency import at_once
from tests.adapters.http.client import problem
from tests.adapters.http.serving import Serving, serving
from tests.engine.bpmn.models import chain, end, start_event

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "worker.md"
TYPE = "tra-cuu-dan-cu"
ODD = {"number": ["001"]}  # no number, and no key of a dictionary either


def outside(retries: str = 'retries="2"', type: str = TYPE) -> str:
    """A service task that an external worker does."""
    inner = f'<zeebe:taskDefinition type="{type}" {retries}/>'
    inner += '<zeebe:ioMapping><zeebe:input source="=number" target="number"/></zeebe:ioMapping>'
    inner += '<zeebe:taskHeaders><zeebe:header key="register" value="dan-cu"/></zeebe:taskHeaders>'
    extensions = f"<bpmn:extensionElements>{inner}</bpmn:extensionElements>"
    return f'<bpmn:serviceTask id="look_up" name="Tra cứu">{extensions}</bpmn:serviceTask>'


def process(key: str = "tra-cuu", **changes: str) -> Bundle:
    """look_up → file; the error `khong-tim-thay` → ask; the message `rut` calls the work off."""
    return bundle(
        key,
        start_event()
        + outside(**changes)
        + '<bpmn:boundaryEvent id="missing" attachedToRef="look_up"><bpmn:errorEventDefinition errorRef="missed"/>'
        + "</bpmn:boundaryEvent>"
        + '<bpmn:boundaryEvent id="withdrawn" attachedToRef="look_up"><bpmn:messageEventDefinition messageRef="m"/>'
        + "</bpmn:boundaryEvent>"
        + task("file", "chuyen-vien")
        + task("ask", "chuyen-vien")
        + end()
        + end("off")
        + end("asked")
        + chain("s", "look_up", "file", "e")
        + chain("missing", "ask", "asked")
        + chain("withdrawn", "off"),
        before='<bpmn:error id="missed" name="missed" errorCode="khong-tim-thay"/><bpmn:message id="m" name="rut"/>',
    )


@pytest.fixture
def server(world: World) -> Iterator[Serving]:
    """A server, with the process deployed and two workers of one agency, and one of a quarter."""
    world.deploy(process()).body_or_raise()
    with serving(world) as server:
        for id, unit in (("may-1", "agency"), ("may-2", "agency"), ("may-kp", "khu-pho-3")):
            server.appoint(id, "worker", unit=unit)
        yield server


def start(server: Serving, **data: str) -> str:
    return server.world.start("tra-cuu", data={"number": "001", "phone": "0903 123 456", **data}, files={})


def fetch(server: Serving, who: str = "may-1", **asked: Any) -> list[dict[str, Any]]:
    response = server.post(who, "/jobs/fetch", **{"worker": f"{who}/1", "types": [TYPE], **asked})
    assert response.status_code == 200, response.text
    return list(response.json()["jobs"])


def report(
    server: Serving, job: dict[str, Any], how: str, who: str = "may-1", key: str | None = None, **body: Any
) -> Any:
    return server.post(who, f"/jobs/{job['id']}/{how}", key, lease_epoch=job["lease_epoch"], **body)


def retry(server: Serving, code: str, incident: int) -> None:
    """What `hoso incident retry` asks."""
    answer = server.post("an", f"/dossiers/{code}/incidents/{incident}/retry")
    assert answer.status_code == 200, answer.text


def elements(server: Serving, code: str) -> list[str]:
    return [item["element"] for item in server.world.dossier(code)["tasks"]]


def seen(server: Serving, code: str) -> tuple[int, object]:
    """Everything that a refused report must leave as it is."""
    with server.world.app.store.read() as tx:
        rows = tx.execute(select(tables.job).order_by(tables.job.c.id)).all()
    return server.world.size(), (rows, server.world.dossier(code))


# -- what a worker gets


def test_a_job_is_fetched_with_its_inputs_alone_and_completed(server: Serving) -> None:
    """Headers, inputs, lease; the data joins the dossier's, and the history names worker and officer."""
    code = start(server)
    [job] = fetch(server, max_jobs=5, lease_seconds=60)
    assert 0 < job["lease_epoch"] < 2**30 + 1
    assert {**job, "id": 0, "lease_epoch": 1} == {
        "id": 0,
        "type": TYPE,
        "dossier": code,
        "element": "look_up",
        "headers": {"register": "dan-cu"},
        "input": {"number": "001"},
        "lease_until": "2026-11-21T08:31:00Z",
        "lease_epoch": 1,
        "retries_left": 2,
    }
    assert fetch(server) == []
    done = report(server, job, "complete", data={"citizen": {"full_name": "Ánh Tuyết"}})
    assert (done.status_code, done.json()) == (200, {"id": job["id"], "state": "done"})
    shown = server.world.dossier(code)
    assert (elements(server, code), shown["data"]["citizen"]) == (["file"], {"full_name": "Ánh Tuyết"})
    last = server.world.last(code)
    assert (last["actor"], last["act"], last["details"]["worker"]) == ("may-1", "job-completed", "may-1/1")


def test_our_own_worker_leaves_external_jobs_alone(server: Serving) -> None:
    """However long they wait, whatever they are called."""
    server.world.deploy(process("hen-gio", type="timer")).body_or_raise()
    codes = [start(server), server.world.start("hen-gio", data={"number": "1"}, files={})]
    server.world.stamp()
    server.world.clock.go(days=20)
    assert not work_once(server.world.app)
    assert [len(fetch(server, types=[name])) for name in (TYPE, "timer")] == [1, 1]
    assert all(elements(server, code) == [] for code in codes)


def test_of_two_workers_each_job_goes_to_one(server: Serving) -> None:
    """They race for twenty jobs in small bites; none is given twice, none is left."""
    for _ in range(20):
        start(server)
    taken: dict[str, list[int]] = {"may-1": [], "may-2": []}

    def race(number: int) -> None:
        who = f"may-{number + 1}"
        while found := fetch(server, who, max_jobs=3):
            for job in found:
                taken[who].append(job["id"])
                assert report(server, job, "complete", who).status_code == 200

    at_once(2, race)
    every = taken["may-1"] + taken["may-2"]
    assert (len(every), len(set(every))) == (20, 20)
    assert fetch(server) == []


def test_a_fetch_is_bounded(server: Serving) -> None:
    """A thousand jobs wait: 32 are given, however many are asked for more is malformed; large inputs are split."""
    code = start(server)
    row = {"dossier": code, "element": "look_up", "type": TYPE, "queue": TYPE, "state": "open", "retries_left": 3}
    row |= {"due": server.world.clock(), "lease_epoch": 0, "attempts": 0}
    small = {"headers": {}, "input": {}}
    with server.world.app.store.write() as tx:
        rows = [{**row, "number": number, "payload": small} for number in range(1000, 2000)]
        tx.execute(insert(tables.job), rows)
    assert len(fetch(server, max_jobs=32)) == 32
    for wrong in (
        {"max_jobs": 33},
        {"max_jobs": 0},
        {"lease_seconds": 4},
        {"lease_seconds": 3601},
        {"wait_seconds": 31},
    ):
        asked = {"worker": "w", "types": [TYPE], **wrong}
        problem(server.post("may-1", "/jobs/fetch", **asked), 422, "request-malformed")
    large = {"headers": {}, "input": {"text": "x" * 1_500_000}}
    with server.world.app.store.write() as tx:
        tx.execute(
            insert(tables.job),
            [{**row, "number": n, "payload": large, "type": "to", "queue": "to"} for n in range(4)],
        )
    assert [len(fetch(server, types=["to"], max_jobs=32)) for _ in range(3)] == [2, 2, 0]


def test_types_are_served_in_the_order_in_which_they_are_named(server: Serving) -> None:
    """And no other type is."""
    server.world.deploy(process("khac", type="khac:1")).body_or_raise()
    start(server)
    server.world.start("khac", data={"number": "1"}, files={})
    assert [job["type"] for job in fetch(server, types=["khac:1", TYPE], max_jobs=2)] == ["khac:1", TYPE]
    assert fetch(server, types=["khac"]) == []


# -- waiting


def test_who_waits_is_answered_as_soon_as_a_job_appears(server: Serving) -> None:
    """Long before the wait is over; without one, when it is over."""
    begun = time.monotonic()
    assert fetch(server, wait_seconds=1) == []
    assert 0.9 < time.monotonic() - begun < 5
    found: list[tuple[float, int]] = []

    def wait() -> None:
        jobs = fetch(server, wait_seconds=30)
        found.append((time.monotonic(), len(jobs)))

    waiting = threading.Thread(target=wait)
    waiting.start()
    time.sleep(0.6)
    assert not found
    appeared = time.monotonic()
    start(server)
    waiting.join(20)
    [(answered, count)] = found
    assert count == 1
    assert answered - appeared < 5


def test_who_hung_up_gets_no_job(server: Serving) -> None:
    """A lease for nobody would keep the job from the others until it ends."""
    body = {"worker": "w", "types": [TYPE], "wait_seconds": 30}
    headers = {"Authorization": f"Bearer {server.world.tokens['may-1']}"}
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(f"{server.url}/v1/jobs/fetch", json=body, headers=headers, timeout=0.5)
    time.sleep(0.6)
    start(server)
    time.sleep(0.6)
    assert len(fetch(server, "may-2")) == 1


def test_a_server_that_stops_sends_home_who_waits(world: World) -> None:
    """At once: an operator who restarts it is not kept by idle workers."""
    found: list[list[dict[str, Any]]] = []
    with serving(world) as server:
        server.appoint("may-1", "worker")
        waiting = threading.Thread(target=lambda: found.append(fetch(server, wait_seconds=30)))
        waiting.start()
        time.sleep(0.5)
        begun = time.monotonic()
        server.stop()
        waiting.join(20)
    assert found == [[]]
    assert time.monotonic() - begun < 4


# -- leases


def test_a_worker_that_slept_while_another_took_the_job_records_nothing(server: Serving) -> None:
    """Neither completion nor failure, error or extension; the other's report counts."""
    code = start(server)
    [slept] = fetch(server, lease_seconds=5)
    assert fetch(server, "may-2") == []
    server.world.clock.go(seconds=6)
    [taken] = fetch(server, "may-2")
    assert (taken["id"], taken["lease_epoch"]) == (slept["id"], slept["lease_epoch"] + 1)
    before = seen(server, code)
    for how, body in (
        ("complete", {"data": {"x": 1}}),
        ("fail", {"message": "no"}),
        ("error", {"code": "khong-tim-thay"}),
        ("extend", {"lease_seconds": 60}),
    ):
        problem(report(server, slept, how, **body), 409, "lease-lost")
        # The epoch alone opens nothing: the lease is the officer's whose token fetched the job.
        problem(report(server, taken, how, "may-1", **body), 409, "lease-lost")
    assert seen(server, code) == before
    assert report(server, taken, "complete", "may-2").status_code == 200
    assert elements(server, code) == ["file"]


def test_an_extended_lease_holds(server: Serving) -> None:
    """From now on, not from when it was taken."""
    start(server)
    [job] = fetch(server, lease_seconds=5)
    server.world.clock.go(seconds=4)
    told = report(server, job, "extend", lease_seconds=60).json()
    assert told == {"id": job["id"], "lease_until": "2026-11-21T08:31:04Z"}
    server.world.clock.go(seconds=59)
    assert fetch(server, "may-2") == []
    server.world.clock.go(seconds=2)
    assert len(fetch(server, "may-2")) == 1


def test_a_job_is_completed_once(server: Serving) -> None:
    """The same request again gets the same answer under its key; another report is refused."""
    code = start(server)
    [job] = fetch(server)
    first = report(server, job, "complete", key="k", data={"a": 1})
    before = seen(server, code)
    again = report(server, job, "complete", key="k", data={"a": 1})
    assert (again.status_code, again.json()) == (200, first.json())
    problem(report(server, job, "complete", key="k", data={"a": 2}), 409, "key-reused")
    for how, body in (("complete", {}), ("fail", {"message": "no"}), ("error", {"code": "x"}), ("extend", {})):
        problem(report(server, job, how, **body), 409, "job-over")
    assert seen(server, code) == before


def test_of_two_completions_at_once_one_counts(server: Serving) -> None:
    """The other finds the job over."""
    code = start(server)
    [job] = fetch(server)
    answers = at_once(2, lambda n: report(server, job, "complete", data={"n": n}).status_code)
    assert sorted(answers) == [200, 409]
    assert server.world.acts(code).count("job-completed") == 1


def test_a_job_that_was_called_off_says_so(server: Serving) -> None:
    """The dossier went another way while the worker worked."""
    code = start(server)
    [job] = fetch(server)
    lan = server.world.officer("lan")
    message.send(server.world.app, lan, Request(officer="lan"), code, "rut", {}).body_or_raise()
    before = seen(server, code)
    problem(report(server, job, "complete", data={"x": 1}), 409, "job-cancelled")
    problem(report(server, job, "extend"), 409, "job-cancelled")
    assert seen(server, code) == before
    server.world.clock.go(days=1)
    assert fetch(server) == []


# -- failures


def test_a_failure_is_tried_again_then_an_incident_then_mended(server: Serving) -> None:
    """Two tries, the second after the back-off; an administrator lets it try again, with all its retries."""
    code = start(server)
    [job] = fetch(server)
    told = report(server, job, "fail", message="máy chủ dân cư không trả lời", code="dan-cu").json()
    due = told.pop("due")
    assert told == {"id": job["id"], "state": "open", "retries_left": 1}
    assert due in ("2026-11-21T08:30:03Z", "2026-11-21T08:30:04Z", "2026-11-21T08:30:05Z")
    problem(report(server, job, "fail", message="again"), 409, "lease-lost")
    server.world.clock.go(seconds=3)
    assert fetch(server) == []
    server.world.clock.go(seconds=2)
    first, [job] = job["lease_epoch"], fetch(server, "may-2")
    assert (job["lease_epoch"], job["retries_left"]) == (first + 1, 1)
    told = report(server, job, "fail", "may-2", message="vẫn không trả lời", code="dan-cu").json()
    assert told == {"id": job["id"], "state": "failed", "retries_left": 0}
    shown = server.world.dossier(code)
    [incident] = shown["incidents"]
    assert (incident["code"], incident["element"]) == ("dan-cu", "look_up")
    assert [item["state"] for item in shown["jobs"]] == ["failed"]
    assert server.world.acts(code)[-3:] == ["job-attempt-failed", "job-failed", "incident-raised"]
    server.world.clock.go(days=1)
    assert fetch(server) == []
    retry(server, code, incident["id"])
    [job] = fetch(server)
    assert job["retries_left"] == 2
    assert report(server, job, "complete").status_code == 200
    assert elements(server, code) == ["file"]


def test_the_worker_may_say_when_and_how_often(server: Serving) -> None:
    """`retries` takes the place of the count, `retry_in_seconds` that of the back-off; none is an incident at once."""
    code = start(server)
    [job] = fetch(server)
    told = report(server, job, "fail", message="m", retries=7, retry_in_seconds=3600).json()
    assert (told["retries_left"], told["due"]) == (7, "2026-11-21T09:30:00Z")
    server.world.clock.go(hours=1)
    [job] = fetch(server)
    assert job["retries_left"] == 7
    assert report(server, job, "fail", message="nothing helps", retries=0).json()["state"] == "failed"
    assert len(server.world.dossier(code)["incidents"]) == 1


def test_a_job_has_three_tries_unless_the_model_says_otherwise(server: Serving) -> None:
    """As in Camunda."""
    server.world.deploy(process("ba-lan", retries="", type="ba")).body_or_raise()
    server.world.start("ba-lan", data={"number": "1"}, files={})
    assert fetch(server, types=["ba"])[0]["retries_left"] == 3


# -- BPMN errors


def test_an_error_goes_on_from_the_event_that_catches_it(server: Serving) -> None:
    """It is an outcome, not a failure."""
    code = start(server)
    [job] = fetch(server)
    told = report(server, job, "error", code="khong-tim-thay", message="không có", data={"asked": "001"}).json()
    assert told == {"id": job["id"], "state": "done", "caught": True}
    shown = server.world.dossier(code)
    assert (elements(server, code), shown["incidents"], shown["data"]["asked"]) == (["ask"], [], "001")
    assert server.world.last(code)["act"] == "job-error-thrown"
    problem(report(server, job, "complete"), 409, "job-over")


def test_an_error_that_nothing_catches_is_an_incident(server: Serving) -> None:
    """Which can be tried again."""
    code = start(server)
    [job] = fetch(server)
    assert report(server, job, "error", code="la").json() == {"id": job["id"], "state": "failed", "caught": False}
    [incident] = server.world.dossier(code)["incidents"]
    assert incident["code"] == "error-uncaught"
    retry(server, code, incident["id"])
    assert len(fetch(server)) == 1


# -- who may


def test_only_workers_get_jobs(server: Serving) -> None:
    """No token, another role: refused, and the job waits on."""
    code = start(server)
    assert server.http.post("/v1/jobs/fetch", json={"worker": "w", "types": [TYPE]}).status_code == 401
    for who in ("lan", "an", "kiem"):
        answer = server.post(who, "/jobs/fetch", worker="w", types=[TYPE], wait_seconds=30)
        problem(answer, 403, "auditor-changes-nothing" if who == "kiem" else "right-missing")
    [job] = fetch(server)
    before = seen(server, code)
    for how, body in (("complete", {}), ("fail", {"message": "no"}), ("error", {"code": "x"}), ("extend", {})):
        problem(report(server, job, how, "lan", **body), 403, "right-missing")
    assert seen(server, code) == before


def test_a_worker_sees_nothing_but_its_jobs(server: Serving) -> None:
    """A program's token opens no dossier, no task, no list of officers."""
    code = start(server)
    headers = {"Authorization": f"Bearer {server.world.tokens['may-1']}"}
    for path in ("/dossiers", f"/dossiers/{code}", "/tasks", "/officers", "/log/leaves"):
        problem(server.http.get(f"/v1{path}", headers=headers), 403, "right-missing")
    problem(server.post("may-1", f"/dossiers/{code}/messages", name="rut"), 403, "right-missing")
    assert server.http.get("/v1/me", headers=headers).json()["officer"] == "may-1"


def test_a_worker_gets_the_jobs_of_its_unit_and_below(server: Serving) -> None:
    """Those of another office are not there for it, whatever number it names."""
    start(server)
    assert fetch(server, "may-kp") == []
    [job] = fetch(server)
    problem(report(server, job, "complete", "may-kp"), 404, "job-unknown")
    server.world.start("tra-cuu", "nam", data={"number": "2"}, files={})
    assert len(fetch(server, "may-kp")) == 1


def test_our_own_jobs_are_nobodys(server: Serving) -> None:
    """A worker can neither ask for them nor report on them, and their names are refused."""
    server.world.start("cap-so")
    with server.world.app.store.read() as tx:
        id = tx.execute(select(tables.job.c.id).where(tables.job.c.type == "hoso.number")).scalar_one()
    for types in (["hoso.number"], [""], ["a b"], [TYPE, "hoso.email"], [], ["x" * 101], ["á"]):
        problem(server.post("may-1", "/jobs/fetch", worker="w", types=types), 422, "request-malformed")
    problem(server.post("may-1", f"/jobs/{id}/complete", lease_epoch=1), 404, "job-unknown")
    problem(server.post("may-1", "/jobs/999999/complete", lease_epoch=1), 404, "job-unknown")


def test_what_a_worker_sends_is_bounded(server: Serving) -> None:
    """Data, message, unknown fields; the job is still there."""
    start(server)
    [job] = fetch(server)
    problem(report(server, job, "complete", data={"x": "y" * 200_001}), 422, "request-malformed")
    problem(report(server, job, "complete", data={"x": 2**60}), 422, "request-malformed")
    problem(report(server, job, "fail", message="m" * 501), 422, "request-malformed")
    problem(report(server, job, "fail"), 422, "request-malformed")
    problem(report(server, job, "complete", other=1), 422, "request-malformed")
    assert report(server, job, "complete").status_code == 200


def test_names_that_are_ours_or_no_names_are_refused_at_deploy(server: Serving) -> None:
    """`hoso.` must be known; others are names that a worker can type."""
    refused = refusal_of(server.world.deploy(process("x", type="hoso.fax", retries="")))
    assert [item["code"] for item in refused.problems] == ["job-type-unknown"]
    for name in ("tra cứu", "x" * 101, "-x"):
        refused = refusal_of(server.world.deploy(process("x", type=name)))
        assert [item["code"] for item in refused.problems] == ["job-type-name"], name
    accepted = server.world.deploy(process("x", type="hoso.number")).body_or_raise()
    assert [item["code"] for item in accepted["warnings"]] == ["retries-without-effect"]
    refused = refusal_of(server.world.deploy(process("x", retries='retries="0"')))
    assert [item["code"] for item in refused.problems] == ["job-retries"]


def test_waiting_is_bounded(server: Serving) -> None:
    """One request more than a server lets wait is answered at once."""
    api = build(server.world.app, worker=False)
    api.state.waiting_workers = MOST_WAITING
    with TestClient(api) as client:
        begun = time.monotonic()
        headers = {"Authorization": f"Bearer {server.world.tokens['may-1']}"}
        body = {"worker": "w", "types": [TYPE], "wait_seconds": 30}
        assert client.post("/v1/jobs/fetch", json=body, headers=headers).json() == {"jobs": []}
        assert time.monotonic() - begun < 5
    assert api.state.waiting_workers == MOST_WAITING


# -- the page


def test_the_worker_of_the_page_works(server: Serving, tmp_path: Path) -> None:
    """It is short, and does what the page says: a citizen found, one not found, one job that breaks it."""
    [program] = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert len(program.splitlines()) < 60
    file = tmp_path / "worker.py"
    file.write_text(program, "utf-8")
    found, missing, broken = (
        start(server),
        start(server, number="999"),
        server.world.start("tra-cuu", files={}, data=ODD),
    )
    environment = {**os.environ, "HOSO_SERVER": server.url, "HOSO_TOKEN": server.world.tokens["may-1"]}
    running = subprocess.Popen([sys.executable, str(file)], env=environment, stdout=subprocess.PIPE, text=True)
    try:
        deadline = time.monotonic() + 20
        while "job-attempt-failed" not in server.world.acts(broken) and time.monotonic() < deadline:
            time.sleep(0.1)
    finally:
        running.kill()
        running.communicate()
    assert [elements(server, code) for code in (found, missing)] == [["file"], ["ask"]]
    assert server.world.dossier(found)["data"]["citizen"]["ward"] == "Bến Thành"
    assert server.world.last(broken)["details"]["code"] == "tra-cuu-loi"
    with server.world.app.store.read() as tx:
        assert [row["state"] for row in jobs.jobs_of(tx, broken)] == ["open"]
