"""Receipts and statements bring the proof that the log continues what the client saw, in the one answer."""

from typing import Any

from signing.trail.checkpoint import Checkpoint, verify_checkpoint
from signing.trail.tree import verify_consistency
from tests.adapters.http.client import Caller


def act(caller: Caller, seen: str | None, key: str | None = None, code: str | None = None) -> dict[str, Any]:
    """Complete a task, as a client that saw so many leaves; gives the receipt."""
    code = code or caller.world.start("cho")
    task = caller.world.task(code, "work")
    caller.world.claim("lan", task)
    headers = {**caller.headers("lan"), **({"Hoso-Checkpoint": seen} if seen else {})}
    headers |= {"Idempotency-Key": key} if key else {}
    offered = caller.client.post(f"/v1/tasks/{task}/statement", headers=headers, json={"data": {}}).json()
    body = {"statement": offered["id"], "record": None, "manifest": None, "signature": None, "data": {}}
    answer = caller.client.post(f"/v1/tasks/{task}/complete", headers={**headers}, json=body)
    assert answer.status_code == 200, answer.text
    return {"statement": offered, **answer.json()["receipt"]}


def test_in_one_answer(caller: Caller) -> None:
    """The proof leads from the size that the client told to the checkpoint of the same answer, at every size."""
    log = caller.world.app.log_key.vkey
    first = verify_checkpoint(act(caller, None)["checkpoint"], log)
    for seen in (first, _checkpoint(caller)):
        receipt = act(caller, str(seen.size))
        for told in (receipt, receipt["statement"]):
            new = verify_checkpoint(told["checkpoint"], log)
            proof = [bytes.fromhex(each) for each in told["consistency"]["proof"]]
            assert told["consistency"]["old"] == seen.size
            verify_consistency(seen.size, new.size, proof, seen.root, new.root)


def test_who_tells_nothing_gets_no_proof(caller: Caller) -> None:
    """No header, none that is a size, one of a log that is longer: the act is done, the proof is asked for."""
    for seen in (None, "0", "-1", "x", "1e1", "9" * 30, "999999"):
        assert "consistency" not in act(caller, seen)


def _checkpoint(caller: Caller) -> Checkpoint:
    text = caller.client.get("/v1/log/checkpoint", headers=caller.headers("lan")).text
    return verify_checkpoint(text, caller.world.app.log_key.vkey)
