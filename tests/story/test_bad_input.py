"""Whatever is wrong with what comes in: one clear line, the right exit code, and nothing changed."""

import base64
import json
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.cli.approval import Signed, approval_record, sign
from adapters.cli.statement import read_statement
from adapters.console.demo.authority import DemoAuthority
from adapters.console.demo.story import PROCESSES
from adapters.keystore.pkcs12 import load_pkcs12
from signing.trail.checkpoint import verify_checkpoint
from signing.trail.note import LogKey
from tests.story.office import HOUR, Done, Office, open_office, refused
from tests.story.server_trouble import Garbage, Proxy

BUNDLE = PROCESSES / "van-ban-di"
BOMB = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;&b;">]>'


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """One office for all tests here: what is bad must not leave a mark on it."""
    opened = open_office(tmp_path_factory.mktemp("office") / "run")
    yield opened
    opened.stage.close()


def bundle(folder: Path, change: Mapping[str, bytes]) -> Path:
    """The outgoing letter's bundle with some files changed."""
    for file in (path for path in BUNDLE.rglob("*") if path.is_file()):
        copy = folder / file.relative_to(BUNDLE)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(change.get(file.relative_to(BUNDLE).as_posix(), file.read_bytes()))
    return folder


MODEL = (BUNDLE / "process.bpmn").read_bytes()


@pytest.mark.parametrize(
    ("model", "code", "says"),
    [
        (MODEL[: len(MODEL) // 2], "xml-broken", "process.bpmn:"),
        (MODEL.replace(b"<bpmn:startEvent ", b"<bpmn:madeUp id='x'/><bpmn:startEvent ", 1), "element-unsupported", "x"),
        (BOMB + MODEL[MODEL.index(b"?>") + 2 :], "doctype", "DOCTYPE"),
        (b"", "xml-broken", "process.bpmn:"),
    ],
    ids=["broken", "unknown-element", "entity-bomb", "empty"],
)
def test_a_bad_model(office: Office, tmp_path: Path, model: bytes, code: str, says: str) -> None:
    """A model that cannot be read, or that says what is not understood, is refused with its place."""
    folder = bundle(tmp_path / "bundle", {"process.bpmn": model})
    with office.unchanged():
        done = office.hoso("tuan", "process", "deploy", folder)
    refused(replace(done, out=""), "bundle-refused", 6)
    first = done.out.splitlines()[0]
    assert first.startswith(f"{folder}/process.bpmn:")
    assert first.endswith(f" [{code}]")
    assert says in first


def test_a_bundle_that_leaves_its_folder(office: Office) -> None:
    """Paths that climb out are refused by the server, whatever client sent them."""
    files = {"process.bpmn": MODEL, "letters/../../../etc/passwd": b"x"}
    body = {"files": {name: base64.b64encode(content).decode() for name, content in files.items()}}
    with office.unchanged():
        status, problem = office.ask("tuan", "POST", "/v1/processes", body)
    assert (status, problem["code"]) == (422, "bundle-refused")
    assert "letters/../../../etc/passwd" in json.dumps(problem)


def test_no_bundle(office: Office, tmp_path: Path) -> None:
    """A folder without a process is named."""
    with office.unchanged():
        refused(office.hoso("tuan", "process", "deploy", tmp_path), "bundle-process-missing", 6, str(tmp_path))


def test_not_an_integrator(office: Office) -> None:
    """Deploying needs the role."""
    with office.unchanged():
        refused(office.hoso("lan", "process", "deploy", BUNDLE), "right-missing", 6, "integrator")


@pytest.mark.parametrize(
    ("settings", "code", "says"),
    [
        (("subject=Về việc",), "form-invalid", "field"),
        (("retention=many",), "form-invalid", "retention"),
    ],
)
def test_a_form_with_holes(office: Office, settings: tuple[str, ...], code: str, says: str) -> None:
    """Several wrong fields: one line says so, and one more for each field."""
    given = [word for setting in settings for word in ("--set", setting)]
    with office.unchanged():
        done = office.hoso("lan", "task", "complete", office.drafting, *given)
    first, *fields = done.err.splitlines()
    assert first.endswith(f"[{code}]")
    assert len(fields) > 1
    assert all("[field-" in line for line in fields)
    assert done.exit == 6


def test_a_missing_field(office: Office) -> None:
    """One field that is missing is named in the one line."""
    with office.unchanged():
        done = office.hoso("minh", "task", "complete", office.signing, "--key", office.key("minh"), "--yes")
        refused(done, "form-invalid", 6, "decision", "required")


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ("decision=maybe", "expected one of approve, return"),
        ("decision:=[1]", "expected one value, found a list"),
        ("comment:=3", "expected text, found a number"),
        ("comments=x", "this form has no such field"),
    ],
)
def test_a_wrong_field(office: Office, setting: str, says: str) -> None:
    """A value of the wrong kind is told with what was expected."""
    given = ("--set", setting) if setting.startswith("decision") else ("--decision", "approve", "--set", setting)
    with office.unchanged():
        done = office.hoso("minh", "task", "complete", office.signing, *given, "--key", office.key("minh"), "--yes")
        refused(done, "form-invalid", 6, setting.partition("=")[0].rstrip(":"), says)


