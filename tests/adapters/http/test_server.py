"""The HTTP edge: who calls, what comes in, what goes out when something is refused."""

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

from adapters.application import people
from adapters.database.store import open_store
from adapters.http.problems import STATUS
from adapters.http.server import MAX_BODY, build
from engine.errors import Kind
from signing.canonical import sha256_hex
from signing.trail.checkpoint import verify_checkpoint
from tests.adapters.application.bundles import UNSIGNED
from tests.adapters.application.world import CITIZEN, RESULT, World
from tests.adapters.http.client import Caller, problem
from tests.pki import known

NUL, HALF = "\x00", "\ud800"


# -- who calls


@pytest.mark.parametrize(
    "header",
    [None, "", "Bearer", "Bearer ", "Bearer hs_unknown", "Basic bGFuOmxhbg==", "Bearer " + "x" * 5000, "Bearer \xe1"],
)
def test_without_a_good_token_nothing_is_told(caller: Caller, header: str | None) -> None:
    """Missing, malformed or unknown: one answer, which says how to sign in."""
    headers = {} if header is None else {"Authorization": header.encode("latin-1")}
    for path in ("/v1/me", "/v1/dossiers", "/v1/log/checkpoint", "/v1/tasks/x"):
        told = problem(caller.client.get(path, headers=headers), 401, "not-signed-in")
        assert "hoso login" in told["remedy"]
    answer = caller.client.get("/v1/me", headers=headers)
    assert answer.headers["www-authenticate"] == "Bearer"


def test_every_address_but_health_and_schema_wants_a_token(caller: Caller) -> None:
    """Also one added later: the whole schema is asked. Where one signs in there is none yet."""
    schema = caller.client.get("/openapi.json").json()
    asked = 0
    for path, methods in schema["paths"].items():
        for method in methods if not path.startswith("/v1/sign-in") else ():
            address = path.replace("{sha256}", "0" * 64).replace("{", "").replace("}", "")
            assert caller.client.request(method, address, json={}).status_code == 401, (method, path)
            asked += 1
    assert asked > 25


def test_an_expired_token_is_none(caller: Caller) -> None:
    """To the second."""
    assert caller.get("lan", "/me").json()["officer"] == "lan"
    caller.world.clock.go(days=people.TOKEN_DAYS)
    problem(caller.get("lan", "/me"), 401, "not-signed-in")


def test_who_left_signs_in_no_more(caller: Caller) -> None:
    """Who holds nothing any more is no officer."""
    caller.world.leave("lan")
    problem(caller.get("lan", "/me"), 401, "not-signed-in")


def test_me_says_who_and_which_log(caller: Caller) -> None:
    """What a client pins."""
    body = caller.get("lan", "/me").json()
    assert (body["unit"], body["roles"], body["server_time"]) == ("van-phong", ["chuyen-vien"], "2026-11-21T08:30:00Z")
    assert body["log"] == {"origin": "hoso/H29.5", "vkey": caller.world.app.log_key.vkey}


# -- problems


def test_every_kind_of_refusal_has_its_status() -> None:
    """A new kind without a status would be a defect of the server."""
    assert set(STATUS) == set(Kind)


def test_problems_of_each_kind(caller: Caller) -> None:
    """Status, code, and a remedy; the client's exit code hangs on them."""
    code = caller.world.start("tra-ket-qua")
    task = caller.world.task(code, "prepare")
    assert problem(caller.get("lan", "/dossiers/H29.5-000000-0001"), 404, "dossier-unknown")["remedy"]
    assert caller.post("lan", f"/tasks/{task}/claim").status_code == 200
    problem(caller.post("mai", f"/tasks/{task}/claim"), 409, "task-held")
    problem(caller.post("mai", f"/tasks/{task}/complete", {"data": {"note": "x"}}), 403, "not-holder")
    told = problem(caller.post("lan", f"/tasks/{task}/complete", {"data": {}}), 422, "form-invalid")
    assert told["problems"] == [{"field": "note", "code": "field-missing", "message": "is required"}]
    assert caller.post("lan", f"/tasks/{task}/complete", {"data": {"note": "đủ"}}).status_code == 200
    decide = caller.world.task(code, "decide")
    caller.post("hang", f"/tasks/{decide}/claim")
    problem(
        caller.post("hang", f"/tasks/{decide}/complete", {"data": {"decision": "approve"}}), 422, "signature-missing"
    )


