"""The procedure record is read strictly: a misspelt name never lifts a rule."""

from collections.abc import Callable
from copy import deepcopy
from datetime import date
from typing import Any

import pytest

from engine.procedure import ANY, ProcedureError, read_procedure

BODY: dict[str, Any] = {
    "code": "khai-tu",
    "name": "Khai tử",
    "process": "khai-tu",
    "valid_from": "2026-01-01",
    "decided_by": "demo",
    "term": {"working_days": 1, "cutoff": "15:00"},
    "required_documents": [],
    "result": {
        "document": "result",
        "approvals": [{"purpose": "approval", "role": "chu-tich"}, {"purpose": "organ", "role": "van-thu"}],
    },
    "channels": ["counter"],
    "post_excluded": None,
    "fees": [],
}


def changed(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    """The record with one change."""
    body = deepcopy(BODY)
    change(body)
    return body


def test_what_may_be_left_out() -> None:
    """Then every capacity will do, the agency pays for post, and the record is in force until the next one."""
    read = read_procedure(BODY)
    assert [each.capacities for each in read.approvals] == [ANY, ANY]
    assert read.valid_until is None
    assert (read.post_payer, read_procedure(changed(lambda body: body.update(post_payer="recipient"))).post_payer) == (
        "agency",
        "recipient",
    )
    assert read_procedure(changed(lambda body: body.update(valid_until=None))).valid_until is None


def test_capacities_and_the_last_day_are_read() -> None:
    """`own` is what records of approvals write as empty text; the last day may be the first."""
    body = changed(lambda body: body.update(valid_until="2026-01-01"))
    body["result"]["approvals"][0]["capacities"] = ["own", "KT."]
    read = read_procedure(body)
    assert read.approvals[0].capacities == {"", "KT."}
    assert read.valid_until == date(2026, 1, 1)


DEFECTS: dict[str, Callable[[dict[str, Any]], object]] = {
    "a field misspelt": lambda body: body.update(post_exclude="x"),
    "a field of the term misspelt": lambda body: body["term"].update(cut_off="x"),
    "a field of the result misspelt": lambda body: body["result"].update(approval=[]),
    "capacities misspelt": lambda body: body["result"]["approvals"][0].update(capacity=["own"]),
    "an unknown capacity": lambda body: body["result"]["approvals"][0].update(capacities=["KT"]),
    "own as records write it": lambda body: body["result"]["approvals"][0].update(capacities=[""]),
    "no capacity": lambda body: body["result"]["approvals"][0].update(capacities=[]),
    "a capacity twice": lambda body: body["result"]["approvals"][0].update(capacities=["own", "own"]),
    "capacities that are no list": lambda body: body["result"]["approvals"][0].update(capacities="own"),
    "capacities that are null": lambda body: body["result"]["approvals"][0].update(capacities=None),
    "capacities of an agency": lambda body: body["result"]["approvals"][1].update(capacities=["own"]),
    "an initial": lambda body: body["result"]["approvals"][0].update(purpose="initial"),
    "an approval that is no object": lambda body: body["result"].update(approvals=["chu-tich"]),
    "no approval": lambda body: body["result"].update(approvals=[]),
    "who pays is nobody known": lambda body: body.update(post_payer="state"),
    "who pays is no text": lambda body: body.update(post_payer=["agency"]),
    "it ends before it begins": lambda body: body.update(valid_until="2025-12-31"),
    "it ends on no day": lambda body: body.update(valid_until="2026-02-30"),
}


@pytest.mark.parametrize("name", DEFECTS)
def test_what_is_not_of_its_shape_is_refused(name: str) -> None:
    """With a message that names the field."""
    with pytest.raises(ProcedureError, match=r"^[a-z_.]+: "):
        read_procedure(changed(DEFECTS[name]))