def test_the_server_checks_the_form_itself(office: Office) -> None:
    """Another client than ours gets no further."""
    with office.unchanged():
        status, problem = office.ask(
            "minh", "POST", f"/v1/tasks/{office.signing}/statement", {"data": {"decision": 3, "x": 1}}
        )
    assert (status, problem["code"]) == (422, "form-invalid")
    assert {item["field"] for item in problem["problems"]} == {"decision", "x"}


@pytest.mark.parametrize(
    ("person", "task", "code", "exit", "says"),
    [
        ("minh", "H29.5-000101-9999.1", "task-unknown", 1, "H29.5-000101-9999.1"),
        ("minh", "nonsense/../..", "bad-id", 2, "nonsense"),
        ("hang", None, "not-holder", 6, "minh"),
    ],
    ids=["unknown", "nonsense", "another-officers"],
)
def test_not_this_task(office: Office, person: str, task: str | None, code: str, exit: int, says: str) -> None:
    """A task that is not there, or that somebody else holds, is not completed."""
    words = ("task", "complete", task or office.signing, "--decision", "approve", "--key", office.key(person), "--yes")
    with office.unchanged():
        refused(office.hoso(person, *words), code, exit, says)


def test_an_unknown_process(office: Office) -> None:
    """No dossier begins without its process."""
    with office.unchanged():
        refused(office.hoso("lan", "dossier", "start", "no-such"), "process-unknown", 1, "no-such")


def test_not_claimed(office: Office) -> None:
    """A task that nobody holds is claimed first."""
    office.stage.hoso("minh", "task", "release", office.signing)
    words = ("task", "complete", office.signing, "--decision", "approve", "--key", office.key("minh"), "--yes")
    with office.unchanged():
        refused(office.hoso("minh", *words), "not-holder", 6, "hoso task claim")
    office.stage.hoso("minh", "task", "claim", office.signing)


def test_an_unknown_token(office: Office) -> None:
    """A token that the server never made: not signed in."""
    with office.unchanged():
        refused(office.hoso("lan", "task", "list", HOSO_TOKEN="hs_" + "A" * 43), "not-signed-in", 4, "hoso login")


def test_an_expired_token(office: Office) -> None:
    """A token past its time: not signed in."""
    token = json.loads(office.stage.console("token", "create", "lan", "--days", "1", "--json"))["token"]
    assert office.hoso("lan", "task", "list", HOSO_TOKEN=token).exit == 0
    yesterday = (datetime.now(UTC) - timedelta(days=1)).strftime("%Y-%m-%d %H:%M:%S.%f")
    with closing(sqlite3.connect(office.stage.data / "hoso.db", timeout=30)) as database, database:
        database.execute("UPDATE token SET expires = ? WHERE created = (SELECT max(created) FROM token)", (yesterday,))
    with office.unchanged():
        refused(office.hoso("lan", "task", "list", HOSO_TOKEN=token), "not-signed-in", 4, "hoso login")


def test_no_profile(office: Office, tmp_path: Path) -> None:
    """Who never signed in is told how."""
    refused(office.hoso("lan", "task", "list", HOSO_CONFIG_DIR=str(tmp_path)), "not-signed-in", 4, "hoso login")