def test_a_signed_completion_over_http(caller: Caller) -> None:
    """Statement, signature, receipt; the same request again gets the same answer."""
    code = caller.world.start("tra-ket-qua")
    caller.world.do("lan", code, "prepare", {"note": "đủ"})
    task = caller.world.task(code, "decide")
    caller.post("hang", f"/tasks/{task}/claim")
    offered = caller.post("hang", f"/tasks/{task}/statement", {"data": {"decision": "approve"}})
    assert offered.status_code == 201
    sent = caller.signed(offered.json(), known("hang"))
    first = caller.post("hang", f"/tasks/{task}/complete", sent, key="c1")
    assert first.status_code == 200, first.text
    assert caller.post("hang", f"/tasks/{task}/complete", sent, key="c1").json() == first.json()
    receipt = first.json()["receipt"]
    assert verify_checkpoint(receipt["checkpoint"], caller.world.app.log_key.vkey).size == receipt["index"] + 1
    partial = {name: sent[name] for name in ("statement", "record")}
    problem(caller.post("hang", f"/tasks/{task}/complete", partial), 422, "completion-partial")


def test_a_key_is_for_one_request(caller: Caller) -> None:
    """Another body, another address or another query under it is refused; a repetition of a refusal is the refusal."""
    unit = {"id": "to-1", "name": "Tổ 1", "sign": True}
    offered = caller.post("an", "/units", unit, key="k")
    assert offered.status_code == 201
    assert caller.post("an", "/units", unit, key="k").json() == offered.json()
    assert caller.sign("an", offered).status_code == 201
    problem(caller.post("an", "/units", {**unit, "id": "to-2"}, key="k"), 409, "key-reused")
    problem(caller.post("an", "/units", unit), 409, "unit-exists")
    problem(caller.post("an", "/units", unit, key="k2"), 409, "unit-exists")
    problem(caller.post("an", "/units", unit, key="k2"), 409, "unit-exists")
    officer = {"id": "moi", "name": "Mới", "position": "CV", "unit": "to-1", "roles": ["chuyen-vien"], "sign": True}
    made = caller.sign("an", caller.post("an", "/officers", officer, key="k3", token="true"))
    assert made.json()["token"].startswith("hs_")
    problem(caller.post("an", "/officers", officer, key="k3"), 409, "key-reused")
    assert caller.get("lan", "/officers/moi").json()["unit"] == "to-1"


@pytest.mark.parametrize("key", [" ", "a b", "é", "x" * 101])
def test_an_odd_key_is_refused(caller: Caller, key: str) -> None:
    """It would not come back the same."""
    headers = {**caller.headers("an"), "Idempotency-Key": key.encode("latin-1")}
    answer = caller.client.post("/v1/units", headers=headers, json={"id": "x", "name": "X"})
    problem(answer, 422, "request-malformed")


# -- what comes in


def test_an_unknown_field_is_refused_by_name(caller: Caller) -> None:
    """A misspelt field must not be taken for a missing one."""
    told = problem(caller.post("an", "/units", {"id": "x", "name": "X", "parnet": "y"}), 422, "request-malformed")
    assert [item["field"] for item in told["problems"]] == ["parnet"]
    assert told["problems"][0]["message"]


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b"7", b"\xff\xfe", b'{"id": "a", "id": 7}', b"[" * 100_000]
)
def test_what_is_no_object_is_refused(caller: Caller, body: bytes) -> None:
    """Broken JSON, other JSON, deep JSON."""
    answer = caller.raw("an", "/units", body)
    assert answer.status_code in (400, 422), answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_body_too_large_is_refused_unread(caller: Caller) -> None:
    """By its length; without a length, too."""
    headers = {**caller.headers("lan"), "Content-Length": str(MAX_BODY + 1)}
    problem(caller.client.post("/v1/dossiers", headers=headers, content=b"{}"), 413, "request-too-large")

    def chunks() -> Any:
        yield b"{}"

    problem(
        caller.client.post("/v1/dossiers", headers=caller.headers("lan"), content=chunks()), 413, "request-too-large"
    )
    for odd in (b"-1", b"\xb2", b"1e3", b""):
        answer = caller.client.post("/v1/units", headers={**caller.headers("an"), "Content-Length": odd}, content=b"{}")
        problem(answer, 413, "request-too-large")


