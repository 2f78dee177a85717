"""Proposals over HTTP: asked for, decided, and refused with the right status."""

from __future__ import annotations

import base64
from typing import Any

from tests.adapters.application.test_proposals import ONE, second_signer
from tests.adapters.http.client import Caller, problem
from tests.pki import person


def propose(caller: Caller) -> str:
    """A deployment that waits."""
    files = {path: base64.b64encode(content).decode() for path, content in ONE.items()}
    answer = caller.act("tuan", "/processes", {"files": files})
    assert answer.status_code == 202, answer.text
    found: dict[str, Any] = answer.json()["proposal"]
    assert (found["state"], found["author"], found["act"]) == ("open", "tuan", "process-deployed")
    return str(found["id"])


def test_a_proposal_is_seen_and_approved(caller: Caller) -> None:
    """202, then the list, the whole of it with its files, then 201 with what came of it; never without a signature."""
    id = propose(caller)
    page = caller.get("an", "/proposals").json()
    assert ([item["id"] for item in page["items"]], page["next"]) == ([id], None)
    shown = caller.get("an", f"/proposals/{id}").json()
    assert {item["change"] for item in shown["files"]} == {"new"}
    assert caller.get("kiem", f"/proposals/{id}/files/process.bpmn").content == ONE["process.bpmn"]
    problem(caller.get("an", f"/proposals/{id}/files/x.bpmn"), 404, "file-unknown")
    told = problem(caller.post("an", f"/proposals/{id}/approve", {}), 422, "signature-missing")
    assert f"hoso proposal approve {id} --key FILE" in told["remedy"]
    done = caller.approve("an", id)
    assert (done.status_code, done.json()["version"], done.json()["proposal"]["decided_by"]) == (201, 1, "an")
    assert caller.get("an", "/proposals").json()["items"] == []
    assert id in [item["id"] for item in caller.get("an", "/proposals", state="all").json()["items"]]
    problem(caller.approve("an", id), 409, "proposal-decided")


def test_refusals_have_their_status(caller: Caller) -> None:
    """One's own 403, unseen 404, without a reason 422."""
    id = propose(caller)
    problem(caller.approve("tuan", id), 403, "proposal-own")
    problem(caller.post("kiem", f"/proposals/{id}/approve", {}), 403, "auditor-changes-nothing")
    problem(caller.get("lan", f"/proposals/{id}"), 404, "proposal-unknown")
    problem(caller.get("an", "/proposals/p-999999"), 404, "proposal-unknown")
    problem(caller.post("an", f"/proposals/{id}/reject", {}), 422, "request-malformed")
    problem(caller.post("an", f"/proposals/{id}/reject", {"reason": "  "}), 422, "request-malformed")
    problem(caller.post("an", f"/proposals/{id}/withdraw", {}), 403, "proposal-of-another")
    assert caller.post("tuan", f"/proposals/{id}/withdraw", {}).json()["proposal"]["state"] == "withdrawn"
    problem(caller.post("an", f"/proposals/{id}/reject", {"reason": "x"}), 409, "proposal-decided")


def test_a_binding_wants_a_signature(caller: Caller) -> None:
    """Approving it bare is refused."""
    other = second_signer(caller.world)
    answer = caller.world.bind("mai", person("mai"))
    id = answer.body_or_raise()["proposal"]["id"]
    caller.world.tokens = {**caller.world.tokens, other: token(caller, other)}
    problem(caller.post(other, f"/proposals/{id}/approve", {}), 422, "signature-missing")
    assert caller.approve(other, id).status_code == 201


def token(caller: Caller, who: str) -> str:
    """A token of an officer who has none."""
    from adapters.application import people

    with caller.world.app.store.write() as tx:
        return people.new_token(caller.world.app, tx, who, "thử")["token"]