def completing(office: Office, key: object, **environment: str) -> Done:
    """Minh signs his task with some key."""
    words = ("task", "complete", office.signing, "--decision", "approve", "--key", key, "--yes")
    done = office.hoso("minh", *words, **environment)
    return Done(done.exit, done.out, done.err.splitlines(keepends=True)[-1] if done.err else "")


def test_another_officers_key(office: Office) -> None:
    """Someone else's certificate: refused, and the attempt is in the trail."""
    with office.unchanged(recorded="certificate-of-another"):
        done = completing(office, office.key("lan"), HOSO_PIN=office.stage.people["lan"].pin)
        refused(done, "certificate-of-another", 5, "bound to lan, not to minh")


def test_an_unbound_certificate(office: Office) -> None:
    """A good certificate that no administrator bound."""
    key, _ = office.issue(office.authority, "unbound")
    with office.unchanged(recorded="certificate-unbound"):
        refused(completing(office, key), "certificate-unbound", 5, "hoso certificate bind minh")


def test_a_strangers_authority(office: Office) -> None:
    """A certificate from an authority that nobody here trusts."""
    stranger = DemoAuthority.create("Stranger", at=datetime.now(UTC) - 2 * HOUR)
    key, _ = office.issue(stranger, "stranger")
    with office.unchanged(recorded="certificate-untrusted"):
        refused(completing(office, key), "certificate-untrusted", 5)


def test_a_revoked_binding(office: Office) -> None:
    """A certificate whose binding was revoked signs no more."""
    key, certificate = office.issue(office.authority, "lost")
    office.bind("minh", certificate)
    [listed] = [
        item
        for item in office.stage.json("an", "certificate", "list")["items"]
        if item["officer"] == "minh" and item["state"] == "bound" and item["not_after"] < _soon(2 * HOUR)
    ]
    revoke = ("certificate", "revoke", listed["fingerprint"], "--reason", "Mất thiết bị")
    office.stage.hoso("an", *revoke, "--key", str(office.key("an")), "--yes")
    with office.unchanged(recorded="certificate-revoked"):
        refused(completing(office, key), "certificate-revoked", 5, "revoked")


def _soon(time: timedelta) -> str:
    return (datetime.now(UTC) + time).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_an_expired_certificate(office: Office) -> None:
    """A certificate past its end is refused before anything is signed, and by the server, too."""
    ends = datetime.now(UTC) + timedelta(seconds=5)
    key, _ = office.issue(office.authority, "old", lasts=timedelta(seconds=5))
    statement, signed = _by_hand(office, key, {"decision": "approve"})
    while datetime.now(UTC) < ends + timedelta(seconds=2):
        time.sleep(0.2)
    with office.unchanged():
        refused(completing(office, key), "certificate-expired", 5)
    with office.unchanged(recorded="certificate-expired"):
        status, problem = _send(office, statement, signed)
    assert (status, problem["code"]) == (422, "certificate-expired")


def test_a_wrong_pin(office: Office) -> None:
    """The PIN is never repeated."""
    with office.unchanged():
        done = completing(office, office.key("minh"), HOSO_PIN="999999")
    refused(done, "key-pin-wrong", 1, "key.p12")
    assert "999999" not in done.err


def test_no_key_file(office: Office, tmp_path: Path) -> None:
    """A key file that is not there, or is none."""
    (tmp_path / "no.p12").write_bytes(b"\0" * 100)
    with office.unchanged():
        refused(completing(office, tmp_path / "gone.p12"), "no-file", 1, "gone.p12")
        refused(completing(office, tmp_path / "no.p12"), "key-file-malformed", 1, "no.p12")


def _by_hand(office: Office, key: Path, data: dict[str, Any], task: str | None = None) -> tuple[str, Signed]:
    """What another client might send: signed over data of its own."""
    offered = {"decision": "approve"}
    status, answer = office.ask("minh", "POST", f"/v1/tasks/{task or office.signing}/statement", {"data": offered})
    assert status == 201, answer
    statement = read_statement(answer)
    seen = verify_checkpoint(str(statement.checkpoint), (office.stage.data / "log.vkey").read_text().strip())
    record = approval_record(statement, data, seen)
    return statement.id, sign(record, load_pkcs12(key, office.stage.people["minh"].pin))