BAD_VALUES = [
    NUL,
    f"a{NUL}b",
    HALF,
    [HALF],
    {"k": NUL},
    {NUL: 1},
    {HALF: 1},
    2**53,
    10**400,
    float("nan"),
    float("inf"),
]
DEEP: Any = "x"
for _ in range(40):
    DEEP = [DEEP]


@pytest.mark.parametrize("value", [*BAD_VALUES, DEEP], ids=lambda value: ascii(value)[:30])
def test_what_no_store_can_keep_is_malformed_not_a_defect(caller: Caller, value: Any) -> None:
    """NUL, lone surrogates, numbers that are none, bottomless nesting: 422 on both databases, wherever they stand."""
    text = value if isinstance(value, str) else "x"
    code = caller.world.start("tra-ket-qua")
    task = caller.world.task(code, "prepare")
    caller.world.claim("lan", task)
    dossier = {"process": "cho", "data": {"a": value}}
    asked: list[tuple[str, str, Any]] = [
        ("lan", "/dossiers", dossier),
        ("lan", f"/dossiers/{code}/messages", {"name": "m", "data": {"a": value}}),
        ("lan", f"/tasks/{task}/complete", {"data": {"note": value}}),
        ("lan", f"/tasks/{task}/statement", {"data": {"note": value}}),
        ("an", "/statements", {"act": "procedure-adopted", "subject": "x", "body": {"code": value}}),
    ]
    if isinstance(value, str):
        asked += [
            ("lan", "/dossiers", {"process": "cho", "title": value}),
            ("lan", "/dossiers", {"process": value}),
            ("lan", "/dossiers", {"process": "cho", "submitter": value}),
            ("lan", "/dossiers", {"process": "cho", "procedure": value}),
            ("lan", "/dossiers", {"process": "cho", "applicant": {"name": value}}),
            ("lan", "/dossiers", {"process": "cho", "applicant": {value: "x"}}),
            ("lan", "/dossiers", {"process": "cho", "documents": [{"name": value, "sha256": "0" * 64}]}),
            ("an", "/units", {"id": value, "name": "X"}),
            ("an", "/units", {"id": "x", "name": value}),
            ("an", "/officers", {"id": "x", "name": text, "position": "P", "unit": "agency", "roles": []}),
            ("an", "/officers", {"id": "x", "name": "N", "position": "P", "unit": "agency", "roles": [text]}),
            ("an", "/statements", {"act": text, "subject": "x", "body": {}}),
            ("an", "/statements", {"act": "certificate-revoked", "subject": text, "body": {}}),
            ("tuan", "/processes", {"files": {value: ""}}),
            ("lan", f"/tasks/{task}/complete", {"statement": value, "record": "", "manifest": "", "signature": ""}),
            ("an", "/units", {"id": "x", "name": "X", value: 1}),
        ]
    size = caller.world.size()
    for who, path, body in asked:
        answer = caller.raw(who, path, json.dumps(body).encode())
        problem(answer, 422, "request-malformed")
    assert caller.world.size() == size


