"""Task work over HTTP: statuses, repeated keys, what is malformed."""

import hashlib
from typing import Any

import pytest

from tests.adapters.application.working import WHY, make_head
from tests.adapters.http.client import Caller, problem

PAPER = "Tờ trình nháp".encode()


@pytest.fixture
def task(caller: Caller) -> str:
    """A task that lan holds."""
    task = caller.world.task(caller.world.start("cho"), "work")
    assert caller.post("lan", f"/tasks/{task}/claim").status_code == 200
    return task


def test_a_task_is_handed_on(caller: Caller, task: str) -> None:
    """Delegated, returned, delegated, taken back, reassigned to a colleague and to the queue."""
    where = f"/tasks/{task}"
    sent = {"to": "mai", "reason": WHY}
    first = caller.post("lan", f"{where}/delegate", sent, key="k")
    assert (first.json()["holder"], first.json()["owner"]) == ("mai", "lan")
    assert caller.post("mai", f"{where}/return", {"reason": WHY}).json()["holder"] == "lan"
    assert caller.post("lan", f"{where}/delegate", sent, key="k").json() == first.json()
    assert caller.get("lan", where).json()["holder"] == "lan"
    assert caller.post("lan", f"{where}/delegate", sent).status_code == 200
    assert caller.post("lan", f"{where}/take-back").json()["holder"] == "lan"
    make_head(caller.world, "hang", "van-phong")
    assert caller.post("hang", f"{where}/reassign", sent).json()["holder"] == "mai"
    assert caller.post("hang", f"{where}/reassign", {"to": None, "reason": WHY}).json()["holder"] is None


def test_a_task_is_steered(caller: Caller, task: str) -> None:
    """By a time with its zone, by a number from 0 to 100."""
    where = f"/tasks/{task}"
    sent = {"at": "2026-12-01T00:00:00+07:00"}
    assert caller.post("lan", f"{where}/follow-up", sent).json()["follow_up"] == "2026-11-30T17:00:00Z"
    assert caller.post("lan", f"{where}/follow-up", {"at": None}).json()["follow_up"] is None
    assert caller.post("lan", f"{where}/priority", {"priority": 80}).json()["priority"] == 80


def test_who_may_not_is_told_why(caller: Caller, task: str) -> None:
    """With the status of the refusal's kind; two who claim at once: the later one learns who holds it."""
    where = f"/tasks/{task}"
    told = problem(caller.post("mai", f"{where}/claim"), 409, "task-held")
    assert told["detail"] == f"task {task} is held by lan (Lan) since 15:30"
    sent = {"to": "hoa", "reason": WHY}
    problem(caller.post("lan", f"{where}/delegate", sent), 403, "not-able")
    problem(caller.post("mai", f"{where}/delegate", sent), 403, "not-holder")
    problem(caller.post("lan", f"{where}/reassign", sent), 403, "not-head")
    problem(caller.post("lan", f"{where}/take-back"), 403, "not-owner")
    problem(caller.post("mai", f"{where}/return", {"reason": WHY}), 403, "not-holder")
    problem(caller.post("lan", f"{where}/follow-up", {"at": "2020-01-01T00:00:00Z"}), 422, "follow-up-date")
    problem(caller.post("lan", f"{where}/delegate", {"to": "nobody", "reason": WHY}), 404, "officer-unknown")
    problem(caller.post("nam", f"{where}/delegate", sent), 404, "task-unknown")


@pytest.mark.parametrize(
    ("verb", "sent"),
    [
        ("delegate", {"to": "mai"}),
        ("delegate", {"to": "mai", "reason": " "}),
        ("delegate", {"to": None, "reason": WHY}),
        ("reassign", {"reason": WHY}),
        ("return", {"reason": "x" * 1001}),
        ("follow-up", {"at": "2026-12-01"}),
        ("follow-up", {"at": "2026-12-01T00:00:00"}),
        ("follow-up", {}),
        ("priority", {"priority": 101}),
        ("priority", {"priority": "high"}),
    ],
)
def test_what_is_malformed_is_refused(caller: Caller, task: str, verb: str, sent: Any) -> None:
    """Before anything is asked of the dossier."""
    problem(caller.post("lan", f"/tasks/{task}/{verb}", sent), 422, "request-malformed")


def test_comments_are_written_and_listed(caller: Caller, task: str) -> None:
    """Page by page; a repeated key writes one."""
    code = task.rpartition(".")[0]
    where = f"/dossiers/{code}/comments"
    first = caller.post("lan", where, {"text": "Gọi lại", "task": task}, key="k")
    assert (first.status_code, first.json()["officer_name"]) == (201, "Lan")
    assert caller.post("lan", where, {"text": "Gọi lại", "task": task}, key="k").json() == first.json()
    caller.post("mai", where, {"text": "Đã gọi"})
    page = caller.get("kiem", where, limit=1).json()
    assert [item["text"] for item in page["items"]] == ["Gọi lại"]
    assert [item["text"] for item in caller.get("lan", where, cursor=page["next"]).json()["items"]] == ["Đã gọi"]
    problem(caller.post("lan", where, {"text": "x" * 4001}), 422, "request-malformed")
    problem(caller.get("nam", where), 404, "dossier-unknown")


def test_attachments_are_added_read_and_removed(caller: Caller, task: str) -> None:
    """Uploaded first, as documents are; gone for officers once removed."""
    code = task.rpartition(".")[0]
    digest = hashlib.sha256(PAPER).hexdigest()
    sent = {"name": "nháp.txt", "media_type": "text/plain", "sha256": digest, "task": task}
    where = f"/dossiers/{code}/attachments"
    problem(caller.post("lan", where, sent), 404, "document-unknown")
    assert caller.raw("lan", f"/documents/{digest}", PAPER, "PUT").status_code == 201
    added = caller.post("lan", where, sent)
    assert (added.status_code, added.json()["size"]) == (201, len(PAPER))
    [item] = caller.get("mai", where).json()["items"]
    one = f"{where}/{item['id']}"
    assert caller.get("mai", one).content == PAPER
    problem(caller.get("nam", one), 404, "dossier-unknown")
    problem(caller.raw("mai", one, b"", "DELETE"), 403, "not-head")
    assert caller.raw("lan", one, b"", "DELETE").json()["removed"] == "2026-11-21T08:30:00Z"
    problem(caller.get("mai", one), 404, "attachment-unknown")
    assert caller.get("kiem", one).content == PAPER