def _send(office: Office, statement: str, signed: Signed, task: str | None = None) -> tuple[int, dict[str, Any]]:
    return office.ask("minh", "POST", f"/v1/tasks/{task or office.signing}/complete", signed.to_json(statement))


def test_a_signature_over_other_data(office: Office) -> None:
    """A true signature over a decision that the statement did not offer is refused and recorded."""
    statement, signed = _by_hand(office, office.key("minh"), {"decision": "return", "comment": "x"})
    with office.unchanged(recorded="statement-differs"):
        status, problem = _send(office, statement, signed)
    assert (status, problem["code"]) == (422, "statement-differs")


def test_a_broken_signature(office: Office) -> None:
    """One byte of the signature changed."""
    statement, signed = _by_hand(office, office.key("minh"), {"decision": "approve"})
    broken = bytearray(signed.signature)
    broken[-5] ^= 1
    changed = Signed(record=signed.record, manifest=signed.manifest, signature=bytes(broken))
    with office.unchanged(recorded="signature-"):
        status, problem = _send(office, statement, changed)
    assert status == 422
    assert problem["code"].startswith("signature-")


def test_a_replayed_statement(office: Office) -> None:
    """What was accepted once is accepted once: sent again, or for another task, it is refused and changes nothing."""
    task = office.new_task("initial")
    statement, signed = _by_hand(office, office.key("minh"), {"decision": "approve"}, task)
    status, answer = _send(office, statement, signed, task)
    assert status == 200, answer
    with office.unchanged(recorded="task-", of=task):
        status, problem = _send(office, statement, signed, task)
        assert (status, problem["code"]) == (409, "task-closed")
    with office.unchanged():
        status, problem = _send(office, statement, signed)
        assert (status, problem["code"]) == (404, "statement-unknown")


def test_an_unknown_statement(office: Office) -> None:
    """A statement that the server never gave."""
    _, signed = _by_hand(office, office.key("minh"), {"decision": "approve"})
    with office.unchanged():
        status, problem = _send(office, "abc", signed)
    assert (status, problem["code"]) == (404, "statement-unknown")


def test_a_malformed_procedure(office: Office) -> None:
    """A procedure record with a wrong field is not adopted."""
    known = json.loads((BUNDLE / "procedure.json").read_text("utf-8"))
    wanted = (("--key", office.key("an")), ("--yes",))
    for change, code, exit in (
        ({"term": {"working_days": "three"}}, "procedure-invalid", 6),
        ({"channels": "email"}, "procedure-invalid", 6),
        ({"code": None}, "bad-procedure", 2),
    ):
        file = office.file("procedure.json", {**known, **change})
        with office.unchanged():
            refused(office.hoso("an", "procedure", "adopt", file, *wanted[0], *wanted[1]), code, exit)
    broken = office.stage.folder / "broken.json"
    broken.write_text('{"code": ', "utf-8")
    with office.unchanged():
        refused(office.hoso("an", "procedure", "adopt", broken, *wanted[0], *wanted[1]), "bad-json", 2, "broken.json")


@pytest.fixture(scope="module")
def evidence(office: Office) -> Path:
    """A good pack."""
    file = office.stage.folder / "good.asice"
    office.stage.hoso("kiem", "audit", "export", office.signing.rpartition(".")[0], "-o", str(file))
    return file


def verified(office: Office, file: Path, root: Path | None = None, log_key: Path | None = None) -> Done:
    """`hoso verify`, whose output is its verdict: seen here as its last line, after the checks of the signature."""
    trusted = ("--root", root or office.stage.folder / "trust" / "root.pem")
    done = office.hoso("kiem", "verify", file, *trusted, "--log-key", log_key or office.stage.data / "log.vkey")
    return Done(done.exit, "", (done.err or done.out).splitlines()[-1])