@pytest.mark.parametrize(
    "path",
    [
        "/dossiers/%00",
        "/dossiers/a%00b/history",
        "/tasks/%00.1",
        "/officers/%00",
        "/processes/%00",
        "/procedures/%00",
        "/dispatches/%00",
        "/dispatches/x%00/label",
        "/dossiers?cursor=%00",
        "/officers?cursor=a%00",
        "/tasks?cursor=%00&queue=all",
    ],
)
def test_nul_in_an_address_is_malformed(caller: Caller, path: str) -> None:
    """PostgreSQL refuses it; here it is the caller's mistake."""
    problem(caller.get("lan", path), 422, "request-malformed")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/dossiers/%ED%A0%80", 404),
        ("/dossiers/%FF", 404),
        ("/dossiers/%2E%2E", 404),
        ("/tasks/H29.5-261121-0001.99999999999999999999", 404),
        ("/processes?cursor=abc", 200),
        ("/processes?cursor=a:b", 200),
        ("/processes?cursor=a:99999999999999999999", 200),
        ("/procedures?cursor=99999999999999999999", 422),
        ("/procedures?cursor=-2", 422),
        ("/dossiers?limit=0", 422),
        ("/dossiers?limit=201", 422),
        ("/tasks?queue=others", 422),
        ("/dispatch-manifest?date=0001-01-01", 422),
        ("/dispatch-manifest?date=9999-12-31", 422),
        ("/dispatch-manifest?date=2026-02-30", 422),
        ("/documents/" + "A" * 64, 422),
        ("/documents/..", 404),
        ("/log/consistency?old=0", 404),
        ("/log/consistency?old=5&new=4", 404),
        ("/log/consistency?old=1&new=9007199254740991", 404),
        ("/log/consistency?old=9007199254740992", 422),
        ("/nowhere", 404),
    ],
)
def test_odd_addresses(caller: Caller, path: str, status: int) -> None:
    """The caller's mistake, each with its problem document; never a defect of the server."""
    answer = caller.get("lan", path)
    assert answer.status_code == status, answer.text
    if status != 200:
        assert answer.headers["content-type"] == "application/problem+json"


def test_data_that_no_record_could_hold_is_refused(caller: Caller) -> None:
    """Before it is stored: it could never be signed."""
    body = {"process": "cho", "data": {"text": "x" * 300_000}}
    problem(caller.post("lan", "/dossiers", body), 422, "request-malformed")
    body = {"process": "cho", "data": {str(number): number for number in range(201)}}
    problem(caller.post("lan", "/dossiers", body), 422, "request-malformed")


def test_names_longer_than_the_database_holds_are_refused_at_deploy(caller: Caller) -> None:
    """PostgreSQL would refuse them later, when the first dossier comes there."""
    from tests.adapters.application.bundles import bundle, task
    from tests.engine.bpmn.models import chain, end, start_event

    def deploy(key: str, id: str, role: str) -> Any:
        files = bundle(key, start_event() + task(id, role) + end() + chain("s", id, "e"))
        return caller.deploy(files)

    for key, id, role in (("k" * 181, "t", "r"), ("k", "t" * 201, "r"), ("k", "t", "r" * 101)):
        told = problem(deploy(key, id, role), 422, "bundle-refused")
        assert "name-too-long" in {item["code"] for item in told["problems"]}
    made = deploy("k" * 180, "t" * 200, "r" * 100)
    assert made.status_code == 201, made.text
    assert caller.post("lan", "/dossiers", {"process": "k" * 180}).status_code == 201


# -- pages, documents, files


def test_pages_show_each_once(caller: Caller) -> None:
    """By cursor, at any size of page, though more comes in between."""
    codes = [caller.world.start("cho", files={}) for _ in range(5)]
    for path, name, expected in (
        ("/dossiers", "code", codes),
        ("/officers", "id", sorted(caller.world.tokens)),
        ("/certificates", "fingerprint", None),
        ("/processes", "id", None),
        ("/procedures", "leaf", None),
    ):
        whole = [item[name] for item in caller.get("hoa", path).json()["items"]]
        assert expected is None or sorted(whole) == sorted(expected)
        for limit in (1, 2, 3):
            seen: list[Any] = []
            cursor: dict[str, Any] = {}
            while True:
                body = caller.get("hoa", path, limit=limit, **cursor).json()
                seen += [item[name] for item in body["items"]]
                if body["next"] is None:
                    break
                cursor = {"cursor": body["next"]}
            assert seen == whole, (path, limit)


