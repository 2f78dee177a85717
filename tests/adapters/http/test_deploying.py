"""Bundles over HTTP: where the second engine disagrees, a reason lets them pass."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.adapters.application.test_deploy import AGREED, DISAGREED, WHY
from tests.adapters.http.client import Caller, problem


def sent(files: Any, **more: object) -> dict[str, object]:
    """What a client sends."""
    return {"files": {path: base64.b64encode(content).decode() for path, content in files.items()}, **more}


def test_a_reason_is_taken_and_told(caller: Caller) -> None:
    """Without one, the problem document has the problem with its place and both readings."""
    told = problem(caller.post("tuan", "/processes", sent(DISAGREED)), 422, "bundle-refused")
    (found,) = told["problems"]
    assert (found["code"], found["file"], found["rule"]) == ("second-reading", "process.bpmn", "")
    assert "only ours t in  A , only SpiffWorkflow's t in A" in found["message"]
    assert (found["line"] > 1, found["column"] > 0) == (True, True)
    answer = caller.deploy(DISAGREED, although=f"  {WHY} ")
    assert (answer.status_code, answer.json()["although"]) == (201, WHY)
    assert caller.get("lan", "/processes/lech").json()["although"] == WHY


@pytest.mark.parametrize("although", ["", "   ", "x" * 1001, 3, ["x"]])
def test_a_reason_is_a_text_of_bounded_length(caller: Caller, although: object) -> None:
    """1 to 1000 characters."""
    problem(caller.post("tuan", "/processes", sent(AGREED, although=although)), 422, "request-malformed")