def test_wrong_evidence(office: Office, evidence: Path, tmp_path: Path) -> None:
    """Another log's key, another root, another file: each is told apart."""
    assert verified(office, evidence).exit == 0
    (tmp_path / "other.vkey").write_text(LogKey.generate("hoso/H29.5").vkey)
    stranger = DemoAuthority.create("Stranger", at=datetime.now(UTC) - HOUR)
    (tmp_path / "other.pem").write_bytes(stranger.roots_pem())
    (tmp_path / "no.asice").write_bytes(b"PK\3\4 and nothing more")
    (tmp_path / "bad.vkey").write_text("not a key")
    refused(verified(office, evidence, log_key=tmp_path / "other.vkey"), "note-key", 5)
    refused(verified(office, evidence, root=tmp_path / "other.pem"), "stamp-certificate-untrusted", 5, "--root")
    refused(verified(office, tmp_path / "no.asice"), "pack-malformed", 5)
    refused(verified(office, tmp_path / "gone.asice"), "no-file", 1, "gone.asice")
    refused(verified(office, evidence, root=evidence), "certificate-malformed", 5)
    refused(verified(office, evidence, log_key=tmp_path / "bad.vkey"), "log-key", 5)


def test_garbage_from_the_server(office: Office) -> None:
    """What does not answer like Hoso is named as such."""
    for content in (b"<html>hello</html>", b"[]", b'{"items": [1]}', b"\xff\xfe", b"{" * 100_000):
        with Garbage(content) as server:
            done = office.hoso("lan", "task", "list", "--server", server.url)
            refused(done, "bad-answer", 1, server.url)


def test_no_server(office: Office) -> None:
    """Nobody listens there."""
    with Garbage(b"") as server:
        url = server.url
    refused(office.hoso("lan", "task", "list", "--server", url), "no-connection", 1, url)


def test_the_server_goes_in_the_middle(office: Office) -> None:
    """The answer to the signed completion never comes; the same command again completes the task once."""
    task = office.new_task("initial")
    words = ("task", "complete", task, "--decision", "approve", "--key", office.key("minh"), "--yes")
    before = office.state()["log"]
    with Proxy(office.stage.port, cut=b"/complete HTTP") as proxy:
        done = office.hoso("minh", *words, "--server", proxy.url)
        last = done.err.splitlines()[-1]
        refused(Done(done.exit, done.out, last), "no-connection", 1, "nothing is lost", "run the same command again")
        assert proxy.cuts > 1
        proxy.cut = b"never"
        again = office.hoso("minh", *words, "--server", proxy.url)
    assert again.exit == 0, again
    assert office.state()["log"] == before + 1
    code = task.rpartition(".")[0]
    acts = [item["act"] for item in office.ask("kiem", "GET", f"/v1/dossiers/{code}/history")[1]["items"]]
    assert acts.count("task-completed") == 2


def test_the_server_goes_before_it_heard(office: Office) -> None:
    """The signed completion never arrives; the same command again completes the task once."""
    task = office.new_task("initial")
    words = ("task", "complete", task, "--decision", "approve", "--key", office.key("minh"), "--yes")
    with Proxy(office.stage.port, cut=b"/complete HTTP", deaf=True) as proxy, office.unchanged():
        done = office.hoso("minh", *words, "--server", proxy.url)
    refused(Done(done.exit, done.out, done.err.splitlines()[-1]), "no-connection", 1)
    before = office.state()["log"]
    # Another address: the submission waits for the server that it was meant for.
    assert office.hoso("minh", *words).exit == 0
    assert office.state()["log"] == before + 1


def test_two_claims_at_once(office: Office) -> None:
    """Two colleagues reach for the same task: one holds it, the other is told who does."""
    office.stage.people["mai"] = office.stage.people["lan"]
    added = ("officer", "add", "mai", "--name", "Đinh Thị Mai", "--position", "Chuyên viên", "--unit", "van-phong")
    signed = ("--token", "--key", str(office.key("an")), "--yes")
    token = office.stage.json("an", *added, "--role", "chuyen-vien", *signed)["token"]
    for _ in range(3):
        task = office.new_task("draft")
        office.stage.hoso("lan", "task", "release", task)
        running = [
            office.begin("lan", "task", "claim", task),
            office.begin("lan", "task", "claim", task, HOSO_TOKEN=token),
        ]
        ended = [Done(process.wait(60), *process.communicate()) for process in running]
        assert sorted(done.exit for done in ended) == [0, 3]
        [loser] = [done for done in ended if done.exit]
        refused(loser, "task-held", 3, task)


def test_nothing_broke(office: Office) -> None:
    """After all this the server has logged no defect, and the task can still be signed."""
    log = (office.stage.folder / "server.log").read_text("utf-8")
    assert "Traceback" not in log
    assert "broke" not in log
    assert completing(office, office.key("minh")).exit == 0