def test_a_document_goes_up_and_comes_down_as_it_is(caller: Caller) -> None:
    """Under the digest that the caller computed, never shown as a page."""
    digest = sha256_hex(RESULT)
    put = caller.client.put(f"/v1/documents/{digest}", headers=caller.headers("lan"), content=RESULT)
    assert (put.status_code, put.json()) == (201, {"sha256": digest, "size": len(RESULT)})
    got = caller.get("lan", f"/documents/{digest}")
    assert got.content == RESULT
    assert got.headers["content-type"] == "application/octet-stream"
    assert got.headers["x-content-type-options"] == "nosniff"
    other = caller.client.put(f"/v1/documents/{'0' * 64}", headers=caller.headers("lan"), content=RESULT)
    problem(other, 422, "document-digest")
    problem(caller.get("mai", f"/documents/{digest}"), 404, "document-unknown")


def test_a_start_over_http_says_who_and_what(caller: Caller) -> None:
    """Title and submitter have defaults; what the process does not know is refused."""
    made = caller.post("lan", "/dossiers", {"process": "cho", "data": CITIZEN})
    assert made.status_code == 201
    shown = caller.get("lan", f"/dossiers/{made.json()['code']}").json()
    assert (shown["title"], shown["submitter"], shown["data"]) == ("cho", "Lan", CITIZEN)
    problem(caller.post("lan", "/dossiers", {"process": "nowhere"}), 404, "process-unknown")
    problem(caller.post("lan", "/dossiers", {"process": "cho", "channel": "pigeon"}), 422, "request-malformed")


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x")'])
def test_a_manifest_runs_nothing_in_a_spreadsheet(caller: Caller, cell: str) -> None:
    """A citizen's name is text there, whatever it looks like; quotes, commas and lines stay in their cell."""
    import csv
    import io

    name = f'{cell},"x"\ny'
    address = CITIZEN["address"]
    code = caller.world.approved(channel="post", recipient=name, phone=cell)
    caller.world.work()
    answer = caller.get("hoa", "/dispatch-manifest", date="2026-11-21")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.content.startswith(b"\xef\xbb\xbf")
    heading, row = csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""))
    assert len(heading) == len(row)
    assert row[1:4] == [code, f"'{name}", address]
    assert row[4] == f"'{cell}"
    assert all(part[:1] not in ("=", "+", "-", "@", "\t", "\r") for part in row)
    assert caller.get("nam", "/dispatch-manifest", date="2026-11-21").text.count("\n") == 1


def test_evidence_and_label_are_files(caller: Caller) -> None:
    """With their types, and a name to save them under."""
    code = caller.world.approved(channel="post")
    caller.world.work()
    pack = caller.get("lan", f"/dossiers/{code}/evidence")
    assert pack.headers["content-type"] == "application/vnd.etsi.asic-e+zip"
    assert f'filename="{code}.asice"' in pack.headers["content-disposition"]
    assert pack.content.startswith(b"PK")
    assert caller.get("lan", f"/dossiers/{code}/evidence", checkpoint="latest").content == pack.content
    problem(caller.get("lan", f"/dossiers/{code}/evidence", checkpoint=1), 404, "checkpoint-unpublished")
    for wrong in ("0", "newest", "1.5", str(2**53)):
        assert caller.get("lan", f"/dossiers/{code}/evidence", checkpoint=wrong).status_code == 422
    [item] = caller.get("lan", "/dispatches").json()["items"]
    label = caller.get("lan", f"/dispatches/{item['id']}/label")
    assert label.headers["content-type"] == "application/pdf"
    problem(caller.get("nam", f"/dispatches/{item['id']}/label"), 404, "dispatch-unknown")


def test_the_log_is_served(caller: Caller) -> None:
    """Checkpoint, leaves (to auditors), consistency."""
    note = caller.get("lan", "/log/checkpoint")
    head = verify_checkpoint(note.text, caller.world.app.log_key.vkey)
    proof = caller.get("lan", "/log/consistency", old=3).json()
    assert (proof["old"], proof["new"], proof["checkpoint"]) == (3, head.size, note.text)
    leaves = caller.get("kiem", "/log/leaves", **{"from": 0, "limit": 200}).json()
    assert len(leaves["items"]) == head.size + 1, "and one that tells of this question"
    problem(caller.get("lan", "/log/leaves"), 403, "right-missing")


# -- health


def test_a_server_without_its_database_is_live_but_not_ready(world: World) -> None:
    """And says so to callers, as something to try again."""
    away = open_store("postgresql+psycopg://nobody@127.0.0.1:1/none")
    whole = world.app
    world.change(store=away)
    with TestClient(build(world.app, worker=False), raise_server_exceptions=False) as client:
        assert client.get("/livez").status_code == 200
        assert client.get("/readyz").status_code == 503
        answer = client.get("/v1/me", headers={"Authorization": "Bearer hs_x"})
        problem(answer, 503, "database-unavailable")
    away.close()
    world.app = whole


def test_a_defect_tells_nothing_of_itself(world: World) -> None:
    """No trace, no statement, no name of a file."""

    def broken() -> Any:
        raise RuntimeError("secret /etc/passwd")

    world.app = type(world.app)(**{**_fields(world.app), "clock": broken})
    with TestClient(build(world.app, worker=False), raise_server_exceptions=False) as client:
        answer = client.get("/v1/me", headers={"Authorization": f"Bearer {world.tokens['lan']}"})
        told = problem(answer, 500, "server-broken")
        assert "secret" not in str(told)


def _fields(app: Any) -> dict[str, Any]:
    from dataclasses import fields

    return {item.name: getattr(app, item.name) for item in fields(app)}


def test_tasks_come_the_most_urgent_first(caller: Caller) -> None:
    """Page by page by the cursor that the answer gives, with those to be followed up later where they are asked for."""
    world = caller.world
    drawn = '<bpmn:extensionElements><zeebe:priorityDefinition priority="=muc"/>'
    later = drawn + '<zeebe:taskSchedule followUpDate="=sau"/>'
    for key, extra in (("muc", drawn), ("sau", later)):
        file = {"process.bpmn": UNSIGNED["process.bpmn"].replace(b'id="khong-ky"', f'id="{key}"'.encode())}
        file["process.bpmn"] = file["process.bpmn"].replace(b"<bpmn:extensionElements>", extra.encode(), 1)
        world.deploy({**UNSIGNED, **file}).body_or_raise()
    low, high = (world.start("muc", data={"muc": level}, files={}) for level in (1, 99))
    hidden = world.start("sau", data={"muc": 50, "sau": "P1D"}, files={})
    first = caller.get("lan", "/tasks", limit=1).json()
    second = caller.get("lan", "/tasks", limit=1, cursor=first["next"]).json()
    assert [item["dossier"] for item in first["items"] + second["items"]] == [high, low]
    assert [(item["priority"], item["overdue"]) for item in first["items"]] == [(99, False)]
    every = caller.get("lan", "/tasks", deferred="true").json()["items"]
    assert [item["dossier"] for item in every] == [high, hidden, low]


def test_the_tasks_and_jobs_of_a_dossier_come_in_pages(caller: Caller) -> None:
    """`next` is the cursor; another office's dossier is none, and no number no cursor."""
    code = caller.world.start("cho")
    page = caller.get("lan", f"/dossiers/{code}/tasks", limit=1).json()
    assert [item["element"] for item in page["items"]] == ["work"]
    assert caller.get("lan", f"/dossiers/{code}/tasks", cursor=page["next"]).json() == {"items": [], "next": None}
    [job] = caller.get("lan", f"/dossiers/{code}/jobs").json()["items"]
    assert (job["type"], job["element"]) == ("timer", "late")
    assert caller.get("lan", f"/dossiers/{code}/jobs", cursor=job["id"]).json()["items"] == []
    for kind in ("tasks", "jobs"):
        assert caller.get("nam", f"/dossiers/{code}/{kind}").status_code == 404
        assert caller.get("lan", f"/dossiers/{code}/{kind}", cursor="x").status_code == 422
        assert caller.get("lan", f"/dossiers/{code}/{kind}", cursor=2**70).status_code == 422
